import Foundation
import Glibc
import Testing

/// Whatever is wrong with the input, the answer is an exit code, a place and a next step, and
/// nothing on disk has changed.
@Suite struct BadInputTests {
  /// The start of every command that reads a catalogue.
  static let readers: [[String]] = [
    BadInput.sweepArguments + ["--out", "out"],
    ["cluster", "films.csv", "--text", "description", "--k", "3", "--out", "out"],
    ["features", "films.csv", "--text", "description", "--out", "X.npz"],
    ["check", "films.csv"],
  ]

  @Test(arguments: BadInput.unreadableCatalogues + BadInput.moreUnreadableCatalogues, readers)
  func refusesCatalogue(_ input: BadInput, by reader: [String]) throws {
    // A check without --text has no column to miss.
    let columns = reader[0] == "check" ? ["--text", "description"] : []
    var input = input
    input.arguments = reader + columns
    try expectRefusal(of: input)
  }

  @Test(arguments: BadInput.wrongOptions + BadInput.moreWrongOptions)
  func refusesOptions(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.damagedLines + BadInput.damagedLineFiles)
  func refusesLinesOfJSON(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.overLimits)
  func refusesWhatIsOverALimit(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.misplacedFiles + BadInput.missingFiles)
  func refusesMisplacedFile(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.wrongConfigurations + BadInput.placedConfigurations)
  func refusesConfiguration(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.withoutContent)
  func refusesNothingToCluster(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(
    arguments: BadInput.damagedMatrices + BadInput.moreDamagedMatrices + BadInput.damagedArchives)
  func refusesMatrix(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.damagedModels)
  func refusesModel(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(arguments: BadInput.impossibleOutputs)
  func refusesOutput(_ input: BadInput) throws { try expectRefusal(of: input) }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func refusesFolderWithoutPermission() throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let closed = folder.appending(path: "closed")
      try FileManager.default.createDirectory(at: closed, withIntermediateDirectories: false)
      #expect(chmod(closed.path, 0o555) == 0)
      let result = try CommandRunner(currentFolder: folder)
        .run(BadInput.sweepArguments + ["--out", "closed/out"])
      expectMessage(in: result, exitCodes: [77], fragments: ["closed"])
      #expect(try FileManager.default.contentsOfDirectory(atPath: closed.path).isEmpty)
    }
  }

  @Test(arguments: [[], ["--force"]])
  func refusesFolderThatAnotherProcessHolds(options: [String]) throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let out = folder.appending(path: "out")
      try FileManager.default.createDirectory(at: out, withIntermediateDirectories: false)
      let lock = open(out.appending(path: ".lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
      try #require(lock >= 0)
      defer { close(lock) }
      try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)

      let before = try snapshot(of: folder)
      let result = try CommandRunner(currentFolder: folder)
        .run(BadInput.sweepArguments + ["--out", "out"] + options)
      expectMessage(in: result, exitCodes: [75], fragments: ["out"])
      // The holder's process id may be written into the lock itself.
      #expect(try snapshot(of: folder).keys.sorted() == before.keys.sorted())
    }
  }

  @Test func refusesFinishedRunOfOtherInput() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let arguments = BadInput.sweepArguments + ["--out", "out"]
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let first = try runner.run(arguments)
      try #require(first.exitCode == 0, "\(first)")

      let changed = Sample.catalogue(replacing: 2, with: "s1,Title 1,another detective\n")
      try changed.write(to: folder.appending(path: "films.csv"))
      let before = try snapshot(of: folder)
      expectMessage(in: try runner.run(arguments), exitCodes: [73], fragments: ["out", "--force"])
      expectUnchanged(folder, since: before)

      let forced = try runner.run(arguments + ["--force"])
      #expect(forced.exitCode == 0, "\(forced)")
    }
  }

  @Test func saysNoToUnknownTitle() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let sweep = try runner.run(
        BadInput.sweepArguments + ["--title", "title", "--out", "out"])
      try #require(sweep.exitCode == 0, "\(sweep)")
      let before = try snapshot(of: folder)
      expectMessage(
        in: try runner.run(["recommend", "out/model.h5", "Titel 11"]), exitCodes: [1],
        fragments: ["Titel 11", "Title 11"])
      expectUnchanged(folder, since: before)
    }
  }

  private func expectRefusal(of input: BadInput) throws {
    try withTemporaryFolder { folder in
      for (path, contents) in input.files {
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try contents.write(to: file)
      }
      let before = try snapshot(of: folder)
      let result = try CommandRunner(currentFolder: folder).run(input.arguments)
      expectMessage(in: result, exitCodes: input.exitCodes, fragments: input.fragments)
      expectUnchanged(folder, since: before)
    }
  }

  /// Checks the exit code and the shape of the message: `error[code]: ...` first, `help:` after it.
  private func expectMessage(
    in result: CommandResult, exitCodes: Set<Int32>, fragments: [String],
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(!result.didCrash, "\(result)", sourceLocation: location)
    #expect(
      exitCodes.contains(result.exitCode), "expected exit \(exitCodes.sorted()); \(result)",
      sourceLocation: location)
    #expect(result.errors.hasPrefix("error["), "\(result)", sourceLocation: location)
    let lines = result.errors.split(separator: "\n").dropFirst()
    #expect(
      lines.contains { $0.drop(while: { $0 == " " }).hasPrefix("help:") },
      "no line starts with help:; \(result)", sourceLocation: location)
    let message = result.errors.lowercased()
    for fragment in fragments {
      #expect(
        message.contains(fragment.lowercased()), "\(fragment) is missing; \(result)",
        sourceLocation: location)
    }
  }

  private func expectUnchanged(
    _ folder: URL, since before: [String: Data], at location: SourceLocation = #_sourceLocation
  ) {
    do {
      let after = try snapshot(of: folder)
      let changed = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
      #expect(changed.isEmpty, "changed on disk: \(changed.sorted())", sourceLocation: location)
    } catch {
      Issue.record(error, sourceLocation: location)
    }
  }
}
