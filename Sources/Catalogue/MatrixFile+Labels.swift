internal import Matrices

extension MatrixFile {
  /// Reads one label a row.
  ///
  /// From a `.npy` file of one dimension and any integer type, a text file with one integer a line,
  /// or a catalogue with a column `cluster` (or `label`, or no other column).
  ///
  /// - Throws: `InputError` of kind `malformed` with the line or element that is no 32-bit integer.
  /// - Complexity: O(bytes).
  public static func readLabels(_ file: InputFile) throws(InputError) -> [Int32] {
    switch file.format {
    case .npy: return try arrayLabels(file)
    case .csv, .tsv:
      if let labels = try plainLabels(file) { return labels }
      return try tableLabels(file)
    case .jsonl: return try tableLabels(file)
    case .npz, .matrixMarket:
      throw InputError(
        kind: .usage, code: "labels.format", file: file.name,
        message: "holds a sparse matrix, expected labels",
        hint: "give a .npy file of integers or a CSV with a column 'cluster'")
    }
  }

  private static func arrayLabels(_ file: InputFile) throws(InputError) -> [Int32] {
    let array = try NPYArray(file.bytes, name: file.name)
    guard array.shape.count == 1 else {
      throw array.complaint(
        "labels.shape", "has \(array.shape.count) dimensions, expected 1", "array.ravel()")
    }
    guard array.count > 0 else { throw array.complaint("labels.none", "holds no labels") }
    guard array.element.isInteger else {
      throw array.complaint(
        "labels.type", "holds elements of type '\(array.elementName)', expected integers",
        "convert it: labels.astype('int32')")
    }
    let found = try array.integers()
    if let position = found.firstIndex(where: { Int32(exactly: $0) == nil }) {
      throw array.complaint(
        "labels.range", "element \(position) is \(found[position]), beyond 32 bits")
    }
    return found.map { Int32(truncatingIfNeeded: $0) }
  }

  /// The integers of a file that begins with one, or nil for a file with a header.
  private static func plainLabels(_ file: InputFile) throws(InputError) -> [Int32]? {
    let start = try TextCheck.textStart(of: file)
    var labels: [Int32] = []
    for line in file.bytes[start...].split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      guard let from = line.firstIndex(where: { $0 != 0x20 && $0 != 0x09 }),
        let through = line.lastIndex(where: { $0 != 0x20 && $0 != 0x09 })
      else { continue }
      guard let label = Int32(String(decoding: line[from...through], as: UTF8.self)) else {
        if labels.isEmpty { return nil }
        throw TextCheck.complaint(
          file.name, file.bytes, at: from, start: start, code: "labels.not-an-integer",
          message: "expected an integer", hint: "write one label a line")
      }
      labels.append(label)
    }
    return labels.isEmpty ? nil : labels
  }

  private static func tableLabels(_ file: InputFile) throws(InputError) -> [Int32] {
    let table = try CatalogueTable(reading: file)
    let names = table.columnNames.map { $0.lowercased() }
    let known = ["cluster", "label", "labels"].first { names.contains($0) }
    let column: Int
    if let known {
      column = try ColumnSelection.index(
        of: table.columnNames[names.firstIndex(of: known) ?? 0], in: table, option: "--labels")
    } else if names.count == 1 {
      column = 0
    } else {
      column = try ColumnSelection.index(of: "cluster", in: table, option: "--labels")
    }
    var labels: [Int32] = []
    labels.reserveCapacity(table.rowCount)
    for row in 0..<table.rowCount {
      let text = table.cell(row: row, column: column)
      guard let label = Int32(text) else {
        throw InputError(
          kind: .malformed, code: "labels.not-an-integer", file: file.name,
          line: table.lineNumbers[row],
          message: "column '\(table.columnNames[column])' holds \"\(text.prefix(32))\", "
            + "expected an integer", hint: "number the clusters from 0")
      }
      labels.append(label)
    }
    return labels
  }
}

extension MatrixFile {
  /// Reads a table of double-precision numbers from a `.npy` file, row by row.
  ///
  /// - Throws: `InputError` for anything but a float64 array of two dimensions in C order.
  /// - Complexity: O(elements).
  public static func readDoubles(
    _ file: InputFile
  ) throws(InputError) -> (elements: [Double], rowCount: Int, columnCount: Int) {
    let array = try NPYArray(file.bytes, name: file.name)
    guard array.shape.count == 2, !array.isFortran else {
      throw array.complaint("npy.shape", "expected an array of two dimensions in C order")
    }
    return (try array.doubles(), array.shape[0], array.shape[1])
  }
}
