internal import Catalogue
internal import Clustering
public import Matrices

/// How much memory a run will need, told before it starts.
public struct MemoryPlan: Sendable, Equatable {
  /// The parts, in bytes, with what they are for.
  public let parts: [(name: String, bytes: Int)]

  /// The sum of the parts.
  public var totalBytes: Int {
    parts.reduce(0) { sum, part in
      let (total, overflow) = sum.addingReportingOverflow(part.bytes)
      return overflow ? .max : total
    }
  }

  /// The part that takes most, in words.
  public var largestPart: String {
    guard let part = parts.max(by: { $0.bytes < $1.bytes }) else { return "" }
    return "most of it, \(VisibleText.byteCount(part.bytes)), is for \(part.name)"
  }

  /// Plans the run of a configuration over features that are already in memory.
  ///
  /// `liveLimit` is that of the sweep: how many fits of many rows may be under way at once.
  ///
  /// - Complexity: O(numbers of clusters).
  public init(
    features: FeatureMatrix, heldOut: FeatureMatrix?, configuration: RunConfiguration,
    liveLimit: Int? = nil, threadCount: Int
  ) {
    let rows = features.rowCount + (heldOut?.rowCount ?? 0)
    let columns = features.columnCount
    let stored = features.storedCount + (heldOut?.storedCount ?? 0)
    let most = configuration.clusterCounts.max() ?? 1
    let clusterSum = configuration.clusterCounts.reduce(0, +) * configuration.algorithms.count
    let runCount = configuration.clusterCounts.count * configuration.algorithms.count

    func product(_ factors: Int...) -> Int {
      factors.reduce(1) { result, factor in
        let (value, overflow) = result.multipliedReportingOverflow(by: factor)
        return overflow ? .max : value
      }
    }
    let isSparse = if case .sparse = features { true } else { false }
    // Sparse points are held as given, renumbered, and by term: 8 bytes an entry each time.
    let points = isSparse ? product(stored, 24) : product(stored, 4)
    let restarts = configuration.algorithms.reduce(1) {
      max($0, configuration.kMeans($1, clusterCount: 1).restartCount)
    }
    let fitCount = product(runCount, restarts)
    let together = liveLimit ?? KMeans.liveLimit(features, clusterCount: most)
    let fitsAtOnce = min(fitCount, Sweep.sharesRows(features.rowCount) ? together : threadCount)
    let lanes = (most + 15) / 16 * 16
    let fit = product(fitsAtOnce, KMeans.liveByteCount(features, clusterCount: most))
    let kept = product(clusterSum, columns, 4)
    let perRow = product(rows, 64 + 12 * runCount)
    var batches = 0
    if configuration.algorithms.contains(.minibatch) {
      // Growing batches copy half the rows; others may keep a second panel of what rounding cuts off.
      let copies = isSparse ? product(stored, 8) : product(stored, 2)
      batches =
        configuration.batchGrowth == .nested
        ? product(threadCount, copies + product(rows, 72))
        : isSparse ? product(threadCount, columns, lanes, 8) : 0
    }
    parts = [
      ("the points", points), ("the centers of the fits under way", fit),
      ("mini-batches", batches),
      ("the centers that are kept", product(kept, 2)), ("labels and scores", perRow),
      ("the program itself", 32 << 20),
    ]
  }

  /// The plan with the most fits under way at once that a limit in bytes allows, and their number; with one
  /// when no number does.
  package static func fitting(
    _ limit: Int?, features: FeatureMatrix, heldOut: FeatureMatrix?,
    configuration: RunConfiguration, threadCount: Int
  ) -> (plan: MemoryPlan, liveLimit: Int) {
    var count = KMeans.liveLimit(
      features, clusterCount: configuration.clusterCounts.max() ?? 1)
    while true {
      let plan = MemoryPlan(
        features: features, heldOut: heldOut, configuration: configuration, liveLimit: count,
        threadCount: threadCount)
      guard let limit, plan.totalBytes > limit, count > 1 else { return (plan, count) }
      count /= 2
    }
  }

  /// The same plan with a part more.
  package func adding(_ name: String, bytes: Int) -> MemoryPlan {
    MemoryPlan(parts: parts + [(name, bytes)])
  }

  private init(parts: [(name: String, bytes: Int)]) { self.parts = parts }

  /// Compares plans part by part.
  public static func == (left: MemoryPlan, right: MemoryPlan) -> Bool {
    left.parts.elementsEqual(right.parts) { $0.name == $1.name && $0.bytes == $1.bytes }
  }
}
