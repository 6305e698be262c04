import Catalogue
import Matrices
import Testing

/// CSV that a spreadsheet takes for data alone.
@Suite struct SpreadsheetTextTests {
  @Test(arguments: [
    ("a,=1+1\n", "a,'=1+1\n"),
    ("\"=HYPERLINK(\"\"x\"\",1)\",b\n", "\"'=HYPERLINK(\"\"x\"\",1)\",b\n"),
    ("+cmd,-x,@SUM(A1)\n", "'+cmd,'-x,'@SUM(A1)\n"), ("\t=1,\"\r=1\"\n", "'\t=1,\"'\r=1\"\n"),
    ("-,+,--1,-1-1,1e5=\n", "'-,'+,'--1,'-1-1,1e5=\n"),
  ])
  func formulasBecomeText(csv: String, safe: String) {
    let bytes = SpreadsheetText.safe(Array(csv.utf8))
    #expect(bytes.starts(with: SpreadsheetText.byteOrderMark))
    #expect(String(decoding: bytes.dropFirst(3), as: UTF8.self) == safe)
    let count = safe.utf8.count - csv.utf8.count
    #expect(SpreadsheetText.formulaCount(in: Array(csv.utf8)) == count)
    #expect(SpreadsheetText.formulaCount(in: bytes) == 0)
  }

  @Test(arguments: [
    "", "\n", "1,-1,+2.5,-.5,-1e-7,1E+3\n", "a=b,a\"\n", "\"a\n=b\",\"x,=y\"\n", "\"\",\"\"\"=\"\n",
    "'1,'tis,'',' =\n", ",,\n", "\"never closed =",
  ])
  func allElseStays(csv: String) {
    #expect(SpreadsheetText.formulaCount(in: Array(csv.utf8)) == 0)
    #expect(SpreadsheetText.safe(Array(csv.utf8)).dropFirst(3).elementsEqual(csv.utf8))
  }

  @Test(arguments: [("'=1\n", "''=1\n"), ("\"'''@,\",'-1\n", "\"''''@,\",''-1\n")])
  func whatHasAnApostropheGetsOneMore(csv: String, safe: String) {
    #expect(SpreadsheetText.formulaCount(in: Array(csv.utf8)) == 0, "it is text already")
    let bytes = SpreadsheetText.safe(Array(csv.utf8))
    #expect(String(decoding: bytes.dropFirst(3), as: UTF8.self) == safe)
  }

  @Test func theApostropheComesOff() {
    for field in ["=1", "-x", "@a", "+", "\ta", "\ra", "'=1", "''-1"] {
      #expect(SpreadsheetText.unprotected("'" + field) == field)
    }
    for field in ["", "'", "''", "'tis", "''x=1", "-1", "=1"] {
      #expect(SpreadsheetText.unprotected(field) == field)
    }
  }

  @Test("Any text comes back from its safe form, which no spreadsheet runs", arguments: 0..<200)
  func roundTrip(seed: UInt64) throws {
    var generator = CounterGenerator(seed: seed)
    let pieces = [
      "'", "'", "=", "+", "-", "@", "\t", "\r", "\n", "\"", ",", " ", "1", ".", "e", "a", "é",
    ]
    let fields = (0..<40).map { _ in
      (0..<generator.nextIndex(below: 6)).map { _ in
        pieces[generator.nextIndex(below: pieces.count)]
      }.joined()
    }
    let quoted = fields.map { field in
      let needsQuotes = field.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
    let csv = "row,text\n" + quoted.enumerated().map { "\($0),\($1)\n" }.joined()
    let safe = SpreadsheetText.safe(Array(csv.utf8))
    #expect(SpreadsheetText.formulaCount(in: safe) == 0, "seed \(seed)")
    let shown = try CatalogueTable(reading: InputFile(name: "x.csv", storedBytes: safe))
    #expect(shown.rowCount == fields.count, "seed \(seed)")
    for (row, field) in fields.enumerated() {
      let back = SpreadsheetText.unprotected(shown.cell(row: row, column: 1))
      #expect(Array(back.utf8) == Array(field.utf8), "seed \(seed), \(field.debugDescription)")
    }
  }
}
