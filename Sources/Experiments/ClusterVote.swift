internal import ClusterScores
internal import Clustering

/// What can speak for a k.
public enum Criterion: String, Sendable, Hashable, CaseIterable {
  /// The greatest mean silhouette.
  case silhouette
  /// The knee of the inertia.
  case knee
  /// The greatest mean agreement of fits.
  case stability
  /// The gap statistic's first sufficient k.
  case gap

  /// The letter that marks its vote in tables.
  public var mark: String {
    switch self {
    case .silhouette: "s"
    case .knee: "k"
    case .stability: "t"
    case .gap: "g"
    }
  }

  /// What the letter stands for, in a legend.
  public var meaning: String {
    switch self {
    case .silhouette: "silhouette"
    case .knee: "knee"
    case .stability: "stability"
    case .gap: "gap"
    }
  }
}

/// The run that a criterion speaks for.
public struct ClusterVote: Sendable, Equatable {
  /// The criterion.
  public let criterion: Criterion
  /// The index of its run.
  public let index: Int
  /// One clause that says why.
  public let reason: String

  /// The votes of all criteria that can be asked; ties go to the smaller k and the earlier algorithm.
  ///
  /// The greatest silhouette and stability are sought among all runs. A knee and a gap belong to the curve
  /// of one algorithm: the one of the run with the greatest silhouette.
  static func all(among runs: [ScoredRun]) -> [ClusterVote] {
    let silhouette = greatest(.silhouette, "mean silhouette", decimals: 4, runs) {
      $0.silhouette.mean
    }
    let stability = greatest(.stability, "mean agreement of fits (ARI)", decimals: 3, runs) {
      $0.stability
    }
    let leader = runs[silhouette?.index ?? 0].algorithm
    let indices = curve(of: leader, in: runs)
    return [
      silhouette, knee(indices, of: runs), stability, gap(indices, of: runs),
    ].compactMap { $0 }
  }

  /// The runs of one algorithm, k ascending.
  static func curve(of algorithm: Algorithm, in runs: [ScoredRun]) -> [Int] {
    runs.indices.filter { runs[$0].algorithm == algorithm }
  }

  private static func greatest(
    _ criterion: Criterion, _ name: String, decimals: Int, _ runs: [ScoredRun],
    _ score: (ScoredRun) -> Double?
  ) -> ClusterVote? {
    var best: (index: Int, value: Double)?
    for (index, run) in runs.enumerated() {
      guard let value = score(run) else { continue }
      if let current = best {
        let isSmaller = run.clusterCount < runs[current.index].clusterCount
        guard value > current.value || (value == current.value && isSmaller) else { continue }
      }
      best = (index, value)
    }
    return best.map {
      ClusterVote(
        criterion: criterion, index: $0.index,
        reason: "greatest \(name), \(NumberText.fixed($0.value, decimals: decimals))")
    }
  }

  private static func knee(_ curve: [Int], of runs: [ScoredRun]) -> ClusterVote? {
    let knee = InertiaKnee(
      clusterCounts: curve.map { runs[$0].clusterCount },
      inertias: curve.map { runs[$0].model.inertia })
    return knee.map { knee in
      let depth = NumberText.fixed(knee.depths[knee.index], decimals: 3)
      return ClusterVote(
        criterion: .knee, index: curve[knee.index],
        reason: "knee of the inertia, \(depth) below the line")
    }
  }

  private static func gap(_ curve: [Int], of runs: [ScoredRun]) -> ClusterVote? {
    GapStatistic.firstSufficient(curve.map { runs[$0].gap }).map { place in
      let value = runs[curve[place]].gap?.value ?? 0
      return ClusterVote(
        criterion: .gap, index: curve[place],
        reason: "smallest k whose gap, \(NumberText.fixed(value, decimals: 4)), is within one"
          + " standard error of the next")
    }
  }
}

extension ClusterChoice {
  /// The marks of a run in a table: `*` for the chosen one, and a letter a vote.
  public func marks(_ index: Int) -> String {
    (index == self.index ? "*" : "")
      + votes.filter { $0.index == index }.map(\.criterion.mark).joined()
  }

  /// What the marks stand for, on one line.
  public var legend: String {
    "* chosen; votes: "
      + votes.map { "\($0.criterion.mark) \($0.criterion.meaning)" }.joined(separator: ", ")
  }

  /// The names of the criteria that speak for a run.
  public func criteria(_ index: Int) -> [String] {
    votes.filter { $0.index == index }.map(\.criterion.rawValue)
  }
}
