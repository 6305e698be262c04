package import Matrices

/// The nearest relatives of many rows.
package struct RelativeLists: Sendable, Equatable {
  /// How many relatives each row has.
  package let listLength: Int
  /// The relatives of each row asked for, nearest first; `listLength` a row.
  package let rows: [Int32]
  /// How like each relative is.
  package let similarities: [Double]
  /// Where the shared words of each relative begin in `sharedColumns`, one offset more than relatives.
  package let sharedOffsets: [Int]
  /// The columns of the words that a row shares with a relative, by descending weight.
  package let sharedColumns: [Int32]
}

extension Recommender {
  /// The relatives of some rows: the same as `relatives(ofRow:count:)` finds for each.
  ///
  /// - Parameters:
  ///   - rows: the rows asked for.
  ///   - count: how many relatives, at least 1; fewer when there are not as many other rows.
  ///   - wordLimit: the most shared words of a relative.
  /// - Complexity: O(m·n·(d' + 1) + postings of the rows' rare words) for m rows asked for of n, d' the latent
  ///   dimensions and the common words, of which a row of l words has 16·l at most; 8 bytes a stored word,
  ///   4·d' a row, 1 MiB or 32·n a thread, 12·`count` a row asked for, and 4 a shared word.
  package func lists(
    ofRows rows: [Int], count: Int, wordLimit: Int, pool: WorkerPool
  ) -> RelativeLists {
    let length = min(count, model.features.rowCount - 1)
    let search = RelativeSearch(
      model, listLength: length, wordLimit: termRows == nil ? 0 : wordLimit)
    let parts = pool.map(
      rows.indices.pieceCount(size: search.blockSize),
      makeScratch: { RelativeSearch.Scratch(search) }
    ) { block, scratch in
      search.found(for: Array(rows[rows.indices.piece(block, size: search.blockSize)]), scratch)
    }
    var offsets = [0]
    offsets.reserveCapacity(rows.count * length + 1)
    for part in parts {
      for count in part.sharedCounts { offsets.append(offsets[offsets.count - 1] + Int(count)) }
    }
    return RelativeLists(
      listLength: length, rows: Array(parts.map(\.rows).joined()),
      similarities: Array(parts.map(\.similarities).joined()), sharedOffsets: offsets,
      sharedColumns: Array(parts.map(\.sharedColumns).joined()))
  }
}
