/// Makes tiles of Euclidean distances and hands them to reducers, on all threads.
///
/// Distances are computed in `Float` from dot products; a pair whose squared distance is below
/// 10⁻³ of the squared norms is computed again by differences in `Double`, so the distance of equal
/// rows is exactly 0.
package enum DistanceTiles {
  /// The side of a tile: 256×256 floats lie in a core's own cache.
  package static let side = 256

  /// Hands over every unordered pair of rows once: tiles above the diagonal and whole tiles on it.
  ///
  /// Two tiles that share a row or a column are never reduced at once, and those of one row come in
  /// a fixed order: the blocks of rows meet like players of a round-robin tournament. So reducers
  /// may write what belongs to the tile's rows and columns without a lock.
  ///
  /// - Complexity: O(n²·d) multiply-adds halved, O(threads) tiles of memory.
  package static func reducePairs<R: TileReducer>(
    of points: TilePoints, pool: WorkerPool, makeReducer: @Sendable () -> R
  ) {
    let rows = 0..<points.rowCount
    let size = blockSize(rowCount: rows.count)
    for round in Tournament(playerCount: rows.pieceCount(size: size)).rounds() {
      pool.forEach(round.count, makeScratch: { (TileMaker(points, points), makeReducer()) }) {
        game, scratch in
        let left = rows.piece(round[game].0, size: size)
        let right = rows.piece(round[game].1, size: size)
        for i in 0..<left.pieceCount(size: side) {
          for j in (round[game].0 == round[game].1 ? i : 0)..<right.pieceCount(size: side) {
            scratch.1.reduce(
              scratch.0.tile(left.piece(i, size: side), right.piece(j, size: side)))
          }
        }
      }
    }
  }

  /// Hands over the distances of all `targets` to each block of `queries`, one reducer a block.
  ///
  /// A tile's rows are targets, in ascending order; its columns are the block's queries.
  /// Results come back in block order.
  ///
  /// - Complexity: O(m·n·d) multiply-adds for m queries.
  package static func reduceBlocks<R: TileReducer, Result: Sendable>(
    of queries: TilePoints, against targets: TilePoints, pool: WorkerPool,
    makeReducer: @Sendable (_ queries: Range<Int>) -> R,
    finish: @Sendable (_ reducer: R, _ queries: Range<Int>) -> Result
  ) -> [Result] {
    let rows = 0..<queries.rowCount
    let all = 0..<targets.rowCount
    return pool.map(
      rows.pieceCount(size: side), makeScratch: { TileMaker(targets, queries) }
    ) { chunk, maker in
      let block = rows.piece(chunk, size: side)
      var reducer = makeReducer(block)
      for piece in 0..<all.pieceCount(size: side) {
        reducer.reduce(maker.tile(all.piece(piece, size: side), block))
      }
      return finish(reducer, block)
    }
  }

  /// What the distances in tiles of two sets of points are less by: about the smaller ones.
  ///
  /// Cut to 16 significant bits, so that 256 times itself is exact and equal rows sum to exactly 0.
  package static func offset(_ left: TilePoints, _ right: TilePoints) -> Float {
    let distance = Float((left.typicalNorm + right.typicalNorm).squareRoot())
    let cut = Float(bitPattern: distance.bitPattern & ~0xff)
    return cut.isNormal ? cut : 1
  }

  /// Blocks of whole tiles, small enough that 16 pairs of them can be at work at once and large
  /// enough that what a reducer keeps for their rows is used several times while it is in cache.
  static func blockSize(rowCount: Int) -> Int {
    min(4, max(1, rowCount / (32 * side))) * side
  }
}

/// Rounds in which each of some players meets every other once and, first of all, itself.
///
/// The circle method: the last player stays, the others move on by one place a round.
package struct Tournament {
  /// The number of players.
  package let playerCount: Int

  /// Calls players together.
  package init(playerCount: Int) { self.playerCount = playerCount }

  /// The games of each round; no player has two games in a round.
  ///
  /// - Complexity: O(players²).
  package func rounds() -> [[(Int, Int)]] {
    guard playerCount > 0 else { return [] }
    var rounds = [(0..<playerCount).map { ($0, $0) }]
    let seats = playerCount + playerCount % 2
    guard seats > 1 else { return rounds }
    for round in 0..<seats - 1 {
      var games: [(Int, Int)] = []
      for place in 0..<seats / 2 {
        let first = place == 0 ? seats - 1 : (round + place) % (seats - 1)
        let second = (round + seats - 1 - place) % (seats - 1)
        if max(first, second) < playerCount {
          games.append((min(first, second), max(first, second)))
        }
      }
      if !games.isEmpty { rounds.append(games) }
    }
    return rounds
  }
}
