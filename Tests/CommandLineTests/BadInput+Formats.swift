import Foundation

extension BadInput {
  /// Encodings, compression and limits, seen by every command that reads a catalogue.
  static let moreUnreadableCatalogues = unreadable.map { name, contents, exitCode, fragments in
    BadInput(
      name: name, files: contents.map { ["films.csv": $0] } ?? ["films.csv/a": Data()],
      arguments: [], exitCodes: [exitCode], fragments: fragments)
  }

  private static let unreadable: [(String, Data?, Int32, [String])] = [
    ("a folder of that name", nil, Int32(66), ["films.csv", "is a folder"]),
    (
      "UTF-16 without a mark", Data("id,title\n1,a\n".utf16.flatMap { [UInt8($0 & 0xFF), 0] }), 65,
      ["films.csv", "looks like UTF-16", "iconv -f utf-16le"]
    ),
    (
      "UTF-16, big end first", Data("id,title\n1,a\n".utf16.flatMap { [0, UInt8($0 & 0xFF)] }), 65,
      ["films.csv", "iconv -f utf-16be"]
    ),
    (
      "a surrogate in UTF-8", Sample.catalogue(replacing: 5, with: [0x73, 0x2C, 0xED, 0xA0, 0x80]),
      65, ["films.csv:5:3:", "0xED"]
    ),
    (
      "beyond Unicode", Sample.catalogue(replacing: 5, with: [0x73, 0x2C, 0xF4, 0x90, 0x80, 0x80]),
      65, ["films.csv:5:3:", "0xF4"]
    ),
    (
      "cut inside the last character", Sample.catalogue + [0x73, 0x2C, 0xE2, 0x82], 65,
      ["films.csv:14:3:", "ends inside a character"]
    ),
    ("blank lines alone", Data("\n\r\n\n".utf8), 66, ["films.csv", "nothing but blank lines"]),
    (
      "gzip without its end", Sample.gzip(Sample.catalogue).dropLast(5), 65,
      ["films.csv", "ends early after"]
    ),
    (
      "gzip with another checksum", Sample.gzip(Sample.catalogue, checksum: 1), 65,
      ["films.csv", "wrong checksum", "damaged"]
    ),
    (
      "gzip with another length", Sample.gzip(Sample.catalogue, length: 1), 65,
      ["films.csv", "wrong checksum"]
    ),
    (
      "gzip and something after it", Sample.gzip(Sample.catalogue) + Data("more".utf8), 65,
      ["films.csv", "something else than gzip data follows"]
    ),
    (
      "gzip of gzip", Sample.gzip(Sample.gzip(Sample.catalogue)), 65,
      ["films.csv", "compressed twice", "gunzip"]
    ),
    ("gzip of nothing", Sample.gzip(Data()), 66, ["films.csv", "empty once expanded"]),
    (
      "a field of 17 MiB",
      Sample.catalogue(replacing: 4, with: Array("s3,".utf8) + long + Array(",y\n".utf8)), 65,
      ["films.csv:4:4:", "longer than 16 MiB", "--max-field"]
    ),
    (
      "a quote that opens 17 MiB",
      Sample.catalogue(replacing: 4, with: Array("s3,\"".utf8) + long + Array(",y\n".utf8)), 65,
      ["films.csv:4:4:", "longer than 16 MiB", "close the quote"]
    ),
    (
      "100,000 columns", Data((String(repeating: "c,", count: 99_999) + "c\n").utf8), 65,
      ["films.csv:1:1:", "more than 10,000 columns", "--max-columns"]
    ),
    (
      "a bare quote", Sample.catalogue(replacing: 4, with: "s3,5\" disk,text\n"), 65,
      ["films.csv:4:5:", "quote inside a field", "double the quotes"]
    ),
    (
      "no header", Data(Sample.rows.joined().utf8), 64,
      ["films.csv", "no column 'description'", "first line must name them"]
    ),
    (
      "two columns of one name",
      Data(
        String(decoding: Sample.catalogue, as: UTF8.self).replacing("title", with: "description")
          .utf8), 65, ["films.csv", "two columns are called 'description' (2, 3)", "--text 2"]
    ),
  ]

