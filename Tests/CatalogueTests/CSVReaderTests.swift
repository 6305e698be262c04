internal import Catalogue
internal import Matrices
import Testing

struct CSVReaderTests {
  @Test func readsNamesCellsAndLines() throws {
    let read = try table("id,plot\r\n1,\"a \"\"b\"\",\r\nc\"\r\n2, d \r\n")
    #expect(read.columnNames == ["id", "plot"])
    #expect(rows(read) == [["1", "a \"b\",\r\nc"], ["2", " d "]])
    #expect(read.lineNumbers == [2, 4])
    #expect(read.blankLineCount == 0)
    #expect(read.sourceName == "films.csv")
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func lineEndsGiveTheSameTable(end: String) throws {
    let text = ["a,b", "1,2", "", "3,", ",", "\"\",4"].joined(separator: end)
    let expected = [["1", "2"], ["3", ""], ["", ""], ["", "4"]]
    for text in [text, text + end, text + end + end] {
      let read = try table(text)
      #expect(rows(read) == expected)
      #expect(read.lineNumbers == [2, 4, 5, 6])
    }
    #expect(try table(text + end + end).blankLineCount == 2)
  }

  @Test func mixedLineEnds() throws {
    let read = try table("a,b\r1,2\n\r\n3,4\r\r\n5,6")
    #expect(rows(read) == [["1", "2"], ["3", "4"], ["5", "6"]])
    #expect(read.lineNumbers == [2, 4, 6])
    #expect(read.blankLineCount == 2)
  }

  @Test func keepsAnEmptyLastField() throws {
    #expect(rows(try table("a,b\n1,")) == [["1", ""]])
    #expect(rows(try table("a\n\"\"\nx")) == [[""], ["x"]])
    #expect(rows(try table("a,b\n1,\"\"")) == [["1", ""]])
    #expect(rows(try table("a,b\n1,\" x \"")) == [["1", " x "]])
  }

  @Test func dropsAByteOrderMark() throws {
    #expect(try table("\u{FEFF}id,plot\n1,x").columnNames == ["id", "plot"])
    #expect(try table("\u{FEFF}\"id\",plot\n1,x").columnNames == ["id", "plot"])
    let error = try refusal("\u{FEFF}id,plot\n1,\"x")
    #expect(error.line == 2 && error.column == 3 && error.byte == 13)
    #expect(try refusal("\u{FEFF}").kind == .empty)
  }

  @Test func findsTheDelimiter() throws {
    #expect(try table("a;b\n1;2,5").columnNames == ["a", "b"])
    #expect(try table("a\tb\n1\t2").columnNames == ["a", "b"])
    #expect(try table("\n\"x,y\";b\n1;2").columnNames == ["x,y", "b"])
    #expect(try table("a,b;c\n1,2").columnNames == ["a", "b;c"])
    #expect(try table("a,b\tc\n1,2\t3", name: "x.tsv").columnNames == ["a,b", "c"])
    #expect(try table("a b\n1;2").columnNames == ["a b"])
  }

  @Test func namesColumnsWithoutAName() throws {
    #expect(try table("a,,b,\n1,2,3,4").columnNames == ["a", "column 2", "b", "column 4"])
  }

  @Test func pointsAtAnUnterminatedQuote() throws {
    let error = try refusal("id,kind,plot\ns1,é,\"fine\"\ns411,Movie,\"The Long Nig\n1,2,3\n")
    #expect(error.kind == .malformed)
    #expect(error.kind.exitCode == 65)
    #expect(error.code == "csv.unterminated-quote")
    #expect(error.line == 3 && error.column == 12)
    #expect(
      error.report == """
        error[csv.unterminated-quote]: films.csv:3:12: this quoted field is never closed
          3 | s411,Movie,"The Long Nig
            |            ^
          help: double every quote inside a quoted field and close it before the delimiter
        """)
  }

