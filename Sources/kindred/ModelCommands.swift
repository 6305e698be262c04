internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import ModelStore

/// `kindred predict`: labels for rows that a model has not seen.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Label rows that a model has not seen.",
    discussion: """
      Examples:
        kindred predict run/films/model.h5 new.csv --out labels.csv
        zcat new.csv.gz | kindred predict run/films - --out labels.csv

      The file holds row,id,title,cluster,silhouette,distance; the silhouette is
      against the training clusters.
      """)

  @Argument(
    help: "A model.h5, or the run folder that holds it.", completion: .file(extensions: ["h5"]))
  var model: String

  @Argument(
    help: "New rows: a catalogue with the model's text columns, or a matrix.", completion: .input)
  var input: String

  @Option(
    help: ArgumentHelp(
      "The CSV file to write, or - for standard output.", valueName: "file"), completion: .file())
  var out: String

  @OptionGroup var spreadsheet: SpreadsheetOption

  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    if out != "-" {
      try AtomicFile.checkTarget(out, replacing: common.force)
      try Files.check(input, against: out)
    }
    let pool = try resources.pool()
    let progress = common.progress("predict")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    let trained = try seconds.measure(.read) { try ModelFile.read(path: Self.modelPath(model)) }
    let run = try RunConfiguration(json: Array(trained.provenance.options.utf8), name: model)
    let file = try seconds.measure(.read) { try resources.read(input) }
    guard file.holdsMatrix == (trained.featureModel == nil) else {
      throw InputError(
        kind: .usage, code: "predict.other-kind", file: file.name,
        message: "the model was fitted to \(trained.featureModel == nil ? "a matrix" : "texts")",
        hint: "give rows of the same kind")
    }
    try source.check(for: file)
    common.detail(file)
    var configuration = RunConfiguration()
    configuration.textColumns = trained.provenance.textColumns
    try source.apply(to: &configuration)
    let prepared = try ReadColumns.telling(
      trained.provenance.textColumns,
      remedy: "name those that there are with --text, which makes labels less sure"
    ) {
      try PreparedInput.load(
        file, configuration: configuration, model: trained.featureModel, pool: pool,
        seconds: &seconds)
    }
    for note in prepared.notes { common.note("note: \(note)") }
    guard prepared.features.columnCount == trained.centroids.columnCount else {
      throw InputError(
        kind: .malformed, code: "predict.columns", file: file.name,
        message: "\(prepared.features.columnCount) columns, the model has"
          + " \(trained.centroids.columnCount)",
        hint: "give a matrix made with the features of the model")
    }
    let nearest = try seconds.measure(.fit) {
      try CenterAssignment(of: prepared.features, to: trained.centroids, pool: pool)
    }
    let silhouette = seconds.measure(.score) {
      Silhouette.score(
        unseen: prepared.features, labels: [nearest.assignment], against: trained.features,
        trainingAssignments: [trained.assignment], metric: run.metric, pool: pool)[0]
    }
    let table = LabelTable.csv(
      rowNumbers: prepared.rowNumbers, identifiers: prepared.identifiers,
      titles: prepared.titles, labels: nearest.assignment.labels,
      silhouettes: silhouette.samples, squaredDistances: nearest.squaredDistances)
    let bytes = spreadsheet.prepare(table, named: out == "-" ? "the labels" : out, common.manners)
    if out == "-" { return Terminal.output(bytes) }
    try seconds.measure(.write) {
      try AtomicFile.write(bytes, to: out, replacing: common.force)
    }
    let sizes = nearest.assignment.sizes()
    var facts: [(String, JSONValue)] = [
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)), ("k", .int(sizes.count)),
      ("clusters_used", .int(sizes.count { $0 > 0 })),
      ("inertia", .number(nearest.inertia)), ("metric", .string(run.metric.rawValue)),
      ("silhouette", .optional(silhouette.mean)),
    ]
    if let reason = silhouette.undefinedReason {
      facts.append(("silhouette_reason", .string(reason)))
    }
    facts += [("seconds", seconds.json)]
    Facts.print(facts, format: format)
    common.detail(seconds)
    common.note("written to \(out)")
  }
}

extension PredictCommand {
  /// The model's file, where its run folder is named instead.
  static func modelPath(_ path: String) -> String {
    Files.isFolder(path) ? path + (path.hasSuffix("/") ? "" : "/") + "model.h5" : path
  }
}

