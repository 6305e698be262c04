internal import Matrices

/// Puts the entries of a sparse matrix in order: columns ascend, repeats are summed, zeros dropped.
enum SparseRows {
  /// A matrix of entries given by row; offsets, columns and values must fit together.
  ///
  /// Repeated pairs are summed in `Double` in the order in which they stand.
  ///
  /// - Complexity: O(n + nnz) when columns ascend already, else O(nnz log nnz).
  static func matrix(
    rowCount: Int, columnCount: Int, rowOffsets: [Int], columns: [Int32], values: [Float]
  ) -> CSRMatrix {
    var offsets: [Int] = [0]
    offsets.reserveCapacity(rowCount + 1)
    var keptColumns: [Int32] = []
    var keptValues: [Float] = []
    keptColumns.reserveCapacity(values.count)
    keptValues.reserveCapacity(values.count)
    var order: [Int] = []
    for row in 0..<rowCount {
      let range = rowOffsets[row]..<rowOffsets[row + 1]
      if ascends(columns, range) {
        for position in range where values[position] != 0 {
          keptColumns.append(columns[position])
          keptValues.append(values[position])
        }
      } else {
        order.removeAll(keepingCapacity: true)
        order.append(contentsOf: range)
        order.sort { (columns[$0], $0) < (columns[$1], $1) }
        var next = 0
        while next < order.count {
          let column = columns[order[next]]
          var sum = 0.0
          while next < order.count, columns[order[next]] == column {
            sum += Double(values[order[next]])
            next += 1
          }
          if sum != 0 {
            keptColumns.append(column)
            keptValues.append(Float(sum))
          }
        }
      }
      offsets.append(keptColumns.count)
    }
    return CSRMatrix(
      rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets,
      columnIndices: keptColumns, values: keptValues)
  }

  /// A matrix of entries in any order; the three arrays must be equally long.
  ///
  /// - Complexity: As above.
  static func matrix(
    rowCount: Int, columnCount: Int, rows: [Int32], columns: [Int32], values: [Float]
  ) -> CSRMatrix {
    var offsets = [Int](repeating: 0, count: rowCount + 1)
    for row in rows { offsets[Int(row) + 1] += 1 }
    for row in 0..<rowCount { offsets[row + 1] += offsets[row] }
    var next = offsets
    var sortedColumns = [Int32](repeating: 0, count: columns.count)
    var sortedValues = [Float](repeating: 0, count: values.count)
    for entry in rows.indices {
      let row = Int(rows[entry])
      sortedColumns[next[row]] = columns[entry]
      sortedValues[next[row]] = values[entry]
      next[row] += 1
    }
    return matrix(
      rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets, columns: sortedColumns,
      values: sortedValues)
  }

  private static func ascends(_ columns: [Int32], _ range: Range<Int>) -> Bool {
    var previous: Int32 = -1
    for position in range {
      guard columns[position] > previous else { return false }
      previous = columns[position]
    }
    return true
  }

  /// Refuses dimensions that cost memory out of all proportion to the entries, before it is taken.
  static func checkSize(
    rowCount: Int, columnCount: Int, entryCount: Int, name: String
  ) throws(InputError) {
    guard rowCount > 0, columnCount > 0 else {
      throw InputError(
        kind: .malformed, code: "matrix.no-elements", file: name,
        message: "the matrix has \(rowCount) rows and \(columnCount) columns")
    }
    // A million rows are cheap; beyond, a matrix this empty is a mistake or an attack.
    let (bound, overflow) = entryCount.multipliedReportingOverflow(by: 64)
    let rowLimit = min(Int(Int32.max), overflow ? Int.max : (1 << 20) + bound)
    // Hashed terms have 2^20 columns by custom; every center is as long as the matrix is wide.
    let columnLimit = min(Int(Int32.max), overflow ? Int.max : (1 << 24) + bound)
    guard rowCount <= rowLimit, columnCount <= columnLimit else {
      throw InputError(
        kind: .resource, code: "matrix.too-large", file: name,
        message: "declares \(VisibleText.grouped(rowCount)) rows and "
          + "\(VisibleText.grouped(columnCount)) columns for \(VisibleText.grouped(entryCount)) "
          + "\(entryCount == 1 ? "entry" : "entries")",
        hint: "drop the empty rows and columns")
    }
  }
}
