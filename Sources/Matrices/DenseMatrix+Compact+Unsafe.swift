extension DenseMatrix {
  /// The matrix in compressed rows where these take fewer bytes, else as it is.
  ///
  /// Every bit comes back: only positive zeros are left out.
  ///
  /// - Complexity: O(n·d).
  package func compact() -> FeatureMatrix {
    let (rowCount, columnCount) = (rowCount, columnCount)
    var offsets = [0]
    offsets.reserveCapacity(rowCount + 1)
    elements.withUnsafeBufferPointer { elements in
      var count = 0
      for row in 0..<rowCount {
        for place in row * columnCount..<(row + 1) * columnCount {
          count += elements[place].bitPattern == 0 ? 0 : 1
        }
        offsets.append(count)
      }
    }
    let storedCount = offsets[rowCount]
    let sparseByteCount = 8 * storedCount + 8 * (rowCount + 1)
    guard sparseByteCount < 4 * elements.count, columnCount <= Int(Int32.max) else {
      return .dense(self)
    }
    var values: [Float] = []
    let columns = [Int32](unsafeUninitializedCapacity: storedCount) { columns, columnsEnd in
      values = [Float](unsafeUninitializedCapacity: storedCount) { values, valuesEnd in
        elements.withUnsafeBufferPointer { elements in
          var next = 0
          for row in 0..<rowCount {
            let start = row * columnCount
            for column in 0..<columnCount where elements[start + column].bitPattern != 0 {
              columns[next] = Int32(truncatingIfNeeded: column)
              values[next] = elements[start + column]
              next += 1
            }
          }
        }
        valuesEnd = storedCount
      }
      columnsEnd = storedCount
    }
    return .sparse(
      CSRMatrix(
        rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets,
        columnIndices: columns, values: values))
  }
}
