public import ClusterScores
public import Clustering
public import Matrices
internal import Synchronization

/// One clustering of a sweep with its scores: the best restart of an algorithm and k.
public struct ScoredRun: Sendable {
  /// How it was made.
  public let algorithm: Algorithm
  /// The fitted model.
  public let model: KMeansModel
  /// The silhouettes of the training rows.
  public let silhouette: SilhouetteResult
  /// Scores from the clusters' means.
  public let dispersion: DispersionScores
  /// The scores of the unseen rows, when there are any.
  public internal(set) var heldOut: HeldOutScores?
  /// The mean agreement (ARI) of fits, when it was asked for.
  public internal(set) var stability: Double?
  /// The gap statistic, when it was asked for and is defined.
  public internal(set) var gap: GapStatistic?
  /// The agreement with known classes, when there are any.
  public internal(set) var truth: AgreementScores?

  /// The number of clusters that were asked for.
  public var clusterCount: Int { model.assignment.clusterCount }
}

/// The scores of rows that a model has not seen.
public struct HeldOutScores: Sendable {
  /// The rows' nearest centers.
  public let assignment: CenterAssignment
  /// The rows' silhouettes against the training clusters.
  public let silhouette: SilhouetteResult
  /// The agreement (ARI) of the rows' labels with those of a second fit, when there was one.
  public internal(set) var stability: Double?
}

/// All clusterings of a sweep, and the choice among them.
public struct SweepResult: Sendable {
  /// The clusterings, algorithm by algorithm in the order asked for, k ascending.
  public let runs: [ScoredRun]
  /// The chosen one.
  public let choice: ClusterChoice
  /// Things that a user should know, one sentence each.
  public let notes: [String]
  /// The trees whose cuts are among the clusterings, in the order asked for.
  public let trees: [GrownTree]
  /// The known classes of the rows, when there are any.
  public let truth: TrueClasses?

  /// The chosen clustering.
  public var best: ScoredRun { runs[choice.index] }
}

/// Fits and scores every algorithm and k.
public struct Sweep: Sendable {
  /// The options.
  public let configuration: RunConfiguration
  /// The threads.
  public let pool: WorkerPool
  /// Start centers, `k×d`, for a sweep of one k.
  public let initialCenters: DenseMatrix?

  /// How many fits of many rows may be under way at once, 1 to 16, or nil for what a GiB has room for.
  public let liveLimit: Int?

  /// The bytes that a tree may take beside the rows; nil for what it needs.
  public let treeMemoryLimit: Int?

  /// Where finished fits are kept while the sweep runs, or nil to keep none.
  let units: RunUnits?

  /// The known classes of the rows, when there are any.
  public let truth: TrueClasses?

  /// Prepares a sweep.
  public init(
    configuration: RunConfiguration, initialCenters: DenseMatrix? = nil, liveLimit: Int? = nil,
    treeMemoryLimit: Int? = nil, truth: TrueClasses? = nil, units: RunUnits? = nil,
    pool: WorkerPool
  ) {
    self.configuration = configuration
    self.initialCenters = initialCenters
    self.liveLimit = liveLimit
    self.treeMemoryLimit = treeMemoryLimit
    self.units = units
    self.truth = truth
    self.pool = pool
  }

  /// How far a sweep has come.
  public struct Progress: Sendable {
    /// The fits that are done.
    public let finishedCount: Int
    /// Those among them that an interrupted run had done.
    public let takenOverCount: Int
    /// All fits.
    public let totalCount: Int
    /// The k of the fit that was done last.
    public let clusterCount: Int
    /// About how much of the work of this process is done, 0...1: a fit's work goes with its k.
    public let share: Double
    /// What the fits are for, when they are not those of the sweep itself.
    public var purpose: String?
  }

