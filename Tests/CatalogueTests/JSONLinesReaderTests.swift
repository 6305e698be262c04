internal import Catalogue
import Testing

struct JSONLinesReaderTests {
  private func refuse(_ text: String) throws -> InputError { try refusal(text, name: "x.jsonl") }

  @Test func readsObjects() throws {
    let read = try table(
      """
      {"id": 1, "title": "A \\"b\\" \\u00e9\\ud83d\\ude00\\n", "tags": ["x", "y", 3, true]}

      {"title":"second","year":-1.50e+3,"ok":false,"none":null}\r
      {}
      """, name: "x.jsonl")
    #expect(read.columnNames == ["id", "title", "tags", "year", "ok", "none"])
    #expect(
      rows(read) == [
        ["1", "A \"b\" é😀\n", "x, y, 3, true", "", "", ""],
        ["", "second", "", "-1.50e+3", "false", ""],
        ["", "", "", "", "", ""],
      ])
    #expect(read.lineNumbers == [1, 3, 4])
    #expect(read.blankLineCount == 1)
  }

  @Test func keepsKeysApart() throws {
    let read = try table(
      "{\"a\":\"1\",\"b\":\"2\"}\n{\"b\":\"3\",\"c\":\"4\",\"a\":\"5\"}\n{\"c\":\"6\"}\n",
      name: "x.jsonl")
    #expect(read.columnNames == ["a", "b", "c"])
    #expect(rows(read) == [["1", "2", ""], ["5", "3", "4"], ["", "", "6"]])
  }

  @Test func pointsAtMistakes() throws {
    func expect(
      _ text: String, _ code: String, _ line: Int, _ column: Int,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let error = try refuse(text)
      #expect(error.code == code, sourceLocation: sourceLocation)
      #expect(error.line == line, sourceLocation: sourceLocation)
      #expect(error.column == column, sourceLocation: sourceLocation)
    }
    try expect("[{\"a\":1}]", "jsonl.array", 1, 1)
    try expect("{\"a\":1}\n3\n", "jsonl.not-an-object", 2, 1)
    try expect("{\"a\":1}\n{\"a\":1} x\n", "jsonl.text-after-object", 2, 9)
    try expect("{\"a\":\"é\",\"b\":{}}", "jsonl.nested", 1, 14)
    try expect("{\"a\":[1,[2]]}", "jsonl.nested", 1, 6)
    try expect("{\"a\":1,\"a\":2}", "jsonl.duplicate-key", 1, 8)
    try expect("{\"a\":\"x\n\"}", "jsonl.unterminated-string", 1, 6)
    try expect("{\"a\":\"x\ty\"}", "jsonl.control-character", 1, 8)
    try expect("{\"a\":\"\\ud800\"}", "jsonl.escape", 1, 7)
    try expect("{\"a\":\"\\ud800\\u0041\"}", "jsonl.escape", 1, 7)
    try expect("{\"a\":\"\\u0000\"}", "jsonl.escape", 1, 7)
    try expect("{\"a\":\"\\x\"}", "jsonl.escape", 1, 7)
    try expect("{\"a\":01}", "jsonl.syntax", 1, 7)
    try expect("{\"a\":1.}", "jsonl.syntax", 1, 8)
    try expect("{\"a\":NaN}", "jsonl.syntax", 1, 6)
    try expect("{\"a\":tru}", "jsonl.syntax", 1, 6)
    try expect("{\"a\":1,}", "jsonl.syntax", 1, 8)
    try expect("{\"a\" 1}", "jsonl.syntax", 1, 6)
    try expect("{a:1}", "jsonl.syntax", 1, 2)
    try expect("{\"a\":1\n", "jsonl.syntax", 1, 7)
    try expect("{\"a\":\"\\", "jsonl.syntax", 1, 8)
  }

  @Test func refusesDeepNestingWithoutRecursion() throws {
    let deep = "{\"a\":" + String(repeating: "[", count: 1_000_000)
    #expect(try refuse(deep).message == "nested deeper than 256")
    #expect(try refuse("{\"a\":" + String(repeating: "{\"b\":", count: 10_000)).kind == .malformed)
    #expect(try refuse("{\"a\":[[1]]}").message.hasPrefix("key 'a' holds a nested value"))
  }

  @Test func refusesEmptiness() throws {
    #expect(try refuse("\n\n").kind == .empty)
    #expect(try refuse("{}\n{}\n").code == "jsonl.no-keys")
  }

  @Test func limitsFieldsAndKeys() throws {
    let limits = ReadLimits(fieldBytes: 4, columnCount: 2)
    let long = try refusal("{\"a\":\"12345\"}", name: "x.jsonl", limits: limits)
    #expect(long.code == "jsonl.field-too-long" && long.column == 6)
    let many = try refusal("{\"a\":1,\"b\":1,\"c\":1}", name: "x.jsonl", limits: limits)
    #expect(many.code == "jsonl.too-many-columns" && many.column == 14)
  }
}
