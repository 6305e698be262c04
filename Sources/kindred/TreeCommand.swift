internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import ModelStore

/// `kindred tree`: a tree over all rows, and `kindred tree cut`, another cut of one.
struct TreeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tree",
    abstract: "Build a tree of all rows (dendrogram), and cut it.",
    subcommands: [TreeGrowCommand.self, TreeCutCommand.self],
    defaultSubcommand: TreeGrowCommand.self)
}

/// Builds a tree.
struct TreeGrowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grow",
    abstract: "Build a tree of all rows: kindred tree INPUT, the word grow may be left out.",
    discussion: """
      Examples:
        kindred tree films.csv --text description --cut 12 --out run/tree
        kindred tree X.npy --linkage average --metric cosine --out run/tree
        kindred tree films.csv --cut 12 --truth type
        kindred tree cut run/tree --k 20 --out labels20.csv

      kindred tree cut --help tells of other cuts of a finished tree.

      Memory for n rows of d numbers: O(n·d) for single, and over dense rows for
      ward, and for average with --metric cosine or sqeuclidean. All others take a
      matrix of 4·n² bytes, 1.5 GiB for 20,000 rows. --dry-run tells.
      """)

  @Argument(
    help: "A catalogue (.csv .tsv .jsonl, also .gz, or -) or a matrix (.npz .npy .mtx).",
    completion: .input)
  var input: String

  /// Their own group, so that help lists them before the rest.
  struct Task: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The folder to write. Without it nothing is written.", valueName: "folder"),
      completion: .directory)
    var out: String?

    @Flag(help: "Say what would be done and how much memory it needs.")
    var dryRun = false

    @OptionGroup var spreadsheet: SpreadsheetOption
    @OptionGroup var pictures: PictureOption
  }

  @OptionGroup(title: "Tree") var tree: TreeOptions
  @OptionGroup(title: "Classes") var known: TruthOptions
  @OptionGroup var untreelike: UntreelikeOptions
  @OptionGroup(title: "Run") var task: Task
  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    try tree.apply(to: &configuration)
    task.spreadsheet.apply(to: &configuration)
    known.apply(to: &configuration)
    try untreelike.check(configuration)
    // A run.json of a tree may say where to cut; a sweep's many k do not.
    let isReplayed = features.config != nil && configuration.clusterCounts.count == 1
    let isCut = tree.cut != nil || configuration.cutHeight != nil || isReplayed
    if !isCut { configuration.clusterCounts = [] }
    if !isCut, known.truth != nil || configuration.truthColumn != nil {
      throw Complaint(
        code: "usage.truth", exitCode: 64,
        message: "--truth compares clusters with classes, and the tree is not cut",
        hint: "give --cut 12, or --height")
    }
    guard task.out?.isEmpty != true else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out names nothing",
        hint: "give a folder, or leave --out away to write nothing")
    }
    let pool = try resources.pool()
    let asked = try resources.memoryLimit()
    let converter = try task.pictures.converter(out: task.out)
    if let out = task.out { try Files.check([input], againstFolder: out) }
    let folder =
      try task.dryRun ? nil : task.out.map { try RunFolder(claiming: $0, replacing: common.force) }
    defer { folder?.abandon() }

    let truthFile = try known.readFile()
    configuration.truthSHA256 = truthFile?.sha256
    let progress = common.progress("tree")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    var file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    try known.check(for: file, configuration)
    common.detail(file)
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    file = file.withoutBytes()
    let truth =
      try truthFile?.classes(of: prepared.features.rowCount, keeping: nil) ?? prepared.truth
    for note in prepared.notes { common.note("note: \(note)") }
    try check(configuration, prepared)

    var own = MemoryPlan(
      features: prepared.features, heldOut: nil, termRows: prepared.termRows,
      configuration: configuration, standing: .ofThisProcess, threadCount: pool.threadCount)
    if configuration.leafOrder == .optimal {
      let leaves = min(
        prepared.features.rowCount, configuration.microClusterCount ?? prepared.features.rowCount)
      own = own.adding("the order of the leaves", bytes: 8 * leaves * leaves)
    }
    try resources.check(own)
    let limit = TreeMemory.limit(beside: own, asked: asked)
    let plan = try TreeMemory.plan(
      adding: configuration, to: own, points: prepared.features, limit: limit)
    try resources.check(plan)
    if task.dryRun { return describe(plan, prepared, configuration, format) }

    let work = TreeWork(
      configuration: configuration, prepared: prepared, truth: truth, memoryLimit: limit,
      isCut: isCut,
      hasCopheneticCorrelation: tree.cophenetic, pool: pool)
    let result = try work.run(seconds: &seconds) { progress.show($0) }
    if let folder {
      try TreeFiles.publish(
        result, of: work, into: folder, converter: converter, manners: common.manners,
        seconds: &seconds)
    }
    progress.finish()
    result.print(format, work: work, seconds: seconds)
    if let note = prepared.latentNote { common.note("note: \(note)") }
    if common.verbose {
      common.detail(seconds)
    } else {
      common.note(
        "peak memory \(VisibleText.byteCount(Terminal.peakMemory)), \(pool.threadCount) threads")
    }
    if let folder {
      common.note("written to \(folder.path)")
      common.suggest(
        "next: kindred tree cut \(folder.path) --k \(min(12, result.grown.tree.leafCount))")
    } else {
      common.note("nothing written; --out DIR keeps the results")
    }
  }

  /// Refuses what the rows do not allow.
  private func check(
    _ configuration: RunConfiguration, _ prepared: PreparedInput
  ) throws {
    let rows = prepared.features.rowCount
    let leaves = min(rows, configuration.microClusterCount ?? rows)
    if configuration.cutHeight == nil, let k = configuration.clusterCounts.first, k > leaves {
      throw OptionParsing.refuse(
        "--cut", String(k),
        leaves < rows ? "a tree of \(leaves) micro-clusters has no such cut" : "only \(rows) rows",
        hint: "give --cut \(leaves) or less")
    }
    if configuration.leafOrder == .optimal, leaves > LinkageTree.optimalOrderLimit {
      throw OptionParsing.refuse(
        "--leaf-order", "optimal",
        "\(VisibleText.grouped(leaves)) leaves, at most \(LinkageTree.optimalOrderLimit)",
        hint: "leave --leaf-order out, or build the tree over --micro 2000")
    }
  }

  private func describe(
    _ plan: MemoryPlan, _ prepared: PreparedInput, _ configuration: RunConfiguration,
    _ format: CommonOptions.Format
  ) {
    var facts: [(String, JSONValue)] = [
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)),
      ("linkage", .string(configuration.algorithms[0].rawValue)),
    ]
    facts += PlanFacts.memory(plan, format)
    facts.append(("output", task.out.map(JSONValue.string) ?? .null))
    Facts.print(facts, format: format)
    common.note("nothing done: --dry-run")
  }
}
