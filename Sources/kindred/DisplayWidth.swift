/// The columns that text takes on a terminal.
///
/// Combining marks and what cannot be seen take none, East Asian wide letters and pictographs two, as
/// terminals have it by Unicode's widths.
enum DisplayWidth {
  /// The columns of a text.
  ///
  /// - Complexity: O(length).
  static func of(_ text: String) -> Int {
    if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text.utf8.count }
    return text.reduce(0) { $0 + of($1) }
  }

  /// The columns of what a reader takes for one letter: those of its widest part.
  static func of(_ character: Character) -> Int {
    var width = 0
    for scalar in character.unicodeScalars {
      // The emoji presentation selector makes a narrow sign a pictograph.
      width = max(width, scalar.value == 0xFE0F ? 2 * min(width, 1) : of(scalar))
    }
    // A pair of regional indicators is a flag.
    let isFlag = character.unicodeScalars.allSatisfy { 0x1F1E6...0x1F1FF ~= $0.value }
    return isFlag ? character.unicodeScalars.count : width
  }

  /// The text cut to a number of columns, with an ellipsis where something is gone.
  ///
  /// - Complexity: O(length).
  static func cutting(_ text: String, to columns: Int) -> String {
    guard of(text) > columns else { return text }
    var kept = ""
    var width = 0
    for character in text {
      let own = of(character)
      guard width + own <= columns - 1 else { break }
      kept.append(character)
      width += own
    }
    while kept.last == " " { kept.removeLast() }
    return columns > 0 ? kept + "…" : ""
  }

  /// The lines of a text broken at spaces so that each takes at most a number of columns; a word that is
  /// longer has a line of its own.
  static func wrapping(_ text: String, to columns: Int, indent: Int = 0) -> [String] {
    let margin = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if line.isEmpty {
        line = (lines.isEmpty ? "" : margin) + word
      } else if of(line) + 1 + of(String(word)) <= columns {
        line += " " + word
      } else {
        lines.append(line)
        line = margin + word
      }
    }
    return lines + [line]
  }

  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    // Vowels and final consonants that join a Hangul syllable.
    case 0x1160...0x11FF, 0xD7B0...0xD7FF: return 0
    // East Asian wide and full-width forms, and pictographs.
    case 0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x2614...0x2615,
      0x2648...0x2653, 0x26A1, 0x26BD...0x26BE, 0x2705, 0x270A...0x270B, 0x2728, 0x274C,
      0x2753...0x2755,
      0x2757, 0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50, 0x2B55, 0x2E80...0x303E, 0x3041...0xA4CF,
      0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60,
      0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F18E, 0x1F191...0x1F19A,
      0x1F200...0x1F265, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F7E0...0x1F7EB, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
