import Foundation
import Testing

/// Explanations and scores of classes that `export` takes from a finished run.
@Suite struct ExplainExportTests {
  @Test func exportExplainsAndKeepsScoresOfClasses() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let sweep = try runner.run(
        [
          "sweep", RunFolderTests.train, "--text", "description", "--k", "2...5", "--n-init", "2",
          "--truth", "type", "--gap", "2", "--out", "out", "--format", "json",
        ]
      ).object()
      let same = try runner.run(["sweep", "out", "--explain", "4"])
      let explained = try runner.run(["export", "out", "--explain", "4"])
      #expect(explained.exitCode == 0 && explained.output == same.output, "\(explained)")
      let written = try runner.run(["export", "out", "--explain", "4", "--out", "why.txt"])
      #expect(written.exitCode == 0 && written.output.isEmpty, "\(written)")
      #expect(
        try Data(contentsOf: folder.appending(path: "why.txt")) == Data(same.output.utf8))
      let unknown = try runner.run(["export", "out", "--explain", "9"])
      #expect(unknown.exitCode == 64 && unknown.errors.contains("the k are: 2, 3, 4, 5"))
      let both = try runner.run(["export", "out", "--explain", "4", "--k", "3"])
      #expect(both.exitCode == 64 && both.errors.contains("two commands"), "\(both)")
      let nowhere = try runner.run(["export", "out"])
      #expect(nowhere.exitCode == 64 && nowhere.errors.contains("--out"), "\(nowhere)")

      let runs = try #require(sweep["runs"] as? [[String: Any]])
      for run in runs {
        let k = try #require(run["k"] as? Int)
        let exported = try runner.run(
          ["export", "out", "--k", "\(k)", "--format", "json", "--out", "-"]
        ).object()
        let scores = try #require(exported["scores"] as? [String: Any])
        let truth = try #require(run["truth"] as? [String: Any])
        for name in ["ari", "nmi", "homogeneity", "completeness", "purity"] {
          #expect(scores[name] as? Double == truth[name] as? Double, "\(name), k = \(k)")
        }
        #expect(scores["silhouette"] as? Double == run["silhouette"] as? Double)
        #expect(exported["inertia"] as? Double == run["inertia"] as? Double)
      }
    }
  }
}
