import Foundation
import Testing

/// Catalogues and matrices that look wrong and are read well all the same.
@Suite struct OddInputTests {
  /// Contents, the name of the file, and what `check` says of the rows in it.
  private static let odd: [(name: String, file: String, contents: Data, rows: Int)] = {
    let plain = String(decoding: Sample.catalogue, as: UTF8.self)
    let text: [(String, String, Int)] = [
      ("carriage returns alone", plain.replacing("\n", with: "\r"), 12),
      ("both line ends", plain.replacing("\ns7", with: "\r\ns7"), 12),
      ("no line end at the end", String(plain.dropLast()), 12),
      ("an empty last field without line end", plain + "s13,Title 13,", 13),
      ("a field over lines", plain + "s13,\"a\nb\",\"killer\r\nharbor\"\n", 13),
      ("blank lines between", plain.replacing("\ns7", with: "\n\n\r\n\ns7"), 12),
      ("a header without a name", plain.replacing("title,", with: ","), 12),
      ("two columns of one name that nobody asks for", plain.replacing("title,", with: "id,"), 12),
      ("semicolons", plain.replacing(",", with: ";"), 12),
      (
        "quotes around all",
        plain.replacing("detective", with: "\"\"detective\"\"")
          .split(separator: "\n").map { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map { "\"\($0)\"" }
              .joined(separator: ",")
          }.joined(separator: "\n"), 12
      ),
      (
        "a text of 100,000 bytes",
        plain + "s13,T," + String(repeating: "killer harbor ", count: 8_000) + "\n", 13
      ),
      (
        "a word of 100,000 bytes",
        plain + "s13,T,killer " + String(repeating: "x", count: 100_000) + "\n", 13
      ),
      ("controls and marks of direction", plain + "\u{1B}[31m,\u{202E}\u{7},harbor killer\n", 13),
    ]
    let tabs = plain.replacing(",", with: "\t")
    let lines = Sample.rows.map {
      "{\"text\":\"\($0.dropLast())\",\"list\":[\"a\",2],\"none\":null}"
    }
    return text.map { ($0.0, "films.csv", Data($0.1.utf8), $0.2) } + [
      ("a mark before", "films.csv", Data([0xEF, 0xBB, 0xBF]) + Sample.catalogue, 12),
      ("gzip that is called .csv", "films.csv", Sample.gzip(Sample.catalogue), 12),
      (
        "gzip of two members", "films.csv.gz",
        Sample.gzip(Sample.catalogue) + Sample.gzip(Data("s13,T,harbor\n".utf8)), 13
      ),
      ("tabs", "films.tsv", Data(tabs.utf8), 12),
      ("lines of JSON", "films.jsonl", Data(lines.joined(separator: "\n").utf8), 12),
      ("lines of JSON without an ending", "films", Data(lines.joined(separator: "\r\n").utf8), 12),
      (
        "repeated entries", "X.mtx",
        Sample.matrixMarket("3 3 4\n1 1 1\n1 1 2\n2 2 1\n3 3 1\n"), 3
      ),
      ("a number too small", "X.mtx", Sample.matrixMarket("3 3 2\n1 1 1e-400\n2 2 1\n"), 3),
      ("line ends of DOS", "X.mtx", Sample.matrixMarket("2 2 2\r\n1 1 1\r\n2 2 1\r\n"), 2),
      ("an archive", "X.npz", Sample.zip(Sample.csr()), 4),
      (
        "columns in any order", "X.npz",
        Sample.zip(Sample.csr(replacing: ["indices.npy": Sample.integers([2, 0, 1, 0, 2, 1])])), 4
      ),
      (
        "entries outside of the archive", "X.npz",
        Sample.zip(Sample.csr() + [("../evil.npy", Data("x".utf8)), ("/tmp-evil", Data())]), 4
      ),
      (
        "big numbers first", "X.npy",
        Sample.npy(
          "{'descr': '>f8', 'fortran_order': True, 'shape': (2, 2), }",
          data: [0x3F, 0xF0] + [UInt8](repeating: 0, count: 30)), 2
      ),
    ]
  }()

  @Test(arguments: odd.indices) func isRead(index: Int) throws {
    let input = Self.odd[index]
    try withTemporaryFolder { folder in
      try input.contents.write(to: folder.appending(path: input.file))
      let result = try CommandRunner(currentFolder: folder)
        .run(["check", input.file, "--format", "json"])
      try #require(result.exitCode == 0, "\(input.name): \(result)")
      #expect(try result.object()["rows"] as? Int == input.rows, "\(input.name): \(result)")
      #expect(try snapshot(of: folder).keys.sorted() == [input.file], "\(input.name)")
    }
  }

  @Test func limitsThatAreRaisedLetMoreIn() throws {
    try withTemporaryFolder { folder in
      let word = String(repeating: "killer harbor ", count: 1_250_000)
      let columns = String(repeating: "c,", count: 10_000) + "text\n"
      let cells = String(repeating: "a,", count: 10_000) + "harbor killer\n"
      try Data((Sample.header + "s1,T,\(word)\n").utf8).write(
        to: folder.appending(path: "long.csv"))
      try Data((columns + cells + cells).utf8).write(to: folder.appending(path: "wide.csv"))
      let runner = CommandRunner(currentFolder: folder)
      for arguments in [
        ["check", "long.csv", "--text", "description", "--max-field", "20MiB"],
        ["check", "wide.csv", "--text", "text", "--max-columns", "20000"],
      ] {
        #expect(try runner.run(arguments.dropLast(2)).exitCode == 65)
        let result = try runner.run(arguments)
        #expect(result.exitCode == 0, "\(result)")
      }
    }
  }

  @Test func argumentsInAnyOrderEndWithACodeOfTheContract() throws {
    let words =
      ["sweep", "cluster", "tree", "cut", "export", "predict", "recommend", "features", "score"]
      + ["check", "columns", "info", "help", "films.csv", "nope.csv", "run", "-", "--", "", " "]
      + ["--k", "2...3", "2", "0", "--out", "out", "--text", "description", "--title", "--force"]
      + ["--format", "json", "csv", "xml", "-q", "-v", "--threads", "1", "--lsa", "none", "auto"]
      + ["--algorithm", "ward", "--metric", "cosine", "--seed", "-1", "--dry-run", "--what"]
      + ["labels,tree", "--top", "3", "--id", "s1", "Title 1", "--labels", "--explain", "--height"]
      + ["1e400", "--cut", "\u{1B}[31m", "--config", "--=", "-k", "--k=2", "--holdout", "0.5"]
    let codes: Set<Int32> = [0, 1, 64, 65, 66, 71, 73, 77, 78]
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let runner = CommandRunner(currentFolder: folder)
      try #require(try runner.run(["sweep", "films.csv", "--out", "run", "-q"]).exitCode == 0)
      for _ in 0..<60 {
        let count = Int.random(in: 1...7)
        let arguments = (0..<count).compactMap { _ in words.randomElement() }
        let result = try runner.run(arguments)
        #expect(codes.contains(result.exitCode), "\(result)")
        if result.exitCode != 0 {
          let isComplaint =
            result.errors.contains("help: ") || result.errors.contains("\"hint\"")
            || result.errors.contains("kindred --help")
          #expect(isComplaint, "\(result)")
        }
      }
    }
  }
}
