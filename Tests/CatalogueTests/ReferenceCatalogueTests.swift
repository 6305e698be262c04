internal import Catalogue
internal import Foundation
import Testing

private let referencePath = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../../shared/data/netflix_titles_2019.csv").standardized.path

struct ReferenceCatalogueTests {
  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: referencePath),
      "the reference catalogue is not beside this package"))
  func readsEveryRow() throws {
    let read = try CatalogueTable(reading: InputFile.read(path: referencePath))
    #expect(read.rowCount == 7787 && read.columnCount == 12)
    #expect(read.columnNames.first == "show_id" && read.columnNames.last == "description")
    #expect(read.blankLineCount == 0)
    #expect(read.guessedTextColumns() == [11])
    #expect(read.guessedTitleColumn() == 2)
    #expect(read.guessedIDColumn() == 0)
    let required = try ColumnSelection(list: "date_added,rating", in: read, option: "--require")
    #expect(read.rowsWithText(in: required.indices).count == 7770)
    #expect(read.rowsWithText(in: [11]).count == 7787)
    #expect(Set((0..<7787).map { read.cell(row: $0, column: 11) }).count == 7787 - 18)
    for row in 0..<7787 { #expect(read.cell(row: row, column: 0) == "s\(row + 1)") }
  }
}
