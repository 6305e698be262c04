internal import ClusterScores
internal import Clustering

/// Which clustering of a sweep is the best, and why.
public struct ClusterChoice: Sendable, Equatable {
  /// The index of the chosen run.
  public let index: Int
  /// One clause that says why.
  public let reason: String

  /// Chooses among runs; ties go to the smaller k and the earlier algorithm.
  init(among runs: [ScoredRun], by selection: Selection) {
    precondition(!runs.isEmpty, "a choice needs at least one run")
    guard runs.count > 1 else {
      index = 0
      reason = "the only clustering"
      return
    }
    switch selection {
    case .silhouette:
      self = Self.greatest(runs, "mean silhouette", decimals: 4) { $0.silhouette.mean }
    case .stability:
      self = Self.greatest(runs, "mean agreement between restarts (ARI)", decimals: 3) {
        $0.stability
      }
    case .knee:
      self = Self.knee(runs)
    }
  }

  private init(index: Int, reason: String) {
    self.index = index
    self.reason = reason
  }

  private static func greatest(
    _ runs: [ScoredRun], _ name: String, decimals: Int, _ score: (ScoredRun) -> Double?
  ) -> ClusterChoice {
    var best: (index: Int, value: Double)?
    for (index, run) in runs.enumerated() {
      guard let value = score(run) else { continue }
      if let current = best {
        let isSmaller = run.clusterCount < runs[current.index].clusterCount
        guard value > current.value || (value == current.value && isSmaller) else { continue }
      }
      best = (index, value)
    }
    guard let best else {
      return ClusterChoice(
        index: 0, reason: "no run has a \(name), so the smallest k is taken")
    }
    return ClusterChoice(
      index: best.index,
      reason: "greatest \(name), \(NumberText.fixed(best.value, decimals: decimals))")
  }

  /// The k at which the inertia lies farthest below the straight line from the first k to the last.
  ///
  /// Satopää et al., "Finding a kneedle in a haystack", DOI 10.1109/ICDCSW.2011.20.
  private static func knee(_ runs: [ScoredRun]) -> ClusterChoice {
    let first = runs[0].algorithm
    let curve = runs.indices.filter { runs[$0].algorithm == first }
    guard let start = curve.first, let end = curve.last, curve.count > 2,
      runs[start].model.inertia > runs[end].model.inertia
    else {
      return ClusterChoice(
        index: curve.last ?? 0, reason: "too few k for a knee, so the largest is taken")
    }
    let width = Double(runs[end].clusterCount - runs[start].clusterCount)
    let height = runs[start].model.inertia - runs[end].model.inertia
    var best = (index: start, depth: -Double.infinity)
    for index in curve {
      let across = Double(runs[index].clusterCount - runs[start].clusterCount) / width
      let down = (runs[start].model.inertia - runs[index].model.inertia) / height
      if down - across > best.depth { best = (index, down - across) }
    }
    return ClusterChoice(
      index: best.index,
      reason: "knee of the inertia, \(NumberText.fixed(best.depth, decimals: 3)) below the line")
  }
}
