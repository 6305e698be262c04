package import Matrices

/// The tree of a linkage from the matrix of all distances.
///
/// Use when a linkage is no function of means, or rows are sparse. Do not use beyond some ten thousand
/// rows: the matrix takes 4·n² bytes.
package struct StoredLinkage: Sendable {
  let points: LinkagePoints
  let linkage: Linkage
  let weights: [Int]?

  /// The instruction set that makes, reads and writes the matrix.
  let level: InstructionSet

  /// The share of the columns below which those that are left are squeezed together.
  static let keptShare = 0.6

  /// Prepares the tree of rows, which weights (n of them, for Ward) count several times.
  package init(
    _ points: LinkagePoints, linkage: Linkage, weights: [Int]?, level: InstructionSet = .best
  ) {
    precondition(
      weights == nil || weights?.count == points.rows.rowCount, "each row needs a weight")
    self.points = points
    self.linkage = linkage
    self.weights = weights
    self.level = level
  }

  /// The bytes that the tree of n rows of d columns takes beside them.
  static func byteCount(_ shape: LinkageShape) -> Int {
    // Dense rows are centered, in single and in double precision, and their sums kept in double precision.
    let vectors = shape.isSparse ? 0 : shape.storedCount.saturatingProduct(20)
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
    guard points.rows.rowCount > 1 else { return [] }
    var nearest: [PairMatrix.Neighbor] = []
    let matrix = makeMatrix(pool: pool, nearest: &nearest)
    if linkage.isReducible {
      var rounds = LinkageRounds(self, matrix, nearest: nearest)
      return try rounds.run(pool: pool, progress: progress)
    }
    var steps = LinkageSteps(self, matrix, nearest: nearest)
    return try steps.run(progress: progress)
  }

  private func makeMatrix(pool: WorkerPool, nearest: inout [PairMatrix.Neighbor]) -> PairMatrix {
    let rowCount = points.rows.rowCount
    let update: PairMatrix.Update =
      switch linkage {
      case .single: .least
      case .complete: .greatest
      case .average, .weighted, .centroid, .median: .mean
      case .ward: .ward
      }
    return PairMatrix(
      of: TilePoints(points.rows, level: level, pool: pool),
      measure: .init(
        isSquared: points.isSquared || linkage.isGeometric,
        weights: weights.map { $0.map(Double.init) }),
      update: update,
      sizes: weights.map { $0.map(Double.init) } ?? [Double](repeating: 1, count: rowCount),
      idleLimit: linkage.isReducible ? PairMatrix.leastCode : PairMatrix.greatestCode, level: level,
      pool: pool, nearest: &nearest)
  }
}

/// What a linkage makes of a pair of clusters that are merged.
struct PairMeasure: Sendable {
  private let points: LinkagePoints
  private let linkage: Linkage
  private let matrix: PairMatrix

  /// The means of the clusters, for linkages that are made of them.
  private let means: MergedMeans?

  init(_ tree: StoredLinkage, _ matrix: PairMatrix) {
    points = tree.points
    linkage = tree.linkage
    self.matrix = matrix
    guard linkage.isGeometric else {
      means = nil
      return
    }
    let rows = tree.points.rows
    means = MergedMeans(
      rows,
      sizes: tree.weights.map { $0.map(Double.init) }
        ?? [Double](repeating: 1, count: rows.rowCount),
      kind: linkage == .median ? .midpoint : .mean)
  }

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
  func height(_ left: Int, _ right: Int, code: UInt32) -> Double {
    if means != nil { return exactValue(left, right).squareRoot() }
    guard matrix.size(of: left) == 1, matrix.size(of: right) == 1 else {
      return matrix.distance(code)
    }
    let squared = points.rows.squaredDifference(
      matrix.row(of: left), points.rows, matrix.row(of: right))
    return points.isSquared ? squared : squared.squareRoot()
  }

  /// What the matrix stores for two columns, from the clusters' means.
  func exactValue(_ left: Int, _ right: Int) -> Double {
    guard let means else { preconditionFailure("only linkages made of means have exact values") }
    let squared = means.squaredDistance(matrix.row(of: left), matrix.row(of: right))
    guard linkage == .ward else { return squared }
    let (a, b) = (matrix.size(of: left), matrix.size(of: right))
    return 2 * a * b / (a + b) * squared
  }

  /// Carries a merge out on the means.
  func mergeMeans(_ merge: PairMatrix.Merge) {
    means?.merge(matrix.row(of: merge.right), into: matrix.row(of: merge.left))
  }
}
