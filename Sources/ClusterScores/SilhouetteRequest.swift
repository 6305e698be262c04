internal import Clustering
internal import Matrices

/// What to score, and the choice of how.
struct SilhouetteRequest: Sendable {
  /// The rows to score.
  let rows: FeatureMatrix

  /// Their labels.
  let rowAssignments: [Assignment]

  /// The rows to compare with; nil when the rows are compared with each other.
  let training: FeatureMatrix?

  /// The labels of the rows to compare with.
  let assignments: [Assignment]

  /// The distance.
  let metric: SilhouetteMetric

  /// Choices that no result depends on beyond rounding.
  let tuning: SilhouetteTuning

  /// The threads.
  let pool: WorkerPool

  /// True when the rows belong to the clusterings themselves.
  var isMember: Bool { training == nil }

  /// The rows to compare with.
  var targets: FeatureMatrix { training ?? rows }

  /// Rows are scored in chunks of this many.
  static let chunkSize = 256

  /// The silhouettes of every clustering, in order.
  func results() -> [SilhouetteResult] {
    let reasons = assignments.map { assignment in
      let occupied = assignment.sizes().count { $0 > 0 }
      if isMember {
        return undefinedReason(occupiedClusterCount: occupied, rowCount: rows.rowCount)
      }
      return occupied < 2 ? "needs 2 <= k, but k = \(occupied)" : nil
    }
    let defined = reasons.indices.filter { reasons[$0] == nil }
    var samples = (defined.isEmpty ? [] : samples(of: defined, path: tuning.path))[...]
    return zip(rowAssignments, reasons).map { assignment, reason in
      if let reason {
        return SilhouetteResult(undefined: reason, clusterCount: assignment.clusterCount)
      }
      return SilhouetteResult(
        samples: samples.popFirst() ?? [], labels: assignment.labels,
        clusterCount: assignment.clusterCount)
    }
  }

  private func samples(of indices: [Int], path: SilhouettePath) -> [[Double]] {
    switch metric {
    case .squaredEuclidean, .cosine: samplesFromSums(of: indices)
    case .euclidean:
      if let overlaps = overlaps(path: path, runCount: indices.count) {
        samplesFromOverlaps(overlaps, of: indices)
      } else if path == .exact || path == .automatic && favorsExactDistances {
        samplesFromExactDistances(of: indices)
      } else {
        samplesFromTiles(of: indices)
      }
    }
  }

  /// Posting lists of the rows to compare with, when going through them is possible and cheaper.
  private func overlaps(path: SilhouettePath, runCount: Int) -> SparseOverlaps? {
    guard case .sparse(let matrix) = targets else { return nil }
    guard path == .overlaps || path == .automatic && Self.favorsOverlaps(matrix, runCount: runCount)
    else { return nil }
    return SparseOverlaps(matrix)
  }

  /// Compares the nanoseconds of a pair of rows by either way, as measured on a core with AVX-512.
  ///
  /// An overlapping pair costs about 4 ns and 0.7 ns a run; a pair of a tile 0.5 ns and 0.25 ns a
  /// run. A multiply-add of a sparse product costs 0.7 ns, and tiles do half of them.
  static func favorsOverlaps(_ matrix: CSRMatrix, runCount: Int) -> Bool {
    let pairs = max(1, Double(matrix.rowCount) * Double(matrix.rowCount))
    let work = matrix.overlapWork() / pairs
    let runs = Double(runCount)
    let overlapShare = min(1, work)
    return 0.7 * work + overlapShare * (4 + 0.7 * runs) < 0.35 * work + 0.5 + 0.25 * runs
  }

  /// Joins the lists of blocks into one list a run.
  static func joined(_ blocks: [SilhouetteBlock], runCount: Int) -> [[Double]] {
    (0..<runCount).map { run in blocks.flatMap { $0[run] } }
  }
}
