import Foundation
import Testing

/// The same rows in another format are the same rows.
@Suite struct InputFormatTests {
  static let tsv = Data(
    String(decoding: Sample.catalogue, as: UTF8.self).replacing(",", with: "\t").utf8)
  static let semicolons = Data(
    String(decoding: Sample.catalogue, as: UTF8.self).replacing(",", with: ";").utf8)
  static let jsonLines: Data = {
    let lines = String(decoding: Sample.catalogue, as: UTF8.self).split(separator: "\n")
    let objects = lines.dropFirst().map { line in
      let cells = line.split(separator: ",")
      return "{\"id\": \"\(cells[0])\", \"title\": \"\(cells[1])\","
        + " \"description\": \"\(cells[2])\"}\n"
    }
    return Data(objects.joined().utf8)
  }()

  @Test func everyCatalogueFormatGivesTheSameMatrix() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let inputs: [(String, Data)] = [
        ("a.csv", Sample.catalogue), ("a.tsv", Self.tsv), ("a.jsonl", Self.jsonLines),
        ("semicolons.csv", Self.semicolons),
        ("a.csv.gz", try gzip(Sample.catalogue)), ("a.tsv.gz", try gzip(Self.tsv)),
        ("a.jsonl.gz", try gzip(Self.jsonLines)), ("zipped.csv", try gzip(Sample.catalogue)),
      ]
      var matrices: [Data] = []
      for (name, bytes) in inputs {
        try bytes.write(to: folder.appending(path: name))
        matrices.append(try matrix(of: name, stdin: Data(), runner))
        matrices.append(try matrix(of: "-", stdin: bytes, runner))
      }
      #expect(matrices.count == 16)
      #expect(Set(matrices).count == 1)
    }
  }

  @Test func columnsAreChosenByNameOrNumber() throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let runner = CommandRunner(currentFolder: folder)
      var labels: [Data] = []
      for columns in [["title,description", "id", "title"], ["2,3", "1", "2"]] {
        let result = try runner.run([
          "cluster", "films.csv", "--text", columns[0], "--id", columns[1], "--title", columns[2],
          "--k", "3", "--out", "out", "--force",
        ])
        try #require(result.exitCode == 0, "\(result)")
        labels.append(try Data(contentsOf: folder.appending(path: "out/labels.csv")))
      }
      #expect(labels[0] == labels[1])
      #expect(String(decoding: labels[0], as: UTF8.self).contains("\n1,s1,Title 1,"))
    }
  }

  @Test func aMatrixFromFeaturesClustersAsItsCatalogue() throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let runner = CommandRunner(currentFolder: folder)
      for (options, matrix) in [([], "X.npz"), (["--lsa", "5"], "X.npy")] {
        let text = ["films.csv", "--text", "description"] + options
        let features = try runner.run(["features"] + text + ["--out", matrix])
        try #require(features.exitCode == 0, "\(features)")
        var labels: [Data] = []
        for input in [text, [matrix]] {
          let result = try runner.run(
            ["cluster"] + input + ["--k", "3", "--out", "out", "--force"])
          try #require(result.exitCode == 0, "\(result)")
          labels.append(try Data(contentsOf: folder.appending(path: "out/labels.npy")))
        }
        #expect(labels[0] == labels[1])
      }
      // LSA of the written matrix is LSA of the catalogue.
      let reduced = try runner.run(["features", "X.npz", "--lsa", "5", "--out", "Y.npy"])
      try #require(reduced.exitCode == 0, "\(reduced)")
      #expect(
        try Data(contentsOf: folder.appending(path: "X.npy"))
          == Data(contentsOf: folder.appending(path: "Y.npy")))
    }
  }

  @Test(arguments: ["--text", "--title", "--stem", "--min-df", "--require"])
  func optionsAboutTextsAreRefusedForAMatrix(option: String) throws {
    try withTemporaryFolder { folder in
      try Sample.matrixMarket("3 2 3\n1 1 1\n2 2 1\n3 1 2\n")
        .write(to: folder.appending(path: "X.mtx"))
      let runner = CommandRunner(currentFolder: folder)
      #expect(try runner.run(["cluster", "X.mtx", "--k", "2"]).exitCode == 0)
      let value = option == "--min-df" ? "1" : "english"
      let result = try runner.run(["cluster", "X.mtx", "--k", "2", option, value])
      #expect(result.exitCode == 64)
      #expect(result.errors.contains("X.mtx: is a matrix, and \(option)"), "\(result)")
    }
  }

  private func matrix(of input: String, stdin: Data, _ runner: CommandRunner) throws -> Data {
    let result = try runner.run(
      ["features", input, "--text", "description", "--out", "X.npz", "--force"], input: stdin)
    try #require(result.exitCode == 0, "\(result)")
    return try Data(contentsOf: runner.currentFolder.appending(path: "X.npz"))
  }

  /// The bytes as gzip packs them.
  private func gzip(_ bytes: Data) throws -> Data {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "bytes")
      try bytes.write(to: file)
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = ["gzip", file.path]
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
      return try Data(contentsOf: folder.appending(path: "bytes.gz"))
    }
  }
}
