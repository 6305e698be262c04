internal import Catalogue
internal import Matrices

/// The rows of a catalogue that a run keeps, with their texts, titles and identifiers.
struct CatalogueRows {
  let texts: PackedStrings
  let rowNumbers: [Int]
  let identifiers: [String]
  let titles: [String]
  let textColumns: [String]
  let droppedRowCount: Int
  let notes: [String]
  let profileColumns: [ProfileColumn]
  /// The known classes of the rows, when a column of them was named.
  let truth: TrueClasses?

  /// Reads a catalogue and chooses its columns and rows.
  ///
  /// - Parameter profilePool: the threads on which the other columns learn to tell what clusters are made of;
  ///   nil when they need not.
  init(
    _ file: InputFile, configuration: RunConfiguration, profilePool: WorkerPool? = nil
  ) throws(InputError) {
    let table = try CatalogueTable(reading: file)
    var notes: [String] = []

    let titleIndex =
      if let name = configuration.titleColumn {
        try ColumnSelection.index(of: name, in: table, option: "--title") as Int?
      } else {
        table.guessedTitleColumn()
      }
    var textIndices: [Int]
    if configuration.textColumns.isEmpty {
      if let complaint = ColumnSelection.delimiterComplaint(table) { throw complaint }
      textIndices = table.guessedTextColumns()
      guard !textIndices.isEmpty else {
        throw InputError(
          kind: .malformed, code: "text.no-column", file: file.name,
          message: "no column looks like text",
          hint: "name one with --text; 'kindred columns' lists them")
      }
      // Titles say in few words what a text is about.
      if let titleIndex, !textIndices.contains(titleIndex) { textIndices.append(titleIndex) }
      let names = textIndices.map { "'\(table.columnNames[$0])'" }.joined(separator: ", ")
      notes.append("text read from column \(names) (choose with --text)")
    } else {
      textIndices = try ColumnSelection(configuration.textColumns, in: table, option: "--text")
        .indices
    }
    let identifierIndex =
      if let name = configuration.identifierColumn {
        try ColumnSelection.index(of: name, in: table, option: "--id") as Int?
      } else {
        table.guessedIDColumn()
      }
    if configuration.identifierColumn != nil, let identifierIndex {
      try table.checkDistinct(column: identifierIndex)
    }
    if let last = notes.indices.last, configuration.titleColumn == nil {
      let title = titleIndex.map { "titles from '\(table.columnNames[$0])'" } ?? "no titles"
      let identifier = identifierIndex.map { ", ids from '\(table.columnNames[$0])'" } ?? ""
      notes[last] += ", \(title)\(identifier)"
    }
    let truthIndex = try configuration.truthColumn.map { name throws(InputError) in
      try ColumnSelection.index(of: name, in: table, option: "--truth")
    }
    let required = try configuration.requiredColumns.map { name throws(InputError) in
      try ColumnSelection.index(of: name, in: table, option: "--require")
    }

    let kept =
      required.isEmpty ? Array(0..<table.rowCount) : table.rowsWithText(in: required)
    guard !kept.isEmpty else {
      throw InputError(
        kind: .malformed, code: "rows.none-left", file: file.name,
        message: "--require leaves no row of \(table.rowCount)",
        hint: "require fewer columns")
    }
    let rows = kept.count == table.rowCount ? table : table.selecting(rows: kept)
    texts = rows.joinedTexts(columns: textIndices)
    rowNumbers = kept.map { $0 + 1 }
    titles =
      titleIndex.map { column in
        (0..<rows.rowCount).map { rows.cell(row: $0, column: column) }
      } ?? []
    identifiers =
      identifierIndex.map { column in
        (0..<rows.rowCount).map { rows.cell(row: $0, column: column) }
      } ?? rowNumbers.map(String.init)
    textColumns = textIndices.map { table.columnNames[$0] }
    droppedRowCount = table.rowCount - kept.count
    let taken = textIndices + [titleIndex, identifierIndex].compactMap { $0 }
    profileColumns =
      profilePool.map { ProfileColumn.columns(of: rows, except: taken, pool: $0) } ?? []
    truth = try truthIndex.map { column throws(InputError) in
      try TrueClasses(column: column, of: rows)
    }
    self.notes = notes + (truth.map(\.notes) ?? [])
  }
}
