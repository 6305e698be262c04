/// A flat clustering: one label a row; algorithms make it, scores take it.
public struct Assignment: Sendable, Hashable {
  /// The cluster of each row, n labels in `0..<clusterCount`.
  public let labels: [Int32]

  /// The number of clusters (k); some may be empty.
  public let clusterCount: Int

  /// Makes a clustering of labels.
  ///
  /// - Throws: `ClusteringError.labelOutOfRange` when a label is not in `0..<clusterCount`.
  /// - Complexity: O(n).
  public init(labels: [Int32], clusterCount: Int) throws(ClusteringError) {
    for (row, label) in labels.enumerated() where label < 0 || Int(label) >= clusterCount {
      throw .labelOutOfRange(row: row, label: Int(label), clusterCount: clusterCount)
    }
    self.labels = labels
    self.clusterCount = clusterCount
  }

  /// Takes over labels that are known to lie in range.
  package init(trusted labels: [Int32], clusterCount: Int) {
    self.labels = labels
    self.clusterCount = clusterCount
  }

  /// The number of rows in each cluster, k of them.
  ///
  /// - Complexity: O(n + k).
  public func sizes() -> [Int] {
    var sizes = [Int](repeating: 0, count: clusterCount)
    for label in labels { sizes[Int(label)] += 1 }
    return sizes
  }

  /// The rows of each cluster, ascending, k lists.
  ///
  /// - Complexity: O(n + k).
  public func members() -> [[Int]] {
    var members = [[Int]](repeating: [], count: clusterCount)
    for (row, label) in labels.enumerated() { members[Int(label)].append(row) }
    return members
  }
}