/// `kindred recommend`: the relatives of a favorite.
struct RecommendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommend",
    abstract: "Find the nearest relatives of a title, with the words they share.",
    discussion: """
      Examples:
        kindred recommend run/films/model.h5 "The Long Night"
        kindred recommend run/films --id s17 --top 5 --format json

      Case and accents do not matter. A title that occurs twice asks for its id.
      """)

  @Argument(
    help: "A model.h5, or the run folder that holds it.", completion: .file(extensions: ["h5"]))
  var model: String

  @Argument(help: "A title.")
  var title: String?

  @Option(
    name: .customLong("id"),
    help: ArgumentHelp(
      "The row's identifier instead of a title.", valueName: "id"))
  var identifier: String?

  @Option(
    help: ArgumentHelp(
      "How many relatives.", valueName: "n"))
  var top = "10"

  @OptionGroup var spreadsheet: SpreadsheetOption

  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    let count = try OptionParsing.wholeNumber(top, option: "--top", 1...1_000_000)
    let progress = common.progress("recommend")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    let trained = try seconds.measure(.read) {
      try ModelFile.read(path: PredictCommand.modelPath(model))
    }
    let row = try favorite(in: trained)
    let relatives = Recommender(trained).relatives(ofRow: row, count: count)
    let labels = trained.assignment.labels
    let name = { (row: Int) in
      trained.titles.isEmpty ? trained.rowIdentifiers[row] : trained.titles[row]
    }
    switch format {
    case .json:
      let list = relatives.enumerated().map { rank, relative in
        JSONValue.object([
          ("rank", .int(rank + 1)), ("title", .string(name(relative.row))),
          ("id", .string(trained.rowIdentifiers[relative.row])),
          ("similarity", .number(relative.similarity)),
          ("cluster", .int(Int(labels[relative.row]))),
          ("same_cluster", .bool(labels[relative.row] == labels[row])),
          (
            "shared",
            .array(
              relative.sharedWords.map {
                .object([("word", .string($0.word)), ("weight", .number($0.weight))])
              })
          ),
        ])
      }
      let object = JSONValue.object([
        ("title", .string(name(row))), ("id", .string(trained.rowIdentifiers[row])),
        ("cluster", .int(Int(labels[row]))), ("recommendations", .array(list)),
      ])
      Terminal.output(object)
    case .csv:
      let lines = relatives.enumerated().map { rank, relative in
        CSVText.row([
          String(rank + 1), trained.rowIdentifiers[relative.row], name(relative.row),
          NumberText.shortest(relative.similarity), String(labels[relative.row]),
          relative.sharedWords.map(\.word).joined(separator: " "),
        ])
      }
      Terminal.output(
        spreadsheet.prepare(
          "rank,id,title,similarity,cluster,shared\n" + lines.joined(), named: "the relatives",
          common.manners))
    case .table:
      let titled = trained.titles.isEmpty ? "id" : "title"
      var text = StyledText(VisibleText.escaping(name(row)), .chosen)
      text.add(
        "  (id \(VisibleText.escaping(trained.rowIdentifiers[row])), cluster \(labels[row]))\n\n")
      var table = TextTable(
        ["rank", "similarity", "cluster", titled, "shared words"],
        cutting: [titled, "shared words"], dropping: ["shared words", "cluster", "similarity"])
      for (rank, relative) in relatives.enumerated() {
        let own = labels[relative.row] == labels[row] ? "*" : " "
        let words = relative.sharedWords.prefix(5).map { word in
          "\(word.word) \(NumberText.fixed(word.weight, decimals: 3))"
        }
        table.add([
          String(rank + 1), NumberText.fixed(relative.similarity, decimals: 4),
          "\(labels[relative.row])\(own)", VisibleText.escaping(name(relative.row)),
          words.joined(separator: ", "),
        ])
      }
      text.add(table.styled(width: Terminal.outputWidth))
      text.add("\n* the favorite's own cluster\n")
      Terminal.output(text)
    }
    common.detail(seconds)
  }

  /// The row of the title or the identifier.
  private func favorite(in trained: FittedModel) throws -> Int {
    if let identifier {
      let rows = trained.rowIdentifiers.indices.filter {
        trained.rowIdentifiers[$0] == identifier
      }
      if let row = rows.first {
        if let title, !trained.titles.isEmpty, !TitleIndex.match(title, trained.titles[row]) {
          throw Complaint(
            code: "usage.title", exitCode: 64,
            message: "id '\(identifier)' is '\(trained.titles[row])', not '\(title)'",
            hint: "give the title or the id")
        }
        return row
      }
      let near = nearestNames(to: identifier, in: trained.rowIdentifiers, limit: 3)
      throw Complaint(
        code: "recommend.unknown-id", exitCode: 1, message: "no id '\(identifier)'",
        hint: near.isEmpty
          ? "the run's labels.csv lists the ids" : "closest: \(near.joined(separator: ", "))")
    }
    guard let title else {
      throw Complaint(
        code: "usage.title", exitCode: 64, message: "no title is given",
        hint: "kindred recommend model.h5 \"TITLE\", or --id ID")
    }
    guard !trained.titles.isEmpty else {
      throw Complaint(
        code: "usage.no-titles", exitCode: 64, message: "the model has no titles",
        hint: "name a row with --id; rows count from 1")
    }
    switch TitleIndex(trained.titles).match(title) {
    case .row(let row): return row
    case .several(let rows):
      let list = rows.prefix(10).map { "--id \(trained.rowIdentifiers[$0])" }
      throw Complaint(
        code: "recommend.ambiguous-title", exitCode: 1,
        message: "\(rows.count) rows are called '\(title)'",
        hint: "choose one: \(list.joined(separator: ", "))")
    case .none(let nearest):
      let list = nearest.map { "'\(trained.titles[$0])'" }
      throw Complaint(
        code: "recommend.unknown-title", exitCode: 1, message: "no title '\(title)'",
        hint: "closest: \(list.joined(separator: ", "))")
    }
  }
}
