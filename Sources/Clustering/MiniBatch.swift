internal import Matrices

extension KMeans {
  /// How mini-batch K-Means draws and stops.
  public struct MiniBatch: Sendable, Hashable, Codable {
    /// How batches follow each other.
    public enum Growth: String, Sendable, Hashable, Codable, CaseIterable {
      /// Each is drawn anew and keeps its size: Sculley's mini-batches.
      case none

      /// Each holds the one before it and twice as many rows, until all rows are in and Lloyd's
      /// iterations go on to a fixed point.
      case nested
    }

    /// How batches follow each other.
    public var growth: Growth = .none

    /// The rows of a batch, drawn with replacement; nested batches begin with eight times as many, or
    /// four for each cluster.
    public var rowCount = 1_024

    /// A center with fewer rows than this share of the busiest center's is moved to a random row.
    public var reassignmentRatio = 0.01

    /// The fit ends after this many batches without a better smoothed inertia; nil for never.
    public var noImprovementLimit: Int? = 10

    /// Makes settings with scikit-learn's defaults.
    public init() {}
  }

  /// Mini-batch K-Means from the centers in `space`, with scikit-learn's rules for reassigning starved
  /// centers and for stopping.
  ///
  /// Sculley, "Web-scale k-means clustering", DOI 10.1145/1772690.1772862.
  func miniBatch(
    _ settings: MiniBatch, in space: any CenterSpace, restart: Int, prepared: PreparedPoints,
    pool: WorkerPool, progress: ProgressHandler?
  ) throws(ClusteringError) -> KMeansModel {
    let rowCount = space.rowCount
    let standings = Standings(rowCount: rowCount)
    let batchSize = min(settings.rowCount, rowCount)
    let (visits, isUnlimited) = iterationLimit.multipliedReportingOverflow(by: rowCount)
    let stepCount = max(1, (isUnlimited ? .max : visits) / batchSize)
    let tolerance = shiftTolerance(prepared)
    let batch = Buffer<Int32>(count: batchSize, repeating: 0)
    var stop = StoppingRule(
      limit: settings.noImprovementLimit, tolerance: tolerance,
      smoothing: min(1, Double(batchSize) * 2 / Double(rowCount + 1)))
    var rowsSinceReassignment = 0
    var iterations: [KMeansModel.Iteration] = []
    var didConverge = false

    for step in 0..<stepCount {
      guard !Task.isCancelled else { throw .cancelled }
      var generator = CounterGenerator(
        seed: seed, run: UInt64(restart) << 32 | UInt64(clusterCount), step: UInt64(step),
        purpose: RandomPurpose.batches)
      for place in 0..<batchSize { batch[place] = Int32(generator.nextIndex(below: rowCount)) }

      let absorbed = space.absorb(batch: batch, into: standings, pool: pool)
      var hasReassigned = false
      rowsSinceReassignment += batchSize
      if (0..<clusterCount).contains(where: { space.absorbedWeights[$0] == 0 })
        || rowsSinceReassignment >= 10 * clusterCount
      {
        rowsSinceReassignment = 0
        hasReassigned = reassignStarved(
          in: space, ratio: settings.reassignmentRatio, batch: batch, &generator)
      }

      // A center that was put elsewhere has moved far.
      let shift = hasReassigned ? Double.infinity : absorbed.centerShift
      let smoothed = stop.hear(absorbed.inertia / Double(batchSize), shift: shift)
      iterations.append(
        .init(
          inertia: absorbed.inertia, centerShift: absorbed.centerShift, changedLabelCount: nil))
      progress?(
        FitProgress(restart: restart, iteration: step, inertia: smoothed * Double(rowCount)))
      if stop.isReached {
        didConverge = true
        break
      }
    }
    return finish(
      space: space, standings: standings, iterations: iterations, didConverge: didConverge,
      restart: restart, pool: pool)
  }

  /// Moves centers that few rows have chosen to random rows of the batch, at most half a batch of them,
  /// and tells whether there were any.
  private func reassignStarved(
    in space: any CenterSpace, ratio: Double, batch: Buffer<Int32>,
    _ generator: inout CounterGenerator
  ) -> Bool {
    let weights = space.absorbedWeights.array()
    let bound = ratio * (weights.max() ?? 0)
    var starved = weights.indices.filter { weights[$0] < bound }
    let most = batch.count / 2
    if starved.count > most {
      starved.sort { weights[$0] != weights[$1] ? weights[$0] < weights[$1] : $0 < $1 }
      starved = starved.prefix(most).sorted()
    }
    guard !starved.isEmpty else { return false }
    let isStarved = Set(starved)
    let kept = weights.indices.filter { !isStarved.contains($0) }.map { weights[$0] }
    let weight = max(1, kept.min() ?? 1)
    let places = distinctRows(starved.count, below: batch.count, using: &generator)
    for (cluster, place) in zip(starved, places) {
      space.replaceCenter(cluster, withRow: Int(batch[place]), weight: weight)
    }
    return true
  }
}

/// Ends a fit whose smoothed inertia has not fallen for a while, or whose centers hardly move.
private struct StoppingRule {
  let limit: Int?
  let tolerance: Double
  let smoothing: Double
  private var smoothed: Double?
  private var least = Double.infinity
  private var idleCount = 0
  private var heardCount = 0
  private(set) var isReached = false

  init(limit: Int?, tolerance: Double, smoothing: Double) {
    self.limit = limit
    self.tolerance = tolerance
    self.smoothing = smoothing
  }

  /// Takes in a batch's inertia a row and the shift of the centers; returns the smoothed inertia.
  mutating func hear(_ inertia: Double, shift: Double) -> Double {
    heardCount += 1
    // The first batch was measured against the start centers and would mislead the average.
    guard heardCount > 1 else { return inertia }
    if tolerance > 0 && shift <= tolerance { isReached = true }
    let value = smoothed.map { $0 * (1 - smoothing) + inertia * smoothing } ?? inertia
    smoothed = value
    if value < least {
      least = value
      idleCount = 0
    } else {
      idleCount += 1
    }
    if let limit, idleCount >= limit { isReached = true }
    return value
  }
}
