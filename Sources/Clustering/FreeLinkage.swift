internal import Matrices

/// Merges nearest clusters without a matrix of distances, where the distance of two clusters follows from
/// their means: Ward's linkage, and average linkage of squared distances.
///
/// Each cluster keeps a list of its nearest ones and a bound that all others are at or beyond. A merged
/// cluster takes over the lists of its parts; its own nearest is certain while the best of its list is
/// within the bound that the linkage's update formula gives. A round merges all pairs that are certain to
/// be each other's nearest, which for a reducible linkage gives the same tree in any order; the other
/// clusters wait until no pair is left, and are then searched for together among the fewer that are left.
///
/// Use for dense rows. Do not use for sparse ones, which `SparseLinkage` takes: means of many rows are full.
struct FreeLinkage {
  private let matrix: DenseMatrix
  private let linkage: Linkage
  private let weights: [Int]?

  /// The neighbors in a list.
  static let listWidth = 16

  init(_ matrix: DenseMatrix, _ points: LinkagePoints, linkage: Linkage, weights: [Int]?) {
    precondition(
      linkage == .ward || (linkage == .average && points.isSquared),
      "\(linkage.rawValue) linkage does not follow from means")
    self.matrix = matrix
    self.linkage = linkage
    self.weights = weights
  }

  /// Finds all merges.
  ///
  /// - Throws: `ClusteringError.cancelled`.
  /// - Complexity: O(n²·d) time, O(n·d) memory.
  func merges(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    // Equal rows would make each other's nearest one by one: they go together at once.
    let firsts = EqualRows.firsts(in: matrix, pool: pool)
    var found: [LinkageTree.RowMerge] = []
    found.reserveCapacity(matrix.rowCount)
    var sizes = [Double](repeating: 0, count: matrix.rowCount)
    for (row, first) in firsts.enumerated() {
      sizes[Int(first)] += Double(weights?[row] ?? 1)
      if Int(first) != row { found.append(.init(Int(first), row, height: 0)) }
    }
    let rows = firsts.indices.filter { Int(firsts[$0]) == $0 }
    guard rows.count > 1 else { return found }
    let rounds = FreeRounds(
      rows: rows, of: matrix, sizes: rows.map { sizes[$0] }, linkage: linkage, pool: pool)
    while rounds.remainingCount > 1 {
      if Task.isCancelled { throw .cancelled }
      for merge in rounds.next(pool: pool) {
        found.append(
          .init(
            rows[Int(merge.kept)], rows[Int(merge.joined)],
            height: linkage == .ward ? (2 * merge.value).squareRoot() : merge.value))
      }
      progress?(
        LinkageProgress(remainingCount: rounds.remainingCount, rowCount: matrix.rowCount))
    }
    return found
  }

  /// The most bytes that the merges of n rows of d columns take beside the rows: means in double precision,
  /// rows in bytes and, where these are too coarse, in single precision; lists and candidates.
  static func byteCount(_ shape: LinkageShape) -> Int {
    shape.columnCount.saturatingSum(4).saturatingProduct(14)
      .saturatingSum(16 * listWidth + 1_024).saturatingProduct(shape.rowCount)
  }
}
