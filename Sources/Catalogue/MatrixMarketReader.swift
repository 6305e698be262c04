internal import Matrices

/// Reads Matrix Market coordinate files.
///
/// Boisvert, Pozo and Remington, "The Matrix Market Exchange Formats", NISTIR 5935,
/// DOI 10.6028/NIST.IR.5935.
struct MatrixMarketReader {
  private enum Symmetry: String {
    case general
    case symmetric
    case skewSymmetric = "skew-symmetric"
  }

  private let name: String
  private var scanner: NumberScanner
  private var hasValues = true
  private var hasWholeValues = false
  private var symmetry = Symmetry.general

  /// The shortest entry is `1 1` and a line end.
  private static let shortestEntry = 4

  static func read(_ file: InputFile) throws(InputError) -> CSRMatrix {
    var reader = MatrixMarketReader(
      name: file.name, scanner: NumberScanner(bytes: file.bytes, position: 0))
    try reader.readBanner()
    return try reader.readEntries()
  }

  private init(name: String, scanner: NumberScanner) {
    self.name = name
    self.scanner = scanner
  }

  private func complaint(
    at offset: Int, _ code: String, _ message: String, _ hint: String? = nil
  ) -> InputError {
    TextCheck.complaint(
      name, scanner.bytes, at: offset, start: 0, code: code, message: message, hint: hint)
  }

  private mutating func readBanner() throws(InputError) {
    var words: [(text: String, offset: Int)] = []
    while let word = scanner.word() {
      words.append(
        (
          String(decoding: scanner.bytes[word].prefix(64), as: UTF8.self).lowercased(),
          word.lowerBound
        ))
    }
    scanner.skipLine()
    guard words.first?.text == "%%matrixmarket" else {
      throw complaint(
        at: 0, "mtx.banner", "expected %%MatrixMarket",
        "begin with: %%MatrixMarket matrix coordinate real general")
    }
    guard words.count == 5 else {
      throw complaint(
        at: 0, "mtx.banner", "the banner has \(words.count) words, expected 5",
        "begin with: %%MatrixMarket matrix coordinate real general")
    }
    guard words[1].text == "matrix", words[2].text == "coordinate" else {
      let word = words[1].text == "matrix" ? words[2] : words[1]
      throw complaint(
        at: word.offset, "mtx.unsupported", "\(word.text) files are not supported",
        word.text == "array" ? "save a dense matrix as .npy" : "write a coordinate matrix")
    }
    switch words[3].text {
    case "real", "double": break
    case "integer": hasWholeValues = true
    case "pattern": hasValues = false
    default:
      throw complaint(
        at: words[3].offset, "mtx.unsupported", "\(words[3].text) matrices are not supported",
        "write real, integer or pattern entries")
    }
    guard let symmetry = Symmetry(rawValue: words[4].text) else {
      throw complaint(
        at: words[4].offset, "mtx.unsupported", "\(words[4].text) matrices are not supported",
        "write a general or symmetric matrix")
    }
    guard hasValues || symmetry != .skewSymmetric else {
      throw complaint(
        at: words[4].offset, "mtx.unsupported", "a pattern has no signs to be skew-symmetric",
        "write a general or symmetric matrix")
    }
    self.symmetry = symmetry
  }

  private mutating func readSizes() throws(InputError) -> (rows: Int, columns: Int, entries: Int) {
    guard scanner.skipComments() else {
      throw complaint(
        at: scanner.bytes.count, "mtx.size", "ends before the line with rows, columns and entries")
    }
    var sizes: [Int] = []
    let start = scanner.position
    while let word = scanner.word() {
      guard let size = scanner.count(word) else {
        throw complaint(
          at: word.lowerBound, "mtx.size", "expected a count of rows, columns or entries")
      }
      sizes.append(size)
    }
    guard sizes.count == 3 else {
      throw complaint(
        at: start, "mtx.size", "expected three counts: rows, columns, entries; found \(sizes.count)"
      )
    }
    scanner.skipLine()
    try SparseRows.checkSize(
      rowCount: sizes[0], columnCount: sizes[1], entryCount: min(sizes[2], entryRoom), name: name)
    guard symmetry == .general || sizes[0] == sizes[1] else {
      throw complaint(at: start, "mtx.size", "a \(symmetry.rawValue) matrix must be square")
    }
    return (sizes[0], sizes[1], sizes[2])
  }

