/// Columns of text, aligned: numbers to the right, words to the left.
///
/// Where a terminal is too narrow, columns of words are cut first, down to `leastWidth` columns each, then
/// whole columns go in the order that the table was made with, and a last line says which. Numbers are
/// never cut.
struct TextTable {
  /// The fewest columns that words are cut to.
  static let leastWidth = 16

  private var rows: [[String]]
  private var styles: [Int: StyledText.Style] = [:]
  private let dispensable: [String]
  private let cuttable: Set<String>

  /// A table with column names.
  ///
  /// - Parameters:
  ///   - cutting: the columns of words that may be cut.
  ///   - dropping: the columns that may go, the first to go first.
  init(_ names: [String], cutting: [String] = [], dropping: [String] = []) {
    rows = [names]
    cuttable = Set(cutting)
    dispensable = dropping.filter(names.contains)
  }

  /// Adds a row with a cell for each column.
  mutating func add(_ cells: [String], _ style: StyledText.Style? = nil) {
    precondition(cells.count == rows[0].count, "a row needs a cell for each column")
    styles[rows.count] = style
    rows.append(cells)
  }

  /// The whole table, a line a row.
  var text: String { styled(width: nil).plain }

  /// The table within a number of columns, a line a row; the whole table for nil.
  func styled(width limit: Int?) -> StyledText {
    var widths = rows[0].indices.map { column in
      rows.reduce(0) { max($0, DisplayWidth.of($1[column])) }
    }
    var shown = Array(rows[0].indices)
    var dropped: [String] = []
    if let limit {
      var order = dispensable[...]
      while Self.total(shown.map { least(widths[$0], ofColumn: $0) }) > limit,
        let name = order.popFirst()
      {
        shown.removeAll { rows[0][$0] == name }
        dropped.append(name)
      }
      cut(&widths, of: shown, to: limit)
    }
    let isNumeric = shown.map { column in
      rows.dropFirst().allSatisfy { row in
        row[column].allSatisfy { $0.isNumber || "-+.,/e%".contains($0) }
      }
    }
    var text = StyledText()
    for (index, row) in rows.enumerated() {
      var line = ""
      for (place, column) in shown.enumerated() {
        let cell = DisplayWidth.cutting(row[column], to: widths[column])
        let gap = String(repeating: " ", count: widths[column] - DisplayWidth.of(cell))
        line += isNumeric[place] ? gap + cell : cell + gap
        line += "  "
      }
      while line.last == " " { line.removeLast() }
      text.add(line, styles[index])
      text.add("\n")
    }
    if !dropped.isEmpty {
      let sentence = "too narrow for: \(dropped.joined(separator: ", "))"
      text.add(
        DisplayWidth.wrapping(sentence, to: limit ?? .max, indent: 2).joined(separator: "\n") + "\n"
      )
    }
    return text
  }

  /// The columns that a column can do with.
  private func least(_ width: Int, ofColumn column: Int) -> Int {
    guard cuttable.contains(rows[0][column]) else { return width }
    return min(width, max(Self.leastWidth, DisplayWidth.of(rows[0][column])))
  }

  /// Takes columns away from the widest column of words until all fit.
  private func cut(_ widths: inout [Int], of shown: [Int], to limit: Int) {
    while Self.total(shown.map { widths[$0] }) > limit {
      let candidates = shown.filter { least(widths[$0], ofColumn: $0) < widths[$0] }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  /// The columns of a line, with two spaces between cells.
  private static func total(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + 2 * max(0, widths.count - 1)
  }
}
