internal import Matrices

/// Merges the nearest pair, step by step, where merging may bring a cluster nearer to a third.
///
/// Müllner's generic algorithm: each column has a lower bound of the distance to its nearest one, and
/// is searched only when its bound is the least of all and the cluster that it came from is gone.
struct LinkageSteps {
  private let matrix: PairMatrix
  private let measure: PairMeasure
  private let rowCount: Int

  private var lists: PointerLists
  private var isLive: [Bool]
  private var columnCount: Int
  private var liveCount: Int
  private var found: [LinkageTree.RowMerge] = []

  init(
    _ matrix: PairMatrix, _ measure: PairMeasure, nearest: [PairMatrix.Neighbor]
  ) {
    self.matrix = matrix
    self.measure = measure
    rowCount = matrix.rowCount
    lists = PointerLists(columnCount: rowCount)
    isLive = [Bool](repeating: true, count: rowCount)
    (columnCount, liveCount) = (rowCount, rowCount)
    found.reserveCapacity(rowCount - 1)
    for (column, neighbor) in nearest.enumerated() { point(column, neighbor) }
  }

  /// Runs all steps.
  mutating func run(
    progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    let scratch = matrix.makeScratch()
    var reported = rowCount
    while liveCount > 1 {
      let column = matrix.leastLimit().column
      let other = Int(lists.nearest[column])
      guard other >= 0 else {
        point(column, matrix.nearest(of: column))
        continue
      }
      merge(min(column, other), max(column, other), scratch: scratch)
      if liveCount <= reported - max(1, reported / 100) {
        reported = liveCount
        guard !Task.isCancelled else { throw .cancelled }
        progress?(LinkageProgress(remainingCount: liveCount, rowCount: rowCount))
      }
    }
    return found
  }

  private mutating func point(_ column: Int, _ neighbor: PairMatrix.Neighbor) {
    lists.set(column, neighbor.column)
    matrix.setLimit(column, neighbor)
  }

  private mutating func merge(_ left: Int, _ right: Int, scratch: PairMatrix.Scratch) {
    let code = min(matrix.limit(left), matrix.limit(right))
    found.append(measure.found(left, right, code: code))
    let merges = [measure.merge(left, right, code: code)]
    let number = matrix.begin(merges)
    measure.mergeMeans(merges[0])
    for column in [left, right] {
      lists.set(column, nil)
      matrix.setLimit(column, nil)
    }
    isLive[right] = false
    liveCount -= 1
    // Their limits stay as lower bounds: only the merged cluster can be nearer, and its row tells.
    for column in [left, right] {
      for follower in lists.followers(of: column) { lists.set(follower, nil) }
    }
    let (nearest, closer) = matrix.merge(number, scratch: scratch)
    matrix.end(merges)
    guard liveCount > 1 else { return }
    point(left, nearest)
    for other in closer where other.column != left {
      point(other.column, .init(column: left, code: other.code))
    }
    if columnCount > 32, Double(liveCount) < StoredLinkage.keptShare * Double(columnCount) {
      compact()
    }
  }

  private mutating func compact() {
    let kept = (0..<columnCount).filter { isLive[$0] }
    matrix.compact(keeping: kept)
    lists = lists.keeping(kept)
    isLive = [Bool](repeating: true, count: kept.count)
    columnCount = kept.count
  }
}
