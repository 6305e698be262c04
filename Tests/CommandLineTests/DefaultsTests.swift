import Foundation
import Testing

/// What the features are when no option names them.
@Suite struct DefaultsTests {
  static let columns = ["--text", "description"]

  @Test func aSweepTakesTitlesAndLatentDimensions() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let own = try sweep([], out: "own", runner)
      #expect(own["lsa"] as? String == "auto")
      #expect((own["text"] as? [String])?.isEmpty == true)
      let named = try sweep(
        ["--text", "description,title", "--lsa", "25"], out: "named", runner)
      #expect(named["lsa"] as? Int == 25)
      #expect(try labels("own", folder) == labels("named", folder))
      let plain = try sweep(
        ["--text", "description,title", "--lsa", "none"], out: "plain", runner)
      #expect(plain["lsa"] is NSNull)
      #expect(try labels("own", folder) != labels("plain", folder))
      // Columns that are named are all that is read.
      let lone = try sweep(["--text", "description"], out: "lone", runner)
      #expect(lone["text"] as? [String] == ["description"])
      #expect(try labels("own", folder) != labels("lone", folder))
    }
  }

  @Test func aSweepByDefaultReplaysAndPredicts() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      _ = try sweep([], out: "own", runner)
      let replay = try runner.run([
        "sweep", RunFolderTests.train, "--config", "own/run.json", "--out", "replay",
      ])
      try #require(replay.exitCode == 0, "\(replay)")
      #expect(
        try Data(contentsOf: folder.appending(path: "own/manifest.sha256"))
          == Data(contentsOf: folder.appending(path: "replay/manifest.sha256")))
      let again = try runner.run(["predict", "own", RunFolderTests.train, "--out", "again.csv"])
      try #require(again.exitCode == 0, "\(again)")
      let relatives = try runner.run(["recommend", "own", "Dead Drop-Off", "--format", "json"])
        .object()
      #expect((relatives["recommendations"] as? [Any])?.count == 10)
    }
  }

  /// The notebook's features are what they were before there were better ones.
  @Test func thePresetIsPlain() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let short = ["--preset", "notebook"]
      let long = [
        "--text", "description", "--require", "date_added,rating", "--stop-words", "english",
        "--tokens", "delete-punctuation", "--max-features", "5000", "--min-df", "1", "--stem",
        "none", "--lsa", "none",
      ]
      let shortRun = try sweep(short, out: "short", runner)
      #expect(shortRun["stem"] is NSNull && shortRun["lsa"] is NSNull)
      _ = try sweep(long, out: "long", runner)
      #expect(try labels("short", folder) == labels("long", folder))
      for (options, name) in [(short, "short.npz"), (long, "long.npz")] {
        let result = try runner.run(
          ["features", RunFolderTests.train] + options + ["--out", name])
        try #require(result.exitCode == 0, "\(result)")
      }
      #expect(
        try Data(contentsOf: folder.appending(path: "short.npz"))
          == Data(contentsOf: folder.appending(path: "long.npz")))
      let latent = try sweep(short + ["--lsa", "auto"], out: "short", runner)
      #expect(latent["lsa"] as? String == "auto")
    }
  }

  /// `features` has two kinds of files: the name tells which is wanted.
  @Test func theNameOfAMatrixTellsItsKind() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let features = ["features", RunFolderTests.train] + Self.columns + ["--format", "json"]
      let latent = try runner.run(features + ["--out", "X.npy"]).object()
      #expect(latent["columns"] as? Int == 25)
      let terms = try runner.run(features + ["--out", "X.npz"]).object()
      #expect(try #require(terms["columns"] as? Int) > 3_000)
      for (option, name) in [("auto", "X.npz"), ("5", "X.npz"), ("none", "X.npy")] {
        let result = try runner.run(features + ["--lsa", option, "--out", name, "--force"])
        #expect(result.exitCode == 64, "\(result)")
      }
      let reduced = try runner.run(["features", "X.npz", "--out", "Y.npy"])
      #expect(reduced.exitCode == 64)
      #expect(reduced.errors.contains("is a matrix already"))
    }
  }

  @Test func aMatrixIsTakenAsItIs() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let made = try runner.run(
        ["features", RunFolderTests.train, "--out", "X.npz"] + Self.columns)
      try #require(made.exitCode == 0, "\(made)")
      let told = try runner.run(["cluster", "X.npz", "--k", "3", "--format", "json"]).object()
      #expect(try #require(told["columns"] as? Int) > 3_000)
    }
  }

  /// Few rows allow few dimensions; only who asks for more is refused.
  @Test(arguments: [
    (["red green", "green blue", "blue white", "white red"], 3, "3 dimensions"),
    (["red green", "green blue"], 1, "1 dimension"),
    (["cat", "cat", "cat"], 1, "no LSA"),
  ])
  func fewRowsGetFewerDimensions(texts: [String], columns: Int, note: String) throws {
    try withTemporaryFolder { folder in
      let catalogue = "description\n" + texts.map { $0 + "\n" }.joined()
      try Data(catalogue.utf8).write(to: folder.appending(path: "few.csv"))
      let runner = CommandRunner(currentFolder: folder)
      let arguments = ["cluster", "few.csv", "--k", "1", "--format", "json", "--out", "out"]
      let result = try runner.run(arguments)
      #expect(try result.object()["columns"] as? Int == columns)
      #expect(result.errors.contains(note), "\(result)")
      let asked = try runner.run(arguments + ["--lsa", "100", "--force"])
      #expect(asked.exitCode == 64, "\(asked)")
      #expect(asked.errors.contains("--lsa 100"))
    }
  }

  private func sweep(
    _ options: [String], out: String, _ runner: CommandRunner
  ) throws -> [String: Any] {
    let result = try runner.run(
      ["sweep", RunFolderTests.train, "--k", "3,8", "--n-init", "2", "--out", out, "--force"]
        + options)
    try #require(result.exitCode == 0, "\(result)")
    let file = try Data(contentsOf: runner.currentFolder.appending(path: "\(out)/run.json"))
    let run = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
    return try #require(run["options"] as? [String: Any])
  }

  private func labels(_ run: String, _ folder: URL) throws -> Data {
    try Data(contentsOf: folder.appending(path: "\(run)/labels.npy"))
  }
}
