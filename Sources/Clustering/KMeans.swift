public import Matrices

/// The settings of K-Means; `fit` checks them, the model that it returns is another type.
///
/// Use when clusters are about equally wide and their number is known or swept over; with TF-IDF rows of
/// unit length it groups by cosine. Do not use for elongated or nested clusters, or to find outliers.
///
/// Lloyd, "Least squares quantization in PCM", DOI 10.1109/TIT.1982.1056489.
public struct KMeans: Sendable, Hashable, Codable {
  /// How the centers improve.
  public enum Variant: Sendable, Hashable, Codable {
    /// All rows in every iteration, to a fixed point.
    case lloyd

    /// Random batches of rows; for many rows, when a slightly worse inertia is fine, or, with growing
    /// batches, to reach Lloyd's inertia sooner.
    case miniBatch(MiniBatch)
  }

  /// Where the centers start.
  public enum Seeding: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each next center is drawn with probability proportional to its squared distance from those
    /// before it (D² law), by rejection sampling: a pass over the rows for many centers at once.
    /// Arthur and Vassilvitskii, "k-means++", SODA 2007; Shah, Agrawal and Jaiswal, arXiv 2502.02085.
    ///
    /// Use when k is in the hundreds or more and greedy seeding takes longer than the fit. Do not use
    /// for the least inertia from few restarts.
    case kMeansPlusPlus = "kmeans++"

    /// The same law, but the best of 2 + ⌊ln k⌋ draws each time, as scikit-learn does it.
    ///
    /// Use when the best start counts most; every draw is compared with every row that it may help.
    case greedy

