internal import Matrices

/// The fits that a run makes beside those of the sweep itself.
public struct OtherFits: Sendable {
  /// Fits for one purpose.
  public struct Purpose: Sendable {
    /// The name of the purpose in JSON.
    public let key: String
    /// What the fits are for, in words.
    public let purpose: String
    /// Their number, trees included.
    public let count: Int
    /// The rows that they go through, in sweeps of all rows.
    public let sweeps: Double
  }

  /// The purposes that were asked for.
  public let all: [Purpose]

  /// About how much the fits of the whole run take, the sweep's own being 1.
  public var workFactor: Double { all.reduce(1) { $0 + $1.sweeps } }

  /// Counts the fits that a configuration asks for.
  ///
  /// - Parameters:
  ///   - configuration: what is asked for.
  ///   - fitCount: the fits of the sweep itself.
  public init(_ configuration: RunConfiguration, fitCount: Int) {
    // A cut at a height has no k that other rows could be cut at.
    guard configuration.cutHeight == nil else {
      all = []
      return
    }
    var all: [Purpose] = []
    if configuration.stabilityMeasure == .samples {
      let sets = 2 * Sweep.samplePairCount
      all.append(
        Purpose(
          key: "stability",
          purpose:
            "for stability, of \(sets) samples of \(Int(Sweep.sampleShare * 100)) % of the rows",
          count: sets.saturatingProduct(fitCount), sweeps: Double(sets) * Sweep.sampleShare))
    }
    if let sets = configuration.gapReferenceCount {
      all.append(
        Purpose(
          key: "gap", purpose: "for the gap, of \(sets == 1 ? "1 set" : "\(sets) sets") of rows",
          count: sets.saturatingProduct(fitCount), sweeps: Double(sets)))
    }
    let flat = configuration.algorithms.filter { $0.linkage == nil }
    if configuration.heldOutShare != nil, !flat.isEmpty {
      let share = flat.reduce(0) { $0 + configuration.restartCount(of: $1) }
      let count = configuration.clusterCounts.count.saturatingProduct(share)
      all.append(
        Purpose(
          key: "second_fit", purpose: "from a second seed, for the rows held out", count: count,
          sweeps: 1))
    }
    self.all = all
  }
}
