public import Matrices

extension CatalogueTable {
  /// The text of each row: its cells of some columns, joined; blank cells add nothing.
  ///
  /// - Complexity: O(bytes of the columns).
  public func joinedTexts(columns: [Int], separator: String = " ") -> PackedStrings {
    var bytes: [UInt8] = []
    var offsets: [Int] = [0]
    offsets.reserveCapacity(rowCount + 1)
    for row in 0..<rowCount {
      for column in columns where !isBlank(row: row, column: column) {
        if bytes.count > offsets[row] { bytes.append(contentsOf: separator.utf8) }
        bytes.append(contentsOf: utf8(row: row, column: column))
      }
      offsets.append(bytes.count)
    }
    return PackedStrings(validatedBytes: bytes, offsets: offsets)
  }

  /// The rows in which none of some columns is blank.
  ///
  /// - Complexity: O(bytes of the columns).
  public func rowsWithText(in columns: [Int]) -> [Int] {
    (0..<rowCount).filter { row in
      columns.allSatisfy { !isBlank(row: row, column: $0) }
    }
  }

  /// Makes sure that no two rows have the same text in a column of identifiers.
  ///
  /// - Throws: `InputError` of kind `malformed`, code `columns.repeated-id`, with both rows' lines.
  /// - Complexity: O(bytes of the column).
  public func checkDistinct(column: Int) throws(InputError) {
    guard let (first, second) = firstRepeat(inColumn: column) else { return }
    throw InputError(
      kind: .malformed, code: "columns.repeated-id", file: sourceName, line: lineNumbers[second],
      message: "\(columnNames[column]) '\(cell(row: second, column: column))' is already on line "
        + "\(lineNumbers[first])",
      hint: "choose a column without repeats with --id, or leave it out")
  }

  /// The first row whose cell repeats an earlier row's, after that row.
  private func firstRepeat(inColumn column: Int) -> (first: Int, second: Int)? {
    var rowByText: [ArraySlice<UInt8>: Int] = [:]
    rowByText.reserveCapacity(rowCount)
    for row in 0..<rowCount {
      if let earlier = rowByText.updateValue(row, forKey: utf8(row: row, column: column)) {
        return (earlier, row)
      }
    }
    return nil
  }

  /// The columns that most likely hold the texts to group: one well-known name, else the column of
  /// the longest texts.
  ///
  /// - Complexity: O(columns × names), or O(bytes) when no name is known.
  public func guessedTextColumns() -> [Int] {
    let names = [
      "description", "plot", "overview", "synopsis", "summary", "abstract", "gloss", "definition",
      "text", "content", "body", "document", "review", "comment", "message",
    ]
    if let column = firstColumn(called: names) { return [column] }
    var best = 0
    var longest = -1
    for column in 0..<columnCount {
      let total = (0..<rowCount).reduce(0) { $0 + utf8(row: $1, column: column).count }
      if total > longest {
        longest = total
        best = column
      }
    }
    return [best]
  }

  /// The column that most likely holds the titles, by its name.
  ///
  /// - Complexity: O(columns × names).
  public func guessedTitleColumn() -> Int? {
    firstColumn(called: [
      "title", "name", "primarytitle", "primary_title", "original_title", "headline", "heading",
      "package", "lemma", "word", "term", "label", "subject",
    ])
  }

  /// The column that most likely identifies rows: known by name, filled and without repeats.
  ///
  /// - Complexity: O(columns × names + bytes of the column).
  public func guessedIDColumn() -> Int? {
    let names = columnNames.map { $0.lowercased() }
    let known = ["id", "show_id", "uid", "uuid", "key", "tconst", "isbn", "synset"]
    let candidates =
      known.compactMap { name in names.firstIndex(of: name) }
      + names.indices.filter { names[$0].hasSuffix("_id") && !known.contains(names[$0]) }
    return candidates.first { column in
      rowsWithText(in: [column]).count == rowCount && firstRepeat(inColumn: column) == nil
    }
  }

  private func firstColumn(called wanted: [String]) -> Int? {
    let names = columnNames.map { $0.lowercased() }
    for name in wanted {
      if let column = names.firstIndex(of: name) { return column }
    }
    return nil
  }
}