  /// Fits, scores and chooses.
  ///
  /// Restarts go through the rows together when these are many, or the restarts too few to give each thread
  /// its own. Over few rows, what a restart keeps is more than the rows themselves: each then has a thread
  /// and its caches to itself. The results are the same.
  ///
  /// - Parameters:
  ///   - points: the training rows, `n×d`.
  ///   - heldOut: rows to score that are not fitted, `m×d`.
  ///   - distinctRowCount: the number of different training rows, or any larger number.
  ///   - seconds: the times of the phases, which are added to.
  ///   - progress: hears of finished fits, on any thread, on several at once.
  ///   - treeProgress: hears of the clusters that are left while a tree is built.
  /// - Throws: `ClusteringError` when no k can be fitted, or start centers come with several k.
  /// - Complexity: O(nnz·Σk) an iteration of all restarts, and the scores' own: see `Silhouette`.
  public func run(
    _ points: FeatureMatrix, heldOut: FeatureMatrix?, distinctRowCount: Int,
    seconds: inout PhaseSeconds, progress: (@Sendable (Progress) -> Void)? = nil,
    treeProgress: LinkageProgressHandler? = nil
  ) throws(ClusteringError) -> SweepResult {
    var (counts, notes) = try fittableCounts(
      rowCount: points.rowCount, distinctRowCount: distinctRowCount)
    counts.sort()
    let plans = configuration.algorithms.filter { $0.linkage == nil }.flatMap { algorithm in
      counts.map { (algorithm, configuration.kMeans(algorithm, clusterCount: $0)) }
    }
    for plan in plans { try plan.1.validate(rowCount: points.rowCount) }
    units?.begin()
    var fits: [Fit] = []
    let grown = Mutex<Result<[GrownTree], ClusteringError>?>(nil)
    if let first = plans.first {
      let prepared = try seconds.measure(.fit) { () throws(ClusteringError) in
        try first.1.prepare(points, initialCenters: initialCenters, pool: pool)
      }
      fits = try fit(
        plans, points: points, prepared: prepared, seconds: &seconds, progress: progress
      ) { alone in
        let trees = Result { () throws(ClusteringError) in
          try grow(points, pool: alone, progress: nil)
        }
        grown.withLock { $0 = trees }
      }
    }
    let trees: [GrownTree]
    if let beside = grown.withLock({ $0 }) {
      trees = try beside.get()
    } else {
      trees = try seconds.measure(.fit) { () throws(ClusteringError) in
        try grow(points, pool: pool, progress: treeProgress)
      }
    }
    fits = try ordered(
      fits, cutting: trees, clusterCounts: counts, of: points, notes: &notes, seconds: &seconds)
    let runs = try seconds.measure(.score) { () throws(ClusteringError) in
      try adding(
        evidenceTo: score(fits, points: points, heldOut: heldOut), points: points,
        heldOut: heldOut, progress: progress)
    }
    let dead = runs.filter { $0.model.assignment.sizes().contains(0) }
    if !dead.isEmpty {
      let list = dead.map { String($0.clusterCount) }.joined(separator: ", ")
      notes.append("some clusters are empty at k = \(list)")
    }
    let choice = ClusterChoice(among: runs, by: configuration.selection)
    return SweepResult(runs: runs, choice: choice, notes: notes, trees: trees, truth: truth)
  }

  /// Whether fits go through the rows together: there are too few for the threads, or rows enough for each.
  static func goesTogether(rowCount: Int, fitCount: Int, threadCount: Int) -> Bool {
    fitCount < 2 * threadCount || rowCount >= 50_000
  }

