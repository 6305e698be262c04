internal import CKernels

/// What rows that changed their label change on each term.
struct ChangedPostings: Sendable {
  /// 1 for each such row, n; nil when their postings are listed.
  let moved: Buffer<UInt8>?
  /// Where each term's listed postings begin, d + 1 and one to spare; nil when so many rows changed that a
  /// list is no gain.
  let offsets: Buffer<Int32>?
  /// The listed postings, rows ascending within a term.
  let listed: Buffer<kindred_change>?

  /// Lists the postings of some rows, ascending, whose labels were `before` and are `after`, or marks the
  /// rows when they are one in `share` or more, or the labels too great for a list.
  ///
  /// - Complexity: O(d + entries of the rows), or O(n).
  init(
    of changed: [Int32], among points: SparsePoints, clusterCount: Int, before: Buffer<Int32>,
    after: Buffer<Int32>, share: Int
  ) {
    let count = changed.reduce(0) { $0 + points.entries(ofRow: Int($1)).count }
    guard changed.count * share < points.rowCount, count <= Int32.max,
      clusterCount <= Int(UInt16.max) + 1
    else {
      let moved = Buffer<UInt8>(count: points.rowCount, repeating: 0)
      for row in changed { moved.base[Int(row)] = 1 }
      (self.moved, offsets, listed) = (moved, nil, nil)
      return
    }
    let offsets = Buffer<Int32>(unwritten: points.columnCount + 2)
    let listed = Buffer<kindred_change>(unwritten: count)
    var kernelRows = points.kernelRows
    changed.withUnsafeBufferPointer { changed in
      kindred_list_changes(
        &kernelRows, changed.baseAddress, Int64(changed.count), before.base, after.base,
        Int64(points.columnCount), offsets.base, listed.base)
    }
    (moved, self.offsets, self.listed) = (nil, offsets, listed)
  }
}
