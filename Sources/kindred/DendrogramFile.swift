internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import Report
internal import TextFeatures

/// `dendrogram.svg` of a run's tree.
enum DendrogramFile {
  /// The words that name a leaf of the picture.
  private static let wordLimit = 4

  /// The file of a picture.
  static func file(_ picture: Dendrogram, suffix: String = "") -> RunFolder.File {
    RunFolder.File("dendrogram\(suffix).svg", picture.svg())
  }

  /// The picture of a tree, its top cut into the clusters of `cut`, one label a row, where there is one.
  static func picture(
    _ grown: GrownTree, metric: LinkageMetric, cut: Assignment?, order: [Int], leafLimit: Int,
    input: PreparedInput
  ) throws -> Dendrogram {
    let tree = grown.tree
    let top = try tree.assignment(clusterCount: min(leafLimit, tree.leafCount))
    let rows = grown.assignment(ofLeaves: top)
    let words = ClusterSummary.summaries(
      of: rows, squaredDistances: [Double](repeating: 0, count: grown.rowCount),
      source: .init(
        terms: input.termRows, displayTerms: input.featureModel?.displayTerms ?? []),
      wordLimit: wordLimit, rowLimit: 1)
    let leafOfRow = grown.leafOfRow ?? Array(0..<Int32(grown.rowCount))
    var firstRow = [Int](repeating: -1, count: tree.leafCount)
    for (row, leaf) in leafOfRow.enumerated().reversed() { firstRow[Int(leaf)] = row }
    let leafCut = cut.map { cut in
      Assignment(trusted: firstRow.map { cut.labels[$0] }, clusterCount: cut.clusterCount)
    }
    var sizes = [Int](repeating: 0, count: tree.leafCount)
    for leaf in leafOfRow { sizes[Int(leaf)] += 1 }
    var picture = Dendrogram(
      tree, cut: leafCut, leafLimit: leafLimit, sizes: sizes, order: order,
      heightLabel: "\(grown.linkage.rawValue) linkage, \(metric.rawValue) distance"
    ) { leaves in
      let row = firstRow[leaves[0]]
      if leaves.count == 1, sizes[leaves[0]] == 1 {
        let title = input.titles.isEmpty ? "" : input.titles[row]
        // What XML cannot hold leaves nothing to read.
        let isReadable = title.unicodeScalars.contains {
          $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
        return isReadable ? title : input.identifiers[row]
      }
      return words[Int(rows.labels[row])].words.map(\.text).joined(separator: ", ")
    }
    if sizes.count <= leafLimit, sizes.allSatisfy({ $0 == 1 }) {
      picture.leafLabel = input.titles.isEmpty ? "row" : "title"
    }
    return picture
  }
}
