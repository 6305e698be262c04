import CKernels

/// Where an assignment puts its results.
private struct Results {
  let best: UnsafeMutablePointer<Float>
  let second: UnsafeMutablePointer<Float>
  let labels: UnsafeMutablePointer<Int32>

  init(rowCount: Int) {
    best = Memory.filled(rowCount, with: 0)
    second = Memory.filled(rowCount, with: 0)
    labels = Memory.filled(rowCount, with: 0)
  }
}

/// Centers of random numbers, d×lanes.
private func centers(k: Int, d: Int) -> kindred_centers {
  let lanes = laneCount(k)
  return kindred_centers(
    panel: Memory.uniform(d * lanes), scale: Memory.made(lanes) { $0 < k ? 1 : 0 },
    bias: Memory.made(lanes) { $0 < k ? -0.5 : -.infinity }, stride: Int64(lanes),
    cells: kindred_cells())
}

/// The nearest center of every row: sparse rows, full rows, and finished products.
func registerAssignment() {
  for length in [7, 50] {
    for k in [16, 45, 128, 300, 1_000] {
      register("assign sparse m=\(length) k=\(k)", .operations) {
        let rows = SparseRows(rowCount: 8_192, length: length)
        let points = kindred_rows(
          row_offsets: rows.offsets, columns: rows.columns, values: rows.values)
        let panel = centers(k: k, d: rows.columnCount)
        let list = Memory.range(rows.rowCount)
        let lengths = Memory.filled(rows.rowCount, with: Int32(length))
        let results = Results(rowCount: rows.rowCount)
        return Kernel(amount: 2 * Double(rows.storedCount * k)) {
          withUnsafePointer(to: points) { points in
            withUnsafePointer(to: panel) { panel in
              kindred_assign_sparse(
                kindred_best_level(), points, list, Int64(rows.rowCount), lengths, panel, nil,
                results.best, results.second, results.labels, nil)
            }
          }
        }
      }
    }
  }
  for d in [50, 100, 300] {
    for k in [45, 300, 1_000] {
      register("assign dense d=\(d) k=\(k)", .operations) {
        let rowCount = 2_048
        let data = Memory.uniform(rowCount * d)
        let panel = centers(k: k, d: d)
        let list = Memory.range(rowCount)
        let results = Results(rowCount: rowCount)
        return Kernel(amount: 2 * Double(rowCount * d * k)) {
          withUnsafePointer(to: panel) { panel in
            kindred_assign_dense(
              kindred_best_level(), data, Int64(d), list, Int64(rowCount), panel, results.best,
              results.second, results.labels, nil)
          }
        }
      }
    }
  }
  for k in [45, 300, 1_000] {
    register("fold tile n=256 k=\(k)", .bytes, isShort: true) {
      let panel = centers(k: k, d: 256)
      let results = Results(rowCount: 256)
      return Kernel(amount: 4 * Double(256 * k)) {
        kindred_fold_tile(
          kindred_best_level(), panel.panel, 256, panel.stride, panel.scale, panel.bias,
          results.best, results.second, results.labels)
      }
    }
  }
}