  private mutating func readEntries() throws(InputError) -> CSRMatrix {
    let (rowCount, columnCount, entryCount) = try readSizes()
    var rows: [Int32] = []
    var columns: [Int32] = []
    var values: [Float] = []
    // A lying header must not take more memory than the file can fill.
    let capacity = (symmetry == .general ? 1 : 2) * min(entryCount, entryRoom)
    try FileBytes.checkMemory(24 * capacity, name: name)
    rows.reserveCapacity(capacity)
    columns.reserveCapacity(capacity)
    values.reserveCapacity(capacity)
    var found = 0
    while scanner.skipComments() {
      guard found < entryCount else {
        throw complaint(
          at: scanner.position, "mtx.entry-count",
          "declares \(declared(entryCount)), has more")
      }
      found += 1
      let start = scanner.position
      let row = try readIndex("row", bound: rowCount)
      let column = try readIndex("column", bound: columnCount)
      try checkHalf(row: row, column: column, at: start)
      let value = hasValues ? try readValue() : 1
      if let word = scanner.word() {
        throw complaint(
          at: word.lowerBound, "mtx.entry", "expected the end of the line after the entry")
      }
      scanner.skipLine()
      rows.append(row)
      columns.append(column)
      values.append(value)
      if symmetry != .general, row != column {
        rows.append(column)
        columns.append(row)
        values.append(symmetry == .symmetric ? value : -value)
      }
    }
    guard found == entryCount else {
      throw complaint(
        at: scanner.bytes.count, "mtx.entry-count",
        "declares \(declared(entryCount)), has \(VisibleText.grouped(found))",
        "copy or write the file again")
    }
    return SparseRows.matrix(
      rowCount: rowCount, columnCount: columnCount, rows: rows, columns: columns, values: values)
  }

  /// Refuses what the half of a matrix that stands for the whole may not hold: it would be counted twice.
  private func checkHalf(row: Int32, column: Int32, at offset: Int) throws(InputError) {
    switch symmetry {
    case .symmetric where row < column, .skewSymmetric where row < column:
      throw complaint(
        at: offset, "mtx.symmetry",
        "row \(row + 1), column \(column + 1) lies above the diagonal of a \(symmetry.rawValue) matrix",
        "keep the entries below the diagonal alone, or write general in the first line")
    case .skewSymmetric where row == column:
      throw complaint(
        at: offset, "mtx.symmetry",
        "row \(row + 1), column \(column + 1) lies on the diagonal of a skew-symmetric matrix",
        "leave the diagonal out, as it is 0, or write general in the first line")
    default: break
    }
  }

  private func declared(_ count: Int) -> String {
    "\(VisibleText.grouped(count)) \(count == 1 ? "entry" : "entries")"
  }

  /// The largest number of entries for which the rest of the file has room.
  private var entryRoom: Int {
    (scanner.bytes.count - scanner.position + 1) / Self.shortestEntry
  }

  /// A row or column, counted from 0.
  private mutating func readIndex(_ what: String, bound: Int) throws(InputError) -> Int32 {
    guard let word = scanner.word() else {
      throw complaint(at: scanner.position, "mtx.entry", "expected a \(what), found the line's end")
    }
    guard let index = scanner.count(word) else {
      throw complaint(at: word.lowerBound, "mtx.entry", "expected a \(what) number")
    }
    guard index >= 1, index <= bound else {
      throw complaint(
        at: word.lowerBound, "mtx.index",
        index == 0
          ? "\(what) 0 (counting starts at 1)"
          : "\(what) \(index), the matrix has \(VisibleText.grouped(bound)) \(what)s")
    }
    return Int32(index - 1)
  }

  private mutating func readValue() throws(InputError) -> Float {
    guard let word = scanner.word() else {
      throw complaint(at: scanner.position, "mtx.entry", "expected a value, found the line's end")
    }
    let number = scanner.number(word)
    var text: String { String(decoding: scanner.bytes[word].prefix(32), as: UTF8.self) }
    guard let value = number.map({ Float($0) }), value.isFinite else {
      throw complaint(
        at: word.lowerBound, "mtx.not-finite", "not a finite number: \"\(text)\"",
        "write decimal numbers with a point")
    }
    guard !hasWholeValues || number?.rounded() == number else {
      throw complaint(
        at: word.lowerBound, "mtx.not-whole", "not a whole number in an integer file: \"\(text)\"",
        "write real instead of integer in the first line")
    }
    return value
  }
}
