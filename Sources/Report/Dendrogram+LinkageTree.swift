internal import Catalogue
public import Clustering

extension Dendrogram {
  /// The last merges of a tree, with what lies below them drawn as leaves.
  ///
  /// - Parameters:
  ///   - tree: the tree, over n leaves.
  ///   - cut: the clusters to tell apart, by leaf of the tree; nil for none.
  ///   - leafLimit: the most leaves that are drawn, at least 1.
  ///   - sizes: how many rows each leaf of the tree stands for; nil for one each.
  ///   - order: the leaves of the tree from the top of the picture down, so that those below each merge
  ///     follow each other; nil puts the lower of two clusters' numbers on top.
  ///   - heightLabel: what heights are.
  ///   - label: what to call some leaves of the tree, which are drawn as one.
  /// - Complexity: O(n).
  public init(
    _ tree: LinkageTree, cut: Assignment?, leafLimit: Int = 30, sizes: [Int]? = nil,
    order: [Int]? = nil, heightLabel: String, label: (_ leaves: [Int]) -> String
  ) {
    let n = tree.leafCount
    precondition(leafLimit >= 1, "a picture of a tree has at least one leaf")
    precondition(cut.map { $0.labels.count == n } ?? true, "each leaf is in a cluster")
    precondition(sizes.map { $0.count == n } ?? true, "each leaf has a size")
    precondition(order.map { $0.count == n } ?? true, "each leaf has a place")
    let facts = Facts(tree, cut: cut, sizes: sizes, order: order)

    // Clusters that no drawn merge is made of are leaves: the last merges are drawn.
    let firstDrawn = max(0, n - leafLimit)
    var place: [Int: Int] = [:]
    var nodes: [Node] = []
    func append(_ cluster: Int, children: [Int], label: String) {
      place[cluster] = nodes.count
      nodes.append(
        Node(
          height: cluster < n ? 0 : tree.merges[cluster - n].height, size: facts.sizes[cluster],
          children: children, label: label, cluster: facts.labels[cluster].map(Int.init)))
    }
    func appendLeaf(_ cluster: Int) {
      append(cluster, children: [], label: label(tree.leaves(below: cluster)))
    }
    if firstDrawn == n - 1 { appendLeaf(n + tree.merges.count - 1) }
    for index in firstDrawn..<max(firstDrawn, tree.merges.count) {
      let merge = tree.merges[index]
      let parts = [merge.left, merge.right]
      for part in parts where part < n + firstDrawn { appendLeaf(part) }
      let upper = parts.sorted { facts.positions[$0] < facts.positions[$1] }
      append(n + index, children: upper.compactMap { place[$0] }, label: "")
    }

    let rows = VisibleText.grouped(facts.sizes.last ?? n)
    let clusters = cut.map { Set($0.labels).count } ?? 1
    self.init(
      nodes: nodes,
      title: clusters > 1
        ? "\(rows) rows in \(VisibleText.grouped(clusters)) clusters"
        : rows == "1" ? "1 row" : "\(rows) rows",
      heightLabel: heightLabel)
    cutHeight = Self.cutHeight(tree, labels: facts.labels)
  }

  /// What is known of each cluster of a tree, leaves first.
  private struct Facts {
    /// The rows in it.
    var sizes: [Int]
    /// The cluster of the cut that all of it belongs to.
    var labels: [Int32?]
    /// Its highest place in the picture.
    var positions: [Int]

    init(_ tree: LinkageTree, cut: Assignment?, sizes: [Int]?, order: [Int]?) {
      let n = tree.leafCount
      self.sizes = sizes ?? [Int](repeating: 1, count: n)
      labels = cut.map { $0.labels.map(Optional.some) } ?? [Int32?](repeating: nil, count: n)
      positions = [Int](repeating: 0, count: n)
      for (position, leaf) in (order ?? Array(0..<n)).enumerated() { positions[leaf] = position }
      for merge in tree.merges {
        self.sizes.append(self.sizes[merge.left] + self.sizes[merge.right])
        labels.append(labels[merge.left] == labels[merge.right] ? labels[merge.left] : nil)
        positions.append(
          order == nil ? positions.count : min(positions[merge.left], positions[merge.right]))
      }
    }
  }

  /// Halfway between the highest merge inside a cluster and the lowest between clusters.
  private static func cutHeight(_ tree: LinkageTree, labels: [Int32?]) -> Double? {
    var (inside, between) = (0.0, Double.infinity)
    for (merge, label) in zip(tree.merges, labels.dropFirst(tree.leafCount)) {
      if label == nil {
        between = min(between, merge.height)
      } else {
        inside = max(inside, merge.height)
      }
    }
    return between.isFinite && labels.first != .some(nil) && inside < between
      ? inside + (between - inside) / 2 : nil
  }
}

extension LinkageTree {
  /// The leaves of a cluster, by rising number.
  fileprivate func leaves(below cluster: Int) -> [Int] {
    var found: [Int] = []
    var pending = [cluster]
    while let part = pending.popLast() {
      if part < leafCount {
        found.append(part)
      } else {
        pending.append(merges[part - leafCount].left)
        pending.append(merges[part - leafCount].right)
      }
    }
    return found.sorted()
  }
}
