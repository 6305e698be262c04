package import Matrices

/// Rows of text cells under named columns.
public struct CatalogueTable: Sendable, Equatable {
  /// The base name of the file it came from.
  public let sourceName: String

  /// The names of the columns; a column without a name is called `column 4`.
  public let columnNames: [String]

  /// The line on which each row begins, counted from 1.
  public let lineNumbers: [Int]

  /// The number of blank lines that were skipped.
  public let blankLineCount: Int

  /// The cells, row by row.
  package let cells: PackedStrings

  /// The number of rows, without the header.
  public var rowCount: Int { lineNumbers.count }

  /// The number of columns.
  public var columnCount: Int { columnNames.count }

  /// Makes a table of cells in row-major order; there must be a line number for each row.
  init(
    sourceName: String, columnNames: [String], cells: PackedStrings, lineNumbers: [Int],
    blankLineCount: Int
  ) {
    precondition(
      cells.count == columnNames.count * lineNumbers.count, "a table needs a cell for each column")
    self.sourceName = sourceName
    self.columnNames = columnNames
    self.cells = cells
    self.lineNumbers = lineNumbers
    self.blankLineCount = blankLineCount
  }

  /// Reads the rows of a CSV, TSV or JSONL file.
  ///
  /// Without `limits` those of the file hold. The first row of CSV and TSV names the columns. In JSONL the columns are the keys of all
  /// objects in the order in which they first appear; a missing key is an empty cell.
  ///
  /// - Throws: `InputError` of kind `malformed` with line and column, `empty`, `usage` for a matrix
  ///   file, `resource` for want of memory.
  /// - Complexity: O(bytes).
  public init(reading file: InputFile, limits: ReadLimits? = nil) throws(InputError) {
    let limits = limits ?? file.limits
    switch file.format {
    case .csv, .tsv: self = try CSVReader.read(file, limits: limits)
    case .jsonl: self = try JSONLinesReader.read(file, limits: limits)
    case .npy, .npz, .matrixMarket:
      throw InputError(
        kind: .usage, code: "input.not-a-catalogue", file: file.name,
        message: "holds a matrix, expected a catalogue",
        hint: "give a .csv, .tsv or .jsonl file")
    }
  }

  /// The text of a cell.
  ///
  /// - Complexity: O(length).
  public func cell(row: Int, column: Int) -> String { cells[index(row, column)] }

  /// The UTF-8 bytes of a cell.
  ///
  /// - Complexity: O(1).
  public func utf8(row: Int, column: Int) -> ArraySlice<UInt8> {
    cells.utf8(at: index(row, column))
  }

  /// True when a cell is empty or only white space.
  ///
  /// - Complexity: O(length).
  public func isBlank(row: Int, column: Int) -> Bool {
    let bytes = utf8(row: row, column: column)
    guard let first = bytes.first(where: { $0 != 0x20 && !($0 >= 0x09 && $0 <= 0x0D) }) else {
      return true
    }
    if first < 0x80 { return false }
    return String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy {
      $0.properties.isWhitespace
    }
  }

  /// A table of some of the rows, in the given order.
  ///
  /// - Complexity: O(bytes of the picked rows).
  public func selecting(rows: [Int]) -> CatalogueTable {
    let bytes = cells.bytes
    let offsets = cells.offsets
    var pickedBytes: [UInt8] = []
    var pickedOffsets: [Int] = [0]
    pickedOffsets.reserveCapacity(rows.count * columnCount + 1)
    for row in rows {
      precondition(row >= 0 && row < rowCount, "no such row")
      // The cells of a row lie side by side.
      let first = row * columnCount
      let shift = pickedBytes.count - offsets[first]
      pickedBytes.append(contentsOf: bytes[offsets[first]..<offsets[first + columnCount]])
      for cell in first..<first + columnCount { pickedOffsets.append(offsets[cell + 1] + shift) }
    }
    return CatalogueTable(
      sourceName: sourceName, columnNames: columnNames,
      cells: PackedStrings(validatedBytes: pickedBytes, offsets: pickedOffsets),
      lineNumbers: rows.map { lineNumbers[$0] }, blankLineCount: blankLineCount)
  }

  private func index(_ row: Int, _ column: Int) -> Int {
    precondition(column >= 0 && column < columnCount, "no such column")
    return row * columnCount + column
  }
}
