internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import ModelStore

/// `kindred export`: the best, or another, clustering of a finished run.
struct ExportCommand: ParsableCommand {
  /// What can be exported.
  enum Part: String, CaseIterable { case labels, model, tree, report }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the best, or another, clustering of a finished run, without refitting.",
    discussion: """
      Examples:
        kindred export run/films --what labels --format csv --out labels.csv
        kindred export run/films --k 12 --what labels,model \\
          --format csv,npy --out films12
        kindred export run/films --explain 12

      One part goes to the file that --out names; several go into the folder that
      it names, as labels.csv, labels.json, labels.npy and model.h5. A tree is two
      files: linkage.npy and tree.nwk. The report is report.html, of the chosen k.
      """)

  @Argument(help: "A finished run folder.", completion: .directory)
  var folder: String

  @Option(
    help: ArgumentHelp(
      "The number of clusters, or best.", valueName: "n"), completion: .list(["best"]))
  var k = "best"

  @Option(
    help: ArgumentHelp(
      "The algorithm, when the run compared several.", valueName: "name"),
    completion: .values(Algorithm.self))
  var algorithm: String?

  @Option(
    help: ArgumentHelp(
      "What to write: labels, model, tree, report, or a list of them.", valueName: "parts"),
    completion: .values(Part.self))
  var what = "labels"

  @Option(
    help: ArgumentHelp(
      "The formats of the labels: csv, json, npy, table, or a list; csv (--explain: table).",
      valueName: "formats"),
    completion: .list(["csv", "json", "npy", "table"]))
  var format: String?

  @Option(
    help: ArgumentHelp(
      "The file, or the folder for several, or - for standard output.", valueName: "path"),
    completion: .file())
  var out: String?

  @Option(
    help: ArgumentHelp(
      "Write why this k was chosen or was not, to standard output without --out.", valueName: "k"))
  var explain: String?

  @OptionGroup var spreadsheet: SpreadsheetOption

  @OptionGroup(title: "Common") var manners: MannersOptions

  private enum LabelFormat: String, CaseIterable { case csv, json, npy, table }

  mutating func run() throws {
    if let explain {
      let k = try OptionParsing.wholeNumber(explain, option: "--explain", 1...1_000_000)
      return try writeExplanation(of: k)
    }
    guard let out else {
      throw Complaint(
        code: "usage.out", exitCode: 64, message: "--out is missing: where to write",
        hint: "give a file, a folder for several parts, or - for standard output")
    }
    let format = format ?? "csv"
    let parts: [Part] = try OptionParsing.list(what, option: "--what").map {
      try OptionParsing.choice($0, option: "--what")
    }
    let formats: [LabelFormat] = try OptionParsing.list(format, option: "--format").map {
      try OptionParsing.choice($0, option: "--format")
    }
    guard !out.isEmpty else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out names nothing",
        hint: "give a file, or a folder for several")
    }
    guard Files.exists("\(folder)/\(RunFolder.manifestName)") else {
      throw Complaint(
        code: "export.no-run", exitCode: 66, place: folder,
        message: Files.exists(folder)
          ? "holds no finished run (no \(RunFolder.manifestName))" : "no such folder",
        hint: "make one with kindred sweep --out \(folder)")
    }
    if out == "-", parts != [.labels] || formats.count != 1 {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out -: standard output takes one thing",
        hint: "give --what labels and one --format, or a folder")
    }
    let progress = manners.progress("export")
    defer { progress.finish() }
    try Self.refuseBinary(out, isBinary: formats == [.npy])
    var seconds = progress.stopwatch
    var outputs = try parts.contains(.tree) ? treeFiles() : []
    if parts.contains(.report) { outputs.append(try reportFile()) }
    if parts.allSatisfy({ $0 == .tree || $0 == .report }) {
      try seconds.measure(.write) { try write(outputs, to: out) }
      manners.note("\(outputs.map(\.name).joined(separator: ", ")) written to \(out)")
      return
    }
    guard Files.exists("\(folder)/model.h5") else {
      throw Complaint(
        code: "export.no-cut", exitCode: 66, place: folder,
        message: "holds a tree that was not cut (no model.h5)",
        hint: "kindred tree cut \(folder) --k 12 gives labels; --what tree exports the tree")
    }
    var model = try seconds.measure(.read) { try ModelFile.read(path: "\(folder)/model.h5") }
    let record = try seconds.measure(.read) { try clustering(of: model) }
    if let record { model = model.replacing(clustering: record) }

    if out == "-" { return Terminal.output(try labelBytes(model, format: formats[0])) }

    if parts.contains(.labels) {
      let chosen = model
      for format in formats {
        let bytes = try labelBytes(chosen, format: format)
        let ending = format == .table ? "txt" : format.rawValue
        outputs.append(
          ("labels.\(ending)", { try RunFolder.File("", bytes).fill($0) }))
      }
    }
    if parts.contains(.model) {
      let chosen = model
      outputs.append(("model.h5", RunFolder.File.model(chosen).fill))
    }
    try seconds.measure(.write) { try write(outputs, to: out) }
    manners.detail(seconds)
    manners.note("k = \(model.centroids.rowCount) (\(model.algorithm)) written to \(out)")
  }

  /// Refuses what a terminal cannot show.
  static func refuseBinary(_ out: String?, isBinary: Bool) throws {
    guard isBinary, out == nil || out == "-", Terminal.Stream.output.isTerminal else { return }
    throw Complaint(
      code: "usage.binary", exitCode: 64, place: "standard output",
      message: "is a terminal, and npy is no text", hint: "name a file with --out, or pipe it on")
  }

  /// Writes why a k was chosen or was not.
  private func writeExplanation(of k: Int) throws {
    guard self.k == "best", algorithm == nil, what == "labels" else {
      throw Complaint(
        code: "usage.explain", exitCode: 64,
        message: "--explain \(k) writes an explanation, and --k, --algorithm and --what labels",
        hint: "leave them out, or export in two commands")
    }
    guard out?.isEmpty != true else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out names nothing",
        hint: "give a file, or leave --out out")
    }
    let format: CommonOptions.Format = try OptionParsing.choice(
      format ?? "table", option: "--format")
    let text = try ExplainOption.text(k, ofRun: folder, format: format)
    guard let out, out != "-" else { return Terminal.output(text) }
    try AtomicFile.write(Array(text.utf8), to: out, replacing: manners.force)
    manners.note("explanation of k = \(k) written to \(out)")
  }

  /// The files of the folder's trees, as they are.
  private func treeFiles() throws -> [(name: String, fill: (String) throws -> Void)] {
    let suffixes = [""] + Linkage.allCases.map { "-\($0.rawValue)" }
    let names = suffixes.flatMap { ["linkage\($0).npy", "tree\($0).nwk"] }
      .filter { Files.exists("\(folder)/\($0)") }
    guard !names.isEmpty else {
      throw Complaint(
        code: "export.no-tree", exitCode: 66, place: folder, message: "holds no tree",
        hint: "make one with kindred tree, or kindred sweep --algorithm ward")
    }
    return try names.map { name in
      let bytes = try RunFolder.read(name, of: folder).bytes
      return (name, { try RunFolder.File(name, bytes).fill($0) })
    }
  }

  /// The folder's report, which is that of the chosen clustering.
  private func reportFile() throws -> (name: String, fill: (String) throws -> Void) {
    let name = "report.html"
    guard Files.exists("\(folder)/\(name)") else {
      throw Complaint(
        code: "export.no-report", exitCode: 66, place: folder, message: "holds no report",
        hint: "make one with kindred sweep, or kindred cluster --k N")
    }
    if k != "best" || algorithm != nil {
      let model = try ModelFile.read(path: "\(folder)/model.h5")
      let isChosen =
        (k == "best" || Int(k) == model.centroids.rowCount)
        && (algorithm ?? model.algorithm) == model.algorithm
      guard isChosen else {
        throw Complaint(
          code: "export.report-k", exitCode: 64,
          message: "--what report: the folder's report is of k = \(model.centroids.rowCount)"
            + " (\(model.algorithm))",
          hint: "kindred cluster INPUT --k \(k == "best" ? "N" : k)"
            + (algorithm.map { " --algorithm \($0)" } ?? "") + " --out DIR makes one of another")
      }
    }
    let bytes = try RunFolder.read(name, of: folder).bytes
    return (name, { try RunFolder.File(name, bytes).fill($0) })
  }

  /// One output to the named file, several into the named folder.
  private func write(
    _ outputs: [(name: String, fill: (String) throws -> Void)], to out: String
  ) throws {
    if outputs.count == 1, !Files.isFolder(out), !out.hasSuffix("/") {
      try AtomicFile.publish(to: out, replacing: manners.force, outputs[0].fill)
      return
    }
    try AtomicFile.makeFolder(out)
    for output in outputs {
      try AtomicFile.checkTarget("\(out)/\(output.name)", replacing: manners.force)
    }
    for output in outputs {
      try AtomicFile.publish(to: "\(out)/\(output.name)", replacing: manners.force, output.fill)
    }
  }

  /// The clustering that was asked for, or nil for the one that the model holds.
  private func clustering(of model: FittedModel) throws -> RunRecord? {
    let path = "\(folder)/runs.h5"
    let contents = try RunsFile.contents(path: path)
    let wanted = algorithm ?? model.algorithm
    let algorithms = contents.map(\.algorithm)
    guard algorithms.contains(wanted) else {
      let known = contents.reduce(into: [String]()) { names, run in
        if !names.contains(run.algorithm) { names.append(run.algorithm) }
      }
      throw OptionParsing.refuse(
        "--algorithm", wanted,
        "this run has none" + HelpTopics.suggestion(for: wanted, among: known),
        hint: "it has: \(known.joined(separator: ", "))")
    }
    if k == "best" {
      if wanted == model.algorithm { return nil }
      throw Complaint(
        code: "usage.value", exitCode: 64,
        message: "--algorithm \(wanted): the best clustering of this run was made by"
          + " \(model.algorithm)",
        hint: "name a k of \(wanted) with --k")
    }
    guard let count = Int(k) else {
      throw OptionParsing.refuse(
        "--k", k, "neither best nor a number" + HelpTopics.suggestion(for: k, among: ["best"]),
        hint: "give --k best")
    }
    guard
      let record = try RunsFile.read(algorithm: wanted, clusterCount: count, path: path)
    else {
      let counts = contents.filter { $0.algorithm == wanted }.map { String($0.clusterCount) }
      throw OptionParsing.refuse(
        "--k", k, "the run has no such k", hint: "it has: \(counts.joined(separator: ", "))")
    }
    return record
  }

  /// The labels for people, without the distances.
  private func labelTable(_ model: FittedModel) -> String {
    var table = TextTable(
      ["row", "id", "cluster", "silhouette", "title"], cutting: ["id", "title"],
      dropping: ["silhouette", "id"])
    for (row, label) in model.assignment.labels.enumerated() {
      table.add([
        String(model.rowNumbers[row]), VisibleText.escaping(model.rowIdentifiers[row]),
        String(label),
        model.silhouettes.isEmpty ? "-" : NumberText.fixed(model.silhouettes[row], decimals: 4),
        model.titles.isEmpty ? "" : VisibleText.escaping(model.titles[row]),
      ])
    }
    return table.styled(width: out == "-" ? Terminal.outputWidth : nil).plain
  }

  private func labelBytes(_ model: FittedModel, format: LabelFormat) throws -> [UInt8] {
    if format == .npy { return MatrixFile.npyBytes(model.assignment.labels) }
    if format == .table { return Array(labelTable(model).utf8) }
    let distances = try CenterAssignment(
      of: model.features, to: model.centroids, labels: model.assignment,
      pool: WorkerPool()
    ).squaredDistances
    if format == .json {
      let rows = model.assignment.labels.indices.map { row in
        JSONValue.object([
          ("row", .int(model.rowNumbers[row])), ("id", .string(model.rowIdentifiers[row])),
          ("title", model.titles.isEmpty ? .null : .string(model.titles[row])),
          ("cluster", .int(Int(model.assignment.labels[row]))),
          ("silhouette", .optional(model.silhouettes.isEmpty ? nil : model.silhouettes[row])),
          ("distance", .number(distances[row].squareRoot())),
        ])
      }
      let object = JSONValue.object([
        ("k", .int(model.centroids.rowCount)), ("algorithm", .string(model.algorithm)),
        ("inertia", .number(model.inertia)),
        ("scores", .object(model.scores.map { ($0.name, .optional($0.value)) })),
        ("labels", .array(rows)),
      ])
      return Array((object.text + "\n").utf8)
    }
    let csv = LabelTable.csv(
      rowNumbers: model.rowNumbers, identifiers: model.rowIdentifiers, titles: model.titles,
      labels: model.assignment.labels, silhouettes: model.silhouettes,
      squaredDistances: distances)
    return spreadsheet.prepare(csv, named: "the labels", manners)
  }
}
