extension Standings {
  /// What an assignment changed.
  package struct Review: Sendable {
    /// The number of rows with another label than before.
    package let changedCount: Int
    /// The number of rows of each cluster, k.
    package let sizes: [Int]
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
    return Review(changedCount: changes.rows.count, sizes: changes.sizes)
  }
}
