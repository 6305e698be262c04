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
    // A place to spare: each element is written where the next one is stored, zeros too.
    let columns = [Int32](writing: storedCount + 1) { columns, columnsEnd in
      values = [Float](writing: storedCount + 1) { values, valuesEnd in
        elements.withUnsafeBufferPointer { elements in
          var next = 0
          for row in 0..<rowCount {
            let start = row * columnCount
            for column in 0..<columnCount {
              let element = elements[start + column]
              columns[next] = Int32(truncatingIfNeeded: column)
              values[next] = element
              next += element.bitPattern == 0 ? 0 : 1
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
