/// A sparse matrix of single-precision numbers in compressed rows.
///
/// Shape: `n×d`. Row i holds the entries `rowOffsets[i]..<rowOffsets[i + 1]`; inside a row the columns
/// ascend and none repeats.
public struct CSRMatrix: Sendable, Equatable {
  /// The number of rows (n).
  public let rowCount: Int

  /// The number of columns (d).
  public let columnCount: Int

  /// Where each row's entries begin, n + 1 offsets from 0 to the number of stored entries.
  public let rowOffsets: [Int]

  /// The column of each stored entry.
  public let columnIndices: [Int32]

  /// The value of each stored entry.
  public let values: [Float]

  /// The number of stored entries (nnz).
  public var storedCount: Int { values.count }

  /// Makes a matrix of compressed rows; the arrays must fit together as the type describes.
  ///
  /// - Complexity: O(n + nnz), for the checks.
  public init(
    rowCount: Int, columnCount: Int, rowOffsets: [Int], columnIndices: [Int32], values: [Float]
  ) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix cannot have negative dimensions")
    precondition(columnCount <= Int(Int32.max), "a sparse matrix has at most 2³¹−1 columns")
    precondition(rowOffsets.count == rowCount + 1, "a sparse matrix needs n + 1 row offsets")
    precondition(
      columnIndices.count == values.count && rowOffsets.first == 0
        && rowOffsets.last == values.count,
      "a sparse matrix's offsets, columns and values must agree")
    precondition(
      Self.firstInvalidRow(rowOffsets, columnIndices, columnCount: columnCount) == nil,
      "a sparse matrix's columns must ascend within each row and lie in 0..<d")
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.rowOffsets = rowOffsets
    self.columnIndices = columnIndices
    self.values = values
  }

  /// The first row whose offsets descend or whose columns do not ascend inside `0..<columnCount`.
  ///
  /// Readers of files call it before they make a matrix, to throw where `init` would trap.
  /// The offsets must number at least one, begin at 0 and end at the number of columns given.
  ///
  /// - Complexity: O(n + nnz).
  public static func firstInvalidRow(
    _ rowOffsets: [Int], _ columnIndices: [Int32], columnCount: Int
  ) -> Int? {
    for row in 0..<rowOffsets.count - 1 {
      let start = rowOffsets[row]
      let end = rowOffsets[row + 1]
      guard start <= end, end <= columnIndices.count else { return row }
      var previous: Int32 = -1
      for position in start..<end {
        let column = columnIndices[position]
        guard column > previous, Int(column) < columnCount else { return row }
        previous = column
      }
    }
    return nil
  }

  /// The entries of a row, as positions in `columnIndices` and `values`.
  ///
  /// - Complexity: O(1).
  public func entries(ofRow row: Int) -> Range<Int> {
    rowOffsets[row]..<rowOffsets[row + 1]
  }

  /// A matrix of some of the rows, in the given order.
  ///
  /// - Complexity: O(m + nnz of the picked rows) for m rows.
  public func selecting(rows: [Int]) -> CSRMatrix {
    var offsets: [Int] = [0]
    var columns: [Int32] = []
    var picked: [Float] = []
    offsets.reserveCapacity(rows.count + 1)
    for row in rows {
      let range = entries(ofRow: row)
      columns.append(contentsOf: columnIndices[range])
      picked.append(contentsOf: values[range])
      offsets.append(picked.count)
    }
    return CSRMatrix(
      rowCount: rows.count, columnCount: columnCount, rowOffsets: offsets, columnIndices: columns,
      values: picked)
  }

  /// The same matrix with every element written out.
  ///
  /// - Complexity: O(n·d).
  public func dense() -> DenseMatrix {
    var elements = [Float](repeating: 0, count: rowCount * columnCount)
    for row in 0..<rowCount {
      for position in entries(ofRow: row) {
        elements[row * columnCount + Int(columnIndices[position])] = values[position]
      }
    }
    return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }

  /// The transpose: the entries by column, each column's rows ascending.
  ///
  /// - Complexity: O(n + d + nnz).
  public func transposed() -> CSRMatrix {
    var offsets = [Int](repeating: 0, count: columnCount + 1)
    for column in columnIndices { offsets[Int(column) + 1] += 1 }
    for column in 0..<columnCount { offsets[column + 1] += offsets[column] }
    var next = offsets
    var rows = [Int32](repeating: 0, count: storedCount)
    var moved = [Float](repeating: 0, count: storedCount)
    for row in 0..<rowCount {
      for position in entries(ofRow: row) {
        let column = Int(columnIndices[position])
        rows[next[column]] = Int32(row)
        moved[next[column]] = values[position]
        next[column] += 1
      }
    }
    return CSRMatrix(
      rowCount: columnCount, columnCount: rowCount, rowOffsets: offsets, columnIndices: rows,
      values: moved)
  }

  /// The position of the first stored value that is not a finite number, or nil.
  ///
  /// - Complexity: O(n + nnz).
  public func firstNonFinite() -> (row: Int, column: Int)? {
    guard let position = values.firstIndex(where: { !$0.isFinite }) else { return nil }
    let row = (rowOffsets.firstIndex { $0 > position } ?? 1) - 1
    return (row, Int(columnIndices[position]))
  }
}
