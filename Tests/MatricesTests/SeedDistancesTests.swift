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

  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  func full(_ matrix: FeatureMatrix) -> DenseMatrix {
    switch matrix {
    case .dense(let dense): dense
    case .sparse(let sparse): sparse.dense()
    }
  }

  /// True when every distance is that of plain loops; rows of nearly one length may miss what their
  /// lengths differ by.
  func expectEqual(
    _ found: Buffer<Double>, _ expected: [Double], tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for row in expected.indices {
      #expect(
        isClose(found[row], expected[row], relative: tolerance, absolute: tolerance),
        sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Distances and reductions are those of plain loops", arguments: 0..<6 as Range<UInt64>, levels)
  func plainLoops(seed: UInt64, level: InstructionSet) {
    let pool = WorkerPool(threadCount: 2)
    for matrix in inputs(seed: seed) {
      let full = full(matrix)
      let distances = EnginePoints(matrix, pool: pool).seedDistances(instructions: level)
      var closest = (0..<300).map { squaredDistance(full, $0, 5) }
      distances.start(at: 5, pool: pool)
      for step in 0..<8 {
        // Up to eight candidates share a pass; ten need two.
        let candidates =
          [10 + step, 9, 40 * step % 300, 77] + Array(100..<100 + [0, 1, 2, 3, 4, 6, 0, 5][step])
        let reductions = distances.reductions(for: candidates, pool: pool)
        for (candidate, reduction) in zip(candidates, reductions) {
          let expected = (0..<300).reduce(0.0) {
            $0 + max(0, closest[$1] - squaredDistance(full, $1, candidate))
          }
          #expect(isClose(reduction, expected, relative: 1e-6, absolute: 1e-4))
        }
        distances.accept(step % 4, pool: pool)
        for row in 0..<300 {
          closest[row] = min(closest[row], squaredDistance(full, row, candidates[step % 4]))
        }
        expectEqual(distances.closest, closest, tolerance: 2e-6)
        #expect(distances.closest[candidates[step % 4]] == 0)
      }
    }
  }

  @Test("Dense distances are exact, whatever the lengths of the rows", arguments: levels)
  func lengths(level: InstructionSet) {
    let pool = WorkerPool(threadCount: 2)
    var generator = CounterGenerator(seed: 11)
    for columnCount in [1, 3, 4, 15, 16, 33, 130] {
      var elements: [Float] = []
      for row in 0..<500 {
        // From 10⁻³⁶ to 10¹⁴, some rows zero and some values huge beside the rest.
        let size = Float([1, 1e-3, 1e-12, 1e-20, 1e-36, 1e14, 0, 1][row % 8])
        for column in 0..<columnCount {
          let value = Float(generator.nextUnit() - 0.5) * size
          elements.append(column == row % 50 ? value * 30 : value)
        }
      }
      let matrix = DenseMatrix(rowCount: 500, columnCount: columnCount, elements: elements)
      for rows in [Array(0..<500), (0..<500).filter { [2, 3, 4, 6].contains($0 % 8) }] {
        let matrix = matrix.selecting(rows: rows)
        let distances = EnginePoints(.dense(matrix), pool: pool)
          .seedDistances(instructions: level)
        var closest = rows.indices.map { squaredDistance(matrix, $0, 3) }
        distances.start(at: 3, pool: pool)
        for step in 0..<20 {
          let seed = (step * 37 + 5) % rows.count
          _ = distances.reductions(for: [0, seed], pool: pool)
          distances.accept(1, pool: pool)
          for row in rows.indices {
            closest[row] = min(closest[row], squaredDistance(matrix, row, seed))
            #expect(isClose(distances.closest[row], closest[row], relative: 1e-12, absolute: 0))
          }
        }
      }
    }
  }

  @Test("Postponed seeds answer for single rows, and settle", arguments: 0..<4 as Range<UInt64>)
  func postponed(seed: UInt64) {
    let pool = WorkerPool(threadCount: 2)
    for matrix in inputs(seed: seed) {
      let full = full(matrix)
      let distances = EnginePoints(matrix, pool: pool).seedDistances()
      distances.start(at: 5, pool: pool)
      for round in 0..<2 {
        let seeds = (0..<11).map { ($0 * 23 + 150 * round + 1) % 300 }
        for (place, seed) in seeds.enumerated() {
          distances.postpone(seed)
          for row in stride(from: 0, to: 300, by: 7) {
            let nearest = seeds[...place].map { squaredDistance(full, row, $0) }.min() ?? 0
            #expect(distances.postponedAreFarther(fromRow: row, than: nearest * 0.999 - 1e-9))
            #expect(!distances.postponedAreFarther(fromRow: row, than: nearest * 1.001 + 1e-9))
          }
        }
        #expect(distances.postponed == seeds)
        let earlier = distances.closest.array()
        distances.settle(pool: pool)
        #expect(distances.postponed.isEmpty)
        let expected = (0..<300).map { row in
          seeds.reduce(earlier[row]) { min($0, squaredDistance(full, row, $1)) }
        }
        expectEqual(distances.closest, expected, tolerance: 2e-6)
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
