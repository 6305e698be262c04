public import Matrices

/// Agglomerative clustering: merges the two nearest clusters until one is left.
///
/// Reducible linkages merge all pairs that are each other's nearest at once, round by round, which gives
/// the tree of merging one nearest pair after another; single linkage is a minimum spanning tree.
///
/// Murtagh, "A survey of recent advances in hierarchical clustering algorithms", 1983,
/// DOI 10.1093/comjnl/26.4.354; Müllner, "Modern hierarchical, agglomerative clustering algorithms",
/// arXiv 1109.2378; Sumengen et al., "Scaling hierarchical agglomerative clustering to billion-sized
/// datasets", arXiv 2105.11653.
///
/// Use when the number of clusters is not known, or how they relate matters. Do not use for a flat
/// clustering of very many rows: `KMeans` takes time in proportion to n, not to n².
public struct Agglomerative: Sendable, Hashable {
  /// How far apart two clusters are.
  public var linkage: Linkage

  /// How far apart two rows are; Ward, centroid and median take Euclidean distances only.
  public var metric: LinkageMetric = .euclidean

  /// Which memory the distances may take.
  public var memory: LinkageMemory = .automatic

  /// The bytes that a tree may take beside its rows; nil for what `memory` needs.
  public var memoryLimit: Int?

  /// Makes settings of a linkage.
  public init(linkage: Linkage) { self.linkage = linkage }

  /// Builds the tree over rows.
  ///
  /// - Parameters:
  ///   - points: the rows, `n×d`.
  ///   - weights: how many rows each row stands for, n of them, each 1 or more, for Ward's linkage over
  ///     the means of clusters; nil for one each.
  ///   - pool: the threads; the result does not depend on their number.
  ///   - progress: hears of the clusters that are left, between rounds, on the calling thread.
  /// - Throws: `ClusteringError` for settings or rows that no tree can be made of, and `.overMemoryLimit`
  ///   before any work when no way of building it stays within `memoryLimit`.
  /// - Complexity: stored, O(n²·d) time and 4·n² bytes; free, O(n²·d) time and O(n·d) bytes, for sparse rows
  ///   O(nnz); centroid and median O(n³) at worst.
  public func tree(
    of points: FeatureMatrix, weights: [Int]? = nil, pool: WorkerPool,
    progress: LinkageProgressHandler? = nil
  ) throws(ClusteringError) -> LinkageTree {
    try validate(points, weights: weights)
    let method = try plan(for: LinkageShape(points)).method
    let prepared = LinkagePoints(points, metric: metric)
    let found: [LinkageTree.RowMerge]
    switch (method, prepared.rows) {
    case (.neighbors, _):
      found = try SingleLinkage(prepared).merges(pool: pool, progress: progress)
    case (.free, .dense(let matrix)):
      found = try FreeLinkage(matrix, prepared, linkage: linkage, weights: weights).merges(
        pool: pool, progress: progress)
    case (.free, .sparse(let matrix)):
      found = try SparseLinkage(matrix, weights: weights).merges(pool: pool, progress: progress)
    case (.stored, _):
      found = try StoredLinkage(prepared, linkage: linkage, weights: weights).merges(
        pool: pool, progress: progress)
    }
    let scale = prepared.scale
    return LinkageTree(
      leafCount: points.rowCount,
      found: scale == 1
        ? found : found.map { .init(Int($0.left), Int($0.right), height: $0.height * scale) },
      isMonotonic: linkage.isReducible)
  }

  /// Checks the settings against rows.
  ///
  /// - Throws: `ClusteringError.invalidParameter`, `.tooFewRows`, `.nonFiniteValue`, `.rowTooLong`.
  func validate(_ points: FeatureMatrix, weights: [Int]?) throws(ClusteringError) {
    guard !linkage.isGeometric || metric == .euclidean else {
      throw .invalidParameter(
        name: "metric",
        reason: "\(linkage.rawValue) linkage is made of means and takes euclidean only")
    }
    guard points.rowCount >= 1 else { throw .tooFewRows(found: 0, required: 1) }
    guard points.rowCount <= Int(Int32.max) else {
      throw .invalidParameter(name: "row count", reason: "there can be at most 2³¹−1 rows")
    }
    if let weights {
      precondition(weights.count == points.rowCount, "each row needs a weight")
      precondition(weights.allSatisfy { $0 >= 1 }, "a row stands for itself at least")
      precondition(linkage == .ward, "only Ward's linkage takes weights")
    }
    if let place = points.firstNonFinite() {
      throw .nonFiniteValue(row: place.row, column: place.column)
    }
    let limit = KMeans.greatestRowLength
    for row in 0..<points.rowCount {
      let norm = points.squaredNorm(of: row)
      guard norm <= limit * limit else { throw .rowTooLong(row: row, length: norm.squareRoot()) }
    }
  }
}

/// Which memory the distances of a tree may take.
public enum LinkageMemory: String, Sendable, Hashable, Codable, CaseIterable {
  /// Whichever way is fastest within the limit.
  case automatic = "auto"
  /// The whole matrix of distances.
  case stored
  /// None but a few numbers a row.
  case free
}

/// How far a tree has come.
public struct LinkageProgress: Sendable, Equatable {
  /// The clusters that are left.
  public let remainingCount: Int

  /// The rows that it began with.
  public let rowCount: Int

  /// Reports a number of clusters.
  public init(remainingCount: Int, rowCount: Int) {
    self.remainingCount = remainingCount
    self.rowCount = rowCount
  }
}

/// Hears of progress between rounds, on the thread that called.
public typealias LinkageProgressHandler = @Sendable (LinkageProgress) -> Void
