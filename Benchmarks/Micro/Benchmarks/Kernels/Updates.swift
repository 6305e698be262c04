import CKernels

/// Two labelings of the same rows that differ in some share of them.
private struct Labelings {
  let first: UnsafeMutablePointer<Int32>
  let second: UnsafeMutablePointer<Int32>
  /// 1 for each row whose labels differ.
  let moved: UnsafeMutablePointer<UInt8>

  init(rowCount: Int, k: Int, movedShare: Double) {
    let first = Memory.indices(rowCount, below: k)
    var generator = Generator()
    let second = Memory.made(rowCount) { row in
      generator.nextUnit() < movedShare ? (first[row] + 1) % Int32(k) : first[row]
    }
    self.first = first
    self.second = second
    moved = Memory.made(rowCount) { first[$0] == second[$0] ? 0 : 1 }
  }
}

/// Cluster sums by label: of sparse rows afresh and after moves, and of full rows.
func registerUpdates() {
  for k in [45, 300, 1_000] {
    register("label sums afresh, sparse m=7 k=\(k)", .bytes) {
      let rows = SparseRows(rowCount: 50_000, length: 7)
      let postings = rows.postings()
      let labels = Memory.indices(rows.rowCount, below: k)
      let lanes = laneCount(k)
      let panel = Memory.filled(rows.columnCount * lanes, with: Float(0))
      let exact = Memory.filled(rows.columnCount * lanes, with: 0.0)
      let scratch = Memory.filled(lanes, with: 0.0)
      let changes = Memory.filled(2 * lanes, with: 0.0)
      // A posting is a row, a value and a label; every sum is written once in each precision.
      return Kernel(amount: 12 * Double(rows.storedCount) + 12 * Double(rows.columnCount * k)) {
        kindred_rebuild_terms(
          kindred_best_level(), postings.offsets, postings.rows, postings.values, 0,
          Int64(rows.columnCount), labels, Int64(lanes), panel, exact, Int64(rows.columnCount),
          scratch, changes, changes + lanes)
      }
    }
    register("label sums after 5% moved, sparse m=7 k=\(k)", .bytes) {
      let rows = SparseRows(rowCount: 50_000, length: 7)
      let postings = rows.postings()
      let labels = Labelings(rowCount: rows.rowCount, k: k, movedShare: 0.05)
      let lanes = laneCount(k)
      let panel = Memory.filled(rows.columnCount * lanes, with: Float(0))
      let exact = Memory.filled(rows.columnCount * lanes, with: 0.0)
      let scratch = Memory.filled(lanes, with: 0.0)
      let changes = Memory.filled(2 * lanes, with: 0.0)
      kindred_rebuild_terms(
        kindred_best_level(), postings.offsets, postings.rows, postings.values, 0,
        Int64(rows.columnCount), labels.first, Int64(lanes), panel, exact, Int64(rows.columnCount),
        scratch, changes, changes + lanes)
      let isExact = Memory.filled(rows.columnCount, with: UInt8(1))
      // There and back, so that every call finds the panel as it left it.
      return Kernel(amount: 2 * 12 * Double(rows.storedCount)) {
        for (before, after) in [(labels.first, labels.second), (labels.second, labels.first)] {
          var moves = kindred_changes(
            before: before, after: after, moved: labels.moved, offsets: nil, listed: nil)
          kindred_update_terms(
            kindred_best_level(), postings.offsets, postings.rows, postings.values, 0,
            Int64(rows.columnCount), &moves,
            isExact, Int64(lanes), panel, exact, Int64(rows.columnCount), scratch, changes,
            changes + lanes, nil, nil, nil)
        }
      }
    }
  }
  for d in [50, 100, 300] {
    register("label sums, dense d=\(d)", .bytes) {
      let rowCount = 16_384
      let data = Memory.uniform(rowCount * d)
      let list = Memory.range(rowCount)
      let sum = Memory.filled(d, with: 0.0)
      return Kernel(amount: 4 * Double(rowCount * d)) {
        kindred_sum_rows(kindred_best_level(), data, Int64(d), list, Int64(rowCount), 1, sum)
      }
    }
  }
}
