/// A tree over rows: which clusters were merged, two by two, and at what height.
///
/// Clusters have SciPy's numbers: row i is cluster i, and merge m makes cluster n + m.
public struct LinkageTree: Sendable, Equatable {
  /// One merge.
  public struct Merge: Sendable, Equatable {
    /// The lower of the numbers of the two clusters.
    public let left: Int
    /// The higher of the two.
    public let right: Int
    /// The distance of the two clusters.
    public let height: Double
    /// The number of rows of the new cluster.
    public let size: Int

    /// Records a merge.
    public init(left: Int, right: Int, height: Double, size: Int) {
      self.left = left
      self.right = right
      self.height = height
      self.size = size
    }
  }

  /// The number of rows (n), at least 1.
  public let leafCount: Int

  /// The merges, n − 1 of them; for a reducible linkage their heights never fall.
  public let merges: [Merge]

  /// A merge as it is found: any row of each of the two clusters, and their distance.
  package struct RowMerge: Sendable, Equatable {
    package let left: Int32
    package let right: Int32
    package let height: Double

    package init(_ left: Int, _ right: Int, height: Double) {
      self.left = Int32(left)
      self.right = Int32(right)
      self.height = height
    }
  }

  /// Numbers merges that were found in an order in which no cluster is merged before it is made.
  ///
  /// With `isMonotonic`, a height that rounding left below one of its parts' is raised to it, and merges
  /// are sorted by height; among equal ones parts come before wholes, then the lowest row decides. So the
  /// numbers do not depend on the order of the merges. Without, the order is kept.
  ///
  /// - Complexity: O(n·log n).
  package init(leafCount: Int, found: [RowMerge], isMonotonic: Bool) {
    precondition(
      leafCount >= 1 && found.count == leafCount - 1, "a tree of n rows has n − 1 merges")
    self.leafCount = leafCount
    let nodes = Self.nodes(leafCount: leafCount, found: found, isMonotonic: isMonotonic)
    var order = Array(nodes.indices)
    if isMonotonic {
      order.sort { left, right in
        let (a, b) = (nodes[left], nodes[right])
        if a.height != b.height { return a.height < b.height }
        return a.level != b.level ? a.level < b.level : a.lowestRow < b.lowestRow
      }
    }
    var numberOfNode = [Int](repeating: 0, count: nodes.count)
    for (place, node) in order.enumerated() { numberOfNode[node] = leafCount + place }
    merges = order.map { index in
      let node = nodes[index]
      let parts = [node.left, node.right].map { $0 < leafCount ? $0 : numberOfNode[$0 - leafCount] }
      return Merge(
        left: min(parts[0], parts[1]), right: max(parts[0], parts[1]), height: node.height,
        size: node.size)
    }
  }

  /// A merge between its finding and its number; parts are rows, or n + the place of a found merge.
  private struct Node {
    let left: Int
    let right: Int
    let height: Double
    let size: Int
    let lowestRow: Int
    /// How many merges of the same height lie one below the other under this one.
    let level: Int
  }

  private static func nodes(
    leafCount: Int, found: [RowMerge], isMonotonic: Bool
  ) -> [Node] {
    var parent = Array(0..<leafCount)
    var clusterOfRoot = Array(0..<leafCount)
    var nodes: [Node] = []
    nodes.reserveCapacity(found.count)
    func root(of row: Int) -> Int {
      var row = row
      while parent[row] != row {
        parent[row] = parent[parent[row]]
        row = parent[row]
      }
      return row
    }
    for merge in found {
      let roots = [root(of: Int(merge.left)), root(of: Int(merge.right))]
      precondition(roots[0] != roots[1], "a merge needs two clusters")
      precondition(!merge.height.isNaN, "a merge needs a height")
      let parts = roots.map { clusterOfRoot[$0] }
      let below = parts.compactMap { $0 < leafCount ? nil : nodes[$0 - leafCount] }
      let height =
        isMonotonic ? below.reduce(merge.height) { max($0, $1.height) } : merge.height
      nodes.append(
        Node(
          left: parts[0], right: parts[1], height: height,
          size: below.reduce(2 - below.count) { $0 + $1.size },
          lowestRow: parts.reduce(leafCount) {
            min($0, $1 < leafCount ? $1 : nodes[$1 - leafCount].lowestRow)
          },
          level: below.reduce(0) { $1.height == height ? max($0, $1.level + 1) : $0 }))
      // The larger cluster's root stays, so that paths are short.
      let sizes = parts.map { $0 < leafCount ? 1 : nodes[$0 - leafCount].size }
      let (kept, joined) = sizes[0] >= sizes[1] ? (roots[0], roots[1]) : (roots[1], roots[0])
      parent[joined] = kept
      clusterOfRoot[kept] = leafCount + nodes.count - 1
    }
    return nodes
  }

  /// Takes over merges in SciPy's numbering, from a file, say.
  ///
  /// - Throws: `ClusteringError.malformedTree` when they are no tree.
  /// - Complexity: O(n).
  public init(leafCount: Int, merges: [Merge]) throws(ClusteringError) {
    func refuse(_ merge: Int, _ reason: String) -> ClusteringError {
      .malformedTree(merge: merge, reason: reason)
    }
    guard leafCount >= 1, merges.count == leafCount - 1 else {
      throw refuse(0, "\(merges.count) merges do not make a tree of \(leafCount) rows")
    }
    var sizes = [Int](repeating: 1, count: leafCount)
    var isMerged = [Bool](repeating: false, count: leafCount + merges.count)
    for (index, merge) in merges.enumerated() {
      guard merge.left != merge.right else {
        throw refuse(index, "a cluster is merged with itself")
      }
      for part in [merge.left, merge.right] {
        guard part >= 0, part < leafCount + index else {
          throw refuse(index, "cluster \(part) is not there yet")
        }
        guard !isMerged[part] else { throw refuse(index, "cluster \(part) is merged twice") }
        isMerged[part] = true
      }
      guard merge.height.isFinite, merge.height >= 0 else {
        throw refuse(index, "the height \(merge.height) is no distance")
      }
      guard merge.size == sizes[merge.left] + sizes[merge.right] else {
        throw refuse(index, "the size is \(merge.size), its parts have other sizes")
      }
      sizes.append(merge.size)
    }
    self.leafCount = leafCount
    self.merges = merges
  }

  /// Whether no merge is lower than one before it.
  ///
  /// - Complexity: O(n).
  public var isMonotonic: Bool {
    zip(merges, merges.dropFirst()).allSatisfy { $0.height <= $1.height }
  }
}
