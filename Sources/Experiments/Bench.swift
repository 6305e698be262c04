public import Catalogue
internal import Clustering
internal import ClusterScores
public import Matrices
internal import TextFeatures

/// Throughput of each stage on this machine, over threads.
public struct Bench: Sendable {
  private let configuration: RunConfiguration
  private let clusterCount: Int
  private let repetitionCount: Int
  private let pool: WorkerPool

  /// What one stage took.
  public struct Stage: Sendable {
    /// The stage.
    public let name: String
    /// The threads it ran on.
    public let threadCount: Int
    /// The mean seconds of a repetition.
    public let meanSeconds: Double
    /// The standard deviation of the repetitions' seconds.
    public let deviation: Double
    /// Rows a second, or nil where rows do not count.
    public let rowsPerSecond: Double?
    /// 10⁹ floating-point operations a second, or nil where they do not count.
    public let gigaflops: Double?
    /// The rate over the matrix product's rate on as many threads.
    public let shareOfPeak: Double?
    /// The time on one thread over this time; nil on one thread.
    public let speedUp: Double?
  }

  /// All stages, and what they ran on.
  public struct Report: Sendable {
    /// The stages in order.
    public let stages: [Stage]
    /// The rows, columns and stored elements.
    public let heading: String
    /// The same for programs.
    public let json: JSONValue
  }

  /// Prepares measurements; `repetitionCount` are counted after one warm-up.
  public init(
    configuration: RunConfiguration, clusterCount: Int, repetitionCount: Int, pool: WorkerPool
  ) {
    self.configuration = configuration
    self.clusterCount = clusterCount
    self.repetitionCount = repetitionCount
    self.pool = pool
  }

