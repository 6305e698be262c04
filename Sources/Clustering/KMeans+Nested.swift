internal import Matrices

extension KMeans {
  /// Lloyd's iterations over the first rows of a shuffled order, ever more of them, then over all rows to
  /// a fixed point.
  ///
  /// Each batch holds the one before it, and each of its rows counts once, in the cluster that it is in
  /// now. A batch doubles once most centers move less than chance would have them differ from the
  /// centers of all rows: moving them further would fit the batch, not the points.
  ///
  /// Newling and Fleuret, "Nested mini-batch k-means", arXiv 1602.02934.
  func nested(
    _ settings: MiniBatch, in start: any CenterSpace, restart: Int, prepared: PreparedPoints,
    pool: WorkerPool, progress: ProgressHandler?
  ) throws(ClusteringError) -> KMeansModel {
    let rowCount = start.rowCount
    var order = NestedOrder(
      rowCount: rowCount,
      generator: CounterGenerator(
        seed: seed, run: UInt64(restart) << 32 | UInt64(clusterCount),
        purpose: RandomPurpose.nestedOrder))
    var centers = start
    var iterations: [KMeansModel.Iteration] = []
    var visitCount = 0
    var size = firstBatchSize(settings)

    while size <= rowCount / 2, visitCount / rowCount < iterationLimit {
      let points = prepared.points.picking(order.rows(first: size), pool: pool)
      let space = centers.among(points, pool: pool)
      centers = space
      let run = LloydRun(
        self, in: space, restart: restart, tolerance: 0,
        squaredNormSum: points.squaredNorms.array().reduce(0, +))
      var isGrown = false
      while !isGrown, visitCount / rowCount < iterationLimit {
        guard !Task.isCancelled else { throw .cancelled }
        let last = run.step(pool: pool)
        progress?(
          FitProgress(
            restart: restart, iteration: iterations.count,
            inertia: last.inertia * Double(rowCount) / Double(size)))
        iterations.append(last)
        visitCount += size
        isGrown =
          last.changedLabelCount == 0
          || isSettled(space, run.standings.labels, points.squaredNorms, sizes: run.sizes)
      }
      size *= 2
    }

    var last = self
    last.iterationLimit = max(1, iterationLimit - visitCount / rowCount)
    let stepCount = iterations.count
    let laterProgress: ProgressHandler = { step in
      progress?(
        FitProgress(
          restart: restart, iteration: stepCount + step.iteration, inertia: step.inertia))
    }
    let model = try last.lloyd(
      in: centers.among(prepared.points, pool: pool), restart: restart, prepared: prepared,
      pool: pool, progress: laterProgress
    ).finish(pool: pool)
    return KMeansModel(
      centroids: model.centroids, assignment: model.assignment, inertia: model.inertia,
      iterations: iterations + model.iterations, didConverge: model.didConverge,
      winningRestart: restart)
  }

  /// The rows of the first nested batch: enough for every center, and for the threads to be worth it.
  func firstBatchSize(_ settings: MiniBatch) -> Int {
    let (size, overflows) = settings.rowCount.multipliedReportingOverflow(by: 8)
    return max(4 * clusterCount, overflows ? .max : size)
  }

  /// A batch doubles when the median center's standard error is more than this times what it moved (ρ).
  ///
  /// Measured on glosses and a million generated rows, 1, 3, 10 and 30 end within a few tenths of a
  /// percent of each other; 3 took the least time.
  package static let growthRatio = 3.0

  /// Whether most centers have moved little against their standard errors in the batch.
  private func isSettled(
    _ space: any CenterSpace, _ labels: Buffer<Int32>, _ norms: Buffer<Double>, sizes: [Int]
  ) -> Bool {
    var scatter = [Double](repeating: 0, count: clusterCount)
    for row in 0..<labels.count { scatter[Int(labels[row])] += norms[row] }
    var ratios: [Double] = []
    for (cluster, size) in sizes.enumerated() where size > 1 {
      let n = Double(size)
      let spread = max(0, scatter[cluster] - n * space.squaredNorms[cluster])
      let error = (spread / (n * (n - 1))).squareRoot()
      let moved = space.movedDistances[cluster]
      ratios.append(moved > 0 ? error / moved : .infinity)
    }
    guard !ratios.isEmpty else { return true }
    ratios.sort()
    return ratios[ratios.count / 2] > Self.growthRatio
  }
}

/// A shuffled order of rows that is drawn only as far as it is asked for.
struct NestedOrder {
  private var order: [Int32]
  private var isDrawn: [Bool]
  private var drawnCount = 0
  private var generator: CounterGenerator

  init(rowCount: Int, generator: CounterGenerator) {
    order = (0..<rowCount).map(Int32.init)
    isDrawn = [Bool](repeating: false, count: rowCount)
    self.generator = generator
  }

  /// The first rows of the order, ascending, so that they are read as they lie.
  ///
  /// - Complexity: O(n).
  mutating func rows(first count: Int) -> [Int32] {
    while drawnCount < count {
      let place = drawnCount + generator.nextIndex(below: order.count - drawnCount)
      order.swapAt(drawnCount, place)
      isDrawn[Int(order[drawnCount])] = true
      drawnCount += 1
    }
    return isDrawn.indices.filter { isDrawn[$0] }.map(Int32.init)
  }
}
