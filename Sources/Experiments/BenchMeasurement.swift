/// The times of one stage on some number of threads.
package struct BenchMeasurement: Sendable {
  /// The bytes of a row before and after a stage, on average.
  package struct BytesPerRow: Sendable {
    /// Before it.
    package let input: Double
    /// After it.
    package let output: Double
  }

  /// The stage.
  package let stage: BenchStage
  /// The threads it ran on.
  package let threadCount: Int
  /// The seconds of each repetition, in order, at least one.
  package let seconds: [Double]
  /// How often the work ran in a repetition, whose seconds are those of one run.
  package let runCount: Int
  /// The bytes of a row before and after the stage; nil for stages that keep the rows.
  package let bytesPerRow: BytesPerRow?
  /// The seconds of the stage on one thread; nil when this is that measurement.
  package let singleThreadSeconds: Double?
  /// The rate of the machine's limit on as many threads, in the unit of this rate; nil without a rate.
  private let limit: Double?
  private let rows: Int?
  private let amount: BenchWork.Amount?

  init(
    stage: BenchStage, threadCount: Int, seconds: [Double], runCount: Int, work: BenchWork,
    singleThreadSeconds: Double?, limit: Double?
  ) {
    precondition(!seconds.isEmpty, "a measurement has at least one repetition")
    self.stage = stage
    self.threadCount = threadCount
    self.seconds = seconds
    self.runCount = runCount
    self.singleThreadSeconds = singleThreadSeconds
    rows = work.rows
    amount = work.amount
    bytesPerRow = work.bytesPerRow
    self.limit = limit
  }

  /// The mean of the repetitions.
  package var mean: Double { seconds.reduce(0, +) / Double(seconds.count) }

  /// The standard deviation of the repetitions; nil for one.
  package var deviation: Double? {
    guard seconds.count > 1 else { return nil }
    let mean = mean
    let squares = seconds.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(seconds.count - 1)).squareRoot()
  }

  /// The middle repetition, or the mean of the two in the middle.
  package var median: Double {
    let sorted = seconds.sorted()
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The fastest repetition: other programs can only add to a time, so it is the steadiest figure, and
  /// every rate and comparison is made of it.
  package var least: Double { seconds.min() ?? 0 }

  /// Whether the repetitions differ so much that the machine cannot have been quiet.
  package var isUnsteady: Bool { deviation.map { $0 > 0.1 * mean } ?? false }

  /// Rows a second; nil where rows do not count.
  package var rowsPerSecond: Double? { rows.map { Double($0) / least } }

  /// 10⁹ floating-point operations of the plain algorithm a second; nil where they do not count.
  package var gigaflops: Double? {
    if case .operations(let count)? = amount { count / least / 1e9 } else { nil }
  }

  /// 10⁹ bytes a second; nil where they do not count.
  package var gigabytesPerSecond: Double? {
    if case .bytes(let count)? = amount { count / least / 1e9 } else { nil }
  }

  /// GFLOP/s or GB/s, whichever counts.
  var rate: Double? { gigaflops ?? gigabytesPerSecond }

  /// The rate over what the machine can do on as many threads; 1 for the limits themselves.
  package var shareOfLimit: Double? {
    if stage.limit == stage { return 1 }
    guard let limit, let rate else { return nil }
    return rate / limit
  }

  /// How many times faster than on one thread; nil on one.
  package var speedUp: Double? { singleThreadSeconds.map { $0 / least } }

  /// The same for programs.
  var json: JSONValue {
    var members: [(String, JSONValue)] = [
      ("stage", .string(stage.rawValue)), ("threads", .int(threadCount)),
      ("seconds", .number(mean)), ("deviation", .optional(deviation)),
      ("min_seconds", .number(least)), ("median_seconds", .number(median)),
      ("repetition_seconds", .array(seconds.map(JSONValue.number))),
      ("runs_per_repetition", .int(runCount)), ("rows_per_second", .optional(rowsPerSecond)),
      ("gigaflops", .optional(gigaflops)),
      ("gigabytes_per_second", .optional(gigabytesPerSecond)),
      ("share_of_limit", .optional(shareOfLimit)), ("speed_up", .optional(speedUp)),
    ]
    if let bytesPerRow {
      members += [
        ("input_bytes_per_row", .number(bytesPerRow.input)),
        ("output_bytes_per_row", .number(bytesPerRow.output)),
      ]
    }
    return .object(members)
  }
}
