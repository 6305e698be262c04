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
      #expect(rows == slowGreedyRows(text.dense(), clusterCount: 9, candidates: 4, seed: seed))
    }
  }

  /// Greedy k-means++ in plain loops, with the numbers that the fast one draws.
  func slowGreedyRows(_ points: DenseMatrix, clusterCount: Int, candidates: Int, seed: UInt64)
    -> [Int]
  {
    func distance(_ left: Int, _ right: Int) -> Double {
      let sum = zip(points.row(left), points.row(right)).reduce(0.0) {
        $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
      }
      return sum > 1e-6 ? sum : 0
    }
    var generator = CounterGenerator(seed: seed, step: UInt64(clusterCount), purpose: 1)
    var rows = [generator.nextIndex(below: points.rowCount)]
    var closest = (0..<points.rowCount).map { distance($0, rows[0]) }
    while rows.count < clusterCount {
      let total = closest.reduce(0, +)
      var best = (row: -1, sum: Double.infinity)
      for _ in 0..<candidates {
        var goal = generator.nextUnit() * total
        let row =
          closest.indices.first { row in
            goal -= closest[row]
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
