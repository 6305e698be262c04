import Clustering
import Experiments
import Matrices

/// Runs of one sweep that differ in what they hold.
enum SampleRuns {
  /// Two algorithms, dense and sparse centroids, with and without silhouettes; 9 rows, 40 columns.
  static func mixed() throws -> [RunRecord] {
    [
      try run("kmeans", 12, density: 0.1),
      try run("kmeans", 2, density: 1),
      try run("mini_batch-2", 2, density: 0.2, silhouettes: []),
      try run("kmeans", 12_345, rowCount: 9, density: 0.01),
      try run("kmeans", 1, density: 0, silhouettes: [], scores: []),
    ]
  }

  /// One run; about `density` of its centroids' elements are not zero.
  static func run(
    _ algorithm: String, _ clusterCount: Int, rowCount: Int = 9, columnCount: Int = 40,
    density: Double, silhouettes: [Double]? = nil, scores: [FittedModel.Score]? = nil
  ) throws -> RunRecord {
    var generator = CounterGenerator(seed: UInt64(clusterCount))
    let elements = (0..<clusterCount * columnCount).map { _ in
      let share = Float(generator.nextIndex(below: 1 << 20)) / Float(1 << 20)
      return Double(share) < density ? share / 3 - 0.01 : 0
    }
    let labels = (0..<rowCount).map { _ in Int32(generator.nextIndex(below: clusterCount)) }
    return RunRecord(
      algorithm: algorithm,
      centroids: DenseMatrix(
        rowCount: clusterCount, columnCount: columnCount, elements: elements),
      assignment: try Assignment(labels: labels, clusterCount: clusterCount),
      inertia: 1 / Double(clusterCount), iterationCount: clusterCount + 5,
      didConverge: clusterCount % 2 == 0,
      silhouettes: silhouettes ?? (0..<rowCount).map { 1 / Double($0 + 1) },
      scores: scores ?? [
        FittedModel.Score(name: "davies_bouldin", value: nil),
        FittedModel.Score(name: "silhouette", value: 0.1 + 0.2),
      ])
  }
}
