package import Matrices

/// The tree of a linkage from the matrix of all distances.
///
/// Use when a linkage is no function of means, or sparse rows are long. Do not use beyond some ten thousand
/// rows: the matrix takes 4·n² bytes.
package struct StoredLinkage: Sendable {
  let points: LinkagePoints
  let linkage: Linkage
  let weights: [Int]?

  /// The instruction set that makes, reads and writes the matrix.
  let level: InstructionSet

  /// The dense rows from which on the first merges are made without the matrix.
  let earlyRowCount: Int

  /// The share of the columns below which those that are left are squeezed together.
  static let keptShare = 0.6

  /// Prepares the tree of rows, which weights (n of them, for Ward) count several times.
  package init(
    _ points: LinkagePoints, linkage: Linkage, weights: [Int]?, level: InstructionSet = .best,
    earlyRowCount: Int = 4_096
  ) {
    precondition(
      weights == nil || weights?.count == points.rows.rowCount, "each row needs a weight")
    self.points = points
    self.linkage = linkage
    self.weights = weights
    self.level = level
    self.earlyRowCount = earlyRowCount
  }

  /// The bytes that the tree of n rows of d columns takes beside them.
  static func byteCount(_ shape: LinkageShape) -> Int {
    // Dense rows are put in the order of clusters, centered in single and in double precision, and their
    // sums kept in double precision; a row's candidates before there is a matrix take 800 bytes at most.
    let vectors =
      shape.isSparse
      ? 0
      : shape.storedCount.saturatingProduct(24).saturatingSum(
        shape.rowCount.saturatingProduct(800))
    return PairMatrix.byteCount(
      rowCount: shape.rowCount, threadCount: WorkerPool.activeCoreCount
    ).saturatingSum(vectors)
  }

  /// Finds the merges.
  ///
  /// - Complexity: O(n²·d) multiply-adds halved, then O(n²) for a reducible linkage on most data, O(n³)
  ///   at worst for centroid and median.
  package func merges(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    let rows = points.rows
    guard rows.rowCount > 1 else { return [] }
    let sizes =
      weights.map { $0.map(Double.init) } ?? [Double](repeating: 1, count: rows.rowCount)
    let tiles = TilePoints(rows, level: level, pool: pool)
    guard let lists = earlyLists(tiles, pool: pool) else {
      return try merges(
        tiles, groups: nil, names: Array(0..<rows.rowCount), sizes: sizes, pool: pool,
        progress: progress)
    }
    var early = EarlyMerges(self, lists: lists)
    try early.run(pool: pool, progress: progress)
    let left = early.clusters()
    return try early.found
      + merges(
        TilePoints(rows.selecting(rows: left.rows), level: level, pool: pool),
        groups: left.groups, names: left.names, sizes: left.sizes, pool: pool, progress: progress)
  }

  /// Each row's nearest few where the first merges can be made by them.
  private func earlyLists(_ tiles: TilePoints, pool: WorkerPool) -> PairLists? {
    let hasUse = linkage == .complete || linkage == .average || linkage == .weighted
    guard hasUse, weights == nil, !points.rows.isSparse, points.rows.rowCount >= earlyRowCount
    else { return nil }
    return EarlyMerges.lists(self, tiles: tiles, pool: pool)
  }

  /// Finds the merges of clusters, each named after one of its rows.
  private func merges(
    _ tiles: TilePoints, groups: PairGroups?, names: [Int], sizes: [Double], pool: WorkerPool,
    progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    guard names.count > 1 else { return [] }
    var nearest: [PairMatrix.Neighbor] = []
    let matrix = PairMatrix(
      of: tiles, groups: groups,
      measure: .init(
        isSquared: points.isSquared || linkage.isGeometric,
        weights: weights.map { $0.map(Double.init) }),
      update: update, sizes: sizes,
      idleLimit: linkage.isReducible ? PairMatrix.leastCode : PairMatrix.greatestCode, level: level,
      pool: pool, nearest: &nearest)
    let measure = PairMeasure(self, matrix, names: names, sizes: sizes)
    if linkage.isReducible {
      var rounds = LinkageRounds(self, matrix, measure, nearest: nearest)
      return try rounds.run(pool: pool, progress: progress)
    }
    var steps = LinkageSteps(matrix, measure, nearest: nearest)
    return try steps.run(progress: progress)
  }

  private var update: PairMatrix.Update {
    switch linkage {
    case .single: .least
    case .complete: .greatest
    case .average, .weighted, .centroid, .median: .mean
    case .ward: .ward
    }
  }
}

/// What a linkage makes of a pair of clusters that are merged.
struct PairMeasure: Sendable {
  private let points: LinkagePoints
  private let linkage: Linkage
  private let matrix: PairMatrix

  /// The means of the clusters, for linkages that are made of them.
  private let means: MergedMeans?

  /// One of the rows of each cluster that the matrix began with.
  private let names: [Int]

  init(_ tree: StoredLinkage, _ matrix: PairMatrix, names: [Int], sizes: [Double]) {
    points = tree.points
    linkage = tree.linkage
    self.matrix = matrix
    self.names = names
    means =
      linkage.isGeometric
      ? MergedMeans(
        tree.points.rows, sizes: sizes, kind: linkage == .median ? .midpoint : .mean) : nil
  }

  /// The merge of two columns as the tree is told of it.
  func found(_ left: Int, _ right: Int, code: UInt32) -> LinkageTree.RowMerge {
    .init(name(of: left), name(of: right), height: height(left, right, code: code))
  }

  /// One of the rows of a column's cluster.
  private func name(of column: Int) -> Int { names[matrix.row(of: column)] }

  /// The merge of two columns as the matrix is told of it.
  func merge(_ left: Int, _ right: Int, code: UInt32) -> PairMatrix.Merge {
    let (a, b) = (matrix.size(of: left), matrix.size(of: right))
    let distance = matrix.distance(code)
    let both = a + b
    let (share, apart): (Double, Double) =
      switch linkage {
      case .single, .complete: (0, 0)
      case .average: (b / both, 0)
      case .weighted: (0.5, 0)
      case .ward: (a, distance)
      case .centroid: (b / both, a * b / (both * both) * distance)
      case .median: (0.5, distance / 4)
      }
    return PairMatrix.Merge(left: left, right: right, share: share, rightSize: b, apart: apart)
  }

  /// The height of a merge of two columns: in double precision wherever it follows from two points.
  private func height(_ left: Int, _ right: Int, code: UInt32) -> Double {
    if means != nil { return exactValue(left, right).squareRoot() }
    guard matrix.size(of: left) == 1, matrix.size(of: right) == 1 else {
      return matrix.distance(code)
    }
    let squared = points.rows.squaredDifference(
      name(of: left), points.rows, name(of: right))
    return points.isSquared ? squared : squared.squareRoot()
  }

  /// What the matrix stores for two columns, from the clusters' means.
  func exactValue(_ left: Int, _ right: Int) -> Double {
    guard let means else { preconditionFailure("only linkages made of means have exact values") }
    let squared = means.squaredDistance(name(of: left), name(of: right))
    guard linkage == .ward else { return squared }
    let (a, b) = (matrix.size(of: left), matrix.size(of: right))
    return 2 * a * b / (a + b) * squared
  }

  /// Carries a merge out on the means.
  func mergeMeans(_ merge: PairMatrix.Merge) {
    means?.merge(name(of: merge.right), into: name(of: merge.left))
  }
}
