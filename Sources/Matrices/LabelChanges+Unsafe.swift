internal import CKernels

/// How labels differ from those that the centers were last summed by.
package struct LabelChanges: Sendable, Equatable {
  /// The number of rows of each cluster now, k.
  let sizes: [Int]
  /// The rows with another label than before, ascending.
  let rows: [Int32]

  /// Counts labels without earlier ones to compare them with.
  init(_ labels: Buffer<Int32>, clusterCount: Int) {
    var sizes = [Int](repeating: 0, count: clusterCount)
    for row in 0..<labels.count { sizes[Int(labels.base[row])] += 1 }
    self.sizes = sizes
    rows = []
  }

  /// Takes over changes that are known, or compares labels with earlier ones.
  init(
    _ labels: Buffer<Int32>, since previous: Buffer<Int32>, sizes oldSizes: some Sequence<Int>,
    known: LabelChanges?, pool: WorkerPool
  ) {
    guard let known else {
      self.init(labels, since: previous, sizes: oldSizes, pool: pool)
      return
    }
    assert(
      known == LabelChanges(labels, since: previous, sizes: oldSizes, pool: pool),
      "the changes belong to other labels")
    self = known
  }

  /// Compares labels with earlier ones, whose clusters had `sizes`; an earlier label may be −1 for none.
  ///
  /// - Complexity: O(n + k).
  init(
    _ labels: Buffer<Int32>, since previous: Buffer<Int32>, sizes oldSizes: some Sequence<Int>,
    pool: WorkerPool
  ) {
    precondition(previous.count == labels.count, "labels need one place a row")
    let size = 8_192
    let all = 0..<labels.count
    let parts = pool.map(
      all.pieceCount(size: size), makeScratch: { Buffer<Int32>(unwritten: size) },
      { chunk, rows in
        let piece = all.piece(chunk, size: size)
        let count = kindred_changed_labels(
          previous.base, labels.base, Int64(piece.lowerBound), Int64(piece.upperBound), rows.base)
        return Array(rows.elements.prefix(Int(count)))
      })
    let rows = parts.count == 1 ? parts[0] : parts.flatMap(\.self)
    var sizes = Array(oldSizes)
    for row in rows {
      let old = Int(previous.base[Int(row)])
      if old >= 0 { sizes[old] -= 1 }
      sizes[Int(labels.base[Int(row)])] += 1
    }
    self.sizes = sizes
    self.rows = rows
  }
}
