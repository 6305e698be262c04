public import Clustering
public import Matrices

/// How tight clusters are about their means, and how far apart the means are.
///
/// The Calinski-Harabasz score divides the scatter between clusters by that within them. The
/// Davies-Bouldin score is the mean over clusters of the worst (s_i + s_j) / d_ij, where s is the
/// mean distance of a cluster's rows to its mean and d_ij the distance of two means. Both agree with
/// scikit-learn's.
///
/// Use to compare clusterings of the same points when the silhouette is too slow or too fine. Do not
/// use for clusters that are not round about a mean.
///
/// Caliński and Harabasz 1974, doi:10.1080/03610927408827101; Davies and Bouldin 1979,
/// doi:10.1109/TPAMI.1979.4766909.
public enum Dispersion {
  /// The scores of some clusterings of the same points, in the order given.
  ///
  /// - Complexity: for each clustering of k clusters O(n·d + k²·d) with dense rows, and with sparse
  ///   ones O(nnz + Σ_t k_t²), k_t the clusters that have column t; memory O(k² + k·d dense).
  public static func scores(
    _ points: FeatureMatrix, _ assignments: [Assignment], pool: WorkerPool
  ) -> [DispersionScores] {
    for assignment in assignments {
      precondition(
        assignment.labels.count == points.rowCount,
        "a clustering of \(assignment.labels.count) rows cannot score \(points.rowCount) rows")
    }
    switch points {
    case .dense(let matrix):
      return pool.map(assignments.count) { index in
        let clusters = OccupiedClusters(assignments[index])
        return DispersionParts(matrix, clusters).scores(clusters)
      }
    case .sparse(let matrix):
      let postings = matrix.transposed()
      let squaredNorms = (0..<matrix.rowCount).map { points.squaredNorm(of: $0) }
      return pool.map(assignments.count) { index in
        let clusters = OccupiedClusters(assignments[index])
        return DispersionParts(
          matrix, postings: postings, squaredNorms: squaredNorms, clusters
        ).scores(clusters)
      }
    }
  }
}

/// A clustering without its empty clusters.
struct OccupiedClusters {
  /// The cluster of each row, in `0..<count`.
  let labels: [Int]

  /// The number of rows of each cluster, none of them 0.
  let sizes: [Double]

  /// The sizes of all clusters, the empty ones among them.
  let allSizes: [Int]

  /// The number of clusters with rows.
  var count: Int { sizes.count }

  /// Renumbers the clusters that have rows, in their order.
  init(_ assignment: Assignment) {
    allSizes = assignment.sizes()
    var renumbered = [Int](repeating: -1, count: allSizes.count)
    var sizes: [Double] = []
    for (cluster, size) in allSizes.enumerated() where size > 0 {
      renumbered[cluster] = sizes.count
      sizes.append(Double(size))
    }
    self.sizes = sizes
    labels = assignment.labels.map { renumbered[Int($0)] }
  }
}

/// What both scores are made of.
struct DispersionParts {
  /// The sum of squared distances of the rows to the means of their clusters.
  var within = 0.0

  /// The sum over clusters of size times the squared distance of its mean to the mean of all rows.
  var between = 0.0

  /// The mean distance of each cluster's rows to its mean.
  var spreads: [Double]

  /// The distances between means, `count×count`, row-major; only those with row < column are set.
  var meanDistances: [Double]

  /// Parts of 0 for some clusters.
  init(clusterCount: Int) {
    spreads = [Double](repeating: 0, count: clusterCount)
    meanDistances = [Double](repeating: 0, count: clusterCount * clusterCount)
  }

  /// Takes in the squared distances of the rows to the means of their clusters.
  mutating func addRows(squaredDistances: [Double], _ clusters: OccupiedClusters) {
    for (row, squared) in squaredDistances.enumerated() {
      within += squared
      spreads[clusters.labels[row]] += squared.squareRoot()
    }
    for cluster in 0..<clusters.count { spreads[cluster] /= clusters.sizes[cluster] }
  }

  /// The scores.
  func scores(_ clusters: OccupiedClusters) -> DispersionScores {
    let rowCount = clusters.labels.count
    let reason = undefinedReason(occupiedClusterCount: clusters.count, rowCount: rowCount)
    return DispersionScores(
      calinskiHarabasz: reason == nil ? calinskiHarabasz(rowCount: rowCount) : nil,
      daviesBouldin: reason == nil ? daviesBouldin() : nil, withinSumOfSquares: within,
      betweenSumOfSquares: between, undefinedReason: reason, sizes: .init(clusters.allSizes))
  }

  private func calinskiHarabasz(rowCount: Int) -> Double {
    let clusterCount = spreads.count
    if within == 0 { return 1 }
    return between * Double(rowCount - clusterCount) / (within * Double(clusterCount - 1))
  }

  /// Distances up to this much count as 0 where scikit-learn compares them with 0.
  private static let zeroTolerance = 1e-8

  private func daviesBouldin() -> Double {
    let count = spreads.count
    if spreads.allSatisfy({ $0 <= Self.zeroTolerance }) { return 0 }
    var worst = [Double](repeating: 0, count: count)
    var areMeansEqual = true
    for first in 0..<count {
      for second in first + 1..<max(first + 1, count) {
        let distance = meanDistances[first * count + second]
        if distance > Self.zeroTolerance { areMeansEqual = false }
        guard distance > 0 else { continue }
        let ratio = (spreads[first] + spreads[second]) / distance
        worst[first] = max(worst[first], ratio)
        worst[second] = max(worst[second], ratio)
      }
    }
    return areMeansEqual ? 0 : worst.reduce(0, +) / Double(count)
  }
}
