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
      sum.saturatingSum(part.bytes)
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

    let isSparse = if case .sparse = features { true } else { false }
    // Sparse points are held as given, renumbered, and by term: 8 bytes an entry each time.
    let points = stored.saturatingProduct(isSparse ? 24 : 4)
    let restarts = configuration.algorithms.reduce(1) {
      max($0, configuration.restartCount(of: $1))
    }
    let flatCount = configuration.algorithms.count { $0.linkage == nil }
    let fitCount = configuration.clusterCounts.count.saturatingProduct(flatCount, restarts)
    let together =
      liveLimit
      ?? KMeans.liveLimit(
        features, clusterCount: most, kernel: configuration.kernel)
    let goesTogether = Sweep.goesTogether(
      rowCount: features.rowCount, fitCount: fitCount, threadCount: threadCount)
    let fitsAtOnce = min(fitCount, goesTogether ? together : threadCount)
    let lanes = (most + 15) / 16 * 16
    let centers = features.centersByteCount(clusterCount: most, kernel: configuration.kernel)
    // What moved on the terms lies side by side for all that go together.
    let fit = centers.saturatingProduct(fitsAtOnce)
      .saturatingSum(goesTogether && flatCount > 0 ? columns.saturatingProduct(64) : 0)
    let kept = clusterSum.saturatingProduct(columns, 4)
    let perRow = rows.saturatingProduct(64 + 12 * runCount)
    var batches = 0
    if configuration.algorithms.contains(.minibatch) {
      // Growing batches copy half the rows; others may keep a second panel of what rounding cuts off.
      let copies = stored.saturatingProduct(isSparse ? 8 : 2)
      batches =
        configuration.batchGrowth == .nested
        ? copies.saturatingSum(rows.saturatingProduct(72)).saturatingProduct(threadCount)
        : isSparse ? threadCount.saturatingProduct(columns, lanes, 8) : 0
    }
    parts = [
      ("the points", points), ("the centers of the fits under way", fit),
      ("mini-batches", batches),
      ("the centers that are kept", kept.saturatingProduct(2)), ("labels and scores", perRow),
      ("the program itself", 32 << 20),
    ]
  }

  /// The plan with the most fits under way at once that a limit in bytes allows, and their number; with one
  /// when no number does.
  ///
  /// - Complexity: O(numbers of clusters).
  package static func fitting(
    _ limit: Int?, features: FeatureMatrix, heldOut: FeatureMatrix?,
    configuration: RunConfiguration, threadCount: Int
  ) -> (plan: MemoryPlan, liveLimit: Int) {
    var count = KMeans.liveLimit(
      features, clusterCount: configuration.clusterCounts.max() ?? 1,
      kernel: configuration.kernel)
    while true {
      let plan = MemoryPlan(
        features: features, heldOut: heldOut, configuration: configuration, liveLimit: count,
        threadCount: threadCount)
      guard let limit, plan.totalBytes > limit, count > 1 else { return (plan, count) }
      count -= 1
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
