internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices

/// `kindred bench`: how fast each stage is on this machine.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure each stage: rows/s, GFLOP/s, share of the limit, speed-up.",
    discussion: """
      Examples:
        kindred bench --rows 50000 --k 100
        kindred bench films.csv --text description --stages features,lsa
        kindred bench --format json > before.json
        kindred bench --baseline before.json --tolerance 15%

      Without an input it makes one: texts of invented words with a realistic
      spread. Every stage runs on 1, 2, 4, ... threads up to --threads.

      Mean and deviation are over the repetitions. Rates, shares, speed-ups and
      --baseline take the fastest repetition: other programs can only add to a
      time. GFLOP/s count the products of the plain algorithm, so an iteration
      that lets rows rest can pass the limit. The limit is what matrix-product
      (BLAS) or copy (bytes read and written) reach on as many threads.

      --baseline measures a stage once more before it calls it slower, and
      exits with 1 when one still is. Files are read into memory beforehand.
      """)

  @Argument(help: "A catalogue or a matrix; generated without it.", completion: .input)
  var input: String?

  @Option(
    help: ArgumentHelp(
      "Rows of the generated input; 20000.", valueName: "n"))
  var rows: String?

  @Option(
    help: ArgumentHelp(
      "The number of clusters; 45, or one a row when there are fewer.", valueName: "n"))
  var k: String?

  @Option(
    help: ArgumentHelp(
      "Which product kernel: auto, gemm or sparse.", valueName: "kernel"),
    completion: .values(ProductKernel.self))
  var kernel: String?

  @Option(
    help: ArgumentHelp(
      """
      What to measure, all without it: read, features, lsa, seeding, assignment, lloyd, \
      minibatch, silhouette, matrix-product, copy.
      """, valueName: "stages"), completion: .values(BenchStage.self))
  var stages: String?

  @Option(
    help: ArgumentHelp(
      "Counted repetitions of each measurement.", valueName: "n"))
  var repetitions = "5"

  @Option(
    help: ArgumentHelp(
      "Runs before them that do not count.", valueName: "n"))
  var warmUp = "1"

  @Option(
    help: ArgumentHelp(
      "Compare with what --format json wrote earlier.", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var baseline: String?

  @Option(
    help: ArgumentHelp(
      "How much slower than the baseline is allowed; 10%.", valueName: "percent"))
  var tolerance: String?

  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    let repetitionCount = try OptionParsing.wholeNumber(
      repetitions, option: "--repetitions", 1...10_000)
    let warmUpCount = try OptionParsing.wholeNumber(warmUp, option: "--warm-up", 0...10_000)
    let clusterCount = try k.map { try OptionParsing.wholeNumber($0, option: "--k", 1...1_000_000) }
    let wanted = try wantedStages()
    let allowed = try allowedShare()
    var configuration = try features.configuration(reading: source)
    // LSA is a stage of its own: without --lsa the others work on the TF-IDF rows.
    configuration.choosesLatentDimensions = false
    if let kernel {
      configuration.kernel = try OptionParsing.choice(kernel, option: "--kernel")
    }
    let before = try baseline.map { path in
      try BenchBaseline(try InputFile.read(path: path, byteLimit: 64 << 20))
    }

    let pool = try resources.pool()
    let file = try inputFile()
    try source.check(for: file)
    try features.check(for: file)
    common.detail(file)
    let input = try BenchInput(
      file, configuration: configuration, clusterCount: clusterCount, pool: pool)
    let chosen = try stages(wanted, of: input)
    let bench = Bench(
      threadCount: pool.threadCount, repetitionCount: repetitionCount, warmUpCount: warmUpCount)
    try before?.check(against: input, stages: chosen, of: bench)
    try resources.check(input.memoryPlan(for: chosen, threadCount: pool.threadCount))
    for note in input.notes { common.note("note: \(note)") }

    let isDrawn = Terminal.Stream.words.isTerminal && !common.quiet && !common.verbose
    let report = try bench.run(input, stages: chosen) { measurement in
      before.map { BenchComparison.isSlower(measurement, than: $0, tolerance: allowed) } ?? false
    } say: { next in
      if isDrawn {
        Terminal.showStatus("measuring \(next)")
      } else {
        common.detail("measuring \(next)")
      }
    }
    Terminal.eraseStatus()

    let comparison = before.map { BenchComparison(report, with: $0, tolerance: allowed) }
    BenchText(report: report, comparison: comparison).print(format)
    if let warning = before?.warning { common.note("warning: \(warning)") }
    if let warning = report.warning { common.note("warning: \(warning)") }
    if let slower = comparison?.slower, let worst = slower.first {
      throw Complaint(
        code: "bench.slower", exitCode: 1, place: before?.name,
        message: "\(slower.count) of \(comparison?.entries.count ?? 0) measurements are slower by"
          + " more than \(NumberText.shortest(allowed * 100))%; most of all \(worst.stage) on"
          + " \(worst.threadCount == 1 ? "1 thread" : "\(worst.threadCount) threads"), "
          + "\(NumberText.fixed(worst.ratio, decimals: 2)) times as long",
        hint: "if the machine was busy, run again; else raise --tolerance, or find the change")
    }
  }

  /// The input, or one of invented words.
  private func inputFile() throws -> InputFile {
    guard let input else {
      let count = try rows.map { value in
        try OptionParsing.wholeNumber(value, option: "--rows", 1...10_000_000)
      }
      return try BenchInput.generatedCatalogue(rowCount: count ?? 20_000)
    }
    guard rows == nil else {
      throw Complaint(
        code: "usage.rows", exitCode: 64,
        message: "--rows is the size of the generated input, and \(input) is given",
        hint: "leave one of the two out")
    }
    return try resources.read(input)
  }

  /// The stages that were asked for; nil for all.
  private func wantedStages() throws -> [BenchStage]? {
    try stages.map { value in
      try OptionParsing.list(value, option: "--stages").map { name in
        try OptionParsing.choice(name, option: "--stages")
      }
    }
  }

  /// The stages that were asked for, or all that the input has.
  private func stages(_ wanted: [BenchStage]?, of input: BenchInput) throws -> [BenchStage] {
    guard let wanted else { return input.stages }
    for stage in wanted where !input.stages.contains(stage) {
      throw Complaint(
        code: "bench.stage", exitCode: 64, place: input.name,
        message: stage == .features
          ? "is a matrix, and --stages features is about texts"
          : "has too few rows or columns for --stages \(stage.rawValue)",
        hint: "leave \(stage.rawValue) out, or give \(stage == .features ? "a" : "a larger")"
          + " catalogue")
    }
    return wanted
  }

  /// `10%` as 0.1.
  private func allowedShare() throws -> Double {
    guard let tolerance else { return 0.1 }
    guard baseline != nil else {
      throw Complaint(
        code: "usage.tolerance", exitCode: 64,
        message: "--tolerance is for a comparison, and there is no --baseline",
        hint: "give --baseline FILE, or leave --tolerance out")
    }
    guard tolerance.hasSuffix("%"), let percent = Double(tolerance.dropLast()),
      percent >= 0, percent.isFinite
    else {
      throw OptionParsing.refuse(
        "--tolerance", tolerance, "not a percentage of 0 or more",
        hint: "give a percentage such as 10%")
    }
    return percent / 100
  }
}
