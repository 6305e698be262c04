public import Matrices

/// Slow, obvious scores in `Double`, to compare the engine with.
public enum ScoreOracles {
  /// A distance between two rows.
  public typealias Distance = (_ first: [Double], _ second: [Double]) -> Double

  /// The square root of the sum of squared differences.
  public static func euclidean(_ first: [Double], _ second: [Double]) -> Double {
    squaredEuclidean(first, second).squareRoot()
  }

  /// The sum of squared differences.
  public static func squaredEuclidean(_ first: [Double], _ second: [Double]) -> Double {
    zip(first, second).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// 1 − the cosine; 1 where a row is zero.
  public static func cosine(_ first: [Double], _ second: [Double]) -> Double {
    let product = zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
    let norms = [first, second].map { $0.reduce(0) { $0 + $1 * $1 }.squareRoot() }
    return norms[0] * norms[1] == 0 ? 1 : 1 - product / (norms[0] * norms[1])
  }

  /// The rows in `Double`.
  public static func rows(_ points: FeatureMatrix) -> [[Double]] {
    let matrix =
      switch points {
      case .dense(let matrix): matrix
      case .sparse(let matrix): matrix.dense()
      }
    return (0..<matrix.rowCount).map { matrix.row($0).map { Double($0) } }
  }

  /// The silhouette of each row, from all pairs.
  public static func silhouettes(
    _ points: FeatureMatrix, labels: [Int32], distance: Distance
  ) -> [Double] {
    let rows = rows(points)
    return rows.indices.map { row in
      let others = rows.indices.filter { $0 != row }
      return silhouette(
        own: labels[row],
        distances: others.map { (labels[$0], distance(rows[row], rows[$0])) })
    }
  }

  /// The silhouette of each unseen row, from all pairs with training rows.
  public static func silhouettes(
    unseen: FeatureMatrix, labels: [Int32], against training: FeatureMatrix,
    trainingLabels: [Int32], distance: Distance
  ) -> [Double] {
    let rows = rows(training)
    return zip(Self.rows(unseen), labels).map { row, label in
      silhouette(
        own: label, distances: zip(trainingLabels, rows).map { ($0, distance(row, $1)) })
    }
  }

  private static func silhouette(own: Int32, distances: [(Int32, Double)]) -> Double {
    var means: [Int32: Double] = [:]
    for label in Set(distances.map(\.0)) {
      let list = distances.filter { $0.0 == label }.map(\.1)
      means[label] = list.reduce(0, +) / Double(list.count)
    }
    guard let inside = means.removeValue(forKey: own), let nearest = means.values.min() else {
      return 0
    }
    return max(inside, nearest) == 0 ? 0 : (nearest - inside) / max(inside, nearest)
  }

  /// The mean of each cluster that has rows, by ascending label, with its rows.
  private static func clusters(
    _ points: FeatureMatrix, _ labels: [Int32]
  ) -> [(mean: [Double], rows: [[Double]])] {
    let rows = rows(points)
    return Set(labels).sorted().map { label in
      let own = zip(labels, rows).filter { $0.0 == label }.map(\.1)
      return (mean(own), own)
    }
  }

  private static func mean(_ rows: [[Double]]) -> [Double] {
    (0..<(rows.first?.count ?? 0)).map { column in
      rows.reduce(0) { $0 + $1[column] } / Double(rows.count)
    }
  }

  /// The Calinski-Harabasz score.
  public static func calinskiHarabasz(_ points: FeatureMatrix, labels: [Int32]) -> Double {
    let clusters = clusters(points, labels)
    let center = mean(rows(points))
    let within = withinSumOfSquares(points, labels: labels)
    let between = clusters.reduce(0) {
      $0 + Double($1.rows.count) * squaredEuclidean($1.mean, center)
    }
    let (n, k) = (Double(labels.count), Double(clusters.count))
    return within == 0 ? 1 : between * (n - k) / (within * (k - 1))
  }

  /// The sum of squared distances of rows to the means of their clusters.
  public static func withinSumOfSquares(_ points: FeatureMatrix, labels: [Int32]) -> Double {
    clusters(points, labels).reduce(0) { sum, cluster in
      sum + cluster.rows.reduce(0) { $0 + squaredEuclidean($1, cluster.mean) }
    }
  }

  /// The Davies-Bouldin score of clusters with distinct means.
  public static func daviesBouldin(_ points: FeatureMatrix, labels: [Int32]) -> Double {
    let clusters = clusters(points, labels)
    let spreads = clusters.map { cluster in
      cluster.rows.reduce(0) { $0 + euclidean($1, cluster.mean) } / Double(cluster.rows.count)
    }
    let worst = clusters.indices.map { first in
      clusters.indices.filter { $0 != first }.map { second in
        (spreads[first] + spreads[second])
          / euclidean(clusters[first].mean, clusters[second].mean)
      }.max() ?? 0
    }
    return worst.reduce(0, +) / Double(worst.count)
  }
}
