import Benchmark

/// A kernel with its operands, ready to be called again and again.
struct Kernel {
  /// What one call does, in the unit that its limit is measured in.
  let amount: Double
  let call: () -> Void
}

/// What a kernel's rate counts, and so which limit of the machine it is compared with.
enum Unit: Sendable {
  /// Floating-point operations, useful ones only: lanes that fill up a register do not count.
  case operations
  /// Bytes that are read and written, each once.
  case bytes

  /// The metric of 10⁶ units a second; the benchmark package knows whole numbers only.
  var rate: BenchmarkMetric {
    .custom(
      self == .operations ? "MFLOP/s" : "MB/s", polarity: .prefersLarger, useScalingFactor: false)
  }

  /// The units a second that the machine does at best on one thread.
  var limit: Double { self == .operations ? MachineLimit.product : MachineLimit.copy }

  /// The metric of thousandths of the machine's limit.
  static let share = BenchmarkMetric.custom(
    "‰ of the limit", polarity: .prefersLarger, useScalingFactor: false)
}

/// Registers a benchmark of a kernel.
///
/// - Parameters:
///   - isShort: whether a call takes microseconds, so that a thousand of them make a measurement.
///   - make: prepares the operands; runs in the benchmark's own process, before the measurement.
func register(
  _ name: String, _ unit: Unit, isShort: Bool = false, make: @escaping @Sendable () -> Kernel
) {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, unit.rate, Unit.share],
    timeUnits: isShort ? .nanoseconds : .microseconds,
    units: [unit.rate: .count, Unit.share: .count], warmupIterations: 3,
    scalingFactor: isShort ? .kilo : .one, maxDuration: .milliseconds(400), maxIterations: 2_000)
  Benchmark(name, configuration: configuration) { benchmark, prepared in
    let (kernel, limit) = prepared
    let start = ContinuousClock.now
    for _ in benchmark.scaledIterations { kernel.call() }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    let rate = kernel.amount * Double(benchmark.scaledIterations.count) / seconds
    benchmark.measurement(unit.rate, Int(rate / 1e6))
    benchmark.measurement(Unit.share, Int(1_000 * rate / limit))
  } setup: {
    (make(), unit.limit)
  }
}
