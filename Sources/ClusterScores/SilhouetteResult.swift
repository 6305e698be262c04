/// How far apart two rows are, for the silhouette.
public enum SilhouetteMetric: String, Sendable, CaseIterable, Codable {
  /// The straight-line distance; every pair of rows counts, O(n²) at worst.
  case euclidean

  /// The square of the straight-line distance; O(n·k), as it needs only the sums of the clusters.
  case squaredEuclidean = "sqeuclidean"

  /// 1 − the cosine of the angle; O(n·k). A row of zeros is at distance 1 from every other row.
  case cosine
}

/// The silhouettes of one clustering.
public struct SilhouetteResult: Sendable, Equatable {
  /// The silhouette of each row, n numbers in −1...1; empty where it is undefined.
  public let samples: [Double]

  /// The mean over the rows, in −1...1, or nil where it is undefined.
  public let mean: Double?

  /// The mean over the rows of each cluster, k of them; nil for an empty cluster.
  public let clusterMeans: [Double?]

  /// Why there is no silhouette, or nil.
  public let undefinedReason: String?

  /// Collects the silhouettes of rows; sums them in row order.
  init(samples: [Double], labels: [Int32], clusterCount: Int) {
    var sums = [Double](repeating: 0, count: clusterCount)
    var counts = [Int](repeating: 0, count: clusterCount)
    for (row, label) in labels.enumerated() {
      sums[Int(label)] += samples[row]
      counts[Int(label)] += 1
    }
    self.samples = samples
    mean = samples.isEmpty ? nil : samples.reduce(0, +) / Double(samples.count)
    clusterMeans = zip(sums, counts).map { $1 == 0 ? nil : $0 / Double($1) }
    undefinedReason = samples.isEmpty ? "there are no rows" : nil
  }

  /// Says why there are no silhouettes.
  init(undefined reason: String, clusterCount: Int) {
    samples = []
    mean = nil
    clusterMeans = [Double?](repeating: nil, count: clusterCount)
    undefinedReason = reason
  }
}

/// Why scores of a clustering are undefined, or nil: as in scikit-learn, there must be at least 2
/// clusters with rows and fewer of them than rows.
func undefinedReason(occupiedClusterCount: Int, rowCount: Int) -> String? {
  if (2..<max(2, rowCount)).contains(occupiedClusterCount) { return nil }
  return "needs 2 <= k <= n-1, but k = \(occupiedClusterCount) and n = \(rowCount)"
}
