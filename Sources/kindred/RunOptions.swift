internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import ModelStore

/// The options of `sweep` and `cluster`, and the run that both make.
struct RunOptions: ParsableArguments {
  /// Their own group, so that help lists them before the rest.
  struct Task: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The folder to write. Without it nothing is written.", valueName: "folder"))
    var out: String?

    @Option(help: ArgumentHelp("Unseen rows to score as well.", valueName: "file"))
    var test: String?

    @Flag(help: "Say what would be done and how much memory it needs, and stop.")
    var dryRun = false
  }

  @OptionGroup(title: "Run") var task: Task
  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Clustering") var clustering: ClusteringOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  /// Runs a command from its options to its results.
  func execute(
    _ command: String, input: String, adjust: (inout RunConfiguration) throws -> Void
  ) throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    try clustering.apply(to: &configuration)
    try adjust(&configuration)
    try check(configuration)
    let pool = try resources.pool()
    _ = try resources.memoryLimit()

    // The folder is claimed first: a place that cannot be written is told before any work.
    let folder =
      try task.dryRun ? nil : task.out.map { try RunFolder(claiming: $0, replacing: common.force) }
    defer { folder?.abandon() }

    let centers = try clustering.readInitialCenters()
    configuration.initialCentersSHA256 = centers?.sha256
    var seconds = PhaseSeconds()
    let file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    common.detail(file)
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    for note in prepared.notes { common.note("note: \(note)") }
    if let centers { try clustering.check(centers.matrix, configuration, prepared) }
    let heldOut = try loadHeldOut(
      configuration, prepared: prepared, pool: pool, seconds: &seconds)

    var (plan, liveLimit) = MemoryPlan.fitting(
      try resources.memoryLimit(), features: prepared.features, heldOut: heldOut?.features,
      configuration: configuration, threadCount: pool.threadCount)
    try resources.check(plan)
    let treeLimit = TreeMemory.limit(beside: plan, asked: try resources.memoryLimit())
    plan = try TreeMemory.plan(
      adding: configuration, to: plan, points: prepared.features, limit: treeLimit)
    try resources.check(plan)
    if task.dryRun { return try describe(plan, prepared, configuration, format) }

    let result = try fit(
      prepared, heldOut: heldOut, configuration: configuration, centers: centers?.matrix,
      liveLimit: liveLimit, treeLimit: treeLimit, pool: pool, seconds: &seconds)
    for note in result.notes { common.note("warning: \(note)") }
    if let note = prepared.latentNote { common.note("note: \(note)") }

    let outcome = RunOutcome(
      command: command, prepared: prepared, configuration: configuration, result: result,
      threadCount: pool.threadCount)
    if let folder {
      let publication = RunPublication(
        input: prepared, configuration: configuration, result: result, command: command,
        heldOut: heldOut)
      try publish(publication, into: folder, outcome: outcome, pool: pool, seconds: &seconds)
    }
    Terminal.output(try outcome.text(format, seconds: seconds, peakMemory: Terminal.peakMemory))
    if common.verbose {
      common.detail(seconds)
    } else {
      common.note(
        "peak memory \(VisibleText.byteCount(Terminal.peakMemory)), \(pool.threadCount) threads")
    }
    if let folder {
      common.note("written to \(folder.path)")
      if let title = prepared.titles.first(where: Self.isPlain) {
        common.note("next: kindred recommend \(folder.path) \"\(title)\"")
      }
    } else {
      common.note("nothing written; --out DIR keeps the results")
    }
  }

  /// Whether a title can stand in a shell's double quotes as it is.
  private static func isPlain(_ title: String) -> Bool {
    title.first?.isLetter == true && title.count <= 40
      && title.allSatisfy { $0.isLetter || $0.isNumber || " -',.:&".contains($0) }
  }

  /// Reads the unseen rows with the training rows' features.
  private func loadHeldOut(
    _ configuration: RunConfiguration, prepared: PreparedInput, pool: WorkerPool,
    seconds: inout PhaseSeconds
  ) throws -> PreparedInput? {
    guard let test = task.test else { return nil }
    let file = try seconds.measure(.read) { try resources.read(test) }
    guard file.holdsMatrix == (prepared.featureModel == nil) else {
      throw InputError(
        kind: .usage, code: "test.other-kind", file: file.name,
        message: "the unseen rows are \(file.holdsMatrix ? "a matrix" : "texts"), the input is not",
        hint: "give rows of the input's kind")
    }
    var own = configuration
    if own.textColumns.isEmpty { own.textColumns = prepared.textColumns }
    let heldOut = try PreparedInput.load(
      file, configuration: own, model: prepared.featureModel, pool: pool, seconds: &seconds)
    guard heldOut.features.columnCount == prepared.features.columnCount else {
      throw InputError(
        kind: .malformed, code: "test.columns", file: file.name,
        message: "\(heldOut.features.columnCount) columns, the input has"
          + " \(prepared.features.columnCount)",
        hint: "give --test a matrix made with the same features")
    }
    for note in heldOut.notes { common.note("note: \(file.name): \(note)") }
    return heldOut
  }

  private func fit(
    _ prepared: PreparedInput, heldOut: PreparedInput?, configuration: RunConfiguration,
    centers: DenseMatrix?, liveLimit: Int, treeLimit: Int, pool: WorkerPool,
    seconds: inout PhaseSeconds
  ) throws -> SweepResult {
    let progress = ProgressLine(isShown: !common.quiet)
    defer { progress.finish() }
    let most = (configuration.clusterCounts.max() ?? 1) + 1
    let distinct = seconds.measure(.fit) { prepared.distinctRowCount(upTo: most) }
    let sweep = Sweep(
      configuration: configuration, initialCenters: centers, liveLimit: liveLimit,
      treeMemoryLimit: treeLimit, pool: pool)
    return try sweep.run(
      prepared.features, heldOut: heldOut?.features, distinctRowCount: distinct,
      seconds: &seconds,
      progress: { step in
        progress.show(
          finished: step.finishedCount, total: step.totalCount, label: "k=\(step.clusterCount)")
      }, treeProgress: { progress.show($0) })
  }

  private func publish(
    _ publication: RunPublication, into folder: RunFolder, outcome: RunOutcome,
    pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws {
    let start = ContinuousClock.now
    var files = try publication.files(pool: pool)
    let trees = publication.result.trees
    for tree in trees {
      let suffix = trees.count == 1 ? "" : "-\(tree.linkage.rawValue)"
      let order = tree.tree.leafOrder()
      files += TreePublication.files(
        tree, order: order, input: publication.input, suffix: suffix)
      let best = publication.result.best
      files.append(
        try DendrogramFile.file(
          tree, metric: TreeGrower.metric(of: tree.linkage, in: publication.configuration),
          cut: best.algorithm.linkage == tree.linkage ? best.model.assignment : nil,
          order: order, leafLimit: 30, input: publication.input, suffix: suffix))
    }
    let model = publication.model
    files.append(RunFolder.File("model.h5") { try ModelFile.write(model, to: $0) })
    let records = publication.records
    files.append(RunFolder.File("runs.h5") { try RunsFile.write(records, to: $0) })
    seconds.add(ContinuousClock.now - start, to: .write)
    let timing = outcome.timing(seconds: seconds, peakMemory: Terminal.peakMemory)
    files.append(
      RunFolder.File("timing.json", Array(timing.prettyText.utf8), isReproducible: false))
    let publishing = ContinuousClock.now
    try folder.publish(files)
    seconds.add(ContinuousClock.now - publishing, to: .write)
  }

  private func describe(
    _ plan: MemoryPlan, _ prepared: PreparedInput, _ configuration: RunConfiguration,
    _ format: CommonOptions.Format
  ) throws {
    // A run leaves larger k out.
    let least = configuration.clusterCounts.first ?? 1
    var configuration = configuration
    configuration.clusterCounts.removeAll { $0 > prepared.features.rowCount }
    let counts = configuration.clusterCounts
    guard !counts.isEmpty else {
      throw ClusteringError.tooFewRows(
        found: prepared.features.rowCount, required: least)
    }
    let isLong = format == .table && counts.count > 12
    var facts: [(String, JSONValue)] = [
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)),
      ("algorithms", .array(configuration.algorithms.map { .string($0.rawValue) })),
      (
        "k",
        isLong
          ? .string("\(counts.count) from \(counts[0]) to \(counts[counts.count - 1])")
          : .array(counts.map(JSONValue.int))
      ),
      ("fits", .int(fitCount(configuration))),
      ("threads", .int(Int(resources.threads ?? "") ?? WorkerPool.activeCoreCount)),
    ]
    let output = task.out.map(JSONValue.string) ?? .null
    if format == .table {
      facts += [
        ("memory", .string("about \(VisibleText.byteCount(plan.totalBytes)), \(plan.largestPart)")),
        ("output", output),
      ]
    } else {
      facts += [("memory_bytes", .int(plan.totalBytes)), ("output", output)]
    }
    Facts.print(facts, format: format)
    common.note("nothing done: --dry-run")
  }

  /// All restarts of every algorithm and k.
  private func fitCount(_ configuration: RunConfiguration) -> Int {
    let restarts = configuration.algorithms.reduce(0) { sum, algorithm in
      sum + configuration.restartCount(of: algorithm)
    }
    return configuration.clusterCounts.count
      * (clustering.initialCenters == nil ? restarts : configuration.algorithms.count)
  }

  /// Refuses options that contradict each other.
  private func check(_ configuration: RunConfiguration) throws {
    if task.out?.isEmpty == true {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "--out names nothing",
        hint: "give a folder, or leave --out away to write nothing")
    }
    if clustering.initialCenters != nil, configuration.clusterCounts.count > 1 {
      throw Complaint(
        code: "usage.centers", exitCode: 64,
        message:
          "--initial-centers starts one k, and \(configuration.clusterCounts.count) are asked",
        hint: "use kindred cluster, or give one --k")
    }
    if let micro = configuration.microClusterCount,
      configuration.algorithms.contains(where: { $0.linkage != nil }),
      let most = configuration.clusterCounts.max(), most > micro
    {
      throw OptionParsing.refuse(
        "--micro", String(micro), "a tree of \(micro) micro-clusters has no cut of \(most)",
        hint: "give --micro \(most) or more, or a smaller --k")
    }
    let isCompared = configuration.clusterCounts.count * configuration.algorithms.count > 1
    let hasPairs = configuration.algorithms.contains { algorithm in
      configuration.restartCount(of: algorithm) > 1
    }
    if configuration.selection == .stability, isCompared, !hasPairs {
      throw Complaint(
        code: "usage.select", exitCode: 64,
        message: "--select stability compares restarts, and there is one of each fit",
        hint: configuration.algorithms.allSatisfy { $0.linkage != nil }
          ? "a tree has no restarts; use --select silhouette" : "give --n-init 2 or more")
    }
  }
}