  @Test func pointsAtTextAfterAQuote() throws {
    let error = try refusal("a,b\n1,\"two\nlines\"é\n")
    #expect(error.code == "csv.text-after-quote")
    #expect(error.line == 3 && error.column == 7)
    #expect(error.message.hasPrefix("unexpected 'é' after the quote that closes the field"))
    #expect(error.message.hasSuffix("opened at 2:3"))
    #expect(try refusal("a,b\n\"x\" ,2\n").column == 4)
  }

  @Test func pointsAtABareQuote() throws {
    let error = try refusal("a,b\nx,日5\" disk\n")
    #expect(error.code == "csv.bare-quote")
    #expect(error.line == 2 && error.column == 5)
    #expect(error.excerpt == "x,日5\" disk" && error.caret == 4)
  }

  @Test func countsFields() throws {
    let few = try refusal("a,b,c\n1,2,3\n\n\"x\ny\",2\n")
    #expect(few.code == "csv.field-count")
    #expect(few.description == "films.csv:4:1: 2 fields, the header has 3")
    #expect(try refusal("a,b\n1,2,3\n").description == "films.csv:2:1: 3 fields, the header has 2")
    #expect(try refusal("a,b\n1\n").message == "1 field, the header has 2")
    #expect(try refusal("a,b\n1\n1,\"x").message == "1 field, the header has 2")
  }

  @Test func refusesFilesWithoutRows() throws {
    #expect(try refusal("a,b\n").code == "csv.no-rows")
    #expect(try refusal("a,b").kind == .malformed)
    #expect(try refusal("\n\r\n\n").kind == .empty)
    #expect(try refusal("").kind == .empty)
  }

  @Test func limitsFieldsAndColumns() throws {
    let limits = ReadLimits(fieldBytes: 100, columnCount: 3)
    let long = String(repeating: "x", count: 101)
    #expect(try table("a,b\n1,\(long.dropLast())", limits: limits).rowCount == 1)
    let error = try refusal("a,b\n1,2\n3,\(long)\n", limits: limits)
    #expect(error.code == "csv.field-too-long")
    #expect(error.line == 3 && error.column == 3)
    let open = "a,b\n1,\"" + String(repeating: "y\n", count: 200_000)
    #expect(try refusal(open, limits: limits).code == "csv.field-too-long")
    #expect(try refusal(open, limits: limits).column == 3)
    #expect(try refusal("a,b,c,d\n", limits: limits).code == "csv.too-many-columns")
    let wide = String(repeating: ",", count: 100_000)
    #expect(try refusal(wide + "\n").message == "more than 10,000 columns")
  }

