import CKernels

/// The products of LSA: XᵀX times a stripe of vectors, and X times the basis.
func registerLatentProducts() {
  for length in [7, 50] {
    for vectors in [1, 2] {
      register("XᵀX·vectors m=\(length) lanes=\(16 * vectors)", .operations) {
        let rows = SparseRows(rowCount: 20_000, length: length)
        let x = kindred_rows(row_offsets: rows.offsets, columns: rows.columns, values: rows.values)
        let stride = 16 * vectors
        let input = Memory.uniform(rows.columnCount * stride)
        let output = Memory.filled(rows.columnCount * stride, with: Float(0))
        // Two operations for X·vectors and two for Xᵀ times that.
        return Kernel(amount: 4 * Double(rows.storedCount * stride)) {
          withUnsafePointer(to: x) { x in
            kindred_gram_stripe(
              kindred_best_level(), x, Int64(rows.rowCount), Int64(rows.columnCount), 1, input, 0,
              0, output, output, Int64(stride), 0, Int32(vectors))
          }
        }
      }
    }
    for width in [50, 100] {
      register("X·basis m=\(length) r=\(width)", .operations) {
        let rows = SparseRows(rowCount: 20_000, length: length)
        let x = kindred_rows(row_offsets: rows.offsets, columns: rows.columns, values: rows.values)
        let stride = (width + 15) / 16 * 16
        let basis = Memory.made(rows.columnCount * stride) { Float($0 % stride < width ? 0.5 : 0) }
        let output = Memory.filled(rows.rowCount * width, with: Float(0))
        return Kernel(amount: 2 * Double(rows.storedCount * width)) {
          withUnsafePointer(to: x) { x in
            kindred_project_rows(
              kindred_best_level(), x, 0, Int64(rows.rowCount), basis, Int64(stride),
              Int64(width), 1, output)
          }
        }
      }
    }
  }
}
