internal import Clustering
internal import Matrices

extension SilhouetteRequest {
  /// Euclidean silhouettes of sparse rows, from the pairs of rows that share a column.
  func samplesFromOverlaps(_ overlaps: SparseOverlaps, of indices: [Int]) -> [[Double]] {
    guard case .sparse(let queries) = rows.stored(as: targets) else {
      preconditionFailure("overlaps are those of sparse rows")
    }
    let runs = SilhouetteRuns(assignments, indices: indices)
    let moments = overlaps.moments(runs.labels)
    let all = 0..<rows.rowCount
    let blocks = pool.map(
      all.pieceCount(size: Self.chunkSize),
      makeScratch: {
        (overlaps.makeScratch(), [Double](repeating: 0, count: runs.labels.slotCount))
      }
    ) { chunk, scratch in
      let space = scratch.0
      return runs.block(
        all.piece(chunk, size: Self.chunkSize), assignments: rowAssignments, isMember: isMember,
        sums: &scratch.1
      ) { row, sums in
        overlaps.sumDistances(
          from: queries, row: row, labels: runs.labels, moments: moments, scratch: space,
          to: &sums)
      }
    }
    return Self.joined(blocks, runCount: indices.count)
  }
}
