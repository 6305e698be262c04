/// The top of a tree as a picture: what to draw, without any coordinates.
///
/// Use for the last merges of a tree; each leaf stands for a cluster of rows and is a line of text.
/// Do not use for every row of thousands: a leaf takes a line.
public struct Dendrogram: Sendable, Equatable {
  /// A leaf, or the merge of two nodes.
  public struct Node: Sendable, Equatable {
    /// The height of the merge that made it, at least 0; 0 for a single row.
    public var height: Double

    /// The number of rows below.
    public var size: Int

    /// The places of the two nodes that were merged, the upper one first; empty for a leaf.
    public var children: [Int]

    /// What a leaf is about; not drawn for merges.
    public var label: String

    /// The number of the cluster that all rows below belong to; nil where they belong to several.
    public var cluster: Int?

    /// Describes a node.
    public init(height: Double, size: Int, children: [Int] = [], label: String = "", cluster: Int?)
    {
      self.height = height
      self.size = size
      self.children = children
      self.label = label
      self.cluster = cluster
    }
  }

  /// The nodes, parts before what is made of them; the last is the root.
  public let nodes: [Node]

  /// The heading.
  public var title: String

  /// What the axis of heights shows, such as the linkage and the metric.
  public var heightLabel: String

  /// What the labels of leaves are.
  public var leafLabel = "words"

  /// The colors of the clusters; without them colors take turns from the top down.
  public var colors: ClusterColors?

  /// Where the tree is cut; nil when it is not, or when no height parts the clusters.
  public var cutHeight: Double?

  /// The leaves from the top of the picture down.
  let leaves: [Int]

  /// Takes over nodes.
  ///
  /// - Complexity: O(nodes).
  public init(nodes: [Node], title: String, heightLabel: String) {
    precondition(!nodes.isEmpty, "a tree has a root")
    var isPart = [Bool](repeating: false, count: nodes.count)
    for (place, node) in nodes.enumerated() {
      precondition(
        node.height.isFinite && node.height >= 0, "heights are distances: finite, at least 0")
      precondition(node.children.isEmpty || node.children.count == 2, "a merge has two parts")
      for child in node.children {
        precondition(child >= 0 && child < place, "parts come before what is made of them")
        precondition(!isPart[child], "a node is part of one merge")
        isPart[child] = true
      }
    }
    precondition(
      isPart.dropLast().allSatisfy { $0 }, "all nodes are part of the last one")
    self.nodes = nodes
    self.title = title
    self.heightLabel = heightLabel
    leaves = Self.leaves(of: nodes)
  }

  private static func leaves(of nodes: [Node]) -> [Int] {
    var found: [Int] = []
    var pending = [nodes.count - 1]
    while let place = pending.popLast() {
      if nodes[place].children.isEmpty {
        found.append(place)
      } else {
        pending += nodes[place].children.reversed()
      }
    }
    return found
  }
}