  @Test func refusesWhatIsNotText() throws {
    func refuse(_ stored: [UInt8]) throws -> InputError {
      try complaint {
        _ = try CatalogueTable(reading: InputFile(name: "x.csv", storedBytes: stored))
      }
    }
    let latin = try refuse(Array("a,b\n1,caf".utf8) + [0xE9, 0x20] + Array("x\n".utf8))
    #expect(latin.code == "text.not-utf8")
    #expect(latin.message == "byte 0xE9 is not UTF-8")
    #expect(latin.line == 2 && latin.column == 6 && latin.byte == 9)
    #expect(latin.excerpt == "1,caf\\xe9 x" && latin.caret == 5)
    #expect(latin.hint == "convert it with: iconv -f latin1 -t utf-8")
    for wrong: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xFF]] {
      let error = try refuse(Array("a\n".utf8) + wrong + [0x0A])
      #expect(error.code == "text.not-utf8")
      #expect(error.line == 2 && error.column == 1)
    }
    #expect(try refuse(Array("a\nx".utf8) + [0xE2, 0x82]).message == "ends inside a character")
    #expect(try refuse([0xFF, 0xFE, 0x61, 0]).code == "text.utf16")
    let nul = try refuse(Array("a,b\n1,x\0y\n".utf8))
    #expect(nul.code == "text.nul" && nul.line == 2 && nul.column == 4)
    #expect(nul.excerpt == "1,x\\x00y")
  }

  @Test func selectsRows() throws {
    let read = try table("a,b\n1,2\n3,4\n5,6\n").selecting(rows: [2, 0, 0])
    #expect(rows(read) == [["5", "6"], ["1", "2"], ["1", "2"]])
    #expect(read.lineNumbers == [4, 2, 2])
  }

  @Test func agreesWithPython() throws {
    struct Golden: Decodable {
      struct Table: Decodable {
        let name: String
        let suffix: String
        let bytes: String
        let columns: [String]
        let rows: [[String]]
      }
      let tables: [Table]
    }
    let cases = try golden("catalogue_tables.json", as: Golden.self).tables
    #expect(cases.count == 40)
    for expected in cases {
      let file = try InputFile(name: "x.\(expected.suffix)", storedBytes: bytes(expected.bytes))
      let read = try CatalogueTable(reading: file)
      #expect(read.columnNames == expected.columns, "\(expected.name)")
      #expect(rows(read) == expected.rows, "\(expected.name)")
    }
  }

  @Test(arguments: 0..<200)
  func writtenTablesReadBackTheSame(seed: UInt64) throws {
    var generator = CounterGenerator(seed: seed)
    let pieces = ["a", " ", ",", "\"", "\n", "\r", "\r\n", "é", "😀", ";", "\t", "long text", ""]
    func cell() -> String {
      (0..<generator.nextIndex(below: 6)).map { _ in
        pieces[generator.nextIndex(below: pieces.count)]
      }.joined()
    }
    let columnCount = 1 + generator.nextIndex(below: 6)
    let names = (0..<columnCount).map { "name \($0), \"quoted\"" }
    let cells = (0..<1 + generator.nextIndex(below: 300)).map { _ in
      (0..<columnCount).map { _ in cell() }
    }
    let text = CSVText.row(names) + cells.map { CSVText.row($0) }.joined()
    let read = try table(text)
    #expect(read.columnNames == names)
    #expect(rows(read) == cells)
    var line = 1 + CSVText.row(names).split(separator: "\n").count - 1
    for row in 0..<read.rowCount {
      line += 1
      #expect(read.lineNumbers[row] == line)
      line += lineEnds(in: cells[row])
    }
  }

  /// The line ends in cells, CR LF counted once.
  private func lineEnds(in cells: [String]) -> Int {
    cells.reduce(0) { count, cell in
      var last: Unicode.Scalar = " "
      var count = count
      for scalar in cell.unicodeScalars {
        if scalar == "\r" || (scalar == "\n" && last != "\r") { count += 1 }
        last = scalar
      }
      return count
    }
  }

  @Test(arguments: 0..<100)
  func damagedFilesNeverTrap(seed: UInt64) throws {
    var generator = CounterGenerator(seed: seed, purpose: 1)
    var stored = Array("id,plot\r\n1,\"a \"\"b\"\",\r\nc\"\r\n2,é d \r\n{\"a\": [1, \"x\"]}".utf8)
    for _ in 0..<1 + generator.nextIndex(below: 6) {
      let at = generator.nextIndex(below: stored.count)
      let choices: [UInt8] = [0x22, 0x2C, 0x0A, 0x0D, 0x00, 0x7B, 0xE9, 0x5C, 0x5B]
      switch generator.nextIndex(below: 3) {
      case 0: stored[at] = choices[generator.nextIndex(below: choices.count)]
      case 1: stored.insert(choices[generator.nextIndex(below: choices.count)], at: at)
      default: if stored.count > 1 { stored.removeSubrange(at...) }
      }
      if stored.isEmpty { stored = [0x61] }
    }
    for name in ["x.csv", "x.jsonl", "x.tsv", "x.mtx", "x.npy", "x.npz"] {
      do {
        let file = try InputFile(name: name, storedBytes: stored)
        if file.holdsMatrix {
          _ = try MatrixFile.read(file)
        } else {
          let read = try CatalogueTable(reading: file)
          #expect(read.rowCount > 0 && read.columnCount > 0)
        }
      } catch {
        #expect(error.report.hasPrefix("error[\(error.code)]: \(name)"))
      }
    }
  }
}
