import Foundation
import Testing

/// What other programs rely on: members of the JSON results and their types.
@Suite struct ContractTests {
  static let machine: [String: JSONKind] = [
    "threads": .whole, "blas_core": .text, "isa": .text, "peak_memory_bytes": .whole,
    "seconds": .object,
  ]
  static let shape: [String: JSONKind] = ["rows": .whole, "columns": .whole, "nonzeros": .whole]
  static let scores: [String: JSONKind] = [
    "inertia": .number, "silhouette": .number, "calinski_harabasz": .number,
    "davies_bouldin": .number,
  ]

  @Test(arguments: [
    [], ["--lsa", "4"], ["--algorithm", "minibatch", "--batch-size", "4"],
    ["--algorithm", "minibatch", "--batch-size", "1", "--batch-growth", "nested"],
  ])
  func clusterTellsWhatItDid(options: [String]) throws {
    try withCatalogue { runner in
      let object = try runner.run(
        [
          "cluster", "films.csv", "--text", "description", "--k", "3", "--threads", "1", "--out",
          "out", "--format", "json",
        ] + options
      ).object()
      expectMembers(object, Self.machine)
      expectMembers(object, Self.shape)
      expectMembers(object, Self.scores)
      expectMembers(
        object,
        [
          "k": .whole, "algorithm": .text, "seed": .whole, "iterations": .whole,
          "converged": .truth, "sizes": .object,
        ])
      #expect(object["rows"] as? Int == 12)
      #expect(object["k"] as? Int == 3)
      #expect(object["threads"] as? Int == 1)
      try expectSeconds(object)
      let seconds = try #require(object["seconds"] as? [String: Double])
      #expect(try #require(seconds["read"]) > 0)
      #expect(try #require(seconds["write"]) > 0)
    }
  }

