internal import Catalogue
import Testing

struct InputErrorTests {
  @Test func writesOneShape() {
    let error = InputError(
      kind: .usage, code: "columns.unknown", file: "a\u{1b}[1mb.csv", message: "no column 'x'",
      hint: "look again")
    #expect(error.description == "a\\x1b[1mb.csv: no column 'x'")
    #expect(
      error.report
        == "error[columns.unknown]: a\\x1b[1mb.csv: no column 'x'\n  help: look again")
  }

  @Test func cutsLongLinesAroundTheColumn() throws {
    let left = String(repeating: "é", count: 500)
    let right = String(repeating: "日", count: 500)
    let error = try refusal("a\n\(left)\"\(right)\n")
    #expect(error.line == 2 && error.column == 501)
    let excerpt = try #require(error.excerpt)
    let caret = try #require(error.caret)
    let letters = Array(excerpt.unicodeScalars)
    #expect(letters.count <= 84)
    #expect(letters[caret] == "\"")
    #expect(letters.first == "…" && letters.last == "…")
  }

  @Test func escapesWhatCannotBeSeen() throws {
    let error = try refusal("a,b\n\u{1b}[31m\u{202E}\t,x\"\n")
    #expect(error.excerpt == "\\x1b[31m\\u{202e}\\t,x\"")
    let caret = try #require(error.caret)
    #expect(Array(error.excerpt ?? "")[caret] == "\"")
    #expect(error.column == 10)
    #expect(VisibleText.escaping("é\u{9b}\n\u{7f}") == "é\\u{9b}\\n\\x7f")
  }

  @Test func writesNumbers() {
    #expect(VisibleText.grouped(1_204_331) == "1,204,331")
    #expect(VisibleText.grouped(-100) == "-100" && VisibleText.grouped(-1000) == "-1,000")
    #expect(VisibleText.byteCount(16 << 20) == "16 MiB")
    #expect(VisibleText.byteCount(1536) == "1.5 KiB")
    #expect(VisibleText.byteCount(Int.max) == "8 EiB" && VisibleText.byteCount(1) == "1 byte")
  }

  @Test func quotesCells() {
    #expect(CSVText.field("plain text") == "plain text")
    #expect(CSVText.field("a,b") == "\"a,b\"" && CSVText.field("a,b", delimiter: ";") == "a,b")
    #expect(CSVText.field("a\"b") == "\"a\"\"b\"")
    #expect(CSVText.field("a\r") == "\"a\r\"" && CSVText.field("\n") == "\"\n\"")
    #expect(CSVText.field("\"\u{301}") == "\"\"\"\u{301}\"")
    #expect(CSVText.row(["a", "", "c"]) == "a,,c\n" && CSVText.row([""]) == "\"\"\n")
  }
}
