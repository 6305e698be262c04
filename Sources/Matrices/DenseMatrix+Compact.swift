extension DenseMatrix {
  /// The matrix in compressed rows where these take fewer bytes, else as it is.
  ///
  /// Every bit comes back: only positive zeros are left out.
  ///
  /// - Complexity: O(n·d).
  package func compact() -> FeatureMatrix {
    let storedCount = elements.reduce(0) { $0 + ($1.bitPattern == 0 ? 0 : 1) }
    let sparseByteCount = 8 * storedCount + 8 * (rowCount + 1)
    guard sparseByteCount < 4 * elements.count, columnCount <= Int(Int32.max) else {
      return .dense(self)
    }
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    offsets.reserveCapacity(rowCount + 1)
    columns.reserveCapacity(storedCount)
    values.reserveCapacity(storedCount)
    for row in 0..<rowCount {
      let start = row * columnCount
      for column in 0..<columnCount {
        let value = elements[start + column]
        if value.bitPattern == 0 { continue }
        columns.append(Int32(truncatingIfNeeded: column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return .sparse(
      CSRMatrix(
        rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets,
        columnIndices: columns, values: values))
  }
}
