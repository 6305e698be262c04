package import Matrices

extension KMeans {
  /// A restart that is to be fitted.
  package struct Start: Sendable {
    package let settings: KMeans
    package let restart: Int
    package let seeds: [Int]
    let initialCenters: DenseMatrix?

    /// A restart of settings without mini-batches, from rows or from given centers, `k×d`.
    package init(
      _ settings: KMeans, restart: Int, seeds: [Int], initialCenters: DenseMatrix? = nil
    ) {
      precondition(settings.variant == .lloyd, "mini-batches go through other rows each")
      self.settings = settings
      self.restart = restart
      self.seeds = seeds
      self.initialCenters = initialCenters
    }

    /// The run, with its centers in place.
    func begin(_ prepared: PreparedPoints, pool: WorkerPool) -> LloydRun {
      let space = prepared.points.space(
        clusterCount: settings.clusterCount, kernel: settings.kernel, pool: pool)
      if let initialCenters {
        space.setCenters(initialCenters, pool: pool)
      } else {
        space.setCenters(toRows: seeds, pool: pool)
      }
      return LloydRun(
        settings, in: space, restart: restart, tolerance: settings.shiftTolerance(prepared),
        squaredNormSum: prepared.squaredNormSum)
    }
  }

  /// How many restarts go through the rows together: what a GiB has room for.
  ///
  /// - Complexity: O(1).
  package static func liveLimit(
    _ points: FeatureMatrix, clusterCount: Int, kernel: ProductKernel
  ) -> Int {
    let room = (1 << 30) / points.centersByteCount(clusterCount: clusterCount, kernel: kernel)
    return max(1, min(CenterGroup.memberLimit, room))
  }

  /// Fits restarts of any settings over the same points in shared passes over the rows.
  ///
  /// At most `liveLimit` of them are under way; one that has converged makes room for the next. Each goes
  /// exactly as it would alone.
  ///
  /// - Parameters:
  ///   - liveLimit: how many may be under way, 1 to `CenterGroup.memberLimit`.
  ///   - isStopped: asked before each pass; true ends the work with `ClusteringError.cancelled`.
  ///   - best: tells, on any thread, the inertia that the one at a place must reach to be of use.
  ///   - finish: hears of each outcome with its place among `starts`, on any thread.
  /// - Throws: `ClusteringError.cancelled`.
  /// - Complexity: O(nnz·Σk) an iteration; memory O(nnz + n + k·d) for each that is under way.
  package static func fitTogether(
    _ starts: [Start], prepared: PreparedPoints, liveLimit: Int, pool: WorkerPool,
    isStopped: () -> Bool = { false }, best: @Sendable (_ place: Int) -> Double? = { _ in nil },
    finish: @Sendable (_ place: Int, _ outcome: Outcome) -> Void
  ) throws(ClusteringError) {
    precondition(
      1...CenterGroup.memberLimit ~= liveLimit, "1 to 16 runs may be under way at once")
    let group = CenterGroup(prepared.points)
    var waiting = starts.indices
    var live: [(place: Int, run: LloydRun)] = []
    while true {
      let joining = Array(waiting.prefix(liveLimit - live.count))
      waiting.removeFirst(joining.count)
      let runs = pool.mapJobs(joining.count) { job, pool in
        starts[joining[job]].begin(prepared, pool: pool)
      }
      live += zip(joining, runs).map { (place: $0, run: $1) }
      guard !live.isEmpty else { return }

      guard !Task.isCancelled, !isStopped() else { throw .cancelled }
      let members = live.map {
        CenterGroup.Member(space: $0.run.space, standings: $0.run.standings)
      }
      let current = live
      group.assign(members, pool: pool)
      let steps = pool.mapJobs(current.count) { job, pool in current[job].run.review(pool: pool) }
      let shifts = group.moveCenters(
        of: members, to: steps.map(\.labels), changes: steps.map(\.changes), pool: pool)
      for (member, (step, shift)) in zip(current, zip(steps, shifts)) {
        member.run.record(step, shift: shift)
      }
      let done = live.filter(\.run.isDone)
      live.removeAll(where: \.run.isDone)
      pool.forEachJob(done.count) { job, pool in
        let (place, run) = done[job]
        finish(place, run.outcome(against: best(place), pool: pool))
      }
    }
  }
}
