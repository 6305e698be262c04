public import Clustering
public import Matrices

/// How well each row lies in its cluster: (b − a) / max(a, b), where a is its mean distance to the
/// other rows of its cluster and b the mean distance to the rows of the nearest other cluster.
///
/// All clusterings of a sweep are scored in one pass over the distances, none of which is stored.
/// The results agree with scikit-learn's `silhouette_samples`: a cluster of one row scores 0, and a
/// cluster without rows does not count.
///
/// Use when a figure for every row is wanted, or clusterings of different k are to be compared. Do
/// not use `euclidean` on millions of full rows: it visits every pair.
///
/// Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7.
public enum Silhouette {
  /// The silhouettes of some clusterings of the same points, in the order given.
  ///
  /// - Complexity: for m clusterings with K clusters in all, O(nnz·K) for `squaredEuclidean` and
  ///   `cosine`; for `euclidean` O(n²·(d + m)) with dense rows, and with sparse rows of norm 1
  ///   O(Σ_t f_t² + p·m + n·K), f_t the rows of column t and p the pairs of rows that overlap.
  ///   `euclidean` keeps n·K sums of dense rows, up to 512 MiB at a time.
  public static func score(
    _ points: FeatureMatrix, _ assignments: [Assignment], metric: SilhouetteMetric,
    pool: WorkerPool
  ) -> [SilhouetteResult] {
    score(points, assignments, metric: metric, tuning: SilhouetteTuning(), pool: pool)
  }

  /// The silhouettes of unseen rows, each against the training rows alone.
  ///
  /// Here a is a row's mean distance to all training rows of its cluster, and b that to the nearest
  /// other cluster of the training rows. A row whose cluster has no training rows scores 0.
  /// `labels` and `trainingAssignments` go together in pairs.
  ///
  /// - Complexity: as for the training rows, with the unseen rows on one side.
  public static func score(
    unseen rows: FeatureMatrix, labels: [Assignment], against training: FeatureMatrix,
    trainingAssignments: [Assignment], metric: SilhouetteMetric, pool: WorkerPool
  ) -> [SilhouetteResult] {
    score(
      unseen: rows, labels: labels, against: training, trainingAssignments: trainingAssignments,
      metric: metric, tuning: SilhouetteTuning(), pool: pool)
  }
}

/// How Euclidean distances are visited; all agree.
///
/// `tiles` has errors of 10⁻⁷ in a distance, which average out over the rows of clusters and of the
/// matrix; the other ways are good to 10⁻¹².
package enum SilhouettePath: Sendable {
  /// Whatever is cheaper.
  case automatic

  /// All pairs, one by one, in `Double`.
  case exact

  /// All pairs, tile by tile, distances in `Float`.
  case tiles

  /// Only the overlapping pairs of sparse rows of norm 0 or 1; all pairs where rows are others.
  case overlaps
}

/// Choices that no result depends on beyond rounding, for tests and measurements.
package struct SilhouetteTuning: Sendable {
  /// How Euclidean distances are visited.
  package var path = SilhouettePath.automatic

  /// The sums that one pass over tiles may keep: 512 MiB.
  package var sumLimit = 1 << 26

  /// The instruction set for tiles.
  package var level = InstructionSet.best

  /// The choices of `Silhouette.score`.
  package init() {}
}

extension Silhouette {
  /// As `score`, tuned.
  package static func score(
    _ points: FeatureMatrix, _ assignments: [Assignment], metric: SilhouetteMetric,
    tuning: SilhouetteTuning, pool: WorkerPool
  ) -> [SilhouetteResult] {
    for assignment in assignments {
      precondition(
        assignment.labels.count == points.rowCount,
        "a clustering of \(assignment.labels.count) rows cannot score \(points.rowCount) rows")
    }
    return SilhouetteRequest(
      rows: points, rowAssignments: assignments, training: nil, assignments: assignments,
      metric: metric, tuning: tuning, pool: pool
    ).results()
  }

  /// As `score(unseen:)`, tuned.
  package static func score(
    unseen rows: FeatureMatrix, labels: [Assignment], against training: FeatureMatrix,
    trainingAssignments: [Assignment], metric: SilhouetteMetric, tuning: SilhouetteTuning,
    pool: WorkerPool
  ) -> [SilhouetteResult] {
    precondition(
      labels.count == trainingAssignments.count, "each labeling needs a training clustering")
    precondition(
      rows.columnCount == training.columnCount, "unseen rows need the columns of the training rows")
    for (own, trained) in zip(labels, trainingAssignments) {
      precondition(
        own.labels.count == rows.rowCount && trained.labels.count == training.rowCount,
        "a clustering needs one label a row")
      precondition(
        own.clusterCount == trained.clusterCount, "both labelings must be of the same clusters")
    }
    let request = SilhouetteRequest(
      rows: rows, rowAssignments: labels, training: training, assignments: trainingAssignments,
      metric: metric, tuning: tuning, pool: pool)
    return request.results()
  }
}
