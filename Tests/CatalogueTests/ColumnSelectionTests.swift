internal import Catalogue
internal import Matrices
import Testing

struct ColumnSelectionTests {
  private let films: CatalogueTable

  init() throws {
    films = try table(
      """
      show_id,title,director,title,description,2,two words
      s1,A,,x,long text here,q,1
      s2,B,\u{00A0},y,\t ,q,2
      s3,C,Dee,z,longer text there,q,3
      """)
  }

  @Test func findsNamesAndNumbers() throws {
    #expect(try ColumnSelection(["director", "5"], in: films).indices == [2, 4])
    #expect(try ColumnSelection(list: "director, description,3", in: films).indices == [2, 4])
    #expect(try ColumnSelection(list: "two words", in: films).indices == [6])
    #expect(try ColumnSelection.index(of: "2", in: films) == 5)
    #expect(try ColumnSelection.index(of: "7", in: films) == 6)
  }

  @Test func refusesUnknownColumns() throws {
    let unknown = try complaint { _ = try ColumnSelection(["descripton"], in: films) }
    #expect(unknown.kind == .usage && unknown.kind.exitCode == 64)
    #expect(unknown.code == "columns.unknown")
    #expect(unknown.message == "no column 'descripton'; did you mean 'description'?")
    #expect(
      unknown.hint
        == "the columns are: show_id, title, director, title, description, 2, two words")
    let range = try complaint { _ = try ColumnSelection.index(of: "14", in: films) }
    #expect(range.message == "--text 14: the file has 7 columns" && range.kind == .usage)
    #expect(try complaint { _ = try ColumnSelection.index(of: "0", in: films) }.kind == .usage)
    #expect(try complaint { _ = try ColumnSelection(list: ", ", in: films) }.code == "columns.none")
  }

  @Test func refusesRepeatedNamesOnlyWhenUsed() throws {
    let error = try complaint { _ = try ColumnSelection(["title"], in: films, option: "--title") }
    #expect(error.kind.exitCode == 65)
    #expect(error.message == "two columns are called 'title' (2, 4)")
    #expect(error.hint == "choose by number: --title 2")
    #expect(try ColumnSelection(["4"], in: films).indices == [3])
  }

  @Test func joinsTexts() throws {
    #expect(
      films.joinedTexts(columns: [1, 2, 4]).strings()
        == ["A long text here", "B", "C Dee longer text there"])
    #expect(films.joinedTexts(columns: [2], separator: "|").strings() == ["", "", "Dee"])
    #expect(films.joinedTexts(columns: []).strings() == ["", "", ""])
  }

  @Test func findsRowsWithText() {
    #expect(films.rowsWithText(in: [4]) == [0, 2])
    #expect(films.rowsWithText(in: [2, 4]) == [2])
    #expect(films.rowsWithText(in: []) == [0, 1, 2])
    #expect(films.isBlank(row: 1, column: 2) && films.isBlank(row: 1, column: 4))
    #expect(!films.isBlank(row: 0, column: 0))
  }

  @Test func guessesColumns() throws {
    #expect(films.guessedTextColumns() == [4])
    #expect(films.guessedTitleColumn() == 1)
    #expect(films.guessedIDColumn() == 0)
    let plain = try table("Name,a,id\nx,some words,1\ny,more words,1\n")
    #expect(plain.guessedTextColumns() == [1])
    #expect(plain.guessedTitleColumn() == 0)
    #expect(plain.guessedIDColumn() == nil)
    #expect(try table("a,b\n1,2\n").guessedTitleColumn() == nil)
  }

  @Test func findsRepeatedIDs() throws {
    try films.checkDistinct(column: 0)
    let repeated = try table("id,t\na,1\n\nb,1\na,2\n")
    let error = try complaint { try repeated.checkDistinct(column: 0) }
    #expect(error.description == "films.csv:5: id 'a' is already on line 2")
  }

  @Test func findsNearNames() {
    let names = ["sweep", "cluster", "tree", "export", "recommend", "score", "columns"]
    #expect(nearestNames(to: "clutser", in: names) == ["cluster"])
    #expect(nearestNames(to: "Recomend", in: names) == ["recommend"])
    #expect(nearestNames(to: "scor", in: names) == ["score"])
    #expect(nearestNames(to: "zzzz", in: names).isEmpty)
    #expect(nearestNames(to: "", in: names).isEmpty)
    #expect(nearestNames(to: "abd", in: ["abe", "abc", "abd"], limit: 2) == ["abd", "abe"])
    #expect(nearestNames(to: "films", in: ["films.csv"], limit: 1) == ["films.csv"])
  }
}