    /// Distinct rows, each as likely as any other: the fastest, and the worst.
    case random
  }

  /// The number of clusters (k), at least 1 and at most the number of rows.
  public var clusterCount: Int

  /// How the centers improve.
  public var variant: Variant = .lloyd

  /// Where the centers start.
  public var seeding: Seeding = .greedy

  /// The number of independent starts, of which the one with the least inertia wins, at least 1.
  public var restartCount = 10

  /// The most iterations of a restart (for mini-batch: passes over the rows), at least 1.
  public var iterationLimit = 300

  /// A restart ends when the centers move no more than this times the mean variance of the columns,
  /// summed and squared; nil for the variant's own: 1e-4, for mini-batch 0, as in scikit-learn.
  public var relativeTolerance: Double?

  /// The seed of every random choice.
  public var seed: UInt64 = 0

  /// Which kernel computes the products; labels are the same with each.
  public var kernel: ProductKernel = .automatic

  /// Makes settings with the defaults of scikit-learn and ten restarts.
  public init(clusterCount: Int) { self.clusterCount = clusterCount }

  /// Fits the settings to points.
  ///
  /// - Parameters:
  ///   - points: `n×d`.
  ///   - initialCenters: `k×d`; the fit then has one start, and `seeding` is not used.
  ///   - pool: the threads to work on; the model does not depend on their number.
  ///   - progress: called on the calling thread after each iteration.
  /// - Throws: `ClusteringError` for parameters out of range, fewer rows than clusters, values that
  ///   are not finite, rows longer than `greatestRowLength`, start centers of another width, or a
  ///   cancelled task.
  /// - Complexity: O(nnz·k) an iteration; memory O(nnz + n + k·d).
  public func fit(
    _ points: FeatureMatrix, initialCenters: DenseMatrix? = nil, pool: WorkerPool = WorkerPool(),
    progress: ProgressHandler? = nil
  ) throws(ClusteringError) -> KMeansModel {
    let prepared = try prepare(points, initialCenters: initialCenters, pool: pool)
    var best: KMeansModel?
    let restarts = initialCenters == nil ? restartCount : 1
    for restart in 0..<restarts {
      let outcome = try outcome(
        ofRestart: restart, prepared: prepared, initialCenters: initialCenters, pool: pool,
        against: { best?.inertia }, progress: progress)
      guard case .whole(let model) = outcome else { continue }
      if best.map({ model.inertia < $0.inertia }) ?? true { best = model }
    }
    guard let best else { preconditionFailure("a fit has at least one restart") }
    return best
  }

  /// Checks settings and points before any work is done, and prepares the points for restarts.
  package func prepare(
    _ points: FeatureMatrix, initialCenters: DenseMatrix?, pool: WorkerPool
  ) throws(ClusteringError) -> PreparedPoints {
    try validate(rowCount: points.rowCount)
    if let place = points.firstNonFinite() {
      throw .nonFiniteValue(row: place.row, column: place.column)
    }
    if let initialCenters {
      guard initialCenters.columnCount == points.columnCount else {
        throw .columnMismatch(expected: points.columnCount, found: initialCenters.columnCount)
      }
      guard initialCenters.rowCount == clusterCount else {
        throw .invalidParameter(
          name: "initial centers",
          reason: "there are \(initialCenters.rowCount) centers for \(clusterCount) clusters")
      }
      if let place = initialCenters.firstNonFinite() {
        throw .nonFiniteValue(row: place.row, column: place.column)
      }
    }
    let prepared = PreparedPoints(points, pool: pool)
    try Self.requireShortRows(prepared.points)
    return prepared
  }

  /// The greatest length √‖x‖² of a row: sums of 2³¹ such rows and their products stay within single
  /// precision.
  public static let greatestRowLength = 1e14

  /// Throws for a row that is longer than `greatestRowLength`.
  static func requireShortRows(_ points: EnginePoints) throws(ClusteringError) {
    let norms = points.squaredNorms
    for row in 0..<norms.count where norms[row] > greatestRowLength * greatestRowLength {
      throw .rowTooLong(row: row, length: norms[row].squareRoot())
    }
  }

  /// Checks the settings against a number of rows.
  ///
  /// - Throws: `ClusteringError.invalidParameter` or `.tooFewRows`.
  public func validate(rowCount: Int) throws(ClusteringError) {
    func require(_ holds: Bool, _ name: String, _ reason: String) throws(ClusteringError) {
      guard holds else { throw .invalidParameter(name: name, reason: reason) }
    }
    try require(clusterCount >= 1, "k", "there must be at least one cluster")
    try require(restartCount >= 1, "n-init", "there must be at least one restart")
    try require(iterationLimit >= 1, "max-iter", "there must be at least one iteration")
    let tolerance = relativeTolerance ?? 0
    try require(tolerance >= 0 && tolerance.isFinite, "tol", "it must be 0 or more")
    if case .miniBatch(let batch) = variant {
      try require(batch.rowCount >= 1, "batch-size", "a batch needs at least one row")
      let ratio = batch.reassignmentRatio
      try require(ratio >= 0 && ratio.isFinite, "reassignment-ratio", "it must be 0 or more")
      try require(
        batch.noImprovementLimit ?? 0 >= 0, "max-no-improvement", "it must be 0 or more")
    }
    try require(rowCount <= Int(Int32.max), "row count", "there can be at most 2³¹−1 rows")
    guard rowCount >= clusterCount else {
      throw .tooFewRows(found: rowCount, required: clusterCount)
    }
  }

  /// What a restart came to.
  package enum Outcome: Sendable {
    /// All of it.
    case whole(KMeansModel)
    /// Another restart has the lesser inertia for certain; this one's is at least as given.
    case beaten(restart: Int, inertia: Double)
  }

  /// One start, to its end: a whole model, or an error.
  package func fitRestart(
    _ restart: Int, prepared: PreparedPoints, initialCenters: DenseMatrix? = nil,
    seeds: [Int]? = nil, pool: WorkerPool, progress: ProgressHandler? = nil
  ) throws(ClusteringError) -> KMeansModel {
    let outcome = try outcome(
      ofRestart: restart, prepared: prepared, initialCenters: initialCenters, seeds: seeds,
      pool: pool, progress: progress)
    guard case .whole(let model) = outcome else {
      preconditionFailure("a restart alone is beaten by none")
    }
    return model
  }

  /// One start, to where it is known not to win.
  ///
  /// - Parameter best: tells the least inertia that another restart has reached; asked at the end.
  package func outcome(
    ofRestart restart: Int, prepared: PreparedPoints, initialCenters: DenseMatrix? = nil,
    seeds: [Int]? = nil, pool: WorkerPool, against best: () -> Double? = { nil },
    progress: ProgressHandler? = nil
  ) throws(ClusteringError) -> Outcome {
    let absorbsBatches =
      if case .miniBatch(let batch) = variant { batch.growth == .none } else { false }
    let space = prepared.points.space(
      clusterCount: clusterCount, kernel: kernel, absorbsBatches: absorbsBatches, pool: pool)
    if let initialCenters {
      space.setCenters(initialCenters, pool: pool)
    } else {
      let rows =
        seeds ?? startRows(restart: restart, points: prepared.points, pool: pool)
      space.setCenters(toRows: rows, pool: pool)
    }
    switch variant {
    case .lloyd:
      return try lloyd(
        in: space, restart: restart, prepared: prepared, pool: pool, progress: progress
      ).outcome(against: best(), pool: pool)
    case .miniBatch(let batch) where batch.growth == .nested:
      return .whole(
        try nested(
          batch, in: space, restart: restart, prepared: prepared, pool: pool, progress: progress))
    case .miniBatch(let batch):
      return .whole(
        try miniBatch(
          batch, in: space, restart: restart, prepared: prepared, pool: pool, progress: progress))
    }
  }

  /// The rows at which a restart's centers start, k of them.
  ///
  /// - Complexity: greedy, O(entries of the rows that share terms with each candidate) for sparse
  ///   points, O(n·d·k·log k) bytes' products for dense ones; k-means++, O(nnz) and O(k²) comparisons
  ///   of rows for each proposal that is needed.
  package func startRows(restart: Int, points: EnginePoints, pool: WorkerPool) -> [Int] {
    let sequence = SeedSequence(self, restart: restart)
    var generator = CounterGenerator(
      seed: seed, run: UInt64(restart), step: UInt64(sequence.step),
      purpose: RandomPurpose.seeding)
    switch seeding {
    case .random:
      return distinctRows(clusterCount, below: points.rowCount, using: &generator)
    case .kMeansPlusPlus:
      return drawnRows(clusterCount, points: points, generator: &generator, pool: pool)
    case .greedy:
      return spreadRows(
        clusterCount, candidates: sequence.step, points: points, generator: &generator, pool: pool)
    }
  }

  /// ⌊ln k⌋.
  static func flooredLogarithm(_ k: Int) -> Int {
    var power = 1.0
    var exponent = 0
    while power * 2.718_281_828_459_045 <= Double(k) {
      power *= 2.718_281_828_459_045
      exponent += 1
    }
    return exponent
  }
}

