internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import ModelStore

/// `kindred tree cut`: another cut of a tree that is there.
struct TreeCutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cut",
    abstract: "Cut a finished tree into k clusters, or at a height, without building it again.",
    discussion: """
      Examples:
        kindred tree cut run/tree --k 12 --out labels12.csv
        kindred tree cut run/tree --height 1.5 --format json
        kindred tree cut run/tree --k 12 --score

      --score takes the rows from the folder's model.h5, which a tree that was made
      with --cut or --height has.
      """)

  @Argument(help: "The folder of a finished tree.", completion: .directory)
  var folder: String

  @Option(help: ArgumentHelp("The number of clusters.", valueName: "n"))
  var k: String?

  @Option(help: ArgumentHelp("The height at which to cut.", valueName: "h"))
  var height: String?

  @Option(
    help: ArgumentHelp("The linkage, when the folder holds several trees.", valueName: "name"),
    completion: .values(Linkage.self))
  var linkage: String?

  @Flag(help: "Score the cut as well.")
  var score = false

  @Option(
    help: ArgumentHelp(
      "Distance of the silhouette: euclidean, sqeuclidean or cosine.", valueName: "name"),
    completion: .values(SilhouetteMetric.self))
  var metric: String?

  @Option(
    help: ArgumentHelp("How labels are written: csv, json, npy or table.", valueName: "format"),
    completion: .list(["csv", "json", "npy", "table"]))
  var format = "csv"

  @Option(
    help: ArgumentHelp("The file to write; standard output without it.", valueName: "file"),
    completion: .file())
  var out: String?

  @OptionGroup var spreadsheet: SpreadsheetOption

  @OptionGroup(title: "Common") var manners: MannersOptions

  private enum LabelFormat: String, CaseIterable { case csv, json, npy, table }

  mutating func run() throws {
    let format: LabelFormat = try OptionParsing.choice(format, option: "--format")
    try ExportCommand.refuseBinary(out, isBinary: format == .npy)
    guard out?.isEmpty != true else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out names nothing",
        hint: "give a file, or leave --out away for standard output")
    }
    guard metric == nil || score else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--metric is for --score",
        hint: "give --score as well, or leave --metric out")
    }
    let silhouetteMetric: SilhouetteMetric =
      try metric.map { try OptionParsing.choice($0, option: "--metric") } ?? .euclidean
    let asked: Linkage? = try linkage.map {
      try OptionParsing.choice($0, option: "--linkage")
    }
    let saved = try SavedTree(folder: folder, linkage: asked)
    let leaves = try cut(saved.tree)
    let assignment = saved.assignment(ofLeaves: leaves)
    let scores = try score ? self.scores(of: assignment, metric: silhouetteMetric) : []
    let bytes = content(saved, assignment, scores: scores, format: format)
    if let out, out != "-" {
      try AtomicFile.write(bytes, to: out, replacing: manners.force)
    } else {
      Terminal.output(bytes)
    }
    guard !manners.quiet else { return }
    let words = scores.map { name, value in
      guard case .number(let score) = value else { return "\(name) \(Facts.plain(value))" }
      return "\(name) \(NumberText.fixed(score, decimals: 4))"
    }
    Terminal.note(
      (["k = \(assignment.clusterCount)"] + words).joined(separator: ", ")
        + (out.map { $0 == "-" ? "" : "; written to \($0)" } ?? ""))
  }

  private func cut(_ tree: LinkageTree) throws -> Assignment {
    switch (k, height) {
    case (let k?, nil):
      return try tree.assignment(
        clusterCount: try OptionParsing.wholeNumber(k, option: "--k", 1...Int(Int32.max)))
    case (nil, let height?):
      return tree.assignment(
        height: try OptionParsing.nonNegative(
          height, option: "--height", hint: "give a height such as 1.5"))
    case (nil, nil):
      throw Complaint(
        code: "usage.cut", exitCode: 64, message: "where to cut is missing",
        hint: "give --k 12, or --height 1.5")
    case (_?, _?):
      throw Complaint(
        code: "usage.cut", exitCode: 64, message: "--k and --height both say where to cut",
        hint: "give one of them")
    }
  }

  /// The scores of a cut over the rows that the folder's model holds.
  private func scores(
    of assignment: Assignment, metric: SilhouetteMetric
  ) throws -> [(String, JSONValue)] {
    let path = "\(folder)/model.h5"
    guard Files.exists(path) else {
      throw Complaint(
        code: "tree.no-rows", exitCode: 66, place: folder,
        message: "holds no rows to score (no model.h5)",
        hint: "make the tree with --cut, or score the labels with kindred score INPUT --labels")
    }
    let model = try ModelFile.read(path: path)
    guard model.features.rowCount == assignment.labels.count else {
      throw Complaint(
        code: "tree.rows", exitCode: 65, place: folder,
        message: "model.h5 has \(model.features.rowCount) rows, the tree"
          + " \(assignment.labels.count)", hint: "make the tree again")
    }
    let pool = WorkerPool()
    let silhouette = Silhouette.score(model.features, [assignment], metric: metric, pool: pool)[0]
    let dispersion = Dispersion.scores(model.features, [assignment], pool: pool)[0]
    let silhouetteReason = silhouette.undefinedReason.map { ("silhouette_reason", $0) }
    let dispersionReason = dispersion.undefinedReason.map { ("dispersion_reason", $0) }
    return [
      ("inertia", .number(dispersion.withinSumOfSquares)),
      ("silhouette", .optional(silhouette.mean)),
      ("calinski_harabasz", .optional(dispersion.calinskiHarabasz)),
      ("davies_bouldin", .optional(dispersion.daviesBouldin)),
    ] + [silhouetteReason, dispersionReason].compactMap { $0.map { ($0.0, .string($0.1)) } }
  }

  private func content(
    _ saved: SavedTree, _ assignment: Assignment, scores: [(String, JSONValue)],
    format: LabelFormat
  ) -> [UInt8] {
    switch format {
    case .npy: return MatrixFile.npyBytes(assignment.labels)
    case .csv:
      var text = "row,id,title,cluster\n"
      for (row, label) in assignment.labels.enumerated() {
        text += "\(saved.rowNumbers[row]),\(CSVText.field(saved.identifiers[row])),"
        text += "\(CSVText.field(saved.titles[row])),\(label)\n"
      }
      return spreadsheet.prepare(text, named: "the labels", manners)
    case .table:
      var table = TextTable(
        ["row", "id", "cluster", "title"], cutting: ["id", "title"], dropping: ["id"])
      for (row, label) in assignment.labels.enumerated() {
        table.add([
          saved.rowNumbers[row], VisibleText.escaping(saved.identifiers[row]), String(label),
          VisibleText.escaping(saved.titles[row]),
        ])
      }
      let width = out == nil || out == "-" ? Terminal.outputWidth : nil
      return Array(table.styled(width: width).plain.utf8)
    case .json:
      let rows = assignment.labels.indices.map { row in
        JSONValue.object([
          ("row", Int(saved.rowNumbers[row]).map(JSONValue.int) ?? .null),
          ("id", .string(saved.identifiers[row])),
          ("title", saved.titles[row].isEmpty ? .null : .string(saved.titles[row])),
          ("cluster", .int(Int(assignment.labels[row]))),
        ])
      }
      let object = JSONValue.object(
        [("k", JSONValue.int(assignment.clusterCount))]
          + scores + [("labels", .array(rows))])
      return Array((object.text + "\n").utf8)
    }
  }
}