  /// The numbers of clusters that these rows allow, with a note on those they do not.
  private func fittableCounts(
    rowCount: Int, distinctRowCount: Int
  ) throws(ClusteringError) -> ([Int], [String]) {
    let wanted = configuration.clusterCounts
    guard let least = wanted.min() else {
      throw .invalidParameter(name: "k", reason: "no number of clusters is given")
    }
    guard least >= 1 else {
      throw .invalidParameter(name: "k", reason: "there must be at least one cluster")
    }
    guard least <= rowCount else { throw .tooFewRows(found: rowCount, required: least) }
    if initialCenters != nil {
      guard wanted.count == 1 else {
        throw .invalidParameter(
          name: "initial-centers", reason: "start centers fit one number of clusters only")
      }
      return (wanted, [])
    }
    var notes: [String] = []
    var counts = wanted.filter { $0 <= rowCount }
    if counts.count < wanted.count {
      notes.append("k above \(rowCount) left out: there are only \(rowCount) rows")
    }
    if let most = counts.max(), most > distinctRowCount {
      let word = distinctRowCount == 1 ? "cluster" : "clusters"
      notes.append(
        "only \(distinctRowCount) distinct \(distinctRowCount == 1 ? "row" : "rows"):"
          + " \(distinctRowCount) \(word) instead of \(most)")
      counts = counts.filter { $0 <= distinctRowCount }
      if counts.isEmpty { counts = [distinctRowCount] }
    }
    return (Array(Set(counts)), notes)
  }

  /// What a plan came to.
  struct Fit: Sendable {
    let algorithm: Algorithm
    var model: KMeansModel
    var restartLabels: [[Int32]]
  }

  /// Fits every restart of every plan, and keeps the best of each.
  ///
  /// `growTrees`: builds the trees on the pool that it gets; called only where they grow beside the fits.
  func fit(
    _ plans: [(Algorithm, KMeans)], points: FeatureMatrix, prepared: PreparedPoints,
    seconds: inout PhaseSeconds, progress: (@Sendable (Progress) -> Void)?,
    growTrees: (@Sendable (WorkerPool) -> Void)? = nil
  ) throws(ClusteringError) -> [Fit] {
    var tasks: [(plan: Int, restart: Int)] = []
    for (index, plan) in plans.enumerated() {
      for restart in 0..<(initialCenters == nil ? plan.1.restartCount : 1) {
        tasks.append((index, restart))
      }
    }
    // The longest fits go first, so that no thread is left with one at the end.
    tasks.sort { left, right in
      let (a, b) = (plans[left.plan].1.clusterCount, plans[right.plan].1.clusterCount)
      return a != b ? a > b : (left.plan, left.restart) < (right.plan, right.restart)
    }
    let keepsLabels = configuration.stabilityMeasure == .restarts
    let keeper = BestKeeper(count: plans.count, keepsLabels: keepsLabels)
    let total = tasks.count
    let takenOver = takeOver(&tasks, plans: plans.map { ($0.0, $0.1.clusterCount) }, into: keeper)
    let ordered = tasks
    let sharesRows = Self.goesTogether(
      rowCount: prepared.points.rowCount, fitCount: ordered.count, threadCount: pool.threadCount)
    let outer = sharesRows ? WorkerPool(threadCount: 1) : pool
    let inner = sharesRows ? pool : WorkerPool(threadCount: 1)

    let seeds = seconds.measure(.seed) {
      guard initialCenters == nil else { return [[Int]](repeating: [], count: ordered.count) }
      return KMeans.startRows(
        of: ordered.map { (plans[$0.plan].1, $0.restart) }, points: prepared.points, outer: outer,
        inner: inner)
    }
    var workBefore = [0]
    for task in ordered {
      workBefore.append(workBefore[workBefore.count - 1] + plans[task.plan].1.clusterCount)
    }
    let work = workBefore
    let best = { @Sendable (task: Int) in keeper.bestInertia(plan: ordered[task].plan) }
    let report = { @Sendable (task: Int, outcome: KMeans.Outcome) in
      let (plan, _) = ordered[task]
      let finished: Int
      switch outcome {
      case .whole(let model):
        units?.add(model, algorithm: plans[plan].0)
        finished = keeper.offer(model, plan: plan)
      case .beaten(let restart, let inertia):
        units?.addBeaten(
          restart: restart, inertia: inertia, algorithm: plans[plan].0,
          clusterCount: plans[plan].1.clusterCount)
        finished = keeper.passOver()
      }
      // Holes that a fit of many rows leaves would add up from fit to fit.
      if sharesRows { UnusedMemory.giveBack() }
      progress?(
        Progress(
          finishedCount: finished, takenOverCount: takenOver, totalCount: total,
          clusterCount: plans[plan].1.clusterCount,
          share: Double(work[finished - takenOver]) / Double(work[ordered.count])))
    }
    let goTogether = { (task: Int) in
      sharesRows && plans[ordered[task].plan].1.variant == .lloyd
    }
    let shared = ordered.indices.filter(goTogether)
    let others = ordered.indices.filter { !goTogether($0) }
    let most = plans.reduce(1) { max($0, $1.1.clusterCount) }
    try seconds.measure(.fit) { () throws(ClusteringError) in
      try KMeans.fitTogether(
        shared.map { task in
          KMeans.Start(
            plans[ordered[task].plan].1, restart: ordered[task].restart, seeds: seeds[task],
            initialCenters: initialCenters)
        }, prepared: prepared,
        liveLimit: liveLimit
          ?? KMeans.liveLimit(
            points, clusterCount: most, kernel: configuration.kernel), pool: pool,
        isStopped: { units?.failure != nil }, best: { best(shared[$0]) },
        finish: { report(shared[$0], $1) })
      let growsTrees =
        growTrees != nil && !sharesRows
        && Self.bytesOfTreesBesideFits(
          configuration, points: points, fitCount: others.count, threadCount: pool.threadCount)
          != nil
      // Trees take longer than any fit, so they go first.
      outer.forEach(others.count + (growsTrees ? 1 : 0)) { place in
        if growsTrees, place == 0 {
          growTrees?(inner)
          return
        }
        let task = others[growsTrees ? place - 1 : place]
        do throws(ClusteringError) {
          guard units?.failure == nil else { throw .cancelled }
          report(
            task,
            try plans[ordered[task].plan].1.outcome(
              ofRestart: ordered[task].restart, prepared: prepared,
              initialCenters: initialCenters, seeds: seeds[task], pool: inner,
              against: { best(task) }))
        } catch {
          keeper.fail(error)
        }
      }
    }
    let kept = try keeper.take()
    return kept.enumerated().map { index, entry in
      Fit(algorithm: plans[index].0, model: entry.model, restartLabels: entry.labels)
    }
  }

