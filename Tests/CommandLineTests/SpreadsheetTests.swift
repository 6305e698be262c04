import Foundation
import Testing

/// Titles that a spreadsheet would run as formulas.
@Suite struct SpreadsheetTests {
  static let titles = [
    "=HYPERLINK(\"http://evil.example\",\"x\")", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)",
    "\tTab",
    "Plain, with comma", "'Tis a title", "-12", "Æon", "'=1+1", "''@mine",
  ]

  @Test func filesAreFaithfulAndAWarningCounts() throws {
    try withRun([]) { folder, words in
      #expect(words.contains("5 fields of labels.csv as formulas; --excel-safe"), "\(words)")
      let labels = try contents("run/labels.csv", folder)
      #expect(labels.contains(",@SUM(A1:A9),"))
      #expect(!labels.hasPrefix("\u{FEFF}"))
      let runner = CommandRunner(currentFolder: folder)
      let export = try runner.run(["export", "run", "--out", "x.csv"])
      #expect(export.errors.contains("5 fields of the labels as formulas"), "\(export)")
      let quiet = try runner.run(["export", "run", "--out", "y.csv", "-q"])
      #expect(quiet.errors.isEmpty)
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func safeFilesRunNothing() throws {
    try withRun(["--excel-safe"]) { folder, words in
      #expect(!words.contains("spreadsheet"), "\(words)")
      let runner = CommandRunner(currentFolder: folder)
      let commands = [
        ["export", "run", "--out", "exported.csv"],
        ["predict", "run", "films.csv", "--out", "new.csv"],
        ["tree", "films.csv", "--text", "description", "--cut", "3", "--out", "tree"],
        ["tree", "cut", "tree", "--k", "2", "--out", "cut.csv"],
      ]
      for arguments in commands {
        let result = try runner.run(arguments + ["--excel-safe"])
        try #require(result.exitCode == 0, "\(result)")
        #expect(!result.errors.contains("spreadsheet"), "\(result)")
      }
      let files = [
        "run/labels.csv", "run/clusters.csv", "run/sweep.csv", "exported.csv", "new.csv",
        "tree/labels.csv",
        "tree/leaves.csv", "tree/heights.csv", "cut.csv",
      ]
      let seen = try witnessObject("spreadsheet.py", files, in: folder)
      for file in files {
        let table = try #require(seen[file] as? [String: Any], "\(file)")
        #expect(table["has_mark"] as? Bool == true, "\(file)")
        #expect(table["formulas"] as? Int == 0, "\(file)")
        let numeric = try #require(table["numeric"] as? [String])
        for name in ["row", "cluster", "silhouette", "distance", "k", "inertia"] {
          let columns = try #require(table["columns"] as? [String])
          if columns.contains(name) { #expect(numeric.contains(name), "\(file): \(name)") }
        }
        let titles = try #require(table["titles"] as? [String])
        if !titles.isEmpty {
          #expect(titles.prefix(3).elementsEqual(Self.titles.prefix(3).map { "'" + $0 }), "\(file)")
          #expect(titles[5...6] == Self.titles[5...6], "\(file)")
          #expect(titles[9...10].elementsEqual(["''=1+1", "'''@mine"]), "\(file)")
        }
      }
      // A tree knows its titles as they were.
      let cut = try runner.run(["tree", "cut", "tree", "--k", "2", "--format", "json", "-q"])
      for title in ["@SUM(A1:A9)", "'=1+1", "''@mine"] {
        #expect(cut.output.contains("\"\(title)\""), "\(title), \(cut)")
      }
      // run.json holds the option, so a replay gives the same bytes.
      let replay = try runner.run([
        "cluster", "films.csv", "--config", "run/run.json", "--out", "again",
      ])
      try #require(replay.exitCode == 0, "\(replay)")
      #expect(
        try contents("again/manifest.sha256", folder) == contents("run/manifest.sha256", folder))
    }
  }

  private func contents(_ path: String, _ folder: URL) throws -> String {
    String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
  }

  private func withRun(_ options: [String], _ body: (URL, String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let rows = zip(Self.titles, Sample.rows).enumerated().map { index, pair in
        let text = pair.1.split(separator: ",").last ?? ""
        return "s\(index),\"\(pair.0.replacingOccurrences(of: "\"", with: "\"\""))\",\(text)"
      }
      try Data((Sample.header + rows.joined()).utf8).write(to: folder.appending(path: "films.csv"))
      let run = try CommandRunner(currentFolder: folder).run(
        ["cluster", "films.csv", "--text", "description", "--k", "3", "--out", "run"] + options)
      try #require(run.exitCode == 0, "\(run)")
      try body(folder, run.errors)
    }
  }
}
