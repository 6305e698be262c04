internal import Matrices

/// Reads files of one JSON object a line into tables.
enum JSONLinesReader {
  /// The rows of a file; keys become columns in the order in which they first appear.
  static func read(_ file: InputFile, limits: ReadLimits) throws(InputError) -> CatalogueTable {
    let start = try TextCheck.textStart(of: file)
    try FileBytes.checkMemory(3 * file.bytes.count, name: file.name)
    var objects = JSONObjects(
      scanner: JSONScanner(bytes: file.bytes, position: start), limits: limits)
    do throws(JSONProblem) {
      try objects.read()
    } catch {
      throw TextCheck.complaint(
        file.name, file.bytes, at: error.offset, start: start, code: error.code,
        message: error.message, hint: error.hint)
    }
    guard !objects.lineNumbers.isEmpty else {
      throw InputError(
        kind: .empty, code: "input.empty", file: file.name, message: "nothing but blank lines")
    }
    guard !objects.columnNames.isEmpty else {
      throw InputError(
        kind: .malformed, code: "jsonl.no-keys", file: file.name,
        message: "none of the objects has a key", hint: "write lines such as {\"title\": \"…\"}")
    }
    let names = objects.columnNames.enumerated().map { $1.isEmpty ? "column \($0 + 1)" : $1 }
    return CatalogueTable(
      sourceName: file.name, columnNames: names, cells: objects.packedCells(),
      lineNumbers: objects.lineNumbers, blankLineCount: objects.blankLineCount)
  }
}

/// Something wrong in JSON text, at a byte.
struct JSONProblem: Error {
  let offset: Int
  let code: String
  let message: String
  var hint: String?
}

/// The objects of a file, taken apart into cells.
private struct JSONObjects {
  var scanner: JSONScanner
  let limits: ReadLimits
  private(set) var columnNames: [String] = []
  private(set) var lineNumbers: [Int] = []
  private(set) var blankLineCount = 0

  private var columnByKey: [String: Int] = [:]
  private var keyBytes: [[UInt8]] = []
  /// The bytes of all values in the order of the file.
  private var arena: [UInt8] = []
  /// The column and the part of `arena` of each value, rows one after the other.
  private var values: [(column: Int, start: Int, end: Int)] = []
  /// Where each row's values begin in `values`.
  private var rowStarts: [Int] = []
  private var lastRowWithColumn: [Int] = []
  private var line = 1

  init(scanner: JSONScanner, limits: ReadLimits) {
    self.scanner = scanner
    self.limits = limits
    arena.reserveCapacity(scanner.bytes.count)
  }

  mutating func read() throws(JSONProblem) {
    while true {
      scanner.skipSpaces()
      guard let byte = scanner.peek() else { break }
      if byte == 0x0A || byte == 0x0D {
        blankLineCount += 1
        endLine()
        continue
      }
      if byte == 0x5B, lineNumbers.isEmpty {
        throw JSONProblem(
          offset: scanner.position, code: "jsonl.array",
          message: "starts with '[', expected one object a line",
          hint: "convert the array with: jq -c '.[]'")
      }
      guard byte == 0x7B else {
        throw JSONProblem(
          offset: scanner.position, code: "jsonl.not-an-object",
          message: "expected an object that begins with '{'", hint: "write one object a line")
      }
      lineNumbers.append(line)
      rowStarts.append(values.count)
      try readObject()
      scanner.skipSpaces()
      guard let next = scanner.peek() else { break }
      guard next == 0x0A || next == 0x0D else {
        throw JSONProblem(
          offset: scanner.position, code: "jsonl.text-after-object",
          message: "expected the end of the line after the object",
          hint: "write one object a line")
      }
      endLine()
    }
    rowStarts.append(values.count)
  }

  private mutating func endLine() {
    let byte = scanner.peek()
    scanner.position += 1
    if byte == 0x0D, scanner.peek() == 0x0A { scanner.position += 1 }
    line += 1
  }

