internal import ClusterScores
package import Clustering
package import Matrices

/// The clusters of a clustering in numbers.
package enum ClusterTable {
  /// A cluster: its size, and means over its rows, nil where there is none.
  package struct Line: Sendable, Equatable {
    /// The number of its rows.
    package let size: Int
    /// The mean silhouette.
    package let silhouette: Double?
    /// The mean cosine between its rows and its center; a row of zeros has cosine 0.
    package let cohesion: Double?
    /// The mean distance of its rows to its center.
    package let distance: Double?
    /// The sum of squared distances of its rows to its center.
    package let inertia: Double
  }

  /// The bytes of `clusters.csv`: `cluster,size,silhouette,cohesion,distance,inertia`, one line a cluster.
  static func csv(_ lines: [Line]) -> String {
    let field = { (value: Double?) in value.map(NumberText.shortest) ?? "" }
    var text = "cluster,size,silhouette,cohesion,distance,inertia\n"
    for (cluster, line) in lines.enumerated() {
      text += "\(cluster),\(line.size),\(field(line.silhouette)),\(field(line.cohesion)),"
      text += "\(field(line.distance)),\(NumberText.shortest(line.inertia))\n"
    }
    return text
  }

  /// Measures the clusters.
  ///
  /// - Complexity: O(nnz + k·d).
  package static func lines(
    points: FeatureMatrix, centroids: DenseMatrix, assignment: Assignment,
    clusterSilhouettes: [Double?], squaredDistances: [Double]
  ) -> [Line] {
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
    return assignment.sizes().enumerated().map { cluster, size in
      let mean = { (sum: Double) in size == 0 ? nil : sum / Double(size) }
      return Line(
        size: size, silhouette: clusterSilhouettes[cluster], cohesion: mean(cosines[cluster]),
        distance: mean(distances[cluster]), inertia: inertias[cluster])
    }
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
