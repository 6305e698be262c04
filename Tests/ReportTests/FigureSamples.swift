internal import ClusterScores
internal import Clustering
internal import Experiments
internal import Foundation
internal import Matrices
internal import Report
internal import TestSupport

/// Sweeps over small fixed points, and what is read back from figures of them.
enum FigureSamples {
  /// Thirty rows around three places, more at the first than at the last.
  static let points: FeatureMatrix = {
    var generator = CounterGenerator(seed: 11)
    let places: [[Float]] = [[1, 0, 0.2], [0, 1, 0.1], [0.7, 0.8, -0.4]]
    var elements: [Float] = []
    for row in 0..<30 {
      let place = places[row < 15 ? 0 : row < 24 ? 1 : 2]
      for value in place { elements.append(value + Float(generator.nextUnit() - 0.5) * 0.6) }
    }
    return .dense(DenseMatrix(rowCount: 30, columnCount: 3, elements: elements))
  }()

  static let names = ["love, family, young", "police, murder, city", "war & peace, <b>, world"]

  static func sweep(
    _ points: FeatureMatrix = points, k counts: [Int] = [1, 2, 3, 4, 5, 6],
    algorithms: [Algorithm] = [.kmeans, .ward], restarts: Int = 10
  ) throws -> SweepResult {
    var configuration = RunConfiguration()
    configuration.clusterCounts = counts
    configuration.algorithms = algorithms
    configuration.selection = .silhouette
    configuration.restartCount = restarts
    var seconds = PhaseSeconds()
    return try Sweep(configuration: configuration, pool: WorkerPool(threadCount: 2)).run(
      points, heldOut: nil, distinctRowCount: points.rowCount, seconds: &seconds)
  }

  static func map(_ run: ScoredRun, of points: FeatureMatrix = points) throws -> ClusterMap {
    try ClusterMap(
      points: points, centroids: run.model.centroids, assignment: run.model.assignment,
      pool: WorkerPool(threadCount: 2))
  }

  static func similarity(_ run: ScoredRun) throws -> ClusterSimilarity {
    try ClusterSimilarity(
      centroids: run.model.centroids, sizes: run.model.assignment.sizes(),
      pool: WorkerPool(threadCount: 2))
  }

  /// The figures of a sweep by name, as far as it has them.
  static func figures(
    of result: SweepResult, points: FeatureMatrix = points, names: [String] = names
  ) throws -> [String: [UInt8]] {
    let best = result.best
    return [
      "elbow": ElbowFigure(result)?.svg(),
      "silhouette": SilhouetteFigure(result, names: names)?.svg(),
      "map": MapFigure(try map(best, of: points), of: best, names: names).svg(),
      "heatmap": HeatMapFigure(try similarity(best), names: names).svg(),
    ].compactMapValues { $0 }
  }

  static func expected(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Expected/\(name).svg")
  }

  /// The numbers of the lines that have all of some words, by line.
  static func numbers(_ bytes: [UInt8], linesWith words: String...) -> [[Double]] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { line in words.allSatisfy { line.contains($0) } }
      .map { line in
        let steps = line.split(separator: " d=\"").last ?? ""
        return steps.split { !"0123456789.-".contains($0) }.compactMap { Double($0) }
      }
  }
}
