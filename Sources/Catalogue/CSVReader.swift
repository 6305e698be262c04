internal import Matrices

/// Reads CSV and TSV files into tables.
enum CSVReader {
  /// The rows of a file whose first row names the columns.
  static func read(_ file: InputFile, limits: ReadLimits) throws(InputError) -> CatalogueTable {
    let start = try TextCheck.textStart(of: file)
    let delimiter =
      file.format == .tsv ? 0x09 : CSVReader.delimiter(of: file.bytes, from: start)
    try FileBytes.checkMemory(2 * file.bytes.count, name: file.name)
    let records = CSVRecords(
      parsing: file.bytes, from: start, delimiter: delimiter, limits: limits)
    if let problem = records.problem {
      throw complaint(problem, file: file, start: start, delimiter: delimiter, limits: limits)
    }
    guard !records.header.isEmpty else {
      throw InputError(
        kind: .empty, code: "input.empty", file: file.name, message: "nothing but blank lines")
    }
    guard !records.lineNumbers.isEmpty else {
      throw InputError(
        kind: .malformed, code: "csv.no-rows", file: file.name, message: "header but no rows",
        hint: "the first line names the columns; add a line for each title")
    }
    let names = records.header.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
    return CatalogueTable(
      sourceName: file.name, columnNames: names,
      cells: PackedStrings(validatedBytes: records.bytes, offsets: records.offsets),
      lineNumbers: records.lineNumbers, blankLineCount: records.blankLineCount)
  }

  /// The delimiter of the header: a comma if there is one, else whichever of `;` and tab is there.
  static func delimiter(of bytes: [UInt8], from start: Int) -> UInt8 {
    var semicolons = 0
    var tabs = 0
    var isQuoted = false
    var isBlank = true
    for byte in bytes[start...] {
      if byte == 0x22 { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == 0x2C { return 0x2C }
      if byte == 0x3B { semicolons += 1 }
      if byte == 0x09 { tabs += 1 }
      if byte != 0x0A, byte != 0x0D { isBlank = false } else if !isBlank { break }
    }
    if semicolons == 0, tabs == 0 { return 0x2C }
    return tabs > semicolons ? 0x09 : 0x3B
  }

  private static func complaint(
    _ problem: CSVRecords.Problem, file: InputFile, start: Int, delimiter: UInt8,
    limits: ReadLimits
  ) -> InputError {
    func at(_ offset: Int, _ code: String, _ message: String, _ hint: String?) -> InputError {
      TextCheck.complaint(
        file.name, file.bytes, at: offset, start: start, code: code, message: message, hint: hint)
    }
    switch problem {
    case .unterminatedQuote(let offset):
      return at(
        offset, "csv.unterminated-quote",
        "this quoted field is never closed",
        "double every quote inside a quoted field and close it before the delimiter")
    case .textAfterQuote(let offset, let opening):
      let opened = SourcePosition(of: opening, in: file.bytes, from: start)
      let scalar =
        String(decoding: file.bytes[offset...].prefix(4), as: UTF8.self).unicodeScalars.first
      return at(
        offset, "csv.text-after-quote",
        "unexpected '\(scalar.map(String.init) ?? "")' after the quote that closes the field "
          + "opened at \(opened.line):\(opened.column)",
        "double every quote inside a quoted field")
    case .bareQuote(let offset):
      return at(
        offset, "csv.bare-quote", "quote inside a field that does not begin with one",
        "put the whole field in quotes and double the quotes inside: \"5\"\" disk\"")
    case .fieldTooLong(let offset):
      return at(
        offset, "csv.field-too-long",
        "field longer than \(VisibleText.byteCount(limits.fieldBytes))",
        "close the quote if one is open, or raise the limit with --max-field")
    case .tooManyColumns(let offset):
      return at(
        offset, "csv.too-many-columns",
        "more than \(VisibleText.grouped(limits.columnCount)) columns",
        "check the delimiter of the first line, or raise the limit with --max-columns")
    case .fieldCount(let offset, let found, let expected):
      return at(
        offset, "csv.field-count",
        "\(found) \(found == 1 ? "field" : "fields"), the header has \(expected)",
        found > expected
          ? "put fields that hold the delimiter in quotes"
          : "add the missing fields, if only as empty ones")
    case .noMemory:
      return InputError(
        kind: .resource, code: "csv.memory", file: file.name, message: "no memory to read the rows")
    }
  }
}
