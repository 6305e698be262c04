import ClusterScores
import Clustering
import Matrices
import Testing

/// What every score of points and labels owes, over seeds.
@Suite struct ScoreContractTests {
  static let seeds: Range<Int> = 0..<10

  private static let pool = WorkerPool(threadCount: 2)

  /// Dense rows, the same rows as a sparse matrix, and unit rows.
  private static func draw(_ seed: Int) throws -> (points: [FeatureMatrix], labels: Assignment) {
    var data = ScoreData(seed: seed)
    let sparse = data.sparse(rowCount: 70, columnCount: 25, isUnit: false)
    let unit = data.sparse(rowCount: 70, columnCount: 25, isUnit: true)
    let labels = try data.assignment(rowCount: 70, clusterCount: 5)
    return (
      [
        .dense(data.dense(rowCount: 70, columnCount: 6)), .sparse(sparse), .sparse(unit),
        .dense(sparse.dense()),
      ], labels
    )
  }

  private static func silhouettes(
    _ points: FeatureMatrix, _ labels: Assignment, _ metric: SilhouetteMetric,
    threads: Int = 2
  ) -> SilhouetteResult {
    Silhouette.score(points, [labels], metric: metric, pool: WorkerPool(threadCount: threads))[0]
  }

  @Test(arguments: seeds, SilhouetteMetric.allCases)
  func silhouettesLieBetweenMinusOneAndOne(seed: Int, metric: SilhouetteMetric) throws {
    let (samples, labels) = try Self.draw(seed)
    for points in samples {
      let result = Self.silhouettes(points, labels, metric)
      #expect(result.samples.count == 70, "seed \(seed)")
      #expect(result.samples.allSatisfy { $0 >= -1 && $0 <= 1 }, "seed \(seed)")
      let mean = result.samples.reduce(0) { $0 + Double($1) } / 70
      #expect(abs((result.mean ?? .nan) - mean) < 1e-6, "seed \(seed)")
    }
  }

  @Test(arguments: seeds, SilhouetteMetric.allCases)
  func clustersOfOtherNamesScoreTheSame(seed: Int, metric: SilhouetteMetric) throws {
    let (samples, labels) = try Self.draw(seed)
    let renamed = try Assignment(labels: labels.labels.map { 4 - $0 }, clusterCount: 5)
    for points in samples {
      let first = Self.silhouettes(points, labels, metric)
      let second = Self.silhouettes(points, renamed, metric)
      #expect(isSame(first.samples, second.samples), "seed \(seed)")
      let (left, right) = (Self.dispersion(points, labels), Self.dispersion(points, renamed))
      #expect(isSame(left, right), "seed \(seed)")
    }
  }

  @Test(arguments: seeds, SilhouetteMetric.allCases)
  func rowsInAnotherOrderHaveTheirOwnSilhouettes(seed: Int, metric: SilhouetteMetric) throws {
    let (samples, labels) = try Self.draw(seed)
    let order = Array((0..<70).reversed())
    let moved = try Assignment(labels: order.map { labels.labels[$0] }, clusterCount: 5)
    for case .dense(let points) in samples {
      let turned = FeatureMatrix.dense(points.selecting(rows: order))
      let first = Self.silhouettes(.dense(points), labels, metric).samples
      let second = Self.silhouettes(turned, moved, metric).samples
      #expect(isSame(order.map { first[$0] }, second), "seed \(seed)")
      #expect(
        isSame(Self.dispersion(.dense(points), labels), Self.dispersion(turned, moved)),
        "seed \(seed)")
    }
  }

  @Test(arguments: seeds, SilhouetteMetric.allCases)
  func denseAndSparseRowsScoreTheSame(seed: Int, metric: SilhouetteMetric) throws {
    let (samples, labels) = try Self.draw(seed)
    let (sparse, dense) = (samples[1], samples[3])
    #expect(
      isSame(
        Self.silhouettes(sparse, labels, metric).samples,
        Self.silhouettes(dense, labels, metric).samples), "seed \(seed)")
    #expect(isSame(Self.dispersion(sparse, labels), Self.dispersion(dense, labels)), "seed \(seed)")
  }

  @Test(arguments: seeds)
  func threadsChangeNoBit(seed: Int) throws {
    let (samples, labels) = try Self.draw(seed)
    for points in samples {
      let kept = points
      let dispersion = Dispersion.scores(points, [labels], pool: WorkerPool(threadCount: 1))
      for threads in [1, 2, 3, 8] {
        #expect(
          Dispersion.scores(points, [labels], pool: WorkerPool(threadCount: threads)) == dispersion,
          "seed \(seed), \(threads) threads")
      }
      #expect(points == kept, "the points were changed")
    }
  }

  private static func dispersion(_ points: FeatureMatrix, _ labels: Assignment) -> [Double] {
    let scores = Dispersion.scores(points, [labels], pool: pool)[0]
    return [
      scores.calinskiHarabasz ?? -1, scores.daviesBouldin ?? -1, scores.withinSumOfSquares,
      scores.betweenSumOfSquares,
    ]
  }

  /// Sums in another order are rounded in another way.
  private func isSame<Number: BinaryFloatingPoint>(_ left: [Number], _ right: [Number]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy {
        isNear(Double($0), Double($1), relative: 1e-6, absolute: 1e-6)
      }
  }
}
