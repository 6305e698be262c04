/// The bytes of a configuration file, walked through to find the place of a fault or of a key.
struct ConfigurationText {
  private static let depthLimit = 64

  private let bytes: [UInt8]
  private var position = 0
  /// The offset of the first byte after the quote of each key, where it first appears.
  private var keys: [String: Int] = [:]
  /// Where the text stops being JSON, and what was expected there.
  private(set) var fault: (offset: Int, expected: String)?

  /// Walks through all of the text, or up to the first fault.
  ///
  /// - Complexity: O(bytes).
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    guard readValue(depth: 0) else { return }
    if peek() != nil { _ = fail("the end of the file") }
  }

  /// Where the quote of a key stands, or nil without such a key.
  func offset(ofKey key: String) -> Int? { keys[key].map { $0 - 1 } }

  private mutating func fail(_ expected: String) -> Bool {
    if fault == nil { fault = (min(position, bytes.count), expected) }
    return false
  }

  /// The next byte that is no white space.
  private mutating func peek() -> UInt8? {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
    return position < bytes.count ? bytes[position] : nil
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek() == byte else { return false }
    position += 1
    return true
  }

  private mutating func readValue(depth: Int) -> Bool {
    guard depth < Self.depthLimit else { return fail("a value that is not nested so deeply") }
    switch peek() {
    case UInt8(ascii: "{"):
      return readMembers(until: UInt8(ascii: "}"), "'}'") { text in
        guard let key = text.readString("a key in quotes") else { return false }
        if text.keys[key.name] == nil { text.keys[key.name] = key.start }
        guard text.take(UInt8(ascii: ":")) else { return text.fail("':' after the key") }
        return text.readValue(depth: depth + 1)
      }
    case UInt8(ascii: "["):
      return readMembers(until: UInt8(ascii: "]"), "']'") { $0.readValue(depth: depth + 1) }
    case UInt8(ascii: "\""): return readString("a text") != nil
    case .some(let byte) where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte):
      return readNumber()
    default:
      for word in ["true", "false", "null"] where bytes[position...].starts(with: word.utf8) {
        position += word.utf8.count
        return true
      }
      return fail("a value")
    }
  }

  private mutating func readMembers(
    until end: UInt8, _ name: String, _ readMember: (inout ConfigurationText) -> Bool
  ) -> Bool {
    position += 1
    if take(end) { return true }
    while true {
      guard readMember(&self) else { return false }
      if take(end) { return true }
      guard take(UInt8(ascii: ",")) else { return fail("',' or \(name)") }
    }
  }

  private mutating func readString(_ expected: String) -> (name: String, start: Int)? {
    guard take(UInt8(ascii: "\"")) else {
      _ = fail(expected)
      return nil
    }
    let start = position
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      guard bytes[position] >= 0x20 else {
        _ = fail("no control character in a text")
        return nil
      }
      position += bytes[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    guard position < bytes.count else {
      position = start - 1
      _ = fail("a text that is closed")
      return nil
    }
    position += 1
    return (String(decoding: bytes[start..<position - 1], as: UTF8.self), start)
  }

  private mutating func readNumber() -> Bool {
    let start = position
    while position < bytes.count, "+-.eE0123456789".utf8.contains(bytes[position]) { position += 1 }
    guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)),
      number.isFinite
    else {
      position = start
      return fail("a finite number")
    }
    return true
  }
}