/// A tree as a run folder keeps it.
struct SavedTree {
  let tree: LinkageTree
  let rowNumbers: [String]
  let identifiers: [String]
  let titles: [String]
  private let leafOfRow: [Int32]

  /// Reads a tree of a finished run: the one of a linkage, or the only one.
  init(folder: String, linkage: Linkage?) throws {
    guard Files.exists("\(folder)/\(RunFolder.manifestName)") else {
      throw Complaint(
        code: "tree.no-run", exitCode: 66, place: folder,
        message: Files.exists(folder)
          ? "holds no finished run (no \(RunFolder.manifestName))" : "no such folder",
        hint: "make one with kindred tree INPUT --out \(folder)")
    }
    let suffix = try Self.suffix(of: linkage, in: folder)
    let name = "linkage\(suffix).npy"
    let (elements, _, columns) = try MatrixFile.readDoubles(
      try RunFolder.read(name, of: folder))
    guard columns == 4 else {
      throw Complaint(
        code: "tree.columns", exitCode: 65, place: "\(folder)/\(name)",
        message: "has \(columns) columns, a linkage has 4",
        hint: "make the tree again with kindred tree")
    }
    tree = try LinkageTree(linkageMatrix: elements)
    let leaves = "leaves\(suffix).csv"
    let file = try RunFolder.read(leaves, of: folder)
    let table = try CatalogueTable(reading: file)
    let isSafe = file.bytes.starts(with: SpreadsheetText.byteOrderMark)
    let wanted = ["row", "id", "title", "leaf"]
    let places = wanted.compactMap { table.columnNames.firstIndex(of: $0) }
    guard places.count == wanted.count else {
      throw Complaint(
        code: "tree.leaves", exitCode: 65, place: "\(folder)/\(leaves)",
        message: "has not the columns \(wanted.joined(separator: ", "))",
        hint: "make the tree again with kindred tree")
    }
    let cells = { (column: Int) in
      (0..<table.rowCount).map { row in
        let cell = table.cell(row: row, column: places[column])
        return isSafe ? SpreadsheetText.unprotected(cell) : cell
      }
    }
    rowNumbers = cells(0)
    identifiers = cells(1)
    titles = cells(2)
    var numbers: [Int32] = []
    for (row, text) in cells(3).enumerated() {
      guard let leaf = Int32(text), leaf >= 0, leaf < tree.leafCount else {
        throw Complaint(
          code: "tree.leaves", exitCode: 65, place: "\(folder)/\(leaves)",
          message: "leaf '\(text)' of row \(row + 1) is not in the tree",
          hint: "make the tree again with kindred tree")
      }
      numbers.append(leaf)
    }
    leafOfRow = numbers
  }

