public import Matrices

extension Silhouette {
  /// About how many bytes scoring takes beside rows, labels and the silhouettes that it returns.
  ///
  /// - Parameters:
  ///   - points: the rows that distances are measured to, `n×d`.
  ///   - rowCount: the rows that are scored: n, or the number of unseen ones.
  ///   - clusterCounts: the k of each clustering.
  ///   - metric: the distance.
  ///   - threadCount: how many threads score.
  /// - Complexity: O(nnz + number of clusterings).
  public static func byteCount(
    _ points: FeatureMatrix, rowCount: Int, clusterCounts: [Int], metric: SilhouetteMetric,
    threadCount: Int
  ) -> Int {
    let counts = clusterCounts.filter { $0 > 1 }
    guard !counts.isEmpty else { return 0 }
    let shape = ScoredShape(points: points, rowCount: rowCount, counts: counts)
    // Slots of the labels, as a list and as the kernels take them, and the silhouettes in pieces.
    let shared = points.rowCount.saturatingProduct(counts.count, 8)
      .saturatingSum(rowCount.saturatingProduct(counts.count, 8))
    let own =
      metric == .euclidean
      ? shape.distanceByteCount(threadCount: threadCount) : shape.sumByteCount
    return shared.saturatingSum(own)
  }
}

/// What rows take while they are scored.
private struct ScoredShape {
  let points: FeatureMatrix
  let rowCount: Int
  let counts: [Int]

  private var storedCount: Int { points.storedCount }
  private var isMember: Bool { rowCount == points.rowCount }

  /// The clusters of the clusterings that are scored together, where `limit` numbers have room: those of
  /// one clustering are `width` for each cluster.
  private func greatestGroup(width: Int, limit: Int) -> Int {
    var (greatest, group) = (0, 0)
    for count in counts {
      if group > 0, (group + count).saturatingProduct(width) > limit { group = 0 }
      group += count
      greatest = max(greatest, group)
    }
    return greatest
  }

  /// The sums of the rows of every cluster, column by column.
  var sumByteCount: Int {
    let columns = max(1, points.columnCount)
    let panel = columns.saturatingProduct(
      8, greatestGroup(width: columns, limit: SilhouetteRequest.panelLimit))
    let norms = points.rowCount.saturatingProduct(16)
    // Sparse rows are also needed term by term.
    let postings = points.isSparse ? (storedCount + columns).saturatingProduct(8) : 0
    return panel.saturatingSum(norms, postings)
  }

  /// The sums of distances from every row to every cluster, or what takes their place.
  func distanceByteCount(threadCount: Int) -> Int {
    if case .sparse(let matrix) = points,
      SilhouetteRequest.favorsOverlaps(matrix, runCount: counts.count)
    {
      // Cells of grids have four moments twice, and a sum for each thread.
      let cells = RunGrid.grids(counts, visits: SilhouetteRequest.visits(matrix))
        .reduce(0) { $1.members.count > 1 ? $0.saturatingSum($1.cellCount) : $0 }
      return (storedCount + points.columnCount).saturatingProduct(8)
        .saturatingSum(
          points.rowCount.saturatingProduct(16 + 12 * threadCount),
          cells.saturatingProduct(8 * (8 + threadCount)))
    }
    // Rows are moved to their mean, or written out where that is faster.
    let isCopied =
      if case .sparse(let matrix) = points { TilePoints.isBetterDense(matrix) } else { true }
    let copied =
      isCopied
      ? (points.rowCount + (isMember ? 0 : rowCount)).saturatingProduct(points.columnCount, 4) : 0
    let limit = SilhouetteTuning().sumLimit
    let sums = greatestGroup(width: rowCount, limit: limit).saturatingProduct(rowCount)
    let block = 2_048.saturatingProduct(threadCount, counts.max() ?? 1)
    return copied.saturatingSum(
      points.rowCount.saturatingProduct(16),
      8.saturatingProduct(isMember && sums <= limit ? sums : block))
  }
}
