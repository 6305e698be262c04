/// Scores of one clustering that need the means of its clusters and no pairs of rows.
public struct DispersionScores: Sendable, Equatable {
  /// The numbers of rows in a clustering's clusters; clusters without rows count.
  public struct Sizes: Sendable, Equatable {
    /// The number of rows of the smallest cluster.
    public let min: Int

    /// The median number of rows; between the two middle clusters when k is even.
    public let median: Double

    /// The number of rows of the largest cluster.
    public let max: Int

    /// The number of clusters of one row.
    public let singletonCount: Int

    /// Orders the sizes of k clusters; all are 0 when k is.
    init(_ sizes: [Int]) {
      let ordered = sizes.sorted()
      min = ordered.first ?? 0
      max = ordered.last ?? 0
      singletonCount = ordered.count { $0 == 1 }
      let middle = ordered.count / 2
      if ordered.isEmpty {
        median = 0
      } else if ordered.count % 2 == 1 {
        median = Double(ordered[middle])
      } else {
        median = Double(ordered[middle - 1] + ordered[middle]) / 2
      }
    }
  }

  /// The Calinski-Harabasz score, at least 0, higher is better; nil where it is undefined.
  public let calinskiHarabasz: Double?

  /// The Davies-Bouldin score, at least 0, lower is better; nil where it is undefined.
  public let daviesBouldin: Double?

  /// The sum of squared distances of the rows to the means of their clusters.
  public let withinSumOfSquares: Double

  /// The sum over clusters of size times the squared distance of the mean to the mean of all rows.
  public let betweenSumOfSquares: Double

  /// Why the two scores are undefined, or nil.
  public let undefinedReason: String?

  /// The numbers of rows in the clusters.
  public let sizes: Sizes
}
