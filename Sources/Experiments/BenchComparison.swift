/// Measurements beside those of an earlier report, by their fastest repetitions.
package struct BenchComparison: Sendable {
  /// What a comparison says.
  package enum Verdict: String, Sendable {
    /// Within the tolerance.
    case same
    /// Faster by more than the tolerance.
    case faster
    /// Slower by more than the tolerance.
    case slower
  }

  /// One stage on some threads, measured both times.
  package struct Entry: Sendable {
    /// The name of the stage.
    package let stage: String
    /// The threads it ran on.
    package let threadCount: Int
    /// The fastest repetition of the baseline, in seconds.
    package let oldSeconds: Double
    /// The fastest repetition of this run, in seconds.
    package let newSeconds: Double
    /// What it says.
    package let verdict: Verdict

    /// The new time over the old one.
    package var ratio: Double { newSeconds / oldSeconds }
  }

  /// What was measured both times, in the order of this run.
  package let entries: [Entry]
  /// What only the baseline has.
  let onlyBefore: [BenchBaseline.Key]
  /// What only this run has.
  let onlyNow: [BenchBaseline.Key]
  private let baselineName: String
  private let tolerance: Double

  /// Compares a report with a baseline.
  ///
  /// - Parameter tolerance: the share by which a time may grow, 0.1 for a tenth.
  package init(_ report: BenchReport, with baseline: BenchBaseline, tolerance: Double) {
    baselineName = baseline.name
    self.tolerance = tolerance
    let keys = report.measurements.map(\.key)
    entries = report.measurements.compactMap { measurement in
      baseline.seconds(of: measurement.key).map { old in
        Entry(
          stage: measurement.stage.rawValue, threadCount: measurement.threadCount,
          oldSeconds: old, newSeconds: measurement.least,
          verdict: Self.verdict(old: old, new: measurement.least, tolerance: tolerance))
      }
    }
    onlyBefore = baseline.measurements.map(\.key).filter { !keys.contains($0) }
    onlyNow = keys.filter { baseline.seconds(of: $0) == nil }
  }

  /// Whether a measurement is slower than a baseline allows.
  package static func isSlower(
    _ measurement: BenchMeasurement, than baseline: BenchBaseline, tolerance: Double
  ) -> Bool {
    guard let old = baseline.seconds(of: measurement.key) else { return false }
    return verdict(old: old, new: measurement.least, tolerance: tolerance) == .slower
  }

  private static func verdict(old: Double, new: Double, tolerance: Double) -> Verdict {
    if new > old * (1 + tolerance) { return .slower }
    return new * (1 + tolerance) < old ? .faster : .same
  }

  /// What is slower than the tolerance allows, the worst first.
  package var slower: [Entry] {
    entries.filter { $0.verdict == .slower }.sorted { $0.ratio > $1.ratio }
  }

  /// Lines for people on what could not be compared; empty when everything could.
  package var missing: String {
    func line(_ keys: [BenchBaseline.Key], _ place: String) -> String {
      guard !keys.isEmpty else { return "" }
      var stages: [String] = []
      for key in keys where !stages.contains(key.stage) { stages.append(key.stage) }
      let told = stages.map { stage in
        let counts = keys.filter { $0.stage == stage }.map { String($0.threadCount) }
        return "\(stage) (threads: \(counts.joined(separator: ", ")))"
      }
      return "only in \(place): \(told.joined(separator: ", "))\n"
    }
    return line(onlyBefore, "the baseline") + line(onlyNow, "this run")
  }

  /// The same for programs.
  var json: JSONValue {
    func list(_ keys: [BenchBaseline.Key]) -> JSONValue {
      .array(
        keys.map { .object([("stage", .string($0.stage)), ("threads", .int($0.threadCount))]) })
    }
    return .object([
      ("file", .string(baselineName)), ("tolerance", .number(tolerance)),
      ("slower", .int(slower.count)),
      (
        "compared",
        .array(
          entries.map { entry in
            .object([
              ("stage", .string(entry.stage)), ("threads", .int(entry.threadCount)),
              ("old_seconds", .number(entry.oldSeconds)),
              ("new_seconds", .number(entry.newSeconds)), ("ratio", .number(entry.ratio)),
              ("verdict", .string(entry.verdict.rawValue)),
            ])
          })
      ),
      ("only_in_baseline", list(onlyBefore)), ("only_in_this_run", list(onlyNow)),
    ])
  }
}

extension BenchBaseline {
  /// The fastest repetition of a measurement; nil when the baseline does not have it.
  fileprivate func seconds(of key: Key) -> Double? {
    measurements.first { $0.key == key }?.seconds
  }
}

extension BenchMeasurement {
  fileprivate var key: BenchBaseline.Key {
    BenchBaseline.Key(stage: stage.rawValue, threadCount: threadCount)
  }
}
