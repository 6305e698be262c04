internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Start rows")
struct SeedingTests {
  let pool = WorkerPool(threadCount: 2)

  func rows(
    _ points: FeatureMatrix, _ seeding: KMeans.Seeding, clusterCount: Int, seed: UInt64
  ) -> [Int] {
    var settings = KMeans(clusterCount: clusterCount)
    settings.seeding = seeding
    settings.seed = seed
    return settings.startRows(
      restart: 0, points: EnginePoints(points, pool: pool), pool: pool)
  }

  @Test(
    "Start rows are distinct, and distinct points while there are enough",
    arguments: 0..<20 as Range<UInt64>)
  func distinct(seed: UInt64) {
    let text = RandomPoints.text(seed: seed, rowCount: 200, columnCount: 60)
    let full = text.dense()
    let pointCount = Set((0..<200).map { Array(full.row($0)) }).count
    for seeding in KMeans.Seeding.allCases {
      for matrix in [FeatureMatrix.sparse(text), .dense(full)] {
        for clusterCount in [1, 2, 30, pointCount, 200] {
          let rows = rows(matrix, seeding, clusterCount: clusterCount, seed: seed)
          #expect(rows.count == clusterCount && Set(rows).count == clusterCount)
          if seeding != .random, clusterCount <= pointCount {
            #expect(Set(rows.map { Array(full.row($0)) }).count == clusterCount)
          }
        }
      }
    }
  }