  private static let long = [UInt8](repeating: UInt8(ascii: "x"), count: 17 << 20)

  /// Lines of JSON that are none, after twelve that are.
  static let damagedLines = noLines.map { name, line, fragments in
    lines("JSON lines: \(name)", goodLines + line, 65, fragments)
  }

  private static let noLines: [(String, String, [String])] = [
    ("a list", "[1]", ["f.jsonl:13:1:", "begins with '{'"]),
    ("a text", "\"x\"", ["f.jsonl:13:1:"]),
    ("an object that ends early", "{\"title\":", ["f.jsonl:13:10:", "end of the line"]),
    ("two values", "{\"title\":\"a\" \"b\"}", ["f.jsonl:13:14:", "',' or '}'"]),
    ("a key twice", "{\"title\":\"a\",\"title\":\"b\"}", ["13:14:", "'title' appears twice"]),
    ("a nested value", "{\"title\":{\"a\":1}}", ["13:10:", "'title' holds a nested value"]),
    (
      "10,000 levels", "{\"title\":" + String(repeating: "[", count: 10_000),
      ["13:10:", "nested deeper than 256"]
    ),
    ("a number with a leading zero", "{\"title\":01}", ["13:11:"]),
    ("an unknown escape", "{\"title\":\"\\x\"}", ["13:11:", "unknown escape"]),
    ("half a pair", "{\"title\":\"\\ud800\"}", ["13:11:", "surrogate pair"]),
    ("an escaped NUL", "{\"title\":\"\\u0000\"}", ["13:11:", "NUL"]),
    ("a tab in a text", "{\"title\":\"a\tb\"}", ["13:12:", "control character"]),
    ("no value", "{\"title\":NaN}", ["13:10:", "expected a value"]),
    ("a comma too many", "{\"title\":\"a\",}", ["13:14:", "a key in quotes"]),
    ("an open text", "{\"title\":\"abc", ["13:10:", "never closed"]),
    ("two objects", "{\"title\":\"a\"}{}", ["13:14:", "end of the line"]),
    ("a comment", "// more", ["13:1:"]),
    (
      "10,001 keys", "{" + (0...10_000).map { "\"k\($0)\":1" }.joined(separator: ",") + "}",
      ["f.jsonl:13:", "different keys"]
    ),
  ]

  /// Files of JSON that are no lines of objects.
  static let damagedLineFiles: [BadInput] = [
    lines(
      "JSON: an array", "[{\"title\":\"a\"}]", 65, ["f.jsonl:1:1:", "one object a line", "jq"]),
    lines("JSON: an indented object", "{\n\"title\":\"a\"\n}", 65, ["f.jsonl:1:2:"]),
    lines("JSON: objects without keys", "{}\n{}\n", 65, ["f.jsonl", "none of the objects"]),
    lines("JSON: blank lines", "\n\n", 66, ["f.jsonl", "blank lines"]),
    lines(
      "JSON: a mistyped column", goodLines, 64, ["no column 'titel'", "did you mean 'title'"],
      options: ["--text", "titel"]),
    lines("JSON: no text at all", "{\"a\":null}\n{\"a\":null}\n", 65, ["no row has any text"]),
  ]

  private static let goodLines = Sample.rows.map { row in
    "{\"title\":\"\(row.split(separator: ",")[2].dropLast())\"}\n"
  }.joined()

  private static func lines(
    _ name: String, _ text: String, _ exitCode: Int32, _ fragments: [String],
    options: [String] = []
  ) -> BadInput {
    BadInput(
      name: name, files: ["f.jsonl": Data(text.utf8)], arguments: ["check", "f.jsonl"] + options,
      exitCodes: [exitCode], fragments: fragments)
  }
}
