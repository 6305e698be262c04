extension Standings {
  /// What an assignment changed.
  package struct Review: Sendable {
    /// How the labels differ from those before.
    package let changes: LabelChanges
    /// The number of rows with another label than before.
    package var changedCount: Int { changes.rows.count }
    /// The number of rows of each cluster, k.
    package var sizes: [Int] { changes.sizes }
  }

  /// Compares the labels with earlier ones, which then become equal to them.
  ///
  /// An earlier label may be −1 for none. `sizes`: the number of rows of each cluster among the earlier
  /// ones, k.
  ///
  /// - Complexity: O(n + k).
  package func review(
    since previous: Buffer<Int32>, sizes: [Int], pool: WorkerPool
  ) -> Review {
    let changes = LabelChanges(labels, since: previous, sizes: sizes, pool: pool)
    for row in changes.rows { previous.base[Int(row)] = labels.base[Int(row)] }
    return Review(changes: changes)
  }
}