  private mutating func readObject() throws(JSONProblem) {
    scanner.position += 1
    scanner.skipSpaces()
    if scanner.peek() == 0x7D {
      scanner.position += 1
      return
    }
    var expectedColumn = 0
    var key: [UInt8] = []
    while true {
      scanner.skipSpaces()
      let keyStart = scanner.position
      guard scanner.peek() == 0x22 else { throw scanner.expected("a key in quotes") }
      key.removeAll(keepingCapacity: true)
      try scanner.readString(into: &key)
      let column = try column(of: key, at: keyStart, expected: expectedColumn)
      expectedColumn = column + 1
      scanner.skipSpaces()
      guard scanner.peek() == 0x3A else { throw scanner.expected("':' after the key") }
      scanner.position += 1
      scanner.skipSpaces()
      let valueStart = scanner.position
      let start = arena.count
      try readValue(ofKey: key)
      guard arena.count - start <= limits.fieldBytes else {
        throw JSONProblem(
          offset: valueStart, code: "jsonl.field-too-long",
          message: "value longer than \(VisibleText.byteCount(limits.fieldBytes))",
          hint: "raise the limit with --max-field")
      }
      if arena.count > start { values.append((column, start, arena.count)) }
      scanner.skipSpaces()
      switch scanner.peek() {
      case 0x2C: scanner.position += 1
      case 0x7D:
        scanner.position += 1
        return
      default: throw scanner.expected("',' or '}' after the value")
      }
    }
  }

  /// The column of a key; rows mostly repeat the keys of the row before in order.
  private mutating func column(
    of key: [UInt8], at offset: Int, expected: Int
  ) throws(JSONProblem) -> Int {
    var column = expected
    if expected >= keyBytes.count || keyBytes[expected] != key {
      let name = String(decoding: key, as: UTF8.self)
      if let known = columnByKey[name] {
        column = known
      } else {
        guard keyBytes.count < limits.columnCount else {
          throw JSONProblem(
            offset: offset, code: "jsonl.too-many-columns",
            message: "more than \(VisibleText.grouped(limits.columnCount)) different keys",
            hint: "keep names out of keys, or raise the limit with --max-columns")
        }
        column = keyBytes.count
        columnByKey[name] = column
        keyBytes.append(key)
        columnNames.append(name)
        lastRowWithColumn.append(0)
      }
    }
    guard lastRowWithColumn[column] < rowStarts.count else {
      throw JSONProblem(
        offset: offset, code: "jsonl.duplicate-key",
        message: "key '\(columnNames[column])' appears twice in one object",
        hint: "keep one of the two")
    }
    lastRowWithColumn[column] = rowStarts.count
    return column
  }

  private mutating func readValue(ofKey key: [UInt8]) throws(JSONProblem) {
    switch scanner.peek() {
    case 0x5B: try readArray(ofKey: key)
    case 0x7B: throw nested(key)
    default: try scanner.readScalar(into: &arena)
    }
  }

  /// Joins the texts of an array with a comma and a space.
  private mutating func readArray(ofKey key: [UInt8]) throws(JSONProblem) {
    let arrayStart = scanner.position
    scanner.position += 1
    scanner.skipSpaces()
    if scanner.peek() == 0x5D {
      scanner.position += 1
      return
    }
    var isFirst = true
    while true {
      scanner.skipSpaces()
      if scanner.peek() == 0x5B || scanner.peek() == 0x7B {
        scanner.position = arrayStart
        throw nested(key)
      }
      if !isFirst { arena.append(contentsOf: [0x2C, 0x20]) }
      isFirst = false
      try scanner.readScalar(into: &arena)
      scanner.skipSpaces()
      switch scanner.peek() {
      case 0x2C: scanner.position += 1
      case 0x5D:
        scanner.position += 1
        return
      default: throw scanner.expected("',' or ']' in the array")
      }
    }
  }

  private func nested(_ key: [UInt8]) -> JSONProblem {
    if scanner.nestingDepth(limit: JSONScanner.nestingLimit) > JSONScanner.nestingLimit {
      return JSONProblem(
        offset: scanner.position, code: "jsonl.too-deep",
        message: "nested deeper than \(JSONScanner.nestingLimit)")
    }
    let name = String(decoding: key, as: UTF8.self)
    return JSONProblem(
      offset: scanner.position, code: "jsonl.nested",
      message: "key '\(name)' holds a nested value, expected text, a number or a list of texts",
      hint: "flatten it first, for example with jq")
  }

  /// The cells row by row, empty where a row lacks the key.
  func packedCells() -> PackedStrings {
    var packed: [UInt8] = []
    var offsets: [Int] = [0]
    packed.reserveCapacity(arena.count)
    offsets.reserveCapacity(columnNames.count * lineNumbers.count + 1)
    var slots = [Range<Int>](repeating: 0..<0, count: columnNames.count)
    for row in 0..<lineNumbers.count {
      let entries = rowStarts[row]..<rowStarts[row + 1]
      for entry in entries { slots[values[entry].column] = values[entry].start..<values[entry].end }
      for slot in slots {
        packed.append(contentsOf: arena[slot])
        offsets.append(packed.count)
      }
      for entry in entries { slots[values[entry].column] = 0..<0 }
    }
    return PackedStrings(validatedBytes: packed, offsets: offsets)
  }
}
