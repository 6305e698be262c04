/// Text made safe to show on a terminal.
public enum VisibleText {
  /// The text with control characters, line breaks and invisible direction marks written as escapes.
  ///
  /// An escape character becomes `\x1b`, a tab `\t`, a right-to-left override `\u{202e}`.
  ///
  /// - Complexity: O(length).
  public static func escaping(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars { append(scalar, to: &shown) }
    return shown
  }

  /// The text with line feeds and tabs kept and all else escaped as by `escaping`.
  ///
  /// - Complexity: O(length).
  public static func escapingLines(_ text: String) -> String {
    if text.utf8.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A || $0 == 0x09 }) {
      return text
    }
    var shown = ""
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        shown.unicodeScalars.append(scalar)
      } else {
        append(scalar, to: &shown)
      }
    }
    return shown
  }

  /// JSON with what `escaping` would escape written as JSON's own `\u` escapes: the same values.
  ///
  /// - Complexity: O(length).
  public static func escapingJSON(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x7F }) { return text }
    var shown = ""
    for scalar in text.unicodeScalars {
      var escaped = ""
      append(scalar, to: &escaped)
      if scalar.value < 0x7F || escaped.unicodeScalars.first == scalar {
        shown.unicodeScalars.append(scalar)
        continue
      }
      for unit in String(Character(scalar)).utf16 {
        let digits = String(unit, radix: 16)
        shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return shown
  }

  /// Appends one scalar, escaped if it cannot be seen, and returns the number of columns it took.
  @discardableResult
  static func append(_ scalar: Unicode.Scalar, to shown: inout String) -> Int {
    let escape: String
    switch scalar.value {
    case 0x09: escape = "\\t"
    case 0x0A: escape = "\\n"
    case 0x0D: escape = "\\r"
    case 0..<0x20, 0x7F: escape = hexadecimal(UInt8(scalar.value))
    case 0x80..<0xA0, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB,
      0xE0000...0xE007F:
      escape = "\\u{\(String(scalar.value, radix: 16))}"
    default:
      shown.unicodeScalars.append(scalar)
      return 1
    }
    shown += escape
    return escape.count
  }

  /// A byte as `\x1b`.
  static func hexadecimal(_ byte: UInt8) -> String {
    (byte < 0x10 ? "\\x0" : "\\x") + String(byte, radix: 16)
  }

  /// A count with commas between groups of three digits: `1,204,331`.
  package static func grouped(_ count: some BinaryInteger) -> String {
    let digits = Array(String(count).utf8)
    var shown: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      let rest = digits.count - index
      if index > 0, rest % 3 == 0, digits[index - 1] != 0x2D { shown.append(0x2C) }
      shown.append(digit)
    }
    return String(decoding: shown, as: UTF8.self)
  }

  /// A number of bytes in the largest binary unit that keeps it at least 1: `16 MiB`.
  package static func byteCount(_ count: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var unit = 0
    var size = Double(max(0, count))
    while size >= 1024, unit < units.count - 1 {
      size /= 1024
      unit += 1
    }
    if unit == 0 { return count == 1 ? "1 byte" : "\(grouped(count)) bytes" }
    let tenths = Int((size * 10).rounded())
    let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
    return "\(grouped(tenths / 10))\(fraction) \(units[unit])"
  }
}
