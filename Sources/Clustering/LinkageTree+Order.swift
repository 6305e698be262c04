public import Matrices

extension LinkageTree {
  /// The most rows that `optimalLeafOrder` takes.
  public static let optimalOrderLimit = 5_000

  /// The rows as the tree lies, n of them: those of the left part of each merge before those of the right
  /// one, as SciPy's `leaves_list`.
  ///
  /// - Complexity: O(n).
  public func leafOrder() -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(leafCount)
    var open = [leafCount + merges.count - 1]
    while let cluster = open.popLast() {
      if cluster < leafCount {
        order.append(cluster)
      } else {
        open.append(merges[cluster - leafCount].right)
        open.append(merges[cluster - leafCount].left)
      }
    }
    return order
  }

  /// The rows in the order of least sum of the distances of neighbors, among all in which every cluster's
  /// rows stand together; n of them.
  ///
  /// Bar-Joseph, Gifford, Jaakkola, "Fast optimal leaf ordering for hierarchical clustering", 2001,
  /// DOI 10.1093/bioinformatics/17.suppl_1.S22.
  ///
  /// Use to draw a dendrogram beside its rows. Do not use for many rows: take the top of the tree first.
  ///
  /// - Parameters:
  ///   - points: the rows, `n×d`.
  ///   - metric: how far apart two rows are.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `ClusteringError.invalidParameter` for more than `optimalOrderLimit` rows.
  /// - Complexity: O(n²·d + n³) time, 8·n² bytes.
  public func optimalLeafOrder(
    of points: FeatureMatrix, metric: LinkageMetric = .euclidean, pool: WorkerPool
  ) throws(ClusteringError) -> [Int] {
    precondition(points.rowCount == leafCount, "a tree and its rows must be of one number")
    guard leafCount <= Self.optimalOrderLimit else {
      throw .invalidParameter(
        name: "leaf order",
        reason: "it takes n² numbers for n rows: at most \(Self.optimalOrderLimit) rows, not "
          + "\(leafCount)")
    }
    return OptimalLeafOrder(self, LinkagePoints(points, metric: metric), pool: pool).rows()
  }

  /// The places that the rows of each cluster take in an order, 2n − 1 ranges by SciPy's numbers, or nil
  /// when the rows of some cluster do not stand together.
  ///
  /// - Complexity: O(n).
  func places(inOrder order: [Int]) -> [Range<Int>]? {
    var places = [Range<Int>](repeating: 0..<0, count: leafCount)
    guard order.count == leafCount else { return nil }
    for (place, row) in order.enumerated() {
      guard (0..<leafCount).contains(row), places[row].isEmpty else { return nil }
      places[row] = place..<place + 1
    }
    places.reserveCapacity(leafCount + merges.count)
    for merge in merges {
      let (left, right) = (places[merge.left], places[merge.right])
      if left.upperBound == right.lowerBound {
        places.append(left.lowerBound..<right.upperBound)
      } else if right.upperBound == left.lowerBound {
        places.append(right.lowerBound..<left.upperBound)
      } else {
        return nil
      }
    }
    return places
  }
}
