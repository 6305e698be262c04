internal import Clustering
internal import Matrices

extension SilhouetteRequest {
  /// The multiply-adds up to which every distance is computed in `Double`, about 0.1 s.
  private static let exactLimit = 3e8

  /// True when there are so few pairs that the rounding of tiles would not average out, and exact
  /// distances take little time: a stored entry of a sparse row costs as much as 8 dense elements.
  var favorsExactDistances: Bool {
    let pairs = Double(rows.rowCount) * Double(targets.rowCount)
    let perRow = Double(targets.storedCount) / Double(max(1, targets.rowCount))
    if case .dense = targets { return pairs * max(16, perRow) <= Self.exactLimit }
    return pairs * max(2, perRow) * 8 <= Self.exactLimit
  }

  /// Euclidean silhouettes from all pairs of rows, in `Double` throughout.
  func samplesFromExactDistances(of indices: [Int]) -> [[Double]] {
    let runs = SilhouetteRuns(assignments, indices: indices)
    let queries = rows.stored(as: targets)
    let all = 0..<rows.rowCount
    let size = Self.chunkSize / 8
    let blocks = pool.map(all.pieceCount(size: size), makeScratch: {}) { chunk, _ in
      runs.block(
        all.piece(chunk, size: size), assignments: rowAssignments, isMember: isMember
      ) { row, sums in
        ExactLabelSums.write(of: row, in: queries, to: targets, labels: runs.labels, into: sums)
      }
    }
    return Self.joined(blocks, runCount: indices.count)
  }
}
