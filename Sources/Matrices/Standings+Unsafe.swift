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
  /// - Complexity: O(n + k·n / 8,192).
  package func review(
    since previous: Buffer<Int32>, clusterCount: Int, pool: WorkerPool
  ) -> Review {
    precondition(previous.count == labels.count, "labels need one place a row")
    let size = 8_192
    let all = 0..<labels.count
    let parts = pool.map(all.pieceCount(size: size)) { chunk in
      let rows = all.piece(chunk, size: size)
      var sizes = [Int](repeating: 0, count: clusterCount)
      var changedCount = 0
      for row in rows {
        let label = labels.base[row]
        changedCount += label == previous.base[row] ? 0 : 1
        previous.base[row] = label
        sizes[Int(label)] += 1
      }
      return Review(changedCount: changedCount, sizes: sizes)
    }
    var sizes = [Int](repeating: 0, count: clusterCount)
    for part in parts {
      for cluster in 0..<clusterCount { sizes[cluster] += part.sizes[cluster] }
    }
    return Review(
      changedCount: parts.reduce(0) { $0 + $1.changedCount }, sizes: sizes)
  }
}
