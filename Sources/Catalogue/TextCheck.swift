/// Makes sure that a file is UTF-8 text before a reader cuts it up.
enum TextCheck {
  static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Where the text begins, after a byte order mark.
  ///
  /// - Throws: `InputError` for UTF-16, for bytes that are not UTF-8, for a NUL byte, and for a file
  ///   with nothing after the mark.
  /// - Complexity: O(bytes).
  static func textStart(of file: InputFile) throws(InputError) -> Int {
    let bytes = file.bytes
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw InputError(
        kind: .malformed, code: "text.utf16", file: file.name, message: "looks like UTF-16",
        hint: "convert it with: iconv -f utf-16 -t utf-8")
    }
    // Without a mark every second byte of plain text is zero.
    for (parity, name) in [(1, "utf-16le"), (0, "utf-16be")]
    where bytes.count >= 8 && (0..<8).allSatisfy({ (bytes[$0] == 0) == ($0 % 2 == parity) }) {
      throw InputError(
        kind: .malformed, code: "text.utf16", file: file.name, message: "looks like UTF-16",
        hint: "convert it with: iconv -f \(name) -t utf-8")
    }
    let start = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    guard bytes.count > start else {
      throw InputError(
        kind: .empty, code: "input.empty", file: file.name,
        message: "empty but for a byte order mark")
    }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      throw invalid(bytes, at: error.byteOffsets.lowerBound, start: start, name: file.name)
    }
    if let position = bytes.firstIndex(of: 0) {
      throw complaint(
        file.name, bytes, at: position, start: start, code: "text.nul",
        message: "NUL byte in text",
        hint: "remove it, for example with: tr -d '\\000'")
    }
    return start
  }

  private static func invalid(
    _ bytes: [UInt8], at position: Int, start: Int, name: String
  ) -> InputError {
    let lead = bytes[position]
    let needed = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 1
    let rest = bytes[(position + 1)...]
    if lead < 0xF5, needed > 1, rest.count < needed - 1, rest.allSatisfy({ $0 & 0xC0 == 0x80 }) {
      return complaint(
        name, bytes, at: position, start: start, code: "text.truncated",
        message: "ends inside a character", hint: "copy or download the file again")
    }
    let digits = String(lead, radix: 16, uppercase: true)
    return complaint(
      name, bytes, at: position, start: start, code: "text.not-utf8",
      message: "byte 0x\(digits) is not UTF-8",
      hint: "convert it with: iconv -f latin1 -t utf-8")
  }

  /// A complaint about malformed text at a byte.
  static func complaint(
    _ name: String, _ bytes: [UInt8], at offset: Int, start: Int, code: String, message: String,
    hint: String?
  ) -> InputError {
    let position = SourcePosition(of: offset, in: bytes, from: start)
    return InputError(
      kind: .malformed, code: code, file: name, line: position.line, column: position.column,
      byte: offset, message: message, excerpt: position.excerpt, caret: position.caret, hint: hint)
  }
}
