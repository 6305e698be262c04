import Foundation
import Testing

/// `report.html` beside the other files of a run folder.
@Suite struct ReportCommandTests {
  @Test(
    .enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"),
    arguments: [
      ["--test", RunFolderTests.test], ["--algorithm", "kmeans,ward", "--truth", "type"],
      ["--preset", "notebook"], ["--holdout", "0.2", "--algorithm", "ward"],
    ])
  func holdsTheNumbersOfTheOtherFiles(options: [String]) throws {
    try withTemporaryFolder { folder in
      let run = try CommandRunner(currentFolder: folder).run(
        ["sweep", RunFolderTests.train, "--k", "2...9", "--n-init", "2", "--out", "out"] + options)
      try #require(run.exitCode == 0, "\(run)")
      let compared = try witness(
        ["out", try CommandRunner.executable().path, RunFolderTests.train, "41"], in: folder,
        script: "report.py")
      for kind in ["sweep.csv", "clusters.csv", "words", "rows", "cosines", "tree", "map"] {
        #expect(compared[kind, default: 0] > 0, "\(kind)")
      }
      #expect(compared["relatives", default: 0] > 200)
      #expect(compared["shared words", default: 0] > 100)
      let isTested = options.contains("--test") || options.contains("--holdout")
      #expect((compared["heldout.csv"] != nil) == isTested)
      #expect((compared["truth.csv"] != nil) == options.contains("--truth"))
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func hostileTextsStayTexts() throws {
    try withTemporaryFolder { folder in
      let executable = try CommandRunner.executable().path
      let compared = try witness([executable], in: folder, script: "hostile.py")
      #expect(compared["titles"] == 60)
      // The data and the page's own.
      #expect(compared["scripts"] == 2)
      let again = try witness(
        ["hostile", executable, "", "7"], in: folder, script: "report.py")
      #expect(again["relatives", default: 0] > 50)
    }
  }

  @Test func exportGivesTheReportOfTheChosenClusteringOnly() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let run = try runner.run(
        ["sweep", RunFolderTests.train, "--k", "3,4", "--select", "knee", "--out", "out"])
      try #require(run.exitCode == 0, "\(run)")
      let page = try Data(contentsOf: folder.appending(path: "out/report.html"))
      for (options, out) in [([], "a.html"), (["--k", "4"], "b.html")] {
        let export = try runner.run(["export", "out", "--what", "report", "--out", out] + options)
        #expect(export.exitCode == 0, "\(export)")
        #expect(try Data(contentsOf: folder.appending(path: out)) == page)
      }
      let other = try runner.run(
        ["export", "out", "--what", "report", "--k", "3", "--out", "c.html"])
      #expect(other.exitCode == 64)
      #expect(other.errors.contains("the folder's report is of k = 4 (kmeans)"))
      #expect(other.errors.contains("kindred cluster INPUT --k 3 --out DIR"))
      let tree = try runner.run(["tree", RunFolderTests.train, "--out", "tree"])
      try #require(tree.exitCode == 0, "\(tree)")
      let none = try runner.run(["export", "tree", "--what", "report", "--out", "d.html"])
      #expect(none.exitCode == 66)
      #expect(none.errors.contains("holds no report"))
      let cut = try runner.run(["tree", RunFolderTests.train, "--cut", "5", "--out", "cut"])
      try #require(cut.exitCode == 0, "\(cut)")
      let text = try String(
        contentsOf: folder.appending(path: "cut/report.html"), encoding: .utf8)
      #expect(text.contains("\"isOfCenters\": false"))
    }
  }

  @Test func tenThousandTitlesFitAndMoreAreToldOf() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      try Data(catalogue(rowCount: 10_000).utf8).write(to: folder.appending(path: "many.csv"))
      try Data(catalogue(rowCount: 10_500).utf8).write(to: folder.appending(path: "more.csv"))
      for (name, out) in [("many", "many"), ("more", "more")] {
        let run = try runner.run(
          ["cluster", "\(name).csv", "--k", "12", "--n-init", "1", "--out", out])
        try #require(run.exitCode == 0, "\(run)")
      }
      for (name, total) in [("many", 10_000), ("more", 10_500)] {
        let page = try Data(contentsOf: folder.appending(path: "\(name)/report.html"))
        #expect(page.count < 1_500_000)
        let text = String(decoding: page, as: UTF8.self)
        #expect(text.contains("\"total\": \(total), \"shown\": 10000"))
      }
      guard WitnessTests.hasPython else { return }
      let executable = try CommandRunner.executable().path
      let compared = try witness(
        ["many", executable, "many.csv", "1999"], in: folder, script: "report.py")
      #expect(compared["relatives", default: 0] > 50)
      let cut = try witness(
        ["more", executable, "more.csv", "499"], in: folder, script: "report.py")
      #expect(cut["rows"] == 10_001)
      #expect(cut["relatives", default: 0] > 100)
      #expect(cut["relatives left out", default: 0] > 0)
    }
  }

  /// Films with 25 words each of 4,000, as descriptions have them: common ones often, rare ones seldom.
  private func catalogue(rowCount: Int) -> String {
    var state: UInt64 = 1
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let unit = Double(state >> 33) / Double(UInt64(1) << 31)
      return Int(unit * unit * unit * Double(count))
    }
    let syllables = ["ba", "ker", "lo", "min", "tra", "ves", "nor", "di", "sul", "ga"]
    func word(_ number: Int) -> String {
      String(number).map { syllables[Int(String($0)) ?? 0] }.joined()
    }
    var text = "id,title,kind,year,description\n"
    for row in 0..<rowCount {
      let title = (0..<3).map { _ in word(next(4_000)) }.joined(separator: " ")
      let words = (0..<25).map { _ in word(next(4_000)) }.joined(separator: " ")
      text += "s\(row),\(title) \(row),\(["Movie", "Show"][row % 2]),\(1950 + next(70)),\(words)\n"
    }
    return text
  }
}
