import Foundation
import Testing

/// Real output, held against the schemas in Documentation/schemas by Python's jsonschema.
@Suite struct SchemaTests {
  static let test = packageFolder.appending(path: "Dataset/test.csv").path

  /// A schema, and the command whose standard output it describes.
  static let outputs: [(schema: String, arguments: [String])] = [
    ("command-sweep", ["sweep", "films.csv", "--k", "1...4", "--out", "plain"]),
    (
      "command-sweep",
      [
        "sweep", RunFolderTests.train, "--k", "2...4", "--algorithm", "kmeans,ward,minibatch",
        "--n-init",
        "2", "--stability", "restarts", "--holdout", "0.2", "--gap", "2", "--truth", "type",
        "--explain",
        "3", "--out", "full",
      ]
    ),
    ("command-explain", ["sweep", "full", "--explain", "3"]),
    ("command-sweep", ["sweep", "same.csv", "--k", "2...3"]),
    (
      "command-cluster",
      [
        "cluster", RunFolderTests.train, "--k", "3", "--test", test, "--seed",
        "18446744073709551615",
        "--out", "one",
      ]
    ),
    ("command-cluster", ["cluster", "films.csv", "--k", "1", "--out", "lone"]),
    ("command-cluster", ["cluster", "films.csv", "--k", "12"]),
    ("command-plan", ["sweep", "films.csv", "--k", "1...4", "--dry-run"]),
    ("command-plan", ["cluster", "films.csv", "--k", "2", "--out", "x", "--dry-run"]),
    ("command-plan", ["tree", "films.csv", "--dry-run"]),
    (
      "command-plan",
      [
        "sweep", RunFolderTests.train, "--gap", "2", "--stability", "samples", "--holdout", "0.2",
        "--dry-run",
      ]
    ),
    ("command-tree", ["tree", RunFolderTests.train, "--cut", "4", "--truth", "type"]),
    ("command-explain", ["export", "full", "--explain", "3"]),
    ("command-tree", ["tree", "films.csv", "--cut", "3", "--cophenetic", "--out", "tree"]),
    ("command-tree", ["tree", "films.csv", "--cut", "1", "--micro", "4"]),
    ("command-tree", ["tree", "same.csv", "--cophenetic"]),
    ("command-tree-cut", ["tree", "cut", "tree", "--k", "2"]),
    ("command-tree-cut", ["tree", "cut", "tree", "--k", "2", "--score"]),
    ("command-tree-cut", ["tree", "cut", "tree", "--k", "1", "--score"]),
    ("command-export", ["export", "full", "--out", "-"]),
    ("command-export", ["export", "lone", "--out", "-"]),
    ("command-predict", ["predict", "one", test, "--out", "new.csv"]),
    ("command-predict", ["predict", "lone", "films.csv", "--out", "new1.csv"]),
    ("command-recommend", ["recommend", "one", "Dead Drop-Off", "--top", "3"]),
    ("command-features", ["features", "films.csv", "--out", "X.npz"]),
    ("command-score", ["score", "X.npz", "--labels", "lone/labels.npy"]),
    (
      "command-score",
      ["score", RunFolderTests.train, "--labels", "one/labels.csv", "--truth", "type"]
    ),
    ("command-check", ["check", "films.csv"]), ("command-check", ["check", "X.npz"]),
    ("command-columns", ["columns", "films.csv"]), ("command-info", ["info"]),
    ("command-bench", ["bench", "--rows", "200", "--k", "3", "--repetitions", "2"]),
    (
      "command-bench",
      ["bench", "films.csv", "--stages", "features,lloyd", "--k", "3", "--repetitions", "1"]
    ),
  ]

  static let files: [(schema: String, file: String)] =
    ["plain", "full", "one", "lone", "tree"].flatMap { folder in
      [
        ("file-run", "\(folder)/run.json"), ("file-timing", "\(folder)/timing.json"),
        ("file-clusters", "\(folder)/clusters.json"), ("file-sweep", "\(folder)/sweep.json"),
      ]
    }

  /// Command lines that fail, with the exit codes of the complaints.
  static let complaints: [(exitCode: Int32, arguments: [String])] = [
    (1, ["recommend", "one", "No such title"]), (64, ["sweep", "films.csv", "--nonsense"]),
    (64, ["nonsense"]), (64, ["sweep", "films.csv", "--k", "2:1"]), (64, ["sweep"]),
    (64, ["sweep", "films.csv", "--color", "green"]), (64, ["help", "nonsense"]),
    (65, ["check", "open.csv"]), (66, ["check", "none.csv"]),
    (66, ["export", "none", "--out", "x"]),
    (71, ["tree", "films.csv", "--max-memory", "2KB"]),
    (73, ["sweep", "films.csv", "--out", "one"]),
    (78, ["sweep", "films.csv", "--config", "bad.json"]),
  ]

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func outputIsAsItsSchemaSays() throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      try Sample.identical.write(to: folder.appending(path: "same.csv"))
      try Data("id,title\n1,\"open\n".utf8).write(to: folder.appending(path: "open.csv"))
      try Data("{\"options\": {\"seedd\": 1}}".utf8).write(to: folder.appending(path: "bad.json"))
      let runner = CommandRunner(currentFolder: folder)
      var pairs: [String] = []
      for (number, (schema, arguments)) in Self.outputs.enumerated() {
        let result = try runner.run(arguments + ["--format", "json"])
        try #require(result.exitCode == 0, "\(result)")
        let name = "output-\(number).json"
        try Data(result.output.utf8).write(to: folder.appending(path: name))
        pairs += [schema, name]
        if arguments[0] == "bench", result.arguments.contains("200") {
          try Data(result.output.utf8).write(to: folder.appending(path: "before.json"))
        }
      }
      let compared = try runner.run([
        "bench", "--rows", "200", "--k", "3", "--repetitions", "2", "--baseline", "before.json",
        "--tolerance", "100000%", "--format", "json",
      ])
      try #require(compared.exitCode == 0, "\(compared)")
      try Data(compared.output.utf8).write(to: folder.appending(path: "compared.json"))
      pairs += ["command-bench", "compared.json"]
      for (schema, file) in Self.files { pairs += [schema, file] }
      for (number, (exitCode, arguments)) in Self.complaints.enumerated() {
        let result = try runner.run(arguments + ["--format", "json"])
        #expect(result.exitCode == exitCode, "\(result)")
        #expect(result.output.isEmpty, "\(result)")
        let name = "complaint-\(number).json"
        // Notes may go before it.
        let object = try #require(result.errors.split(separator: "\n").last, "\(result)")
        try Data(object.utf8).write(to: folder.appending(path: name))
        pairs += ["error", name]
        #expect(object.contains("\"exit\": \(exitCode),"), "\(result)")
      }
      let schemas = packageFolder.appending(path: "Documentation/schemas").path
      let report = try witnessObject("schemas.py", [schemas] + pairs, in: folder)
      let faults = try #require(report["faults"] as? [String: [String]])
      #expect(faults.isEmpty, "describe the member in Documentation/schemas, or correct the output")
      let known = try #require(report["schemas"] as? [String])
      let used = Set(stride(from: 0, to: pairs.count, by: 2).map { pairs[$0] })
      #expect(Set(known) == used, "every schema has output that it is held against")
    }
  }
}
