/// Columns chosen by name or by number.
public struct ColumnSelection: Sendable, Hashable {
  /// The indices of the chosen columns, counted from 0, in the order asked for.
  public let indices: [Int]

  /// Finds columns by names or numbers counted from 1; a name wins over a number.
  ///
  /// - Parameters:
  ///   - wanted: Names or numbers.
  ///   - table: The catalogue.
  ///   - option: The option that asks, such as `--text`, for the words of a complaint.
  /// - Throws: `InputError` of kind `usage` for a column that is not there (`columns.unknown`), a
  ///   number out of range (`columns.out-of-range`) or an empty list; of kind `malformed` for a name
  ///   that several columns bear (`columns.ambiguous`).
  /// - Complexity: O(wanted × columns).
  public init(
    _ wanted: [String], in table: CatalogueTable, option: String = "--text"
  ) throws(InputError) {
    guard !wanted.isEmpty else {
      throw InputError(
        kind: .usage, code: "columns.none", file: table.sourceName,
        message: "\(option) names no column", hint: Self.list(table.columnNames))
    }
    var indices: [Int] = []
    for name in wanted {
      let index = try Self.index(of: name, in: table, option: option)
      if !indices.contains(index) { indices.append(index) }
    }
    self.indices = indices
  }

  /// Finds columns in a comma list such as `title,description` or `2,12`.
  ///
  /// A list that is as a whole the name of a column means that column.
  ///
  /// - Throws: As `init(_:in:option:)`.
  /// - Complexity: O(wanted × columns).
  public init(
    list: String, in table: CatalogueTable, option: String = "--text"
  ) throws(InputError) {
    if table.columnNames.contains(list) {
      try self.init([list], in: table, option: option)
    } else {
      let names = list.split(separator: ",").map { Self.trimmed(String($0)) }
      try self.init(names.filter { !$0.isEmpty }, in: table, option: option)
    }
  }

  /// Finds one column by its name or its number counted from 1.
  ///
  /// - Throws: As `init(_:in:option:)`.
  /// - Complexity: O(columns).
  public static func index(
    of wanted: String, in table: CatalogueTable, option: String = "--text"
  ) throws(InputError) -> Int {
    let names = table.columnNames
    var matches = names.indices.filter { names[$0] == wanted }
    if matches.isEmpty {
      matches = names.indices.filter { Self.trimmed(names[$0]) == Self.trimmed(wanted) }
    }
    if matches.count > 1 {
      let numbers = matches.map { String($0 + 1) }.joined(separator: ", ")
      throw InputError(
        kind: .malformed, code: "columns.ambiguous", file: table.sourceName,
        message: "\(matches.count == 2 ? "two" : String(matches.count)) columns are called "
          + "'\(wanted)' (\(numbers))",
        hint: "choose by number: \(option) \(matches[0] + 1)")
    }
    if let match = matches.first { return match }
    if let number = Int(wanted) {
      guard number >= 1, number <= names.count else {
        throw InputError(
          kind: .usage, code: "columns.out-of-range", file: table.sourceName,
          message: "\(option) \(wanted): the file has \(names.count) "
            + (names.count == 1 ? "column" : "columns"),
          hint: list(names))
      }
      return number - 1
    }
    if let complaint = delimiterComplaint(table) { throw complaint }
    let near = nearestNames(to: wanted, in: names, limit: 1).first
    throw InputError(
      kind: .usage, code: "columns.unknown", file: table.sourceName,
      message: "no column '\(wanted)'" + (near.map { "; did you mean '\($0)'?" } ?? ""),
      hint: list(names) + (near == nil ? "; the first line must name them" : ""))
  }

  /// The complaint about a table whose only column looks like several with another delimiter.
  package static func delimiterComplaint(_ table: CatalogueTable) -> InputError? {
    let candidates: [Character] = ["|", "\t", ";", ","]
    guard table.columnNames.count == 1, let name = table.columnNames.first,
      let delimiter = candidates.first(where: { candidate in name.contains(candidate) })
    else { return nil }
    let shown = delimiter == "\t" ? "a tab" : "'\(delimiter)'"
    return InputError(
      kind: .malformed, code: "csv.one-column", file: table.sourceName,
      message: "one column found; the delimiter may be \(shown)",
      hint: "write it with commas, or with tabs as .tsv")
  }

  private static func list(_ names: [String]) -> String {
    let limit = 40
    let shown = names.prefix(limit).map { $0.count > 60 ? $0.prefix(59) + "…" : $0[...] }
    return "the columns are: \(shown.joined(separator: ", "))\(names.count > limit ? ", …" : "")"
  }

  private static func trimmed(_ name: String) -> String {
    var name = name.unicodeScalars[...]
    while let first = name.first, first.properties.isWhitespace { name.removeFirst() }
    while let last = name.last, last.properties.isWhitespace { name.removeLast() }
    return String(name)
  }
}
