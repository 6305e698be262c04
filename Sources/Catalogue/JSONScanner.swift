/// Reads JSON strings, numbers and words strictly after RFC 8259 from bytes that are valid UTF-8.
struct JSONScanner {
  let bytes: [UInt8]
  var position: Int

  static let nestingLimit = 256

  /// The next byte, or nil at the end.
  func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

  /// Skips spaces and tabs, which do not end a line.
  mutating func skipSpaces() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
      position += 1
    }
  }

  /// The complaint that something else stands here.
  func expected(_ what: String) -> JSONProblem {
    let isEnd = position >= bytes.count || bytes[position] == 0x0A || bytes[position] == 0x0D
    return JSONProblem(
      offset: position, code: "jsonl.syntax",
      message: "expected \(what)\(isEnd ? ", found the end of the line" : "")",
      hint: "check the line with a JSON tool, for example jq")
  }

  /// Appends a string's text, a number or a boolean as written, and nothing for null.
  mutating func readScalar(into text: inout [UInt8]) throws(JSONProblem) {
    switch peek() ?? 0 {
    case 0x22: try readString(into: &text)
    case 0x2D, 0x30...0x39: try readNumber(into: &text)
    case 0x74: try readWord("true", into: &text)
    case 0x66: try readWord("false", into: &text)
    case 0x6E:
      var dropped: [UInt8] = []
      try readWord("null", into: &dropped)
    default: throw expected("a value")
    }
  }

  private mutating func readWord(
    _ word: String, into text: inout [UInt8]
  ) throws(JSONProblem) {
    guard bytes[position...].starts(with: word.utf8) else { throw expected("a value") }
    text.append(contentsOf: word.utf8)
    position += word.utf8.count
  }

  private mutating func readNumber(into text: inout [UInt8]) throws(JSONProblem) {
    let start = position
    if peek() == 0x2D { position += 1 }
    if peek() == 0x30 { position += 1 } else { try skipDigits() }
    if peek() == 0x2E {
      position += 1
      try skipDigits()
    }
    if peek() == 0x65 || peek() == 0x45 {
      position += 1
      if peek() == 0x2B || peek() == 0x2D { position += 1 }
      try skipDigits()
    }
    text.append(contentsOf: bytes[start..<position])
  }

  private mutating func skipDigits() throws(JSONProblem) {
    let start = position
    while let byte = peek(), byte >= 0x30, byte <= 0x39 { position += 1 }
    guard position > start else { throw expected("a digit") }
  }

  /// Appends the text of the string that begins here, escapes resolved.
  mutating func readString(into text: inout [UInt8]) throws(JSONProblem) {
    let opening = position
    position += 1
    while true {
      let start = position
      while position < bytes.count, bytes[position] != 0x22, bytes[position] != 0x5C,
        bytes[position] >= 0x20
      {
        position += 1
      }
      text.append(contentsOf: bytes[start..<position])
      guard let byte = peek(), byte != 0x0A, byte != 0x0D else {
        throw JSONProblem(
          offset: opening, code: "jsonl.unterminated-string",
          message: "this string is never closed on its line",
          hint: "write line breaks inside strings as \\n")
      }
      if byte == 0x22 {
        position += 1
        return
      }
      guard byte == 0x5C else {
        throw JSONProblem(
          offset: position, code: "jsonl.control-character",
          message: "control character inside a string", hint: "write it as an escape such as \\t")
      }
      try readEscape(into: &text)
    }
  }

  private mutating func readEscape(into text: inout [UInt8]) throws(JSONProblem) {
    let start = position
    position += 1
    guard let letter = peek() else { throw expected("an escape") }
    position += 1
    switch letter {
    case 0x22, 0x5C, 0x2F: text.append(letter)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0C)
    case 0x6E: text.append(0x0A)
    case 0x72: text.append(0x0D)
    case 0x74: text.append(0x09)
    case 0x75:
      var code = try readCodeUnit(from: start)
      if code & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == 0x5C,
        bytes[position + 1] == 0x75
      {
        position += 2
        let low = try readCodeUnit(from: start)
        guard low & 0xFC00 == 0xDC00 else { throw badEscape(start, "half of a surrogate pair") }
        code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
      }
      guard let scalar = Unicode.Scalar(code) else {
        throw badEscape(start, "half of a surrogate pair")
      }
      guard code != 0 else { throw badEscape(start, "a NUL character") }
      text.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    default: throw badEscape(start, "an unknown escape")
    }
  }

  private mutating func readCodeUnit(from start: Int) throws(JSONProblem) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek() else { throw badEscape(start, "an escape cut short") }
      switch byte {
      case 0x30...0x39: code = code << 4 + UInt32(byte - 0x30)
      case 0x41...0x46: code = code << 4 + UInt32(byte - 0x37)
      case 0x61...0x66: code = code << 4 + UInt32(byte - 0x57)
      default: throw badEscape(start, "an escape without four hexadecimal digits")
      }
      position += 1
    }
    return code
  }

  private func badEscape(_ offset: Int, _ what: String) -> JSONProblem {
    JSONProblem(
      offset: offset, code: "jsonl.escape", message: "the string holds \(what)",
      hint: "write the character itself, in UTF-8")
  }

  /// How deep brackets nest on this line from here, counted no further than just past the limit.
  func nestingDepth(limit: Int) -> Int {
    var depth = 0
    var deepest = 0
    var isString = false
    var index = position
    while index < bytes.count, deepest <= limit, bytes[index] != 0x0A {
      switch bytes[index] {
      case 0x22: isString.toggle()
      case 0x5C: index += 1
      case 0x5B where !isString, 0x7B where !isString:
        depth += 1
        deepest = max(deepest, depth)
      case 0x5D where !isString, 0x7D where !isString: depth -= 1
      default: break
      }
      index += 1
    }
    return deepest
  }
}
