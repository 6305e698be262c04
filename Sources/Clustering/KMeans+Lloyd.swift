internal import Matrices

extension KMeans {
  /// Lloyd's iterations from the centers in `space` to a fixed point, the tolerance or the limit.
  ///
  /// As in scikit-learn: labels that do not change end the fit; so does a shift of the centers of at
  /// most the tolerance; then the rows are assigned once more, so that labels and centers agree.
  func lloyd(
    in space: any CenterSpace, restart: Int, prepared: PreparedPoints, pool: WorkerPool,
    progress: ProgressHandler?
  ) throws(ClusteringError) -> LloydRun {
    let run = LloydRun(
      self, in: space, restart: restart, tolerance: shiftTolerance(prepared),
      squaredNormSum: prepared.squaredNormSum)
    while !run.isDone {
      guard !Task.isCancelled else { throw .cancelled }
      let last = run.step(pool: pool)
      progress?(
        FitProgress(
          restart: restart, iteration: run.iterations.count - 1, inertia: last.inertia))
    }
    return run
  }

  /// The labels with a row for each empty cluster; when there are any, the inertia before too.
  ///
  /// As in scikit-learn, the rows farthest from their centers become the empty clusters' centers and
  /// leave the sums of their own; their labels change at the next assignment.
  func refilled(
    _ labels: Buffer<Int32>, of space: any CenterSpace, sizes: [Int], pool: WorkerPool
  ) -> (labels: Buffer<Int32>, inertia: Double?) {
    let empty = sizes.indices.filter { sizes[$0] == 0 }
    guard !empty.isEmpty else { return (labels, nil) }

    let distances = space.squaredDistances(to: labels, pool: pool)
    let farthest = distances.indices.filter { distances[$0] > 0 }.sorted {
      distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
    }
    let moved = Buffer<Int32>(count: labels.count, repeating: 0)
    moved.copy(from: labels)
    for (cluster, row) in zip(empty, farthest) { moved[row] = Int32(cluster) }
    return (moved, distances.reduce(0, +))
  }
}

/// A restart of Lloyd's iterations under way; one thread at a time drives it.
final class LloydRun: @unchecked Sendable {
  let space: any CenterSpace
  let standings: Standings
  private let settings: KMeans
  private let restart: Int
  private let tolerance: Double
  private let squaredNormSum: Double
  private let previous: Buffer<Int32>
  /// True when the centers last moved to those labels, with no empty cluster refilled.
  private var didMoveToPrevious = false
  /// The number of rows of each cluster when they were last looked at, k.
  private(set) var sizes: [Int]
  /// What each iteration came to.
  private(set) var iterations: [KMeansModel.Iteration] = []
  private var didConverge = false

  /// True when the run has converged or reached its limit.
  var isDone: Bool { didConverge || iterations.count >= settings.iterationLimit }

  /// Begins at the centers in `space`; `squaredNormSum` is that of its rows.
  init(
    _ settings: KMeans, in space: any CenterSpace, restart: Int, tolerance: Double,
    squaredNormSum: Double
  ) {
    self.settings = settings
    self.space = space
    self.restart = restart
    self.tolerance = tolerance
    self.squaredNormSum = squaredNormSum
    standings = Standings(rowCount: space.rowCount)
    previous = Buffer(count: space.rowCount, repeating: -1)
    sizes = [Int](repeating: 0, count: settings.clusterCount)
  }

  /// One iteration on its own.
  func step(pool: WorkerPool) -> KMeansModel.Iteration {
    space.assign(into: standings, pool: pool)
    let step = review(pool: pool)
    return record(
      step, shift: space.moveCenters(to: step.labels, changes: step.changes, pool: pool))
  }

  /// What an assignment asks of the centers.
  struct Step: Sendable {
    /// The labels to whose means the centers are to move.
    let labels: Buffer<Int32>
    /// How they differ from those of the last move, where that is known.
    let changes: LabelChanges?
    /// The number of rows with another label than before.
    let changedCount: Int
    /// The inertia before the move, when it had to be summed.
    let inertia: Double?
  }

  /// Looks at what an assignment changed.
  func review(pool: WorkerPool) -> Step {
    let review = standings.review(since: previous, sizes: sizes, pool: pool)
    sizes = review.sizes
    let (labels, inertia) = settings.refilled(
      standings.labels, of: space, sizes: review.sizes, pool: pool)
    let isRefilled = labels !== standings.labels
    defer { didMoveToPrevious = !isRefilled }
    return Step(
      labels: labels, changes: isRefilled || !didMoveToPrevious ? nil : review.changes,
      changedCount: review.changedCount, inertia: inertia)
  }

  /// Takes note of a move, which ends an iteration.
  @discardableResult
  func record(_ step: Step, shift: Double) -> KMeansModel.Iteration {
    let iteration = KMeansModel.Iteration(
      inertia: step.inertia ?? max(0, squaredNormSum - 2 * space.movedScoreSum),
      centerShift: shift, changedLabelCount: step.changedCount)
    iterations.append(iteration)
    didConverge = step.changedCount == 0 || shift <= tolerance
    return iteration
  }

  /// The model, or that a restart with the inertia `best` beats it for certain.
  func outcome(against best: Double?, pool: WorkerPool) -> KMeans.Outcome {
    if let best, let least = leastInertia, least > best {
      return .beaten(restart: restart, inertia: least)
    }
    return .whole(finish(pool: pool))
  }

  /// Less than which the model's inertia cannot be; nil when only the model itself can tell.
  ///
  /// Where no label changed, the centers are the means of their rows and each row's center is the nearest.
  /// What single precision takes from sums, centers and scores is far below this margin.
  private var leastInertia: Double? {
    guard let last = iterations.last, last.changedLabelCount == 0, !sizes.contains(0) else {
      return nil
    }
    let longest = space.squaredNorms.elements.reduce(0, max).squareRoot()
    let margin = 0x1p-20 * (squaredNormSum + Double(space.rowCount) * longest * longest)
    return last.inertia - margin
  }

  /// Rounds the centers to what a model holds, labels the rows with them and sums what remains.
  func finish(pool: WorkerPool) -> KMeansModel {
    settings.finish(
      space: space, standings: standings, iterations: iterations, didConverge: didConverge,
      restart: restart, pool: pool)
  }
}

extension KMeans {
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
}