  @Test("The second row follows the law of squared distances")
  func law() {
    // Squared distances from the first drawn row are known, so each pair has its probability.
    let points = DenseMatrix(rowCount: 5, columnCount: 1, elements: [0, 1, 3, 6, 10])
    var expected = [[Double]](repeating: [Double](repeating: 0, count: 5), count: 5)
    for first in 0..<5 {
      let weights = (0..<5).map { row in
        Double((points[row, 0] - points[first, 0]) * (points[row, 0] - points[first, 0]))
      }
      for second in 0..<5 {
        expected[first][second] = weights[second] / weights.reduce(0, +) / 5
      }
    }
    let draws = 6_000
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 5), count: 5)
    for seed in 0..<draws {
      let rows = rows(.dense(points), .kMeansPlusPlus, clusterCount: 2, seed: UInt64(seed))
      counts[rows[0]][rows[1]] += 1
    }
    var chi = 0.0
    for first in 0..<5 {
      for second in 0..<5 where first != second {
        let mean = expected[first][second] * Double(draws)
        chi +=
          (Double(counts[first][second]) - mean) * (Double(counts[first][second]) - mean) / mean
      }
      #expect(counts[first][first] == 0)
    }
    // 19 degrees of freedom: 43.8 is passed once in a thousand.
    #expect(chi < 43.8)
  }

  @Test("Rows drawn by rejection follow the law of squared distances in their order")
  func lawOfFour() {
    let places: [Float] = [0, 1, 3, 6, 10, 10]
    func weight(_ row: Int, _ chosen: [Int]) -> Double {
      chosen.map { Double((places[row] - places[$0]) * (places[row] - places[$0])) }.min() ?? 1
    }
    var expected: [[Int]: Double] = [:]
    func extend(_ chosen: [Int], _ share: Double) {
      guard chosen.count < 4 else { return expected[chosen] = share }
      let weights = places.indices.map { weight($0, chosen) }
      for (row, weight) in weights.enumerated() where weight > 0 {
        extend(chosen + [row], share * weight / weights.reduce(0, +))
      }
    }
    extend([], 1)
    // 60 copies of every place: most seeds are then drawn against several postponed ones.
    for copies in [1, 60] {
      let columns = places.flatMap { [Float](repeating: $0, count: copies) }
      let dense = DenseMatrix(rowCount: columns.count, columnCount: 1, elements: columns)
      let sparse = CSRMatrix(
        rowCount: columns.count, columnCount: 1, rowOffsets: Array(0...columns.count),
        columnIndices: columns.map { _ in 0 }, values: columns)
      for points in [FeatureMatrix.dense(dense), .sparse(sparse)] {
        let draws = 6_000
        var counts: [[Int]: Int] = [:]
        let engine = EnginePoints(points, pool: pool)
        for seed in 0..<draws {
          var settings = KMeans(clusterCount: 4)
          settings.seeding = .kMeansPlusPlus
          settings.seed = UInt64(seed)
          let rows = settings.startRows(restart: 0, points: engine, pool: pool)
          counts[rows.map { $0 / copies }, default: 0] += 1
        }
        var chi = 0.0
        var cells = 0
        var rare = (found: 0.0, mean: 0.0)
        for rows in expected.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
          let mean = (expected[rows] ?? 0) * Double(draws)
          let found = Double(counts[rows] ?? 0)
          if mean < 8 {
            rare.found += found
            rare.mean += mean
          } else {
            chi += (found - mean) * (found - mean) / mean
            cells += 1
          }
        }
        chi += (rare.found - rare.mean) * (rare.found - rare.mean) / rare.mean
        #expect(counts.keys.allSatisfy { expected[$0] != nil })
        // `cells` degrees of freedom: passed less than once in ten thousand.
        let freedom = Double(cells)
        #expect(chi < freedom + 4 * (2 * freedom).squareRoot() + 8, "copies \(copies)")
      }
    }
  }

  @Test("A power of two as a factor changes nothing", arguments: KMeans.Seeding.allCases)
  func scale(seeding: KMeans.Seeding) {
    let text = RandomPoints.text(seed: 5, rowCount: 250, columnCount: 70)
    let blobs = RandomPoints.blobs(seed: 5, rowCount: 250, columnCount: 19)
    for exponent in [-100, -80, 40] {
      let factor = Float(sign: .plus, exponent: exponent, significand: 1)
      let scaledText = CSRMatrix(
        rowCount: 250, columnCount: 70, rowOffsets: text.rowOffsets,
        columnIndices: text.columnIndices, values: text.values.map { $0 * factor })
      let scaledBlobs = DenseMatrix(
        rowCount: 250, columnCount: 19, elements: blobs.elements.map { $0 * factor })
      for seed in 0..<5 as Range<UInt64> {
        #expect(
          rows(.sparse(scaledText), seeding, clusterCount: 12, seed: seed)
            == rows(.sparse(text), seeding, clusterCount: 12, seed: seed))
        #expect(
          rows(.dense(scaledBlobs), seeding, clusterCount: 12, seed: seed)
            == rows(.dense(blobs), seeding, clusterCount: 12, seed: seed))
      }
    }
  }

  @Test("The number of threads changes nothing", arguments: KMeans.Seeding.allCases)
  func threads(seeding: KMeans.Seeding) {
    let text = RandomPoints.text(seed: 8, rowCount: 6_000, columnCount: 300)
    let blobs = RandomPoints.blobs(seed: 8, rowCount: 6_000, columnCount: 21)
    for points in [FeatureMatrix.sparse(text), .dense(blobs)] {
      var settings = KMeans(clusterCount: 40)
      settings.seeding = seeding
      let choices = [1, 2, 3, 7].map { threadCount in
        let pool = WorkerPool(threadCount: threadCount)
        return settings.startRows(
          restart: 1, points: EnginePoints(points, pool: pool), pool: pool)
      }
      #expect(choices.dropFirst().allSatisfy { $0 == choices[0] })
    }
  }

  @Test("Greedy seeding takes sparse rows without values last", arguments: 0..<20)
  func emptyRowsLast(seed: Int) {
    let pool = WorkerPool(threadCount: 2)
    // Four rows in five are empty, so that a first row and candidates often are.
    let text = RandomPoints.text(seed: 3, rowCount: 60, columnCount: 40, isOdd: false)
    let rowCount = 300
    let sparse = CSRMatrix(
      rowCount: rowCount, columnCount: 40,
      rowOffsets: (0...rowCount).map { text.rowOffsets[min(60, $0 / 5)] },
      columnIndices: text.columnIndices, values: text.values)
    let isEmpty = (0..<rowCount).map { sparse.rowOffsets[$0] == sparse.rowOffsets[$0 + 1] }
    let points = EnginePoints(.sparse(sparse), pool: pool)
    var settings = KMeans(clusterCount: 25)
    settings.seed = UInt64(seed)
    let few = settings.startRows(restart: 0, points: points, pool: pool)
    #expect(few.allSatisfy { !isEmpty[$0] })
    settings.clusterCount = 61
    let all = settings.startRows(restart: 0, points: points, pool: pool)
    #expect(Set(all).count == 61)
    #expect(all.count { isEmpty[$0] } == 1)
  }

  @Test("Rows of zeros only, and rows without columns, give distinct rows")
  func zeros() {
    for columnCount in [0, 3] {
      let empty = CSRMatrix(
        rowCount: 30, columnCount: columnCount, rowOffsets: [Int](repeating: 0, count: 31),
        columnIndices: [], values: [])
      for points in [FeatureMatrix.sparse(empty), .dense(DenseMatrix(zeros: 30, columnCount))] {
        for seeding in KMeans.Seeding.allCases {
          for clusterCount in [1, 2, 30] {
            let rows = rows(points, seeding, clusterCount: clusterCount, seed: 4)
            #expect(rows.count == clusterCount && Set(rows).count == clusterCount)
          }
        }
      }
    }
  }

  @Test("Random rows are evenly spread")
  func evenness() {
    let points = DenseMatrix(rowCount: 10, columnCount: 1, elements: (0..<10).map(Float.init))
    var counts = [Int](repeating: 0, count: 10)
    for seed in 0..<2_000 {
      for row in rows(.dense(points), .random, clusterCount: 3, seed: UInt64(seed)) {
        counts[row] += 1
      }
    }
    let chi = counts.reduce(0.0) { $0 + Double(($1 - 600) * ($1 - 600)) / 600 }
    // 9 degrees of freedom: 27.9 is passed once in a thousand.
    #expect(chi < 27.9)
  }

  @Test("The greedy form takes the best of its draws", arguments: 0..<20 as Range<UInt64>)
  func greedy(seed: UInt64) {
    let text = RandomPoints.text(seed: seed, rowCount: 120, columnCount: 50)
    for matrix in [FeatureMatrix.sparse(text), .dense(text.dense())] {
      let rows = rows(matrix, .greedy, clusterCount: 9, seed: seed)
      var avoided: Set<Int> = []
      if case .sparse = matrix {
        avoided = Set((0..<120).filter { text.rowOffsets[$0] == text.rowOffsets[$0 + 1] })
      }
      #expect(
        rows
          == slowGreedyRows(
            text.dense(), clusterCount: 9, candidates: 4, avoided: avoided, seed: seed))
    }
  }

  @Test(
    "Seeds for fewer centers are the first of those for more, and drawn together those of each alone"
  )
  func sequences() {
    let text = RandomPoints.text(seed: 11, rowCount: 150, columnCount: 60)
    for matrix in [FeatureMatrix.sparse(text), .dense(text.dense())] {
      let points = EnginePoints(matrix, pool: pool)
      for seeding in KMeans.Seeding.allCases {
        var restarts: [(settings: KMeans, restart: Int)] = []
        for clusterCount in [5, 2, 21, 9, 8, 20, 3, 7, 150] {
          for restart in 0..<3 {
            var settings = KMeans(clusterCount: clusterCount)
            settings.seeding = seeding
            settings.seed = 6
            restarts.append((settings, restart))
          }
        }
        let together = KMeans.startRows(
          of: restarts, points: points, outer: pool, inner: WorkerPool(threadCount: 1))
        var rowsOf: [[Int]: [Int]] = [:]
        for ((settings, restart), rows) in zip(restarts, together) {
          #expect(rows == settings.startRows(restart: restart, points: points, pool: pool))
          rowsOf[[settings.clusterCount, restart]] = rows
        }
        // From 3 to 7 centers the greedy form takes the best of 3 draws, from 8 to 20 of 4.
        for (fewer, more) in [(3, 5), (5, 7), (8, 9), (9, 20), (21, 54), (7, 8)] {
          for restart in 0..<3 {
            guard let few = rowsOf[[fewer, restart]], let many = rowsOf[[more, restart]] else {
              continue
            }
            let isFirst = few == Array(many.prefix(fewer))
            #expect(
              isFirst == (seeding == .kMeansPlusPlus || seeding == .greedy && fewer != 7),
              "\(seeding) \(fewer) \(more)")
          }
        }
        #expect(rowsOf[[9, 0]] != rowsOf[[9, 1]])
      }
    }
  }

  /// Greedy k-means++ in plain loops, with the numbers that the fast one draws; some rows never win.
  func slowGreedyRows(
    _ points: DenseMatrix, clusterCount: Int, candidates: Int, avoided: Set<Int>, seed: UInt64
  ) -> [Int] {
    func distance(_ left: Int, _ right: Int) -> Double {
      let sum = zip(points.row(left), points.row(right)).reduce(0.0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
      return sum
    }
    var generator = CounterGenerator(seed: seed, step: UInt64(candidates), purpose: 1)
    var rows = [generator.nextIndex(below: points.rowCount)]
    while avoided.contains(rows[0]) { rows = [generator.nextIndex(below: points.rowCount)] }
    var closest = (0..<points.rowCount).map { distance($0, rows[0]) }
    while rows.count < clusterCount {
      let weights = closest.indices.map { avoided.contains($0) ? 0 : closest[$0] }
      let total = weights.reduce(0, +)
      var best = (row: -1, sum: Double.infinity)
      for _ in 0..<candidates {
        var goal = generator.nextUnit() * total
        let row =
          closest.indices.first { row in
            goal -= weights[row]
            return goal < 0
          } ?? closest.count - 1
        let sum = closest.indices.reduce(0) { $0 + min(closest[$1], distance($1, row)) }
        if sum < best.sum - 1e-9 { best = (row, sum) }
      }
      rows.append(best.row)
      closest = closest.indices.map { min(closest[$0], distance($0, best.row)) }
    }
    return rows
  }
}