  @Test func sweepListsEveryRunAndTheBest() throws {
    try withCatalogue { runner in
      let object = try runner.run([
        "sweep", "films.csv", "--text", "description", "--k", "2...4", "--algorithm",
        "kmeans,minibatch", "--format", "json",
      ]).object()
      expectMembers(object, Self.machine)
      expectMembers(object, Self.shape)
      try expectSeconds(object)
      let best = try #require(object["best"] as? [String: Any])
      expectMembers(best, ["k": .whole, "algorithm": .text, "reason": .text])
      let runs = try #require(object["runs"] as? [[String: Any]])
      #expect(runs.count == 6)
      for run in runs {
        expectMembers(run, Self.scores)
        expectMembers(run, ["k": .whole, "algorithm": .text, "seed": .whole, "iterations": .whole])
        let sizes = try #require(run["sizes"] as? [String: Any])
        expectMembers(sizes, ["min": .whole, "median": .number, "max": .whole])
      }
      #expect(
        runs.contains {
          $0["k"] as? Int == best["k"] as? Int
            && $0["algorithm"] as? String == best["algorithm"] as? String
        })
    }
  }

  @Test func featuresAndScoreTellShapeAndTimes() throws {
    try withCatalogue { runner in
      let features = try runner.run([
        "features", "films.csv", "--text", "description", "--out", "X.npz", "--format", "json",
      ]).object()
      expectMembers(features, Self.shape)
      try expectSeconds(features)

      _ = try runner.run(["cluster", "X.npz", "--k", "3", "--out", "out"])
      for labels in ["out/labels.npy", "out/labels.csv"] {
        let scored = try runner.run(["score", "X.npz", "--labels", labels, "--format", "json"])
          .object()
        expectMembers(scored, Self.scores)
        try expectSeconds(scored)
        #expect(scored["rows"] as? Int == features["rows"] as? Int)
        #expect(scored["nonzeros"] as? Int == features["nonzeros"] as? Int)
        #expect(scored["k"] as? Int == 3)
      }
    }
  }

  @Test func theOtherCommandsSpeakJSONToo() throws {
    try withCatalogue { runner in
      let sweep = try runner.run([
        "sweep", "films.csv", "--text", "description", "--k", "3", "--out", "out", "--force",
      ])
      try #require(sweep.exitCode == 0, "\(sweep)")
      expectMembers(
        try runner.run(["check", "films.csv", "--format", "json", "--force"]).object(),
        ["rows": .whole, "sha256": .text, "rows_without_words": .whole, "text_columns": .list])
      expectMembers(
        try runner.run(["columns", "films.csv", "--format", "json", "--force"]).object(),
        ["rows": .whole, "columns": .list])
      expectMembers(
        try runner.run(["info", "--format", "json", "--force"]).object(),
        ["version": .text, "blas_core": .text, "isa": .text, "cores": .whole])
      let predicted = try runner.run([
        "predict", "out/model.h5", "films.csv", "--out", "p.csv", "--format", "json", "--force",
      ]).object()
      expectMembers(predicted, ["rows": .whole, "k": .whole, "inertia": .number])
      try expectSeconds(predicted)
      expectMembers(
        try runner.run(["recommend", "out", "title 3", "--format", "json", "--force"]).object(),
        ["title": .text, "id": .text, "cluster": .whole, "recommendations": .list])
    }
  }

  @Test func aDryRunSaysWhatItWouldDoInEveryFormat() throws {
    try withCatalogue { runner in
      let arguments = [
        "sweep", "films.csv", "--text", "description", "--k", "2...5", "--n-init", "3", "--out",
        "out", "--dry-run", "--format",
      ]
      let object = try runner.run(arguments + ["json"]).object()
      expectMembers(object, Self.shape)
      #expect(object["fits"] as? Int == 12)
      #expect(object["output"] as? String == "out")
      #expect(try #require(object["memory_bytes"] as? Int) > 1 << 20)
      #expect(try runner.run(arguments + ["csv"]).output.contains("\nfits,12\n"))
      #expect(try runner.run(arguments + ["table"]).output.contains("memory      about"))
      #expect(
        !FileManager.default.fileExists(
          atPath: runner.currentFolder.appending(path: "out").path))
    }
  }

  @Test func undefinedScoresAreNullWithAReason() throws {
    try withCatalogue { runner in
      let object = try runner.run([
        "sweep", "films.csv", "--text", "description", "--k", "1,12", "--format", "json",
      ]).object()
      for run in try #require(object["runs"] as? [[String: Any]]) {
        #expect(run["silhouette"] is NSNull)
        expectMembers(run, ["silhouette_reason": .text])
      }
    }
  }

  @Test func aRunReplaysFromOptionsUnderTheirCommandLineNames() throws {
    try withCatalogue { runner in
      let made = try runner.run([
        "sweep", "films.csv", "--text", "3,title", "--id", "id", "--k", "2...4", "--min-df", "0.05",
        "--max-df", "11", "--ngram", "1...2", "--tokens", "sklearn", "--stop-words", "none",
        "--tol", "1e-3", "--algorithm", "kmeans,minibatch", "--batch-growth", "nested",
        "--max-no-improvement", "none", "--reassignment-ratio", "0.5", "--seed",
        "18446744073709551615", "--select", "knee", "--metric",
        "cosine", "--out", "one",
      ])
      try #require(made.exitCode == 0, "\(made)")
      let run = try Data(contentsOf: runner.currentFolder.appending(path: "one/run.json"))
      let object = try #require(try JSONSerialization.jsonObject(with: run) as? [String: Any])
      let options = try #require(object["options"] as? [String: Any])
      #expect(options["k"] as? [Int] == [2, 3, 4])
      #expect(options["text"] as? [String] == ["3", "title"])
      #expect(options["ngram"] as? [Int] == [1, 2])
      #expect(options["batch_growth"] as? String == "nested")
      #expect(options["max_no_improvement"] is NSNull)
      #expect(options["reassignment_ratio"] as? Double == 0.5)
      #expect(options["min_df"] as? [String: Double] == ["share": 0.05])
      let replay = try runner.run([
        "sweep", "films.csv", "--config", "one/run.json", "--out", "two",
      ])
      try #require(replay.exitCode == 0, "\(replay)")
      let manifests = try ["one", "two"].map {
        try Data(contentsOf: runner.currentFolder.appending(path: "\($0)/manifest.sha256"))
      }
      #expect(manifests[0] == manifests[1])
    }
  }

  private func expectSeconds(
    _ object: [String: Any], sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let seconds = try #require(
      object["seconds"] as? [String: Double], sourceLocation: sourceLocation)
    let phases: Set<String> = ["read", "features", "seed", "fit", "score", "write"]
    #expect(Set(seconds.keys) == phases, sourceLocation: sourceLocation)
    #expect(seconds.values.allSatisfy { $0 >= 0 }, sourceLocation: sourceLocation)
  }

  private func withCatalogue<Result>(_ body: (CommandRunner) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      return try body(CommandRunner(currentFolder: folder))
    }
  }
}
