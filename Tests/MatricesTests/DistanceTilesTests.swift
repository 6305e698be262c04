internal import Matrices
internal import Testing

@Suite struct DistanceTilesTests {
  @Test(arguments: 0..<20)
  func everyPairOfBlocksMeetsOnce(playerCount: Int) {
    let rounds = Tournament(playerCount: playerCount).rounds()
    var games: Set<[Int]> = []
    for round in rounds {
      // A block that plays itself takes one seat, two blocks take two.
      let players = round.flatMap { $0.0 == $0.1 ? [$0.0] : [$0.0, $0.1] }
      #expect(Set(players).count == players.count)
      for game in round {
        #expect(game.0 <= game.1)
        #expect(games.insert([game.0, game.1]).inserted)
      }
    }
    #expect(games.count == playerCount * (playerCount + 1) / 2)
  }

  @Test(arguments: [1, 5, 256, 257, 700])
  func tilesHoldTheDistanceOfEveryPair(rowCount: Int) {
    var generator = CounterGenerator(seed: 4)
    let columnCount = 6
    let matrix = DenseMatrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: (0..<rowCount * columnCount).map { _ in Float(generator.nextUnit()) })
    let pool = WorkerPool(threadCount: 2)
    let points = TilePoints(.dense(matrix), pool: pool)
    let seen = Buffer<Float>(count: rowCount * rowCount, repeating: -1)
    DistanceTiles.reducePairs(of: points, pool: pool) { Recorder(distances: seen, width: rowCount) }
    for i in 0..<rowCount {
      for j in i..<rowCount {
        var sum = 0.0
        for column in 0..<columnCount {
          let difference = Double(matrix[i, column]) - Double(matrix[j, column])
          sum += difference * difference
        }
        let distance = Double(seen[i * rowCount + j])
        #expect(abs(distance - sum.squareRoot()) < 2e-6)
      }
      #expect(seen[i * rowCount + i] == 0)
    }
  }
}

/// Writes every distance into one matrix.
private struct Recorder: TileReducer {
  let distances: Buffer<Float>
  let width: Int

  func reduce(_ tile: DistanceTile) {
    for (i, row) in tile.rows.enumerated() {
      for (j, column) in tile.columns.enumerated() {
        distances[row * width + column] = tile.elements[i * tile.stride + j] + tile.offset
      }
    }
  }
}
