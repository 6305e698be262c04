internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Distances for choosing start rows")
struct SeedDistancesTests {
  /// Text rows of unit length, the same made longer row by row, rare terms with values of both signs and
  /// stored zeros, and dense blobs.
  func inputs(seed: UInt64) -> [FeatureMatrix] {
    let text = RandomPoints.text(seed: seed, rowCount: 300, columnCount: 40)
    var values = text.values
    for row in 0..<300 {
      for entry in text.entries(ofRow: row) { values[entry] *= Float(1 + row % 5) }
    }
    let longer = CSRMatrix(
      rowCount: 300, columnCount: 40, rowOffsets: text.rowOffsets,
      columnIndices: text.columnIndices, values: values)
    let rare = RandomPoints.text(seed: seed, rowCount: 300, columnCount: 900, length: 12)
    let signed = CSRMatrix(
      rowCount: 300, columnCount: 900, rowOffsets: rare.rowOffsets,
      columnIndices: rare.columnIndices,
      values: rare.values.enumerated().map { [1, 0, -1, 1][$0 % 4] * $1 })
    let blobs = RandomPoints.blobs(seed: seed, rowCount: 300, columnCount: 12)
    return [
      .sparse(text), .sparse(longer), .sparse(rare), .sparse(signed), .dense(blobs),
      .dense(text.dense()),
    ]
  }

  func squaredDistance(_ matrix: DenseMatrix, _ left: Int, _ right: Int) -> Double {
    zip(matrix.row(left), matrix.row(right)).reduce(0) {
      $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
    }
  }

  @Test("Distances and reductions are those of plain loops", arguments: 0..<6 as Range<UInt64>)
  func plainLoops(seed: UInt64) {
    let pool = WorkerPool(threadCount: 2)
    for matrix in inputs(seed: seed) {
      let full =
        switch matrix {
        case .dense(let dense): dense
        case .sparse(let sparse): sparse.dense()
        }
      let distances = EnginePoints(matrix, pool: pool).seedDistances()
      var closest = (0..<300).map { squaredDistance(full, $0, 5) }
      distances.start(at: 5, pool: pool)
      for step in 0..<8 {
        let candidates = [10 + step, 9, 40 * step % 300, 77]
        let reductions = distances.reductions(for: candidates, pool: pool)
        for (candidate, reduction) in zip(candidates, reductions) {
          let expected = (0..<300).reduce(0.0) {
            $0 + max(0, closest[$1] - squaredDistance(full, $1, candidate))
          }
          #expect(isClose(reduction, expected, relative: 1e-4, absolute: 1e-3))
        }
        distances.accept(step % 4, pool: pool)
        for row in 0..<300 {
          closest[row] = min(closest[row], squaredDistance(full, row, candidates[step % 4]))
          #expect(isClose(distances.closest[row], closest[row], relative: 1e-4, absolute: 1e-4))
        }
        #expect(distances.closest[candidates[step % 4]] == 0)
      }
    }
  }

  @Test("A chosen row and its duplicates have distance 0")
  func duplicates() {
    let pool = WorkerPool(threadCount: 1)
    for matrix in inputs(seed: 3).map({ $0.selecting(rows: [1, 2, 3, 1, 2, 3, 1]) }) {
      let distances = EnginePoints(matrix, pool: pool).seedDistances()
      distances.start(at: 0, pool: pool)
      #expect([0, 3, 6].allSatisfy { distances.closest[$0] == 0 })
      #expect([1, 2, 4, 5].allSatisfy { distances.closest[$0] > 0 })
    }
  }

  @Test("The lottery draws in proportion and never a row of distance 0")
  func lottery() {
    let weights: [Double] = (0..<3_000).map { $0 % 3 == 0 ? 0 : Double($0 % 7) }
    let closest = Buffer(weights, orEmpty: 0)
    var lottery = SeedLottery()
    lottery.update(closest, pool: WorkerPool(threadCount: 2))
    let total = weights.reduce(0, +)
    #expect(lottery.total == total)
    // One draw in the middle of every row's own share finds that row.
    var start = 0.0
    for (row, weight) in weights.enumerated() where weight > 0 {
      #expect(lottery.row(at: (start + weight / 2) / total, in: closest) == row)
      start += weight
    }
    #expect(lottery.row(at: 1.0.nextDown, in: closest) == weights.lastIndex { $0 > 0 })
    #expect(lottery.row(at: 0, in: closest) == weights.firstIndex { $0 > 0 })
  }
}
