import Foundation
import Testing

/// What a tree takes of a sweep's options: classes, and a plain word for the others.
@Suite struct TreeOptionTests {
  @Test(arguments: [
    ["--stability", "samples"], ["--gap", "5"], ["--holdout", "0.2"],
    ["--test", RunFolderTests.test], ["--select", "knee"], ["--explain", "4"],
  ])
  func optionsOfASweepAreRefusedByName(_ option: [String]) throws {
    try withTemporaryFolder { folder in
      let result = try CommandRunner(currentFolder: folder).run(
        ["tree", RunFolderTests.train, "--linkage", "average", "--cut", "6", "--out", "out"]
          + option)
      #expect(result.exitCode == 64, "\(result)")
      #expect(result.errors.contains("\(option[0]): "), "\(result)")
      #expect(result.errors.contains("kindred sweep --algorithm average"), "\(result)")
      #expect(try snapshot(of: folder).isEmpty)
      let help = try CommandRunner(currentFolder: folder).run(["tree", "grow", "--help"])
      #expect(!help.output.contains(option[0] + " "))
    }
  }

  @Test(arguments: [
    ["--stability", "samples"], ["--gap", "2"], ["--holdout", "0.2"],
  ])
  func aReplayedRunThatAsksForThemIsRefused(_ option: [String]) throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let sweep = try runner.run(
        [
          "sweep", RunFolderTests.train, "--algorithm", "ward", "--k", "3,4", "--out", "out",
        ] + option)
      try #require(sweep.exitCode == 0, "\(sweep)")
      let tree = try runner.run(
        ["tree", RunFolderTests.train, "--config", "out/run.json", "--cut", "3"])
      #expect(tree.exitCode == 64 && tree.errors.contains("\(option[0]): "), "\(tree)")
    }
  }

  @Test func classesOfACutAreThoseOfASweep() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let input = [RunFolderTests.train, "--text", "description", "--truth", "type"]
      let tree = try runner.run(
        ["tree"] + input + ["--cut", "4", "--out", "tree", "--format", "json"]
      ).object()
      let sweep = try runner.run(
        ["sweep"] + input + [
          "--k", "4", "--algorithm", "ward", "--out", "sweep", "--format", "json",
        ]
      ).object()
      let runs = try #require(sweep["runs"] as? [[String: Any]])
      let truth = try #require(runs.first?["truth"] as? [String: Any])
      for name in ["ari", "nmi", "homogeneity", "completeness", "purity"] {
        #expect(tree[name] as? Double == truth[name] as? Double && tree[name] != nil, "\(name)")
      }
      #expect(
        try Data(contentsOf: folder.appending(path: "tree/truth.csv"))
          == Data(contentsOf: folder.appending(path: "sweep/truth.csv")))
      // The run.json of the cut brings the classes back.
      let again = try runner.run(
        [
          "tree", RunFolderTests.train, "--config", "tree/run.json", "--out", "again", "--format",
          "json",
        ]
      ).object()
      #expect(again["ari"] as? Double == tree["ari"] as? Double)
      let uncut = try runner.run(["tree"] + input)
      #expect(uncut.exitCode == 64 && uncut.errors.contains("give --cut 12"), "\(uncut)")
    }
  }
}
