/// Columns of text, aligned: numbers to the right, words to the left.
struct TextTable {
  private var rows: [[String]]

  /// A table with column names.
  init(_ names: [String]) { rows = [names] }

  /// Adds a row with a cell for each column.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == rows[0].count, "a row needs a cell for each column")
    rows.append(cells)
  }

  /// The table, a line a row.
  var text: String {
    let widths = rows[0].indices.map { column in
      rows.reduce(0) { max($0, Self.width($1[column])) }
    }
    let isNumeric = rows[0].indices.map { column in
      rows.dropFirst().allSatisfy { row in
        row[column].allSatisfy { $0.isNumber || "-+.,/e%".contains($0) }
      }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let gap = String(repeating: " ", count: widths[column] - Self.width(cell))
        line += isNumeric[column] ? gap + cell : cell + gap
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// The columns that a text takes on a terminal.
  private static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { width, scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format, .control: return width
      default: break
      }
      switch scalar.value {
      // East Asian wide and full-width forms, and pictographs.
      case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
        return width + 2
      default: return width + 1
      }
    }
  }
}
