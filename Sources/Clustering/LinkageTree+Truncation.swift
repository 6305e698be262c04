extension LinkageTree {
  /// The part of a tree above its last few clusters, for a figure.
  public struct Top: Sendable, Equatable {
    /// A cluster of the part.
    public struct Node: Sendable, Equatable {
      /// Its number in the whole tree: a row below n, a merge above.
      public let cluster: Int
      /// The height of its merge; 0 for a row.
      public let height: Double
      /// The places of its rows in `rowOrder`; as many as it has rows.
      public let places: Range<Int>
      /// The places in `nodes` of what it was merged of, in the order of their rows; nil for a leaf.
      public let parts: [Int]?

      /// The number of its rows.
      public var size: Int { places.count }
    }

    /// The clusters: first the leaves in the order of their rows, then merges, parts before wholes.
    public let nodes: [Node]

    /// The number of leaves; there is one merge fewer.
    public let leafCount: Int

    /// All rows as the tree lies, n of them.
    public let rowOrder: [Int]

    /// The rows of a cluster as the tree lies.
    ///
    /// - Complexity: O(1).
    public func rows(of node: Node) -> ArraySlice<Int> { rowOrder[node.places] }
  }

  /// The last merges, as many as leave a given number of leaves.
  ///
  /// - Parameters:
  ///   - leafLimit: the most leaves (p), at least 1.
  ///   - order: rows in an order in which those of each cluster stand together, n of them; nil for
  ///     `leafOrder()`.
  /// - Complexity: O(n + p·log p).
  public func top(leafLimit: Int, order: [Int]? = nil) -> Top {
    precondition(leafLimit >= 1, "a tree has at least one leaf")
    let order = order ?? leafOrder()
    guard let places = places(inOrder: order) else {
      preconditionFailure("the rows of each cluster must stand together in an order")
    }
    let first = merges.count - min(merges.count, leafLimit - 1)
    let kept = merges[first...]
    var leaves = kept.flatMap { [$0.left, $0.right] }.filter { $0 < leafCount + first }
    if kept.isEmpty { leaves = [leafCount + merges.count - 1] }
    leaves.sort { places[$0].lowerBound < places[$1].lowerBound }
    var nodes = leaves.map { cluster in
      Top.Node(
        cluster: cluster, height: cluster < leafCount ? 0 : merges[cluster - leafCount].height,
        places: places[cluster], parts: nil)
    }
    var nodeOfLeaf: [Int: Int] = [:]
    for (node, leaf) in leaves.enumerated() { nodeOfLeaf[leaf] = node }
    for (index, merge) in kept.enumerated() {
      let cluster = leafCount + first + index
      let parts = [merge.left, merge.right].sorted {
        places[$0].lowerBound < places[$1].lowerBound
      }
      nodes.append(
        Top.Node(
          cluster: cluster, height: merge.height, places: places[cluster],
          parts: parts.map { nodeOfLeaf[$0] ?? leaves.count + $0 - leafCount - first }))
    }
    return Top(nodes: nodes, leafCount: leaves.count, rowOrder: order)
  }

  /// Between which heights a cut leaves a number of clusters.
  public struct HeightGap: Sendable, Equatable {
    /// The number of clusters (k).
    public let clusterCount: Int
    /// A cut at this height or above leaves no more than k clusters.
    public let lower: Double
    /// A cut below this height leaves no fewer; infinite for one cluster.
    public let upper: Double

    /// How far the cut may move; 0 when no height leaves k clusters.
    public var width: Double { upper - lower }
  }

  /// The heights between which 1, 2, … clusters are left, for `assignment(height:)`.
  ///
  /// - Parameter limit: the most clusters asked for, at least 1.
  /// - Returns: one gap for each k from 1 to `limit`, or to n if that is less.
  /// - Complexity: O(n·log n).
  public func heightGaps(limit: Int) -> [HeightGap] {
    precondition(limit >= 1, "there is at least one cluster")
    let heights = greatestHeights().sorted()
    return (1...min(limit, leafCount)).map { count in
      HeightGap(
        clusterCount: count, lower: count == leafCount ? 0 : heights[leafCount - count - 1],
        upper: count == 1 ? .infinity : heights[leafCount - count])
    }
  }
}
