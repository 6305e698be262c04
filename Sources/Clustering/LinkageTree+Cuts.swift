extension LinkageTree {
  /// The clustering of k clusters: all merges done but the last k − 1.
  ///
  /// Clusters are numbered by their lowest row.
  ///
  /// - Parameter clusterCount: k, 1 to n.
  /// - Throws: `ClusteringError.invalidParameter`, `.tooFewRows`.
  /// - Complexity: O(n).
  public func assignment(clusterCount: Int) throws(ClusteringError) -> Assignment {
    guard clusterCount >= 1 else {
      throw .invalidParameter(name: "k", reason: "there must be at least one cluster")
    }
    guard clusterCount <= leafCount else {
      throw .tooFewRows(found: leafCount, required: clusterCount)
    }
    return assignment { merge in merge < leafCount - clusterCount }
  }

  /// The clustering of all merges up to a height, as SciPy's `fcluster` by distance: rows are together when
  /// no merge on the way between them is higher.
  ///
  /// Clusters are numbered by their lowest row.
  ///
  /// - Complexity: O(n).
  public func assignment(height: Double) -> Assignment {
    let greatest = greatestHeights()
    return assignment { greatest[$0] <= height }
  }

  /// The greatest height of each merge and those below it, n − 1; where heights fall, it counts for cuts.
  ///
  /// - Complexity: O(n).
  func greatestHeights() -> [Double] {
    var greatest = merges.map(\.height)
    for (index, merge) in merges.enumerated() {
      for part in [merge.left, merge.right] where part >= leafCount {
        greatest[index] = max(greatest[index], greatest[part - leafCount])
      }
    }
    return greatest
  }

  /// The clustering of the merges that are done; what is below a done merge must be done too.
  private func assignment(isDone: (_ merge: Int) -> Bool) -> Assignment {
    // From the top: a cluster belongs to the whole that it is part of, if that merge was done.
    var top = Array(0..<leafCount + merges.count)
    for index in merges.indices.reversed() where isDone(index) {
      let whole = top[leafCount + index]
      top[merges[index].left] = whole
      top[merges[index].right] = whole
    }
    var labelOfTop = [Int32](repeating: -1, count: top.count)
    var count: Int32 = 0
    let labels = (0..<leafCount).map { row in
      let cluster = top[row]
      if labelOfTop[cluster] < 0 {
        labelOfTop[cluster] = count
        count += 1
      }
      return labelOfTop[cluster]
    }
    return Assignment(trusted: labels, clusterCount: Int(count))
  }
}
