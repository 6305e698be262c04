internal import CKernels

/// Which clusters points have come into, and when these were merged last.
package struct ClusterHistory: Sendable {
  /// For each cluster itself, or the one that it was merged into.
  package let parents: Buffer<Int32>

  /// The round in which each cluster was merged last, 0 for never.
  package let rounds: Buffer<Int32>

  /// The round in which each cluster's list was last up to date.
  let listRounds: Buffer<Int32>

  /// Begins with clusters that have never been merged.
  package init(count: Int) {
    parents = Buffer((0..<Int32(count)).map { $0 }, orEmpty: 0)
    rounds = Buffer(count: count, repeating: 0)
    listRounds = Buffer(count: count, repeating: 0)
  }
}

/// Lists outlive merges where no merge brings clusters nearer to a third one: what is outside a list stays
/// at its bound or beyond, and what is inside is measured again.
extension NeighborSearch {
  /// Brings the list of a cluster that was not merged itself up to date.
  ///
  /// - Complexity: O(width·d).
  package func renewList(of cluster: Int, history: ClusterHistory, round: Int32) {
    let since = history.listRounds[cluster]
    var dropped = 0.0
    lists.lengths[cluster] = withUnsafePointer(to: exactPoints) {
      kindred_renew_neighbors(
        instructions.rawValue, $0, Int32(cluster), history.parents.base, history.rounds.base,
        since, Int32(lists.width), lists.entries.base + cluster * lists.width,
        lists.lengths[cluster], &dropped)
    }
    history.listRounds[cluster] = round
  }

  /// Makes the list of a merged cluster of those of its two parts.
  ///
  /// - Parameter bound: what the value of clusters outside both lists is at least.
  /// - Complexity: O(width·d).
  package func joinLists(
    of kept: Int, _ joined: Int, bound: Double, history: ClusterHistory, round: Int32
  ) {
    let width = lists.width
    let counts = (Int(lists.lengths[kept]), Int(lists.lengths[joined]))
    withUnsafeTemporaryAllocation(of: kindred_neighbor.self, capacity: 2 * width) { both in
      guard let list = both.baseAddress else { return }
      let entries = lists.entries.base
      list.initialize(from: entries + kept * width, count: counts.0)
      (list + counts.0).initialize(from: entries + joined * width, count: counts.1)
      var dropped = 0.0
      // Every value is one for the new cluster: none measured before can stay.
      let length = withUnsafePointer(to: exactPoints) {
        kindred_renew_neighbors(
          instructions.rawValue, $0, Int32(kept), history.parents.base, history.rounds.base, -1,
          Int32(width), list, Int32(counts.0 + counts.1), &dropped)
      }
      (entries + kept * width).update(from: list, count: Int(length))
      lists.lengths[kept] = length
      lists.bounds[kept] = min(bound, dropped)
    }
    history.listRounds[kept] = round
  }

  /// Whether the first pair is nearer than the second, its value being less or, of equal ones, its number.
  package func isNearer(
    _ pair: (Int32, Int32), _ value: Double, than other: (Int32, Int32), _ otherValue: Double
  ) -> Bool {
    if value != otherValue { return value < otherValue }
    let tie = kindred_pair_tie(pair.0, pair.1)
    let otherTie = kindred_pair_tie(other.0, other.1)
    if tie != otherTie { return tie < otherTie }
    return (min(pair.0, pair.1), max(pair.0, pair.1)) < (
      min(other.0, other.1), max(other.0, other.1)
    )
  }
}
