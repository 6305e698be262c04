internal import Catalogue
internal import Experiments
internal import Matrices

/// Catalogues in their formats.
enum TableTargets {
  /// Gzip data expand to no more than this.
  static let byteLimit = 4 << 20

  @Sendable static func csv(_ bytes: [UInt8]) { table(bytes, named: "a.csv") }

  @Sendable static func jsonl(_ bytes: [UInt8]) { table(bytes, named: "a.jsonl") }

  /// A table that was read, written as CSV and read again, is the same; and a complaint can be shown.
  private static func table(_ bytes: [UInt8], named name: String) {
    let limits = ReadLimits(fieldBytes: 512, columnCount: 64)
    do throws(InputError) {
      let file = try InputFile(name: name, storedBytes: bytes, byteLimit: byteLimit)
      let table = try CatalogueTable(reading: file, limits: limits)
      law(table.rowCount > 0 && table.columnCount > 0, "a table without rows was read")
      law(table.columnCount <= limits.columnCount, "too many columns were read")
      law(
        zip(table.lineNumbers, table.lineNumbers.dropFirst()).allSatisfy { $0 < $1 },
        "line numbers do not ascend")
      _ = table.guessedTextColumns()
      _ = table.guessedTitleColumn()
      _ = table.guessedIDColumn()
      _ = table.joinedTexts(columns: Array(0..<table.columnCount))
      check(rows(of: table), separator: ",")
    } catch {
      law(!error.report.isEmpty, "a complaint without words")
      if let line = error.line { law(line >= 1, "a line before the first") }
    }
  }

  private static func rows(of table: CatalogueTable) -> [[String]] {
    (0..<table.rowCount).map { row in
      (0..<table.columnCount).map { table.cell(row: row, column: $0) }
    }
  }

  /// Any texts that are written as CSV or TSV are read back as they were.
  ///
  /// The first byte says how many columns; the rest are cells with a bell between them.
  @Sendable static func roundTrip(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let columnCount = 1 + Int(first >> 1) % 6
    var cells = bytes.dropFirst().split(separator: 7, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self).replacing("\0", with: "0")
    }
    while cells.count % columnCount != 0 { cells.append("") }
    let rows = stride(from: 0, to: cells.count, by: columnCount).map {
      Array(cells[$0..<$0 + columnCount])
    }
    check(rows, separator: first & 1 == 0 ? "," : "\t")
  }

  private static func check(_ rows: [[String]], separator: Character) {
    let header = rows[0].indices.map { "column\($0)" }
    let text = ([header] + rows).map { CSVText.row($0, delimiter: separator) }.joined()
    let name = separator == "," ? "b.csv" : "b.tsv"
    do throws(InputError) {
      let file = try InputFile(name: name, storedBytes: Array(text.utf8))
      let table = try CatalogueTable(reading: file)
      law(table.columnNames == header, "other columns than were written")
      law(
        Self.rows(of: table).elementsEqual(rows) { $0.elementsEqual($1, by: sameBytes) },
        "other cells than were written")
      guard separator == "," else { return }
      let safe = SpreadsheetText.safe(Array(text.utf8))
      law(SpreadsheetText.formulaCount(in: safe) == 0, "safe text that a spreadsheet would run")
      let safeTable = try CatalogueTable(reading: InputFile(name: name, storedBytes: safe))
      for (row, safeRow) in zip(rows, Self.rows(of: safeTable)) {
        for (cell, safeCell) in zip(row, safeRow) {
          law(
            sameBytes(cell, safeCell) || sameBytes("'" + cell, safeCell),
            "a safe cell that is another text")
        }
      }
    } catch {
      fatalError("what was written cannot be read: \(error.report)")
    }
  }

  /// Strings are equal to Swift when they look alike; here every byte counts.
  private static func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }
}
