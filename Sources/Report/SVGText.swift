/// Text and numbers as SVG wants them.
package enum SVGText {
  /// Text that XML reads back as it is, less what no reader can see.
  ///
  /// Control characters, which XML forbids, and marks that turn the direction of the text around them are
  /// left out; tabs and line breaks become spaces.
  package static func escaping(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      case "\t", "\n", "\r", "\u{2028}", "\u{2029}": escaped += " "
      default: if isShown(scalar) { escaped.unicodeScalars.append(scalar) }
      }
    }
    return escaped
  }

  private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x200B, 0x200E...0x200F, 0x202A...0x202E, 0x2060, 0x2066...0x206F,
      0x061C, 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
      false
    default: scalar.value & 0xFFFE != 0xFFFE && !(0xFDD0...0xFDEF).contains(scalar.value)
    }
  }

  /// A coordinate with one decimal.
  package static func number(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    return "\(sign)\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }

  /// Text that is cut with … where it would be wider than `width` ems; widths are guessed on the wide side.
  package static func cut(_ text: String, width: Double) -> String {
    let text = text.contains { $0.unicodeScalars.count > markLimit } ? withFewMarks(text) : text
    var total = 0.0
    var fitting = text.startIndex
    for place in text.indices {
      total += Self.width(of: text[place])
      if total > width {
        // Room for the mark, and no space or comma before it; between words where one ends late enough.
        var kept = text[..<fitting]
        if let space = kept.lastIndex(of: " "), kept[space...].count * 3 < kept.count {
          kept = kept[..<space]
        }
        while let last = kept.last, last == " " || last == "," { kept.removeLast() }
        return kept + "…"
      }
      if total <= width - 1 { fitting = text.index(after: place) }
    }
    return text
  }

  /// The most scalars of one character: stacks of marks would cover the lines above and below.
  private static let markLimit = 12

  private static func withFewMarks(_ text: String) -> String {
    var few = String.UnicodeScalarView()
    for character in text { few.append(contentsOf: character.unicodeScalars.prefix(markLimit)) }
    return String(few)
  }

  /// The width of a text in ems, guessed on the wide side.
  static func width(of text: String) -> Double { text.reduce(0) { $0 + width(of: $1) } }

  /// The width of a character in most sans-serif typefaces, in ems.
  private static func width(of character: Character) -> Double {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    switch scalar {
    case "i", "j", "l", "t", "f", "r", "I", " ", ",", ".", ":", ";", "!", "|", "'", "(", ")":
      return 0.36
    case "m", "w", "M", "W", "@", "%": return 0.94
    case "A"..."Z", "0"..."9", "&": return 0.7
    case "a"..."z": return 0.58
    default: return scalar.value < 0x900 ? 0.66 : 1.1
    }
  }
}
