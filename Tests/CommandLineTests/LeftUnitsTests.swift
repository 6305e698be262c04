import Foundation
import Testing

/// Units that a run left behind which was killed between its manifest and their removal.
@Suite struct LeftUnitsTests {
  private let command = [
    "sweep", RunFolderTests.train, "--text", "description", "--k", "3,5", "--n-init", "2", "--out",
    "out",
  ]

  /// Puts units into a finished folder, with the note that says so, or without it as an unfinished `--force` does.
  private func leaveUnits(in folder: URL, noted: Bool) throws {
    let units = folder.appending(path: "out/units")
    try FileManager.default.createDirectory(at: units, withIntermediateDirectories: true)
    try Data("{\"kindred_units\": 1}\n".utf8).write(to: units.appending(path: "key.json"))
    try Data("fits".utf8).write(to: units.appending(path: "part-00001.res"))
    if noted { try Data().write(to: units.appending(path: "published")) }
  }

  private func files(_ folder: URL) throws -> [String: Data] {
    try snapshot(of: folder.appending(path: "out")).filter { $0.key != "timing.json" }
  }

  @Test func theNextCommandTakesThemAway() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      #expect(try runner.run(command).exitCode == 0)
      let finished = try files(folder)
      #expect(finished["units/"] == nil)
      let other = [
        "cluster", RunFolderTests.train, "--text", "description", "--k", "4", "--out", "out",
      ]
      for arguments in [command, other] {
        try leaveUnits(in: folder, noted: true)
        let refused = try runner.run(arguments)
        #expect(refused.exitCode == 73 && refused.errors.contains("a finished run"), "\(refused)")
        #expect(try files(folder) == finished)
      }
      try leaveUnits(in: folder, noted: true)
      let replaced = try runner.run(command + ["--force"])
      #expect(replaced.exitCode == 0 && !replaced.errors.contains("taken over"), "\(replaced)")
      #expect(try files(folder) == finished)
      try leaveUnits(in: folder, noted: true)
      #expect(try runner.run(other + ["--force"]).exitCode == 0)
      #expect(try files(folder)["units/"] == nil)
    }
  }

  @Test func othersReadPastThem() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      #expect(try runner.run(command).exitCode == 0)
      try leaveUnits(in: folder, noted: true)
      for arguments in [
        ["export", "out", "--k", "3", "--out", "-"], ["sweep", "out", "--explain", "3"],
        ["recommend", "out", "Dead Drop-Off"],
      ] {
        let result = try runner.run(arguments)
        #expect(result.exitCode == 0, "\(result)")
      }
    }
  }

  @Test func unitsOfARunThatReplacesAnotherStay() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      #expect(try runner.run(command).exitCode == 0)
      try leaveUnits(in: folder, noted: false)
      let before = try files(folder)
      #expect(try runner.run(command).exitCode == 73)
      #expect(try files(folder) == before)
    }
  }
}
