internal import Catalogue
internal import Matrices

/// Measures the stages of a run on one thread, two, four, and so on.
package struct Bench: Sendable {
  /// The most threads.
  package let threadCount: Int
  /// The counted repetitions of each measurement.
  package let repetitionCount: Int
  /// The runs before them that do not count.
  package let warmUpCount: Int

  /// A repetition of shorter work runs it as often as fills this time: clocks and schedulers are coarse.
  private static let shortestRepetition = 0.02

  /// Prepares measurements.
  package init(threadCount: Int, repetitionCount: Int, warmUpCount: Int) {
    precondition(
      threadCount >= 1 && repetitionCount >= 1 && warmUpCount >= 0,
      "a measurement needs a thread and a repetition")
    self.threadCount = threadCount
    self.repetitionCount = repetitionCount
    self.warmUpCount = warmUpCount
  }

  /// 1, 2, 4, … and the most threads; 1 alone for a stage that more cannot make faster.
  package func threadCounts(for stage: BenchStage) -> [Int] {
    var counts = [1]
    while stage.isParallel, let last = counts.last, last < threadCount {
      counts.append(min(last * 2, threadCount))
    }
    return counts
  }

  /// Measures stages, in the order of `BenchStage`.
  ///
  /// - Parameters:
  ///   - stages: those to report, each one that the input has; the machine's limits are measured
  ///     whether or not they are among them.
  ///   - isSuspect: whether a measurement is to be made longer by as many repetitions again, once.
  ///   - say: told what is measured next.
  package func run(
    _ input: BenchInput, stages: [BenchStage],
    isSuspect: (BenchMeasurement) -> Bool = { _ in false }, say: (String) -> Void
  ) throws -> BenchReport {
    let limits = Set(stages.compactMap(\.limit))
    let order =
      BenchStage.allCases.filter { limits.contains($0) }
      + BenchStage.allCases.filter { stages.contains($0) && !limits.contains($0) }
    let widestPool = WorkerPool(threadCount: threadCount)
    var fit: BenchFit?
    var measured: [BenchMeasurement] = []
    for stage in order {
      let work = try input.work(for: stage, fit: &fit, pool: widestPool)
      var single: Double?
      for threads in threadCounts(for: stage) {
        let pool = WorkerPool(threadCount: threads)
        say("\(stage.rawValue) on \(threads == 1 ? "1 thread" : "\(threads) threads")")
        let limit = measured.first { $0.stage == stage.limit && $0.threadCount == threads }
        func measurement(_ times: Times) -> BenchMeasurement {
          BenchMeasurement(
            stage: stage, threadCount: threads, seconds: times.seconds, runCount: times.runCount,
            work: work, singleThreadSeconds: single, limit: limit?.rate)
        }
        var times = try time(work, pool: pool)
        if stages.contains(stage), isSuspect(measurement(times)) {
          times.seconds += try time(work, pool: pool).seconds
        }
        let result = measurement(times)
        if threads == 1 { single = result.least }
        measured.append(result)
      }
    }
    let reported = BenchStage.allCases.filter { stages.contains($0) }.flatMap { stage in
      measured.filter { $0.stage == stage }
    }
    return BenchReport(bench: self, input: input, measurements: reported)
  }

  private struct Times {
    var seconds: [Double]
    let runCount: Int
  }

  /// Runs work until it has been repeated often enough.
  private func time(_ work: BenchWork, pool: WorkerPool) throws -> Times {
    func seconds(runCount: Int) throws -> Double {
      var total = Duration.zero
      for _ in 0..<runCount {
        try work.prepare(pool)
        let start = ContinuousClock.now
        try work.run(pool)
        total += ContinuousClock.now - start
      }
      // A clock that does not tick during the work must not make it infinitely fast.
      return max(total / .seconds(1), 1e-9) / Double(runCount)
    }
    var runCount = 1
    for _ in 0..<warmUpCount {
      let last = try seconds(runCount: runCount)
      runCount = max(1, min(10_000, Int(Self.shortestRepetition / last)))
    }
    return Times(
      seconds: try (0..<repetitionCount).map { _ in try seconds(runCount: runCount) },
      runCount: runCount)
  }
}
