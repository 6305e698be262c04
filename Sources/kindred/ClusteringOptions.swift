internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import TextFeatures

/// How clusters are made, scored and chosen.
struct ClusteringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "kmeans, minibatch, ward, average, …, or a list.",
      valueName: "names"), completion: .values(Algorithm.self))
  var algorithm: String?

  @Option(
    name: .customLong("n-init"),
    help: ArgumentHelp(
      "Restarts of each fit; 10 (minibatch: 3).", valueName: "n"))
  var restarts: String?

  @Option(
    help: ArgumentHelp(
      "Most iterations; 300 (minibatch: passes; 100).",
      valueName: "n"))
  var maxIter: String?

  @Option(
    help: ArgumentHelp(
      "Tolerance, as in scikit-learn; 1e-4 (minibatch: 0).",
      valueName: "x"))
  var tol: String?

  @Option(
    help: ArgumentHelp(
      "Rows of a mini-batch; 1024.", valueName: "n"))
  var batchSize: String?

  @Option(
    help: ArgumentHelp(
      "Batches: none, or nested (double up to all rows).",
      valueName: "rule"), completion: .values(KMeans.MiniBatch.Growth.self))
  var batchGrowth: String?

  @Option(
    help: ArgumentHelp(
      "Mini-batches without a better smoothed inertia that end a fit, or none for never; 10.",
      valueName: "n", visibility: .hidden))
  var maxNoImprovement: String?

  @Option(
    help: ArgumentHelp(
      "A mini-batch center with fewer rows than this share of the busiest one's moves; 0.01.",
      valueName: "x", visibility: .hidden))
  var reassignmentRatio: String?

  @Option(
    help: ArgumentHelp(
      "Start centers: greedy, kmeans++ (faster) or random.",
      valueName: "name"), completion: .values(KMeans.Seeding.self))
  var seeding: String?

  @Option(
    help: ArgumentHelp(
      "Start centers from a .npy of k rows; one restart.", valueName: "file"),
    completion: .file(extensions: ["npy"]))
  var initialCenters: String?

  @Option(
    help: ArgumentHelp(
      "Seed of every random choice; 0.", valueName: "n"))
  var seed: String?

  @Option(
    help: ArgumentHelp(
      "auto, gemm or sparse; labels are the same.", valueName: "name"),
    completion: .values(ProductKernel.self))
  var kernel: String?

  @Option(
    help: ArgumentHelp(
      "euclidean, sqeuclidean or cosine; silhouette, trees.",
      valueName: "name"), completion: .values(SilhouetteMetric.self))
  var metric: String?

  @OptionGroup var memory: LinkageMemoryOptions

  @Option(
    help: ArgumentHelp(
      "What chooses k: auto, silhouette, knee, stability.",
      valueName: "rule"), completion: .values(Selection.self))
  var select: String?

  func apply(to configuration: inout RunConfiguration) throws {
    if let algorithm {
      let names = try OptionParsing.list(algorithm, option: "--algorithm")
      var algorithms: [Algorithm] = []
      for name in names {
        let choice: Algorithm = try OptionParsing.choice(name, option: "--algorithm")
        if !algorithms.contains(choice) { algorithms.append(choice) }
      }
      configuration.algorithms = algorithms
    }
    if let restarts {
      configuration.restartCount = try OptionParsing.wholeNumber(
        restarts, option: "--n-init", 1...100_000)
    }
    if let maxIter {
      configuration.iterationLimit = try OptionParsing.wholeNumber(
        maxIter, option: "--max-iter", 1...10_000_000)
    }
    if let tol {
      configuration.relativeTolerance = try OptionParsing.nonNegative(
        tol, option: "--tol", hint: "give 1e-4, or 0 for none")
    }
    try applyMiniBatch(to: &configuration)
    if let seeding {
      configuration.seeding = try OptionParsing.choice(seeding, option: "--seeding")
    }
    if let seed {
      guard let value = UInt64(seed) else {
        throw OptionParsing.refuse(
          "--seed", seed, "not a whole number of 64 bits",
          hint: "give 0...18446744073709551615")
      }
      configuration.seed = value
      configuration.features.seed = value
    }
    if let kernel { configuration.kernel = try OptionParsing.choice(kernel, option: "--kernel") }
    if let metric { configuration.metric = try OptionParsing.choice(metric, option: "--metric") }
    try memory.apply(to: &configuration)
    if let select {
      configuration.selection = try OptionParsing.choice(select, option: "--select")
    }
  }

  private func applyMiniBatch(to configuration: inout RunConfiguration) throws {
    if let batchSize {
      configuration.batchRowCount = try OptionParsing.wholeNumber(
        batchSize, option: "--batch-size", 1...100_000_000)
    }
    if let batchGrowth {
      configuration.batchGrowth = try OptionParsing.choice(batchGrowth, option: "--batch-growth")
    }
    if let maxNoImprovement {
      configuration.noImprovementLimit =
        maxNoImprovement == "none"
        ? nil
        : try OptionParsing.wholeNumber(
          maxNoImprovement, option: "--max-no-improvement", 0...10_000_000, or: ["none"])
    }
    if let reassignmentRatio {
      configuration.reassignmentRatio = try OptionParsing.nonNegative(
        reassignmentRatio, option: "--reassignment-ratio", hint: "give 0.01, or 0 for none")
    }
  }

  /// Refuses start centers that do not fit the run.
  func check(
    _ centers: DenseMatrix, _ configuration: RunConfiguration, _ prepared: PreparedInput
  ) throws {
    let place = Files.baseName(initialCenters ?? "")
    if let count = configuration.clusterCounts.first, centers.rowCount != count {
      throw Complaint(
        code: "centers.rows", exitCode: 64, place: place,
        message: "\(centers.rowCount) start centers for \(count) clusters",
        hint: "give --k \(centers.rowCount), or a file of \(count) rows")
    }
    guard centers.columnCount == prepared.features.columnCount else {
      throw Complaint(
        code: "centers.columns", exitCode: 65, place: place,
        message: "start centers of \(centers.columnCount) columns, the input has"
          + " \(prepared.features.columnCount)",
        hint: "make them from the same features; kindred features writes the matrix")
    }
  }

  /// The start centers' matrix and checksum.
  func readInitialCenters() throws -> (matrix: DenseMatrix, sha256: String)? {
    guard let initialCenters else { return nil }
    let file = try InputFile.read(path: initialCenters)
    guard file.holdsMatrix else {
      throw InputError(
        kind: .malformed, code: "centers.not-a-matrix", file: file.name,
        message: "start centers must be a matrix", hint: "give a .npy of k rows")
    }
    switch try MatrixFile.read(file) {
    case .dense(let matrix): return (matrix, file.sha256)
    case .sparse(let matrix): return (matrix.dense(), file.sha256)
    }
  }
}
