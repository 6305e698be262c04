internal import ClusterScores
internal import Clustering

/// Which clustering of a sweep is the best, and why.
public struct ClusterChoice: Sendable, Equatable {
  /// The index of the chosen run.
  public let index: Int
  /// One clause that says why.
  public let reason: String
  /// What each criterion speaks for; none when there is one run only.
  public let votes: [ClusterVote]

  /// Chooses among runs; ties go to the smaller k and the earlier algorithm.
  init(among runs: [ScoredRun], by selection: Selection) {
    precondition(!runs.isEmpty, "a choice needs at least one run")
    guard runs.count > 1 else {
      self.init(index: 0, reason: "the only clustering", votes: [])
      return
    }
    let votes = ClusterVote.all(among: runs)
    let vote = { (criterion: Criterion) in votes.first { $0.criterion == criterion } }
    func take(_ criterion: Criterion, otherwise name: String) -> (Int, String) {
      if let vote = vote(criterion) { return (vote.index, vote.reason) }
      return (Self.smallest(runs), "no run has a \(name), so the smallest k is taken")
    }
    let (index, reason) =
      switch selection {
      case .silhouette: take(.silhouette, otherwise: "mean silhouette")
      case .stability: take(.stability, otherwise: "mean agreement of fits (ARI)")
      case .knee:
        vote(.knee).map { ($0.index, $0.reason) }
          ?? (Self.largest(runs), "too few k for a knee, so the largest is taken")
      case .automatic:
        Self.automatic(runs, silhouette: vote(.silhouette), knee: vote(.knee))
          ?? take(.silhouette, otherwise: "mean silhouette")
      }
    self.init(index: index, reason: reason, votes: votes)
  }

  private init(index: Int, reason: String, votes: [ClusterVote]) {
    self.index = index
    self.reason = reason
    self.votes = votes
  }

  /// The knee when the silhouette has no peak; else nil.
  private static func automatic(
    _ runs: [ScoredRun], silhouette: ClusterVote?, knee: ClusterVote?
  ) -> (Int, String)? {
    guard let silhouette, let knee else { return nil }
    let curve = ClusterVote.curve(of: runs[silhouette.index].algorithm, in: runs)
    let values = curve.compactMap { runs[$0].silhouette.mean }
    guard !hasPeak(values) else { return nil }
    let k = runs[silhouette.index].clusterCount
    return (knee.index, "\(knee.reason); the silhouette has no peak, being greatest at k = \(k)")
  }

  /// Whether a curve falls again behind its greatest value, by a fifth of its range or more.
  ///
  /// Noise on a curve that rises to its end does not count, nor does a flat curve.
  package static func hasPeak(_ values: [Double]) -> Bool {
    guard let last = values.last, let least = values.min(), let greatest = values.max() else {
      return false
    }
    return greatest > least && last <= greatest - 0.2 * (greatest - least)
  }

  private static func smallest(_ runs: [ScoredRun]) -> Int {
    runs.indices.min { runs[$0].clusterCount < runs[$1].clusterCount } ?? 0
  }

  private static func largest(_ runs: [ScoredRun]) -> Int {
    ClusterVote.curve(of: runs[0].algorithm, in: runs).last ?? 0
  }
}
