internal import Matrices

extension KMeans {
  /// Lloyd's iterations from the centers in `space` to a fixed point, the tolerance or the limit.
  ///
  /// As in scikit-learn: labels that do not change end the fit; so does a shift of the centers of at
  /// most the tolerance; then the rows are assigned once more, so that labels and centers agree.
  func lloyd(
    in space: any CenterSpace, restart: Int, prepared: PreparedPoints, pool: WorkerPool,
    progress: ProgressHandler?
  ) throws(ClusteringError) -> KMeansModel {
    let rowCount = space.rowCount
    let standings = Standings(rowCount: rowCount)
    let previous = Buffer<Int32>(count: rowCount, repeating: -1)
    let tolerance = shiftTolerance(prepared)
    let squaredNormSum = prepared.points.squaredNorms.array().reduce(0, +)
    var iterations: [KMeansModel.Iteration] = []
    var didConverge = false

    for iteration in 0..<iterationLimit {
      guard !Task.isCancelled else { throw .cancelled }
      space.assign(into: standings, pool: pool)
      let review = standings.review(since: previous, clusterCount: clusterCount, pool: pool)
      let (shift, inertia) = moveCenters(
        of: space, to: standings.labels, sizes: review.sizes, normSum: squaredNormSum, pool: pool)
      iterations.append(
        .init(inertia: inertia, centerShift: shift, changedLabelCount: review.changedCount))
      progress?(FitProgress(restart: restart, iteration: iteration, inertia: inertia))
      if review.changedCount == 0 || shift <= tolerance {
        didConverge = true
        break
      }
    }
    return finish(
      space: space, standings: standings, iterations: iterations, didConverge: didConverge,
      restart: restart, pool: pool)
  }

  /// Rounds the centers to what a model holds, labels the rows with them and sums what remains.
  func finish(
    space: any CenterSpace, standings: Standings, iterations: [KMeansModel.Iteration],
    didConverge: Bool, restart: Int, pool: WorkerPool
  ) -> KMeansModel {
    let centroids = space.publish(pool: pool)
    space.assign(into: standings, pool: pool)
    let distances = space.squaredDistances(to: standings.labels, pool: pool)
    return KMeansModel(
      centroids: centroids,
      assignment: Assignment(
        trusted: standings.labels.array(), clusterCount: clusterCount),
      inertia: distances.reduce(0, +), iterations: iterations, didConverge: didConverge,
      winningRestart: restart)
  }

  /// Moves the centers to the means of their rows, after empty clusters have been given a row each.
  ///
  /// As in scikit-learn, the rows farthest from their centers become the empty clusters' centers and
  /// leave the sums of their own; their labels change at the next assignment.
  func moveCenters(
    of space: any CenterSpace, to labels: Buffer<Int32>, sizes: [Int], normSum: Double,
    pool: WorkerPool
  ) -> (shift: Double, inertia: Double) {
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else {
      let shift = space.moveCenters(to: labels, pool: pool)
      return (shift, max(0, normSum - 2 * space.movedScoreSum))
    }

    let distances = space.squaredDistances(to: labels, pool: pool)
    let farthest = distances.indices.filter { distances[$0] > 0 }.sorted {
      distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
    }
    let moved = Buffer<Int32>(count: labels.count, repeating: 0)
    moved.copy(from: labels)
    for (cluster, row) in zip(empty, farthest) { moved[row] = Int32(cluster) }
    return (space.moveCenters(to: moved, pool: pool), distances.reduce(0, +))
  }
}
