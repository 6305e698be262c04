internal import CKernels

/// What rows that changed their label change on each term.
struct ChangedPostings: Sendable {
  /// 1 for each such row, n; nil when their postings are listed.
  let moved: Buffer<UInt8>?
  /// Where each term's listed postings begin, d + 1; nil when so many rows changed that a list is no gain.
  let offsets: Buffer<Int64>?
  /// The row of each listed posting, ascending within a term.
  let rows: Buffer<Int32>?
  /// The value of each listed posting.
  let values: Buffer<Float>?

  /// Lists the postings of some rows, ascending, or marks the rows when they are one in `share` or more.
  ///
  /// - Complexity: O(d + entries of the rows), or O(n).
  init(of changed: [Int32], among points: SparsePoints, share: Int) {
    guard changed.count * share < points.rowCount else {
      let moved = Buffer<UInt8>(count: points.rowCount, repeating: 0)
      for row in changed { moved.base[Int(row)] = 1 }
      (self.moved, offsets, rows, values) = (moved, nil, nil, nil)
      return
    }
    let count = changed.reduce(0) { $0 + points.entries(ofRow: Int($1)).count }
    let offsets = Buffer<Int64>(unwritten: points.columnCount + 1)
    let rows = Buffer<Int32>(unwritten: count)
    let values = Buffer<Float>(unwritten: count)
    var kernelRows = points.kernelRows
    changed.withUnsafeBufferPointer { changed in
      kindred_list_changes(
        &kernelRows, changed.baseAddress, Int64(changed.count), Int64(points.columnCount),
        offsets.base, rows.base, values.base)
    }
    (moved, self.offsets, self.rows, self.values) = (nil, offsets, rows, values)
  }
}
