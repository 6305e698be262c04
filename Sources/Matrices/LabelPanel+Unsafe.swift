internal import CKernels

/// The weighted sums of the rows of every slot, for products of a row with all of them.
///
/// Sums of dot products need no pairs: Σ ⟨x, y⟩ over a cluster is ⟨x, Σ y⟩.
package struct LabelPanel: Sendable {
  /// The sums, `d×slots`, row-major: those of one column lie together.
  private let sums: Buffer<Double>

  /// What is subtracted from each row, d numbers, or nil.
  private let center: [Double]?

  private let columnCount: Int
  private let slotCount: Int

  /// Adds up the rows, each times its weight (n of them), by label.
  ///
  /// A center (d numbers) is subtracted from dense rows; sparse rows have none.
  ///
  /// - Complexity: O(stored elements · runs + d·slots).
  package init(
    _ points: FeatureMatrix, weights: [Double], center: [Double]?, labels: LabelSlots,
    pool: WorkerPool
  ) {
    precondition(
      weights.count == points.rowCount && labels.rowCount == points.rowCount,
      "each row needs a weight and labels")
    precondition(
      center == nil || center?.count == points.columnCount, "a center needs one number a column")
    let columnCount = points.columnCount
    let slotCount = labels.slotCount
    let sums = Buffer<Double>(count: columnCount * slotCount, repeating: 0)
    self.sums = sums
    self.center = center
    self.columnCount = columnCount
    self.slotCount = slotCount
    let columns = 0..<columnCount
    switch points {
    case .sparse(let matrix):
      precondition(center == nil, "sparse rows have no center")
      let postings = matrix.transposed()
      pool.forEach(columns.pieceCount(size: 64)) { chunk in
        for column in columns.piece(chunk, size: 64) {
          Self.add(
            postings.columnIndices, postings.values, postings.entries(ofRow: column), weights,
            labels, to: sums.base + column * slotCount)
        }
      }
    case .dense(let matrix):
      pool.forEach(columns.pieceCount(size: 16)) { chunk in
        for row in 0..<matrix.rowCount {
          let slots = labels.slots.base + row * labels.runCount
          for column in columns.piece(chunk, size: 16) {
            let value = (Double(matrix[row, column]) - (center?[column] ?? 0)) * weights[row]
            let target = sums.base + column * slotCount
            for run in 0..<labels.runCount { target[Int(slots[run])] += value }
          }
        }
      }
    }
  }

  private static func add(
    _ rows: [Int32], _ values: [Float], _ range: Range<Int>, _ weights: [Double],
    _ labels: LabelSlots, to sums: UnsafeMutablePointer<Double>
  ) {
    rows.withUnsafeBufferPointer { rows in
      values.withUnsafeBufferPointer { values in
        guard let rows = rows.baseAddress, let values = values.baseAddress else { return }
        kindred_add_by_label(
          rows + range.lowerBound, values + range.lowerBound, weights, Int64(range.count),
          labels.slots.base, Int32(labels.runCount), sums)
      }
    }
  }

  /// Writes the products of a row, less the center and times `weight`, with the sums of every slot.
  ///
  /// - Complexity: O(stored elements of the row · slots).
  package func writeProducts(
    of row: Int, in points: FeatureMatrix, weight: Double, to products: Buffer<Double>
  ) {
    precondition(points.columnCount == columnCount, "rows must have as many columns")
    precondition(products.count >= slotCount, "a row of products needs one number a slot")
    switch points {
    case .sparse(let matrix):
      let range = matrix.entries(ofRow: row)
      let values = matrix.values[range].map { Double($0) * weight }
      matrix.columnIndices.withUnsafeBufferPointer { columns in
        kindred_panel_dots(
          InstructionSet.best.rawValue, columns.baseAddress.map { $0 + range.lowerBound }, values,
          Int64(values.count),
          sums.base, Int64(slotCount), products.base)
      }
    case .dense(let matrix):
      var values = matrix.row(row).map { Double($0) }
      for column in 0..<values.count {
        values[column] = (values[column] - (center?[column] ?? 0)) * weight
      }
      kindred_panel_dots(
        InstructionSet.best.rawValue, nil, values, Int64(values.count), sums.base, Int64(slotCount),
        products.base)
    }
  }
}
