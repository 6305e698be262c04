/// A JSON value whose members keep their order, so that equal results are equal bytes.
public enum JSONValue: Sendable, Equatable {
  /// Nothing; also an undefined score.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int(Int)
  /// A number; infinite ones and not-a-numbers are written as null.
  case number(Double)
  /// A text.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Members in order.
  case object([(String, JSONValue)])

  /// A number, or null.
  public static func optional(_ number: Double?) -> JSONValue {
    number.map(JSONValue.number) ?? .null
  }

  /// Compares values member by member.
  public static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }

  /// The value on one line.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The value on one line, as UTF-8.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indent: nil)
    return bytes
  }

  /// The value with one member a line, for people, with a line feed at the end.
  public var prettyText: String { String(decoding: prettyBytes, as: UTF8.self) }

  /// The value with one member a line, as UTF-8.
  public var prettyBytes: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, indent: 0)
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  /// The value of a member of an object, or nil.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.0 == key }?.1
  }

  private func write(to bytes: inout [UInt8], indent: Int?) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .int(let value): bytes += String(value).utf8
    case .number(let value):
      bytes += (value.isFinite ? NumberText.shortest(value) : "null").utf8
    case .string(let value): Self.writeString(value, to: &bytes)
    case .array(let values):
      // A list of plain numbers reads better on one line.
      let deeper = values.contains { $0.isCompound } ? indent.map { $0 + 1 } : nil
      Self.writeList(values, "[", "]", to: &bytes, indent: deeper) { value, bytes, indent in
        value.write(to: &bytes, indent: indent)
      }
    case .object(let members):
      Self.writeList(members, "{", "}", to: &bytes, indent: indent.map { $0 + 1 }) {
        member, bytes, indent in
        Self.writeString(member.0, to: &bytes)
        bytes += ": ".utf8
        member.1.write(to: &bytes, indent: indent)
      }
    }
  }

  private var isCompound: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }

  private static func writeList<Item>(
    _ items: [Item], _ open: Unicode.Scalar, _ close: Unicode.Scalar, to bytes: inout [UInt8],
    indent: Int?, _ write: (Item, inout [UInt8], Int?) -> Void
  ) {
    func startLine(_ indent: Int) {
      bytes.append(UInt8(ascii: "\n"))
      for _ in 0..<2 * indent { bytes.append(UInt8(ascii: " ")) }
    }
    bytes.append(UInt8(ascii: open))
    for (position, item) in items.enumerated() {
      if position > 0 { bytes += (indent == nil ? ", " : ",").utf8 }
      if let indent { startLine(indent) }
      write(item, &bytes, indent)
    }
    if let indent, !items.isEmpty { startLine(indent - 1) }
    bytes.append(UInt8(ascii: close))
  }

  private static func writeString(_ value: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in value.utf8 {
      // All that needs an escape is ASCII, which is a byte of its own in UTF-8.
      if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte != 0x7F {
        bytes.append(byte)
      } else {
        writeEscape(byte, to: &bytes)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func writeEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): bytes += "\\\"".utf8
    case UInt8(ascii: "\\"): bytes += "\\\\".utf8
    case UInt8(ascii: "\n"): bytes += "\\n".utf8
    case UInt8(ascii: "\r"): bytes += "\\r".utf8
    case UInt8(ascii: "\t"): bytes += "\\t".utf8
    default:
      let digits = String(byte, radix: 16)
      bytes += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
    }
  }
}

/// Numbers as text, the same on every machine and in every locale.
public enum NumberText {
  /// The shortest text that reads back to the same number; whole numbers without a point.
  public static func shortest(_ value: Double) -> String {
    guard value != 0 else { return "0" }
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// A number with a fixed count of decimals, rounded half away from zero, never "-0".
  public static func fixed(_ value: Double, decimals: Int) -> String {
    guard value.isFinite else { return "" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = (abs(value) * scale).rounded()
    guard scaled < 9e15 else { return shortest(value) }
    let digits = String(Int(scaled))
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard decimals > 0 else { return sign + padded }
    return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
  }
}