  /// Scores all fits in one pass over the distances.
  private func score(
    _ fits: [Fit], points: FeatureMatrix, heldOut: FeatureMatrix?
  ) throws(ClusteringError) -> [ScoredRun] {
    let assignments = fits.map(\.model.assignment)
    let silhouettes = Silhouette.score(
      points, assignments, metric: configuration.metric, pool: pool)
    let dispersions = Dispersion.scores(points, assignments, pool: pool)
    var heldOutScores = [HeldOutScores?](repeating: nil, count: fits.count)
    if let heldOut {
      let nearest = try fits.map { fit throws(ClusteringError) in
        try CenterAssignment(of: heldOut, to: fit.model.centroids, pool: pool)
      }
      let unseen = Silhouette.score(
        unseen: heldOut, labels: nearest.map(\.assignment), against: points,
        trainingAssignments: assignments, metric: configuration.metric, pool: pool)
      heldOutScores = zip(nearest, unseen).map {
        HeldOutScores(assignment: $0, silhouette: $1)
      }
    }
    return fits.indices.map { index in
      ScoredRun(
        algorithm: fits[index].algorithm, model: fits[index].model,
        silhouette: silhouettes[index], dispersion: dispersions[index],
        heldOut: heldOutScores[index],
        stability: Self.stability(
          fits[index].restartLabels, clusterCount: assignments[index].clusterCount))
    }
  }

  /// The mean adjusted Rand index over all pairs of restarts; nil with fewer than two.
  private static func stability(_ labels: [[Int32]], clusterCount: Int) -> Double? {
    guard labels.count > 1 else { return nil }
    let assignments = labels.map { Assignment(trusted: $0, clusterCount: clusterCount) }
    var sum = 0.0
    var count = 0
    for left in assignments.indices {
      for right in assignments.indices where right > left {
        sum += assignments[left].adjustedRandIndex(comparedTo: assignments[right])
        count += 1
      }
    }
    return sum / Double(count)
  }
}