  /// What the names of a tree's files end in: nothing when it is the folder's only one.
  private static func suffix(of linkage: Linkage?, in folder: String) throws -> String {
    let file = try RunFolder.read("run.json", of: folder)
    let linkages = try RunConfiguration(json: file.bytes, name: "\(folder)/run.json").algorithms
      .compactMap(\.linkage)
    let list = linkages.map(\.rawValue).joined(separator: ", ")
    guard !linkages.isEmpty else {
      throw Complaint(
        code: "tree.no-tree", exitCode: 66, place: folder, message: "holds no tree",
        hint: "make one with kindred tree, or kindred sweep --algorithm ward")
    }
    guard let linkage else {
      if linkages.count == 1 { return "" }
      throw Complaint(
        code: "tree.several", exitCode: 64, place: folder,
        message: "holds \(linkages.count) trees", hint: "name one with --linkage: \(list)")
    }
    guard linkages.contains(linkage) else {
      throw OptionParsing.refuse(
        "--linkage", linkage.rawValue, "the run has no such tree", hint: "it has: \(list)")
    }
    return linkages.count == 1 ? "" : "-\(linkage.rawValue)"
  }

  /// The rows' clusters, numbered by their lowest row.
  func assignment(ofLeaves leaves: Assignment) -> Assignment {
    GrownTree.assignment(ofLeaves: leaves, leafOfRow: leafOfRow)
  }
}
