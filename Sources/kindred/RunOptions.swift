internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import ModelStore
internal import Report

/// The options of `sweep` and `cluster`, and the run that both make.
struct RunOptions: ParsableArguments {
  /// Their own group, so that help lists them before the rest.
  struct Task: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "The folder to write, or to go on with; else none.", valueName: "folder"
      ), completion: .directory)
    var out: String?

    @Option(
      help: ArgumentHelp("Unseen rows to score as well.", valueName: "file"), completion: .input)
    var test: String?

    @Flag(help: "Say what would be done and how much memory it needs.")
    var dryRun = false

    @OptionGroup var spreadsheet: SpreadsheetOption
    @OptionGroup var pictures: PictureOption
  }

  @OptionGroup(title: "Run") var task: Task
  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Clustering") var clustering: ClusteringOptions
  @OptionGroup(title: "Evidence") var evidence: EvidenceOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  /// Runs a command from its options to its results.
  func execute(
    _ command: String, input: String, explain: Int? = nil, choosesCounts: Bool = false,
    adjust: (inout RunConfiguration) throws -> Void
  ) throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    try clustering.apply(to: &configuration)
    try evidence.apply(to: &configuration)
    task.spreadsheet.apply(to: &configuration)
    try adjust(&configuration)
    try check(configuration)
    if let explain { try ExplainOption.check(explain, among: configuration.clusterCounts) }
    let pool = try resources.pool()
    _ = try resources.memoryLimit()

    let converter = try task.pictures.converter(out: task.out)

    if let out = task.out {
      try Files.check([input, task.test].compactMap { $0 }, againstFolder: out)
    }
    // The folder is claimed first: a place that cannot be written is told before any work.
    let folder =
      try task.dryRun
      ? nil
      : task.out.map { try RunFolder(claiming: $0, replacing: common.force, resuming: true) }
    defer { folder?.abandon() }

    let centers = try clustering.readInitialCenters()
    configuration.initialCentersSHA256 = centers?.sha256
    let truthFile = try evidence.known.readFile()
    configuration.truthSHA256 = truthFile?.sha256
    let progress = common.progress(command)
    defer { progress.finish() }
    var seconds = progress.stopwatch
    var file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    try evidence.known.check(for: file, configuration)
    common.detail(file)
    let rows = try rows(
      of: file, configuration: configuration, truthFile: truthFile, pool: pool, seconds: &seconds)
    file = file.withoutBytes()
    let (prepared, heldOut) = (rows.prepared, rows.heldOut)
    for note in prepared.notes { common.note("note: \(note)") }
    if choosesCounts {
      // With fewer rows than that to a cluster there is nothing to group.
      let most = max(2, prepared.features.rowCount / 2)
      configuration.clusterCounts.removeAll { $0 > most }
    }
    if let centers { try clustering.check(centers.matrix, configuration, prepared) }

    let memory = RunMemory(
      rows: rows, configuration: configuration, threadCount: pool.threadCount,
      limit: try resources.memoryLimit())
    try resources.check(memory.plan, remedy: memory.remedy)
    let treeLimit = TreeMemory.limit(beside: memory.plan, asked: memory.limit)
    let plan = try TreeMemory.plan(
      adding: configuration, to: memory.plan, points: prepared.features, limit: treeLimit)
    try resources.check(plan)
    if task.dryRun { return try describe(plan, prepared, configuration, format) }

    let units = try folder.map { folder in
      try self.units(
        in: folder,
        key: RunKey(
          command: command, file: file, input: prepared, heldOut: heldOut,
          configuration: configuration),
        shape: prepared.features, configuration: configuration)
    }
    let result = try fit(
      rows, configuration: configuration, centers: centers?.matrix, liveLimit: memory.liveLimit,
      treeLimit: treeLimit, units: units, pool: pool, seconds: &seconds, progress: progress)
    for note in result.notes { common.note("warning: \(note)") }
    if let note = prepared.latentNote { common.note("note: \(note)") }

    let outcome = RunOutcome(
      command: command, prepared: prepared, configuration: configuration, result: result,
      fits: units?.counts, threadCount: pool.threadCount, explaining: explain)
    if let folder {
      let publication = RunPublication(
        input: prepared, configuration: configuration, result: result, command: command,
        heldOut: heldOut)
      try publish(
        publication, into: folder, outcome: outcome, converter: converter, pool: pool,
        seconds: &seconds)
    }
    progress.finish()
    outcome.print(format, seconds: seconds, peakMemory: Terminal.peakMemory)
    if format == .csv, let explanation = outcome.explanation { common.note(explanation) }
    if common.verbose {
      common.detail(seconds)
    } else {
      common.note(
        "peak memory \(VisibleText.byteCount(Terminal.peakMemory)), \(pool.threadCount) threads")
    }
    if let folder {
      common.note("written to \(folder.path)")
      NextCommands(folder: folder.path, prepared: prepared, result: result).tell(common)
    } else {
      common.note("nothing written; --out DIR keeps the results")
    }
  }

  /// What an interrupted run of the same key left in the folder, and where this run's fits go.
  private func units(
    in folder: RunFolder, key: RunKey, shape: FeatureMatrix, configuration: RunConfiguration
  ) throws -> RunUnits {
    let isQuiet = common.quiet
    let units = try folder.units(
      of: key, shape: (shape.rowCount, shape.columnCount), configuration: configuration,
      replacing: common.force,
      report: { if !isQuiet { Terminal.note("note: \($0)") } })
    for warning in units.warnings { common.note("warning: \(warning)") }
    return units
  }

  private func fit(
    _ rows: RunRows, configuration: RunConfiguration, centers: DenseMatrix?, liveLimit: Int,
    treeLimit: Int, units: RunUnits?, pool: WorkerPool,
    seconds: inout PhaseSeconds, progress: ProgressLine
  ) throws -> SweepResult {
    let most = (configuration.clusterCounts.max() ?? 1) + 1
    let distinct = seconds.measure(.fit) { rows.prepared.distinctRowCount(upTo: most) }
    let sweep = Sweep(
      configuration: configuration, initialCenters: centers, liveLimit: liveLimit,
      treeMemoryLimit: treeLimit, truth: rows.truth, units: units, pool: pool)
    do {
      return try sweep.run(
        rows.prepared.features, heldOut: rows.heldOut?.features, distinctRowCount: distinct,
        seconds: &seconds,
        progress: { progress.show($0) }, treeProgress: { progress.show($0) })
    } catch {
      // A sweep whose fits can no longer be kept is stopped.
      if let failure = units?.failure { throw failure }
      throw Complaint(error).about(rows.prepared.name)
    }
  }

  private func publish(
    _ publication: RunPublication, into folder: RunFolder, outcome: RunOutcome,
    converter: PictureConverter?, pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws {
    let start = ContinuousClock.now
    let details = try publication.details(pool: pool)
    var files = publication.files(details)
    let figures = try RunFigures(of: publication, details: details, pool: pool)
    files += figures.files
    let trees = publication.result.trees
    var shownTree: Dendrogram?
    for tree in trees {
      let suffix = trees.count == 1 ? "" : "-\(tree.linkage.rawValue)"
      let order = tree.tree.leafOrder()
      files += TreePublication.files(
        tree, order: order, input: publication.input, suffix: suffix)
      let best = publication.result.best
      let isChosen = best.algorithm.linkage == tree.linkage
      var picture = try DendrogramFile.picture(
        tree, metric: TreeGrower.metric(of: tree.linkage, in: publication.configuration),
        cut: isChosen ? best.model.assignment : nil, order: order, leafLimit: 30,
        input: publication.input)
      if isChosen { picture.colors = figures.colors }
      files.append(DendrogramFile.file(picture, suffix: suffix))
      // The chosen clustering's own tree, or else the first.
      if isChosen || shownTree == nil { shownTree = picture }
    }
    // What takes longest comes first, so that no thread is left with it at the end.
    files.insert(
      ReportFile.file(
        publication, details: details, figures: figures, tree: shownTree, pool: pool), at: 0)
    let records = publication.records
    files.insert(.runs(records), at: 1)
    files = converter?.adding(to: files) ?? files
    let model = publication.model
    files.append(.model(model))
    seconds.add(ContinuousClock.now - start, to: .write)
    let spent = seconds
    let formulas = SpreadsheetOption.FormulaCounts()
    let times = FileSeconds()
    files = times.measuring(
      SpreadsheetOption.prepare(files, outcome.configuration, counts: formulas))
    files.append(
      RunFolder.File(
        "timing.json",
        outcome.timing(seconds: spent, files: times, peakMemory: Terminal.peakMemory).prettyBytes,
        isReproducible: false))
    let publishing = ContinuousClock.now
    try folder.publish(files, pool: pool)
    formulas.warn(common.manners)
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
    facts += PlanFacts.otherFits(
      OtherFits(configuration, fitCount: fitCount(configuration)), format)
    facts += PlanFacts.memory(plan, format)
    facts.append(("output", task.out.map(JSONValue.string) ?? .null))
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
    if configuration.stabilityMeasure == .restarts, isCompared, !hasPairs {
      let option = configuration.stability == nil ? "--select stability" : "--stability restarts"
      throw Complaint(
        code: "usage.select", exitCode: 64,
        message: "\(option) compares restarts, and there is one of each fit",
        hint: configuration.algorithms.allSatisfy { $0.linkage != nil }
          ? "a tree has no restarts; use --stability samples"
          : "give --n-init 2 or more, or --stability samples")
    }
    if task.test != nil, configuration.heldOutShare != nil {
      throw Complaint(
        code: "usage.holdout", exitCode: 64,
        message: "--test and --holdout both say which rows are unseen",
        hint: "give one of them")
    }
  }
}