extension KMeans {
  /// The summed squared shift of the centers that ends a restart.
  func shiftTolerance(_ points: PreparedPoints) -> Double {
    (relativeTolerance ?? (variant == .lloyd ? 1e-4 : 0)) * points.meanColumnVariance
  }
}

/// What a random number is for, so that no two uses share numbers.
enum RandomPurpose {
  static let seeding: UInt64 = 1
  static let batches: UInt64 = 2
  static let nestedOrder: UInt64 = 3
}

/// Points that have been checked and brought into the engine's form, with what every restart needs.
package struct PreparedPoints: Sendable {
  /// The points in the engine's form.
  package let points: EnginePoints
  /// The mean over the columns of their variances.
  package let meanColumnVariance: Double
  /// Σ ‖x‖² over the rows.
  let squaredNormSum: Double

  /// Prepares points that are known to be finite.
  package init(_ matrix: FeatureMatrix, pool: WorkerPool) {
    points = EnginePoints(matrix, pool: pool)
    squaredNormSum = points.squaredNorms.array().reduce(0, +)
    let sums =
      switch points {
      case .dense(let points): Self.columnSums(points.matrix, pool: pool)
      case .sparse(let points): points.columnSums(pool: pool)
      }
    let (n, d) = (Double(matrix.rowCount), Double(matrix.columnCount))
    let squares = sums.reduce(0) { $0 + ($1 / n) * ($1 / n) }
    meanColumnVariance = n * d > 0 ? max(0, squaredNormSum / n - squares) / d : 0
  }

  /// The sum of each column, in double precision, in fixed pieces of the rows.
  private static func columnSums(_ matrix: DenseMatrix, pool: WorkerPool) -> [Double] {
    let size = 4_096
    let rows = 0..<matrix.rowCount
    let parts = pool.map(rows.pieceCount(size: size)) { piece in
      var sums = [Double](repeating: 0, count: matrix.columnCount)
      for row in rows.piece(piece, size: size) {
        let values = matrix.row(row)
        for (column, place) in values.indices.enumerated() {
          sums[column] += Double(values[place])
        }
      }
      return sums
    }
    var sums = [Double](repeating: 0, count: matrix.columnCount)
    for part in parts {
      for column in sums.indices { sums[column] += part[column] }
    }
    return sums
  }
}
