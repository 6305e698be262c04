internal import Matrices

extension MatrixFile {
  /// Reads what `scipy.sparse.save_npz` writes.
  static func sparseArchive(_ file: InputFile) throws(InputError) -> CSRMatrix {
    let wanted = ["format", "shape", "data", "indices", "indptr", "row", "col"]
    let entries = try ZipArchive.read(
      file.bytes, entries: wanted.map { $0 + ".npy" }, name: file.name, byteLimit: file.byteLimit)
    func array(_ entry: String) throws(InputError) -> NPYArray {
      guard let bytes = entries[entry + ".npy"] else {
        throw InputError(
          kind: .malformed, code: "npz.missing-array", file: file.name,
          message: "has no array '\(entry)'",
          hint: "write it with scipy.sparse.save_npz(file, matrix.tocsr())")
      }
      return try NPYArray(bytes, name: file.name, entry: entry)
    }
    let shapeArray = try array("shape")
    let shape = try shapeArray.integers()
    guard shape.count == 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw shapeArray.complaint("npz.shape", "is \(shape.prefix(4)), expected rows and columns")
    }
    let format = try array("format").text()
    let data = try array("data")
    guard data.shape.count == 1 else {
      throw data.complaint("npz.shape", "has \(data.shape.count) dimensions, expected 1")
    }
    try SparseRows.checkSize(
      rowCount: shape[0], columnCount: shape[1], entryCount: data.count, name: file.name)
    let parts = SciPyParts(rowCount: shape[0], columnCount: shape[1], data: data)
    switch format {
    case "csr":
      return try parts.compressed(
        lineCount: shape[0], lineLength: shape[1], isByColumn: false,
        offsets: try array("indptr"), indices: try array("indices"))
    case "csc":
      return try parts.compressed(
        lineCount: shape[1], lineLength: shape[0], isByColumn: true,
        offsets: try array("indptr"), indices: try array("indices")
      ).transposed()
    case "coo":
      return try parts.coordinate(rows: try array("row"), columns: try array("col"))
    default:
      throw InputError(
        kind: .malformed, code: "npz.format", file: file.name,
        message: "holds a sparse matrix of format '\(format ?? "")', expected csr, csc or coo",
        hint: "write it with scipy.sparse.save_npz(file, matrix.tocsr())")
    }
  }
}

/// The arrays of a SciPy matrix, checked while they become a matrix.
private struct SciPyParts {
  let rowCount: Int
  let columnCount: Int
  let data: NPYArray

  /// A matrix whose lines are the rows, or the columns when it is stored by column.
  func compressed(
    lineCount: Int, lineLength: Int, isByColumn: Bool, offsets: NPYArray, indices: NPYArray
  ) throws(InputError) -> CSRMatrix {
    let starts = try offsets.integers()
    guard starts.count == lineCount + 1 else {
      throw offsets.complaint(
        "npz.indptr",
        "has \(starts.count) elements, expected \(lineCount + 1) for "
          + "\(lineCount) \(isByColumn ? "columns" : "rows")")
    }
    guard starts[0] == 0 else {
      throw offsets.complaint("npz.indptr", "begins with \(starts[0]), expected 0")
    }
    for line in 0..<lineCount where starts[line + 1] < starts[line] {
      throw offsets.complaint(
        "npz.indptr", "element \(line + 1) is \(starts[line + 1]), less than the one before")
    }
    let storedCount = starts[lineCount]
    guard storedCount <= data.count, storedCount <= indices.count else {
      throw offsets.complaint(
        "npz.indptr",
        "ends with \(storedCount), but 'data' has \(data.count) elements and 'indices' "
          + "\(indices.count)")
    }
    let lines = try checkedIndices(
      indices, below: lineLength, prefix: storedCount, what: isByColumn ? "rows" : "columns")
    let values = try checkedValues(prefix: storedCount) { position in
      let line = (starts.firstIndex { $0 > position } ?? 1) - 1
      let other = Int(lines[position])
      return isByColumn ? (other, line) : (line, other)
    }
    return SparseRows.matrix(
      rowCount: lineCount, columnCount: lineLength, rowOffsets: starts, columns: lines,
      values: values)
  }

  /// A matrix of entries in any order.
  func coordinate(rows: NPYArray, columns: NPYArray) throws(InputError) -> CSRMatrix {
    guard rows.count == data.count, columns.count == data.count else {
      throw data.complaint(
        "npz.length",
        "has \(data.count) elements, 'row' \(rows.count) and 'col' \(columns.count)")
    }
    let rowIndices = try checkedIndices(rows, below: rowCount, prefix: data.count, what: "rows")
    let columnIndices = try checkedIndices(
      columns, below: columnCount, prefix: data.count, what: "columns")
    let values = try checkedValues(prefix: data.count) {
      (Int(rowIndices[$0]), Int(columnIndices[$0]))
    }
    return SparseRows.matrix(
      rowCount: rowCount, columnCount: columnCount, rows: rowIndices, columns: columnIndices,
      values: values)
  }

  private func checkedIndices(
    _ array: NPYArray, below bound: Int, prefix: Int, what: String
  ) throws(InputError) -> [Int32] {
    let found = try array.integers()
    for position in 0..<prefix where found[position] < 0 || found[position] >= bound {
      throw array.complaint(
        "npz.indices",
        "element \(position) is \(found[position]), the matrix has \(bound) \(what)")
    }
    return found[..<prefix].map { Int32(truncatingIfNeeded: $0) }
  }

  private func checkedValues(
    prefix: Int, place: (Int) -> (row: Int, column: Int)
  ) throws(InputError) -> [Float] {
    let values = try data.floats()
    if let position = values[..<prefix].firstIndex(where: { !$0.isFinite }) {
      let (row, column) = place(position)
      throw MatrixFile.notFinite(
        values[position], isTooLarge: data.isStoredFinite(at: position), row: row, column: column,
        name: data.name)
    }
    return values
  }
}
