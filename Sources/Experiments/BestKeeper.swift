internal import Clustering
internal import Synchronization

/// Keeps the best restart of each plan while restarts finish in any order.
///
/// The least inertia wins and the lowest restart among equals, so the order cannot matter.
final class BestKeeper: Sendable {
  private struct State {
    var best: [KMeansModel?]
    var labels: [[Int: [Int32]]]
    var finishedCount = 0
    var failure: ClusteringError?
  }

  private let state: Mutex<State>
  private let keepsLabels: Bool

  init(count: Int, keepsLabels: Bool) {
    self.keepsLabels = keepsLabels
    state = Mutex(
      State(
        best: [KMeansModel?](repeating: nil, count: count),
        labels: [[Int: [Int32]]](repeating: [:], count: count)))
  }

  /// Takes a finished restart in and returns how many are finished.
  func offer(_ model: KMeansModel, plan: Int) -> Int {
    state.withLock { state in
      state.finishedCount += 1
      if keepsLabels {
        state.labels[plan][model.winningRestart] = model.assignment.labels
      }
      if let best = state.best[plan],
        (best.inertia, best.winningRestart) <= (model.inertia, model.winningRestart)
      {
        return state.finishedCount
      }
      state.best[plan] = model
      return state.finishedCount
    }
  }

  /// Takes note of a restart that another has beaten, and returns how many are finished.
  func passOver() -> Int {
    state.withLock { state in
      state.finishedCount += 1
      return state.finishedCount
    }
  }

  /// The inertia that a restart of a plan must reach to be of use; nil while any is, as all are whose
  /// labels are kept.
  func bestInertia(plan: Int) -> Double? {
    keepsLabels ? nil : state.withLock { $0.best[plan]?.inertia }
  }

  /// Takes in a restart that an interrupted run had finished.
  func restore(_ fit: FitUnit, plan: Int) {
    if let model = fit.model {
      _ = offer(model, plan: plan)
      return
    }
    state.withLock { state in
      state.finishedCount += 1
      if keepsLabels { state.labels[plan][fit.name.restart] = fit.labels }
    }
  }

  /// Takes note of a restart that failed.
  func fail(_ error: ClusteringError) {
    state.withLock { state in state.failure = state.failure ?? error }
  }

  /// The best of each plan, with the labels of its restarts in order when they were kept.
  func take() throws(ClusteringError) -> [(model: KMeansModel, labels: [[Int32]])] {
    let (best, labels, failure) = state.withLock { ($0.best, $0.labels, $0.failure) }
    if let failure { throw failure }
    return zip(best, labels).map { model, labels in
      guard let model else { preconditionFailure("a plan had no restart") }
      return (model, labels.keys.sorted().compactMap { labels[$0] })
    }
  }
}
