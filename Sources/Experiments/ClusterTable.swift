internal import ClusterScores
internal import Clustering
internal import Matrices

/// The clusters of a clustering as CSV.
enum ClusterTable {
  /// The bytes of `clusters.csv`: `cluster,size,silhouette,cohesion,distance,inertia`, one line a cluster.
  ///
  /// Cohesion is the mean cosine between a cluster's rows and its center; a row of zeros has cosine 0.
  ///
  /// - Complexity: O(nnz + k·d).
  static func csv(
    points: FeatureMatrix, centroids: DenseMatrix, assignment: Assignment,
    clusterSilhouettes: [Double?], squaredDistances: [Double]
  ) -> String {
    let k = assignment.clusterCount
    let centerNorms = (0..<k).map { center in
      centroids.row(center).reduce(0) { $0 + Double($1) * Double($1) }
    }
    var cosines = [Double](repeating: 0, count: k)
    var distances = [Double](repeating: 0, count: k)
    var inertias = [Double](repeating: 0, count: k)
    for (row, label) in assignment.labels.enumerated() {
      let cluster = Int(label)
      let (norm, squared) = (points.squaredNorm(ofRow: row), squaredDistances[row])
      distances[cluster] += squared.squareRoot()
      inertias[cluster] += squared
      let product = (norm * centerNorms[cluster]).squareRoot()
      if product > 0 {
        cosines[cluster] += (norm + centerNorms[cluster] - squared) / (2 * product)
      }
    }
    var text = "cluster,size,silhouette,cohesion,distance,inertia\n"
    for (cluster, size) in assignment.sizes().enumerated() {
      let mean = { (sum: Double) in
        size == 0 ? "" : NumberText.shortest(sum / Double(size))
      }
      let silhouette = clusterSilhouettes[cluster].map(NumberText.shortest) ?? ""
      text += "\(cluster),\(size),\(silhouette),\(mean(cosines[cluster])),"
      text += "\(mean(distances[cluster])),\(NumberText.shortest(inertias[cluster]))\n"
    }
    return text
  }
}

extension FeatureMatrix {
  /// ‖x‖² of a row, in double precision.
  fileprivate func squaredNorm(ofRow row: Int) -> Double {
    switch self {
    case .dense(let matrix): matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }
    case .sparse(let matrix):
      matrix.values[matrix.entries(ofRow: row)].reduce(0) { $0 + Double($1) * Double($1) }
    }
  }
}
