import Foundation
import Testing

/// Help, streams and exit codes.
@Suite struct MannersTests {
  static let commands = [
    "sweep", "cluster", "tree", "export", "predict", "recommend", "features", "score", "check",
    "columns",
    "info", "bench",
  ]

  @Test(arguments: [[], ["tree", "cut"]] + commands.map { [$0] })
  func helpFitsAndStartsWithExamples(command: [String]) throws {
    let help = try run(command + ["--help"])
    #expect(help.exitCode == 0)
    #expect(help.errors.isEmpty)
    let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex(of: "Examples:"), "\(help)")
    #expect(start <= 3, "\(help)")
    let examples = lines[(start + 1)...].prefix { !$0.isEmpty }
    #expect(examples.count >= 2)
    #expect(examples.allSatisfy { $0.hasPrefix("  ") }, "an example is broken: \(help)")
    // The parser wraps its own usage line only where it is asked to.
    let body = lines.filter { !$0.hasPrefix("USAGE:") }
    #expect(body.allSatisfy { $0.count <= 80 }, "\(help)")
    #expect(lines.count <= 100, "more than two screens: \(help)")
  }

  @Test func theBareCommandExplainsItself() throws {
    let bare = try run([])
    #expect(bare.exitCode == 64)
    #expect(bare.output.isEmpty)
    #expect(bare.errors.contains("kindred films.csv"))
    #expect(bare.errors.contains("kindred --help"))
    #expect(bare.errors.split(separator: "\n", omittingEmptySubsequences: false).count < 20)
    let version = try run(["--version"])
    #expect(version.output.hasPrefix("kindred "))
    for part in ["OpenBLAS 0.", "HDF5 1.", "zlib 1."] { #expect(version.output.contains(part)) }
  }

  @Test(arguments: [["--help", "exit-codes"], ["help", "exit-codes"], ["-h", "exit-codes"]])
  func exitCodesHaveAPlace(arguments: [String]) throws {
    let help = try run(arguments)
    #expect(help.exitCode == 0)
    for code in ["  0  done", " 64  ", " 65  ", " 78  ", "130  ", "141  ", "143  "] {
      #expect(help.output.contains(code), "\(help)")
    }
  }

  @Test func resultsAndWordsKeepToTheirStreams() throws {
    try withCatalogue { runner in
      let arguments = ["sweep", "films.csv", "--text", "description", "--k", "2...4"]
      let plain = try runner.run(arguments)
      #expect(plain.output.contains("best: k ="))
      #expect(!plain.output.contains("note:") && !plain.output.contains("peak memory"))
      let quiet = try runner.run(arguments + ["-q"])
      #expect(quiet.errors.isEmpty)
      #expect(quiet.output == plain.output)
      let verbose = try runner.run(arguments + ["-v"])
      #expect(verbose.output == plain.output)
      #expect(verbose.errors.contains("films.csv read as csv"))
      #expect(verbose.errors.contains("fit 0."))
      #expect(verbose.errors.contains("peak memory"))
    }
  }

  @Test func aLoneFileIsASweepWithEverythingGuessed() throws {
    try withCatalogue { runner in
      let result = try runner.run(["films.csv"])
      try #require(result.exitCode == 0, "\(result)")
      #expect(result.errors.contains("text read from column 'description', 'title' ("))
      #expect(result.errors.contains("titles from 'title', ids from 'id'"))
      // Half of the rows at most.
      #expect(result.output.contains("kmeans     6") || result.output.contains("kmeans  6"))
      #expect(!result.output.contains("kmeans  7") && !result.errors.contains("left out"))
      for command in result.errors.split(separator: "\n").filter({ $0.hasPrefix("  kindred") }) {
        // The commands to try work as they are.
        let words = command.replacingOccurrences(of: "new.csv", with: "films.csv")
          .split(separator: "\"").enumerated()
          .flatMap { $0 % 2 == 1 ? [String($1)] : $1.split(separator: " ").map(String.init) }
        let next = try runner.run(Array(words.dropFirst()))
        #expect(next.exitCode == 0, "\(next)")
      }
      #expect(result.errors.contains("  kindred recommend films-clusters \"Title 1\""))
      #expect(result.errors.contains("  kindred predict films-clusters new.csv"))
      let out = runner.currentFolder.appending(path: "films-clusters")
      #expect(Set(try snapshot(of: out).keys) == RunFolderTests.files.union(["elbow.svg"]))
      let again = try runner.run(["films.csv"])
      #expect(again.exitCode == 73)
      #expect(again.errors.contains("look at films-clusters/result.txt"), "\(again)")
      #expect(try runner.run(["films.csv", "--force", "--k", "3"]).exitCode == 0)
    }
  }

  @Test func quietCommandsSayNothing() throws {
    try withCatalogue { runner in
      let commands = [
        ["films.csv"], ["cluster", "films.csv", "--k", "3", "--out", "one"],
        ["tree", "films.csv", "--cut", "3", "--out", "tree"],
        ["tree", "cut", "tree", "--k", "2"],
        ["tree", "cut", "tree", "--k", "2", "--out", "cut.csv"],
        ["export", "one", "--out", "x.csv"], ["export", "tree", "--what", "tree", "--out", "y"],
        ["predict", "one", "films.csv", "--out", "new.csv"], ["recommend", "one", "Title 3"],
        ["features", "films.csv", "--out", "X.npz"],
        ["score", "films.csv", "--labels", "one/labels.npy"],
        ["check", "films.csv"], ["columns", "films.csv"], ["info"],
        ["bench", "--rows", "100", "--k", "2", "--repetitions", "1", "--stages", "features"],
        ["sweep", "films.csv", "--dry-run"], ["tree", "films.csv", "--dry-run"],
      ]
      for arguments in commands {
        let result = try runner.run(arguments + ["-q"])
        #expect(result.exitCode == 0 && result.errors.isEmpty, "\(result)")
        let both = try runner.run(arguments + ["-q", "-v", "--force"])
        #expect(both.exitCode == 0 && both.errors.isEmpty, "\(both)")
      }
      #expect(try runner.run(["check", "none.csv", "-q"]).errors.hasPrefix("error["))
    }
  }

  @Test(arguments: [["info"], ["columns", "films.csv"], ["--help"], ["check", "films.csv"]])
  func fullDiskUnderStandardOutputIsAFailedWrite(arguments: [String]) throws {
    try withCatalogue { runner in
      let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
      let result = try runner.run(arguments, sink: full)
      #expect(result.exitCode == 74)
      #expect(result.errors.contains("standard output"), "\(result)")
    }
  }

  @Test(arguments: [["info"], ["columns", "films.csv"], ["--help"], ["check", "films.csv"]])
  func aReaderThatHasSeenEnoughEndsItSilently(arguments: [String]) throws {
    try withCatalogue { runner in
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let result = try runner.run(
        arguments + ["-q"].filter { _ in arguments.count > 1 },
        sink: pipe.fileHandleForWriting)
      #expect(result.exitCode == 141)
      #expect(result.errors.isEmpty, "\(result)")
    }
  }

  @Test func complaintsForProgramsAreOneObject() throws {
    try withCatalogue { runner in
      let line = Sample.catalogue(replacing: 4, with: "s3,Third,\"never closed\n")
      try line.write(to: runner.currentFolder.appending(path: "films.csv"))
      let result = try runner.run(["check", "films.csv", "--format", "json"])
      #expect(result.exitCode == 65)
      #expect(result.output.isEmpty)
      let error = try result.errorObject()
      expectMembers(error, ["message": .text, "hint": .text])
      #expect(error["code"] as? String == "csv.unterminated-quote")
      #expect(error["exit"] as? Int == 65)
      #expect(error["file"] as? String == "films.csv")
      #expect(error["line"] as? Int == 4)
      #expect(error["column"] as? Int == 10)
    }
  }

  private func run(_ arguments: [String]) throws -> CommandResult {
    try withTemporaryFolder { try CommandRunner(currentFolder: $0).run(arguments) }
  }

  private func withCatalogue<Result>(_ body: (CommandRunner) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      return try body(CommandRunner(currentFolder: folder))
    }
  }
}
