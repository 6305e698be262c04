/// A dense matrix of single-precision numbers, stored row by row.
///
/// Shape: `n×d`, row-major; element (i, j) is at `i * columnCount + j`.
public struct DenseMatrix: Sendable, Equatable {
  /// The number of rows (n).
  public let rowCount: Int

  /// The number of columns (d).
  public let columnCount: Int

  /// The elements, `n×d`, row-major.
  public let elements: [Float]

  /// Makes a matrix of elements in row-major order; `elements.count` must be `n·d`.
  ///
  /// - Complexity: O(1).
  public init(rowCount: Int, columnCount: Int, elements: [Float]) {
    precondition(rowCount >= 0 && columnCount >= 0, "a matrix cannot have negative dimensions")
    precondition(
      elements.count == rowCount * columnCount,
      "a \(rowCount)×\(columnCount) matrix needs \(rowCount * columnCount) elements, not \(elements.count)"
    )
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.elements = elements
  }

  /// Makes a matrix of zeros.
  ///
  /// - Complexity: O(n·d).
  public init(zeros rowCount: Int, _ columnCount: Int) {
    self.init(
      rowCount: rowCount, columnCount: columnCount,
      elements: [Float](repeating: 0, count: rowCount * columnCount))
  }

  /// The elements of one row, d of them.
  ///
  /// - Complexity: O(1).
  public func row(_ row: Int) -> ArraySlice<Float> {
    elements[row * columnCount..<(row + 1) * columnCount]
  }

  /// One element.
  ///
  /// - Complexity: O(1).
  public subscript(row: Int, column: Int) -> Float {
    elements[row * columnCount + column]
  }

  /// A matrix of some of the rows, in the given order.
  ///
  /// - Complexity: O(m·d) for m rows.
  public func selecting(rows: [Int]) -> DenseMatrix {
    var picked: [Float] = []
    picked.reserveCapacity(rows.count * columnCount)
    for row in rows { picked.append(contentsOf: self.row(row)) }
    return DenseMatrix(rowCount: rows.count, columnCount: columnCount, elements: picked)
  }

  /// The position of the first element that is not a finite number, or nil.
  ///
  /// - Complexity: O(n·d).
  public func firstNonFinite() -> (row: Int, column: Int)? {
    let size = 4_096
    for piece in 0..<elements.indices.pieceCount(size: size) {
      let places = elements.indices.piece(piece, size: size)
      // The greatest pattern without its sign tells of all of them at once, in vector instructions.
      var greatest: UInt32 = 0
      for place in places { greatest = max(greatest, elements[place].bitPattern & 0x7FFF_FFFF) }
      guard greatest >= Float.infinity.bitPattern else { continue }
      for place in places where !elements[place].isFinite {
        return (place / columnCount, place % columnCount)
      }
    }
    return nil
  }
}
