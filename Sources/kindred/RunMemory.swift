internal import Experiments
internal import Matrices

/// The memory of a run, and what would fit when it does not.
struct RunMemory {
  let plan: MemoryPlan
  /// How many fits of many rows may be under way at once.
  let liveLimit: Int
  let limit: Int?

  private let rows: RunRows
  private let configuration: RunConfiguration
  private let standing: MemoryPlan.Standing
  private let threadCount: Int

  /// Plans a run within a limit, if there is one.
  init(rows: RunRows, configuration: RunConfiguration, threadCount: Int, limit: Int?) {
    self.rows = rows
    self.configuration = configuration
    self.threadCount = threadCount
    self.limit = limit
    standing = .ofThisProcess
    (plan, liveLimit) = MemoryPlan.fitting(
      limit, features: rows.prepared.features, heldOut: rows.heldOut?.features,
      termRows: rows.prepared.termRows, configuration: configuration, standing: standing,
      threadCount: threadCount)
  }

  /// The same run with smaller k alone, or without what other fits are for, where that fits.
  func remedy(limit: Int) -> String? {
    let counts = configuration.clusterCounts
    let fitting = (0..<counts.count).last { last in
      var smaller = configuration
      smaller.clusterCounts = Array(counts[...last])
      return fits(smaller, limit: limit)
    }
    if let fitting { return "--k up to \(counts[fitting])" }
    var plainer = configuration
    plainer.gapReferenceCount = nil
    if plainer.stability == .samples { plainer.stability = nil }
    return fits(plainer, limit: limit) ? "the run without --gap and --stability samples" : nil
  }

  private func fits(_ configuration: RunConfiguration, limit: Int) -> Bool {
    MemoryPlan.fitting(
      limit, features: rows.prepared.features, heldOut: rows.heldOut?.features,
      termRows: rows.prepared.termRows, configuration: configuration, standing: standing,
      threadCount: threadCount
    ).plan.totalBytes <= limit
  }
}
