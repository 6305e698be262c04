import Foundation
import Testing

/// Known classes, held-out rows, other fits and the choice of k, as the command gives them.
@Suite struct EvidenceTests {
  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func agreementWithClassesEqualsScikitLearns() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      for (options, matrix) in [(["--lsa", "none"], "X.npz"), (["--lsa", "25"], "X.npy")] {
        let features = try runner.run(
          ["features", RunFolderTests.train, "--text", "description", "--out", matrix] + options)
        try #require(features.exitCode == 0, "\(features)")
        for column in ["listed_in", "country"] {
          let out = "\(matrix)-\(column)"
          let sweep = try runner.run(
            [
              "sweep", RunFolderTests.train, "--text", "description", "--k", "2...14:4",
              "--n-init", "2", "--truth", column, "--out", out,
            ] + options)
          try #require(sweep.exitCode == 0, "\(sweep)")
          let found = try witness(
            [out, matrix, RunFolderTests.train, column], in: folder, script: "truth.py")
          for name in ["ari", "nmi", "homogeneity", "completeness", "purity"] {
            #expect(try #require(found[name]) < 1e-12, "\(name), \(out)")
          }
          for name in ["rows", "classes", "truth.csv", "size", "clusters"] {
            #expect(found[name] == 0, "\(name), \(out)")
          }
          for name in ["within", "between"] {
            #expect(try #require(found[name]) < 1e-9, "\(name), \(out)")
          }
          for name in ["cluster silhouette", "cohesion", "distance", "cluster inertia"] {
            #expect(try #require(found[name]) < 1e-5, "\(name), \(out)")
          }
        }
      }
    }
  }

  @Test func scoreAndSweepAgreeOnClasses() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let text = ["--text", "description"]
      let made = try runner.run(
        ["cluster", RunFolderTests.train, "--k", "5", "--truth", "listed_in", "--out", "out"]
          + text + ["--format", "json"]
      ).object()
      let truth = try #require(made["truth"] as? [String: Double])
      let scored = try runner.run(
        [
          "score", RunFolderTests.train, "--labels", "out/labels.npy", "--truth", "listed_in",
          "--format", "json",
        ] + text
      ).object()
      for name in ["ari", "nmi", "homogeneity", "completeness", "purity"] {
        #expect(scored[name] as? Double == truth[name], "\(name)")
      }
      #expect(scored["within"] as? Double == made["within"] as? Double)
      // The labels themselves are in full agreement with themselves.
      let same = try runner.run(
        [
          "score", RunFolderTests.train, "--labels", "out/labels.npy", "--truth",
          "out/labels.npy", "--format", "json",
        ] + text
      ).object()
      for name in ["ari", "nmi", "homogeneity", "completeness", "purity"] {
        #expect(abs(try #require(same[name] as? Double) - 1) < 1e-12, "\(name)")
      }
      let result = try String(
        contentsOf: folder.appending(path: "out/result.txt"), encoding: .utf8)
      #expect(result.contains("in listed_in, 0 rows without one"))
    }
  }

  @Test func classesOfAMatrixComeFromAFile() throws {
    try withSample { runner in
      let features = try runner.run([
        "features", "films.csv", "--text", "description", "--out", "X.npz",
      ])
      try #require(features.exitCode == 0, "\(features)")
      // The last row is without a class.
      try Data("0\n0\n0\n0\n7\n7\n7\n7\n3\n3\n3\n-1\n".utf8)
        .write(to: runner.currentFolder.appending(path: "classes.csv"))
      let arguments = ["sweep", "X.npz", "--k", "3", "--out", "out", "--truth"]
      let sweep = try runner.run(arguments + ["classes.csv", "--format", "json"]).object()
      let run = try #require((sweep["runs"] as? [[String: Any]])?.first)
      let truth = try #require(run["truth"] as? [String: Double])
      #expect(truth["rows"] == 11)
      #expect(truth["ari"] == 1)
      let table = try String(
        contentsOf: runner.currentFolder.appending(path: "out/truth.csv"), encoding: .utf8)
      #expect(table.hasPrefix("class,0,1,2\n0,"))
      let refused = try runner.run(arguments + ["description", "--force"])
      #expect(refused.exitCode == 64 && refused.errors.contains("--truth"), "\(refused)")
      try Data("0\n1\n".utf8).write(to: runner.currentFolder.appending(path: "classes.csv"))
      let short = try runner.run(arguments + ["classes.csv", "--force"])
      #expect(short.exitCode == 65 && short.errors.contains("2 classes for 12 rows"), "\(short)")
    }
  }

  @Test(arguments: [["--lsa", "none"], ["--lsa", "20"]])
  func heldOutRowsAreUnseenRows(options: [String]) throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let common =
        ["--text", "description", "--k", "2...6", "--n-init", "2", "--seed", "3"] + options
      let split = try runner.run(
        ["sweep", RunFolderTests.train, "--holdout", "0.25", "--out", "split"] + common)
      try #require(split.exitCode == 0, "\(split)")
      let held = try lines("split/heldout.csv", in: folder)
      #expect(held.count == 201)
      let numbers = Set(held.dropFirst().compactMap { Int($0.split(separator: ",")[0]) })
      #expect(numbers.count == 200)

      // The same rows as two files.
      let all = try String(contentsOfFile: RunFolderTests.train, encoding: .utf8)
        .split(separator: "\n")
      try #require(all.count == 801)
      for (name, isHeld) in [("held.csv", true), ("rest.csv", false)] {
        let rows = all.indices.dropFirst().filter { numbers.contains($0) == isHeld }
        try Data(([all[0]] + rows.map { all[$0] }).joined(separator: "\n").utf8)
          .write(to: folder.appending(path: name))
      }
      let tested = try runner.run(
        ["sweep", "rest.csv", "--test", "held.csv", "--out", "tested"] + common)
      try #require(tested.exitCode == 0, "\(tested)")
      #expect(
        try Data(contentsOf: folder.appending(path: "split/labels.npy"))
          == Data(contentsOf: folder.appending(path: "tested/labels.npy")))
      let (ours, theirs) = try (runs("split", in: folder), runs("tested", in: folder))
      for (our, their) in zip(ours, theirs) {
        #expect(our["inertia"] as? Double == their["inertia"] as? Double)
        let test = try #require(our["test"] as? [String: Double])
        let other = try #require(their["test"] as? [String: Double])
        for name in ["inertia", "inertia_per_row", "training_inertia_per_row", "silhouette"] {
          #expect(test[name] == other[name], "\(name)")
        }
        let stability = try #require(test["stability"])
        #expect((-0.5...1).contains(stability) && other["stability"] == nil)
        if options.last == "none" {
          // Rows that were not fitted lie farther from the centers.
          #expect(
            try #require(test["inertia_per_row"])
              > (try #require(test["training_inertia_per_row"])))
        }
      }
      #expect(
        try lines("split/heldout.csv", in: folder).map { $0.split(separator: ",").suffix(3) }
          == lines("tested/heldout.csv", in: folder).map { $0.split(separator: ",").suffix(3) })

      let replay = try runner.run([
        "sweep", RunFolderTests.train, "--config", "split/run.json", "--out", "replay",
        "--threads", "1",
      ])
      try #require(replay.exitCode == 0, "\(replay)")
      #expect(
        try Data(contentsOf: folder.appending(path: "replay/manifest.sha256"))
          == Data(contentsOf: folder.appending(path: "split/manifest.sha256")))
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func unseenRowsOfAMatrixUseItsLatentBasis() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let features = try runner.run([
        "features", RunFolderTests.train, "--text", "description", "--out", "X.npz",
      ])
      try #require(features.exitCode == 0, "\(features)")
      _ = try witness(["take", "X.npz", "Y.npz", "300"], in: folder, script: "linkage.py")
      let common = ["sweep", "X.npz", "--lsa", "20", "--k", "4...5", "--n-init", "2"]
      let tested = try runner.run(common + ["--test", "Y.npz", "--out", "tested"])
      try #require(tested.exitCode == 0, "\(tested)")
      // Rows of the training matrix keep their labels: the basis is that of all rows.
      let known = try lines("tested/labels.csv", in: folder)[1...300].map {
        $0.split(separator: ",", omittingEmptySubsequences: false)[3]
      }
      let unseen = try lines("tested/heldout.csv", in: folder).dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false)[3]
      }
      #expect(unseen == known)

      let split = try runner.run(common + ["--holdout", "0.4", "--out", "split"])
      try #require(split.exitCode == 0, "\(split)")
      #expect(try lines("split/heldout.csv", in: folder).count == 321)
      #expect(try lines("split/labels.csv", in: folder).count == 481)
    }
  }

  @Test func everyVoteIsMarked() throws {
    try withSample { runner in
      let arguments = [
        "sweep", "films.csv", "--text", "description", "--k", "2...8", "--n-init", "3",
        "--stability", "samples", "--gap", "3", "--out", "out",
      ]
      let table = try runner.run(arguments)
      try #require(table.exitCode == 0, "\(table)")
      let object = try runner.run(arguments + ["--force", "--format", "json"]).object()
      let votes = try #require(object["votes"] as? [String: [String: Any]])
      for name in ["silhouette", "knee", "stability"] {
        #expect(votes[name]?["reason"] is String, "\(name)")
      }
      let runs = try #require(object["runs"] as? [[String: Any]])
      for (name, vote) in votes {
        let voted = runs.filter { ($0["votes"] as? [String])?.contains(name) == true }
        #expect(voted.map { $0["k"] as? Int } == [vote["k"] as? Int], "\(name)")
      }
      for run in runs {
        #expect(run["gap"] is [String: Double] && run["stability"] is Double)
      }
      let best = try #require((object["best"] as? [String: Any])?["k"] as? Int)
      let marked = table.output.split(separator: "\n").filter { $0.hasPrefix("*") }
      // The chosen run and the legend.
      #expect(marked.count == 2)
      #expect(marked[0].contains(" \(best) "))
      #expect(marked[1].contains("s silhouette, k knee, t "))
    }
  }

  @Test func aKIsExplainedWithAndWithoutFitting() throws {
    try withSample { runner in
      let sweep = try runner.run([
        "sweep", "films.csv", "--text", "description", "--k", "2...8", "--explain", "5", "--out",
        "out",
      ])
      try #require(sweep.exitCode == 0, "\(sweep)")
      let later = try runner.run(["sweep", "out", "--explain", "5"])
      try #require(later.exitCode == 0, "\(later)")
      #expect(later.output.hasPrefix("k = 5 was "))
      #expect(sweep.output.hasSuffix("\n\n" + later.output))
      for words in ["Its silhouette, ", " of 7", "the line from k = 2 to 8", "Its clusters have"] {
        #expect(later.output.contains(words), "\(words)")
      }
      let object = try runner.run(["sweep", "out", "--explain", "5", "--format", "json"]).object()
      #expect(object["explanation"] as? String == later.output)
      let chosen = try #require(
        Int(
          String(
            contentsOf: runner.currentFolder.appending(path: "out/no_of_clusters.txt"),
            encoding: .utf8
          ).trimmingCharacters(in: .newlines)))
      let reason = try runner.run(["sweep", "out", "--explain", "\(chosen)"])
      #expect(reason.output.hasPrefix("k = \(chosen) was chosen: "))
      #expect(!reason.output.contains("To take it instead"))
      let missing = try runner.run(["sweep", "out", "--explain", "9"])
      #expect(missing.exitCode == 64 && missing.errors.contains("2, 3, 4"), "\(missing)")
      let beside = try runner.run([
        "sweep", "films.csv", "--text", "description", "--k", "2...8", "--explain", "9",
      ])
      #expect(beside.exitCode == 64 && beside.errors.contains("--explain 9"), "\(beside)")
    }
  }

  @Test func theNotebooksRuleIsTheGreatestSilhouette() throws {
    try withSample { runner in
      let arguments = ["sweep", "films.csv", "--text", "description", "--require", "id"]
      let sweep = try runner.run(
        arguments + ["--preset", "notebook", "--k", "2...8", "--out", "out"])
      try #require(sweep.exitCode == 0, "\(sweep)")
      let run = try Data(contentsOf: runner.currentFolder.appending(path: "out/run.json"))
      let object = try #require(try JSONSerialization.jsonObject(with: run) as? [String: Any])
      #expect((object["options"] as? [String: Any])?["select"] as? String == "silhouette")
    }
  }

  private func withSample<Result>(_ body: (CommandRunner) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      return try body(CommandRunner(currentFolder: folder))
    }
  }

  private func lines(_ path: String, in folder: URL) throws -> [Substring] {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8).split(separator: "\n")
  }

  private func runs(_ out: String, in folder: URL) throws -> [[String: Any]] {
    let data = try Data(contentsOf: folder.appending(path: "\(out)/sweep.json"))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(object["runs"] as? [[String: Any]])
  }
}
