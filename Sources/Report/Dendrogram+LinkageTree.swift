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
  ///     follow each other; nil for `leafOrder()`.
  ///   - heightLabel: what heights are.
  ///   - label: what to call some leaves of the tree, which are drawn as one.
  /// - Complexity: O(n).
  public init(
    _ tree: LinkageTree, cut: Assignment?, leafLimit: Int = 30, sizes: [Int]? = nil,
    order: [Int]? = nil, heightLabel: String, label: (_ leaves: [Int]) -> String
  ) {
    let n = tree.leafCount
    precondition(cut.map { $0.labels.count == n } ?? true, "each leaf is in a cluster")
    precondition(sizes.map { $0.count == n } ?? true, "each leaf has a size")
    var sizes = sizes ?? [Int](repeating: 1, count: n)
    var labels = cut.map { $0.labels.map(Optional.some) } ?? [Int32?](repeating: nil, count: n)
    for merge in tree.merges {
      sizes.append(sizes[merge.left] + sizes[merge.right])
      labels.append(labels[merge.left] == labels[merge.right] ? labels[merge.left] : nil)
    }

    let top = tree.top(leafLimit: leafLimit, order: order)
    let rows = VisibleText.grouped(sizes.last ?? n)
    let clusters = cut.map { Set($0.labels).count } ?? 1
    self.init(
      nodes: top.nodes.map { node in
        Node(
          height: node.height, size: sizes[node.cluster], children: node.parts ?? [],
          label: node.parts == nil ? label(top.rows(of: node).sorted()) : "",
          cluster: labels[node.cluster].map(Int.init))
      },
      title: clusters > 1
        ? "\(rows) rows in \(VisibleText.grouped(clusters)) clusters"
        : rows == "1" ? "1 row" : "\(rows) rows",
      heightLabel: heightLabel)
    cutHeight = Self.cutHeight(tree, labels: labels)
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