  /// A catalogue of invented words: Zipf's law over 20,000 words, fifty topics.
  public static func generatedCatalogue(rowCount: Int) throws(InputError) -> InputFile {
    var generator = CounterGenerator(seed: 1, purpose: 99)
    let wordCount = 20_000
    var cumulative: [Double] = []
    var total = 0.0
    for rank in 0..<wordCount {
      total += 1 / (Double(rank) + 2.7)
      cumulative.append(total)
    }
    func rank() -> Int {
      let goal = generator.nextUnit() * total
      var (low, high) = (0, wordCount - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] < goal { low = middle + 1 } else { high = middle }
      }
      return low
    }
    var text = "id,description\n"
    for row in 0..<rowCount {
      let topic = generator.nextIndex(below: 50)
      text += "r\(row),"
      for _ in 0..<(8 + generator.nextIndex(below: 20)) {
        // Half of a text's words come from its topic's own order of the vocabulary.
        let word = generator.nextUnit() < 0.5 ? rank() : (rank() * 7_919 + topic * 397) % wordCount
        text += " w\(word)"
      }
      text += "\n"
    }
    return try InputFile(name: "generated.csv", storedBytes: Array(text.utf8))
  }

  /// Measures every stage on one thread, and on all when there are more.
  public func run(_ file: InputFile, say: (String) -> Void) throws -> Report {
    var seconds = PhaseSeconds()
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    let points = prepared.features
    let rows = points.rowCount
    let k = min(clusterCount, rows)
    var threads = [1]
    while let last = threads.last, last < pool.threadCount {
      threads.append(min(last * 2, pool.threadCount))
    }

    var stages: [Stage] = []
    var peak: [Int: Double] = [:]
    for threadCount in threads {
      let pool = WorkerPool(threadCount: threadCount)
      say("measuring on \(threadCount) threads")
      func add(
        _ name: String, rows: Int?, operations: Double?, _ work: () throws -> Void
      ) throws {
        let times = try measure(work)
        let mean = times.reduce(0, +) / Double(times.count)
        let variance =
          times.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, times.count - 1))
        let rate = operations.map { $0 / mean / 1e9 }
        if name == "matrix product" { peak[threadCount] = rate }
        let single = stages.first { $0.name == name && $0.threadCount == 1 }
        stages.append(
          Stage(
            name: name, threadCount: threadCount, meanSeconds: mean,
            deviation: variance.squareRoot(), rowsPerSecond: rows.map { Double($0) / mean },
            gigaflops: rate,
            shareOfPeak: rate.flatMap { rate in peak[threadCount].map { rate / $0 } },
            speedUp: threadCount == 1 ? nil : single.map { $0.meanSeconds / mean }))
      }

      let product = ProductProbe()
      try add("matrix product", rows: nil, operations: product.operations) {
        product.run(pool)
      }
      if !file.holdsMatrix {
        try add("read", rows: rows, operations: nil) {
          _ = try CatalogueRows(file, configuration: configuration)
        }
        let texts = try CatalogueRows(file, configuration: configuration).texts
        try add("features", rows: rows, operations: nil) {
          _ = try TextFeatureModel.fit(texts, options: configuration.features, pool: pool)
        }
      }
      var settings = configuration.kMeans(.kmeans, clusterCount: k)
      settings.restartCount = 1
      settings.iterationLimit = 10
      settings.relativeTolerance = 0
      let ready = try settings.prepare(points, initialCenters: nil, pool: pool)
      try add("seed", rows: rows, operations: nil) {
        _ = settings.startRows(restart: 0, points: ready.points, pool: pool)
      }
      let seeds = settings.startRows(restart: 0, points: ready.points, pool: pool)
      let model = try settings.fitRestart(0, prepared: ready, seeds: seeds, pool: pool)
      // One more assignment than iterations: the last labels the rows with the published centers.
      let passes = Double(model.iterations.count + 1)
      try add(
        "fit", rows: rows * (model.iterations.count + 1),
        operations: 2 * Double(points.storedCount) * Double(k) * passes
      ) {
        _ = try settings.fitRestart(0, prepared: ready, seeds: seeds, pool: pool)
      }
      try add("silhouette", rows: rows, operations: nil) {
        _ = Silhouette.score(
          points, [model.assignment], metric: configuration.metric, pool: pool)
      }
    }
    return report(stages, prepared: prepared, k: k)
  }

  private func measure(_ work: () throws -> Void) rethrows -> [Double] {
    try work()
    var times: [Double] = []
    for _ in 0..<repetitionCount {
      let start = ContinuousClock.now
      try work()
      times.append((ContinuousClock.now - start) / .seconds(1))
    }
    return times
  }

  private func report(_ stages: [Stage], prepared: PreparedInput, k: Int) -> Report {
    let points = prepared.features
    let entries = stages.map { stage in
      JSONValue.object([
        ("stage", .string(stage.name)), ("threads", .int(stage.threadCount)),
        ("seconds", .number(stage.meanSeconds)), ("deviation", .number(stage.deviation)),
        ("rows_per_second", .optional(stage.rowsPerSecond)),
        ("gigaflops", .optional(stage.gigaflops)),
        ("share_of_peak", .optional(stage.shareOfPeak)),
        ("speed_up", .optional(stage.speedUp)),
      ])
    }
    let json = JSONValue.object([
      ("input", .string(prepared.name)), ("rows", .int(points.rowCount)),
      ("columns", .int(points.columnCount)), ("nonzeros", .int(points.storedCount)),
      ("k", .int(k)), ("repetitions", .int(repetitionCount)),
      ("blas_core", .string(BLAS.coreName)), ("isa", .string(InstructionSet.best.name)),
      ("stages", .array(entries)),
    ])
    let heading =
      "\(prepared.name): \(VisibleText.grouped(points.rowCount)) rows,"
      + " \(VisibleText.grouped(points.columnCount)) columns,"
      + " \(VisibleText.grouped(points.storedCount)) stored; k = \(k);"
      + " BLAS \(BLAS.coreName), \(InstructionSet.best.name)\n"
    return Report(stages: stages, heading: heading, json: json)
  }
}
