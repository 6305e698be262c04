internal import Catalogue
internal import Clustering

/// The files of a tree in a run folder.
public enum TreePublication {
  /// `linkage.npy`, `tree.nwk`, `leaves.csv` and `heights.csv` of a tree.
  ///
  /// - Parameters:
  ///   - grown: the tree.
  ///   - order: the leaves from left to right.
  ///   - input: the rows, for their titles and identifiers.
  ///   - suffix: what tells several trees of a folder apart, such as `-average`; empty for the only one.
  /// - Complexity: O(n).
  public static func files(
    _ grown: GrownTree, order: [Int], input: PreparedInput, suffix: String = ""
  ) -> [RunFolder.File] {
    let tree = grown.tree
    return [
      RunFolder.File(
        "linkage\(suffix).npy",
        MatrixFile.npyBytes(
          doubles: tree.linkageMatrix(), rowCount: tree.merges.count, columnCount: 4)),
      RunFolder.File(
        "tree\(suffix).nwk", Array((tree.newick(names: leafNames(grown, input)) + "\n").utf8)),
      RunFolder.File(
        "leaves\(suffix).csv", Array(leafTable(grown, order: order, input: input).utf8)),
      RunFolder.File("heights\(suffix).csv", Array(heightTable(tree).utf8)),
    ]
  }

  /// A name for each leaf: the row's title, or its identifier; a micro-cluster's number.
  public static func leafNames(_ grown: GrownTree, _ input: PreparedInput) -> [String] {
    guard grown.leafOfRow == nil else {
      return (0..<grown.tree.leafCount).map { "micro-cluster \($0)" }
    }
    return (0..<grown.tree.leafCount).map {
      input.titles.isEmpty || input.titles[$0].isEmpty ? input.identifiers[$0] : input.titles[$0]
    }
  }

  /// One line a row: its leaf, and the leaf's place from left to right.
  private static func leafTable(
    _ grown: GrownTree, order: [Int], input: PreparedInput
  ) -> String {
    var place = [Int](repeating: 0, count: order.count)
    for (position, leaf) in order.enumerated() { place[leaf] = position }
    var text = "row,id,title,leaf,place\n"
    for row in 0..<grown.rowCount {
      let leaf = grown.leafOfRow.map { Int($0[row]) } ?? row
      text += String(input.rowNumbers[row]) + "," + CSVText.field(input.identifiers[row]) + ","
      if !input.titles.isEmpty { text += CSVText.field(input.titles[row]) }
      text += ",\(leaf),\(place[leaf])\n"
    }
    return text
  }

  /// One line for each k: the heights between which a cut gives k clusters.
  private static func heightTable(_ tree: LinkageTree) -> String {
    var text = "k,from,to,gap\n"
    for gap in tree.heightGaps(limit: 1_000) {
      let upper = gap.upper.isFinite ? NumberText.shortest(gap.upper) : ""
      let width = gap.upper.isFinite ? NumberText.shortest(gap.width) : ""
      text += "\(gap.clusterCount),\(NumberText.shortest(gap.lower)),\(upper),\(width)\n"
    }
    return text
  }
}
