internal import Clustering
internal import Matrices

extension SilhouetteRequest {
  /// How many rows share a column with a row, on average and at most.
  static func visits(_ matrix: CSRMatrix) -> Double {
    let count = Double(max(1, matrix.rowCount))
    return min(count, matrix.overlapWork() / count)
  }

  /// Euclidean silhouettes of sparse rows, from the pairs of rows that share a column.
  func samplesFromOverlaps(_ overlaps: SparseOverlaps, of indices: [Int]) -> [[Double]] {
    guard case .sparse(let queries) = rows.stored(as: targets) else {
      preconditionFailure("overlaps are those of sparse rows")
    }
    let runs = SilhouetteRuns(
      assignments, indices: indices, visits: Self.visits(overlaps.matrix))
    let moments = overlaps.moments(runs.labels).map { known in
      let sums = Buffer<Double>(count: runs.sizes.count, repeating: 0)
      for slot in 0..<known.count { sums[slot] = known[slot] }
      runs.expansion.expand(sums, scratch: runs.expansion.makeScratch())
      return sums
    }
    let all = 0..<rows.rowCount
    let blocks = pool.map(
      all.pieceCount(size: Self.chunkSize), makeScratch: { overlaps.makeScratch() }
    ) { chunk, scratch in
      runs.block(
        all.piece(chunk, size: Self.chunkSize), assignments: rowAssignments, isMember: isMember
      ) { row, sums in
        overlaps.sumCorrections(
          from: queries, row: row, labels: runs.labels, scratch: scratch, to: sums)
      } completeSums: { row, sums in
        moments.addDistances(from: queries, row: row, first: runs.cellCount, to: sums)
      }
    }
    return Self.joined(blocks, runCount: indices.count)
  }
}
