import Foundation
import Testing

/// An interrupted sweep goes on where it was, and comes to the bytes of an undisturbed one.
@Suite(.serialized) struct ResumeTests {
  static let arguments = [
    "sweep", RunFolderTests.train, "--text", "description", "--k", "2...30", "--n-init", "10",
    "--algorithm", "kmeans,minibatch,ward", "--batch-size", "256", "--out", "out",
  ]
  /// 29 numbers of clusters and 10 restarts of two algorithms.
  static let fitCount = 29 * 10 * 2

  /// The kills of a test run: 20, or what `KINDRED_KILLS` says.
  static let killCount =
    ProcessInfo.processInfo.environment["KINDRED_KILLS"].flatMap(Int.init) ?? 20

  /// What an undisturbed run leaves, without the times, and how long it took.
  static let undisturbed = Result { () throws -> (files: [String: Data], seconds: Double) in
    try withTemporaryFolder { folder in
      let start = ContinuousClock.now
      let result = try CommandRunner(currentFolder: folder).run(arguments)
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      try #require(result.exitCode == 0, "\(result)")
      return (try files(of: folder.appending(path: "out")), seconds)
    }
  }

  /// The files of a finished run that do not vary.
  static func files(of out: URL) throws -> [String: Data] {
    var files = try snapshot(of: out)
    #expect(files.removeValue(forKey: "timing.json") != nil)
    return files
  }

  /// The fits that a finished run made and took over.
  static func fits(of out: URL) throws -> (made: Int, takenOver: Int) {
    let timing = try JSONSerialization.jsonObject(
      with: Data(contentsOf: out.appending(path: "timing.json")))
    let fits = try #require((timing as? [String: Any])?["fits"] as? [String: Int])
    return (try #require(fits["made"]), try #require(fits["taken_over"]))
  }

  /// The number before " of … fits taken over", 0 without such a note.
  static func takenOver(_ result: CommandResult) -> Int {
    result.errors.firstMatch(of: /(\d+) of \d+ fits taken over/).flatMap { Int($0.1) } ?? 0
  }

  @Test func killedRunsGoOnToTheSameBytes() throws {
    let expected = try Self.undisturbed.get()
    // How long a run takes changes with what else the machine does.
    var seconds = expected.seconds
    var kills = 0
    var killsWithUnits = 0
    var finished = 0
    while kills < Self.killCount {
      try withTemporaryFolder { folder in
        let out = folder.appending(path: "out")
        var kept = try KeptUnits(of: out)
        while true {
          let runner = CommandRunner(currentFolder: folder)
          let arguments = Self.arguments + ["--threads", "\(Int.random(in: 1...3))"]
          // The last run of all is left alone.
          let moment = Double.random(in: 0...seconds)
          let result = try runner.run(
            arguments, interruption: kills < Self.killCount ? (SIGKILL, { $0 > moment }) : nil)
          let fits = try KeptUnits(of: out)
          if kept.count == 0 {
            seconds =
              result.exitCode == 0
              ? min(0.7 * seconds, moment) : fits.count == 0 ? seconds * 1.1 : seconds
          }
          guard result.exitCode == 128 + SIGKILL else {
            try #require(result.exitCode == 0, "\(result)")
            #expect(try Self.files(of: out) == expected.files)
            let counts = try Self.fits(of: out)
            // A tree is kept like a fit and not counted as one.
            #expect(kept.count - counts.takenOver == 0 || kept.count - counts.takenOver == 1)
            #expect(counts.made + counts.takenOver == Self.fitCount)
            finished += 1
            return
          }
          kills += 1
          if FileManager.default.fileExists(atPath: out.appending(path: "manifest.sha256").path) {
            var files = try Self.files(of: out)
            // It is complete; what was still to go is the units and the lock.
            for name in files.keys where name == ".lock" || name.hasPrefix("units/") {
              files[name] = nil
            }
            #expect(files == expected.files)
            finished += 1
            return
          }
          if fits.count > kept.count { killsWithUnits += 1 }
          let taken = Self.takenOver(result)
          #expect(taken == 0 || kept.count - taken == 0 || kept.count - taken == 1, "\(result)")
          #expect(fits.holds(kept))
          #expect(!result.errors.contains("warning"), "\(result)")
          kept = fits
        }
      }
    }
    #expect(finished > 0)
    #expect(killsWithUnits > 0)
  }

  /// Runs until there are units, stops the run by a signal, and returns what it left.
  private func interrupt(
    _ runner: CommandRunner, with signal: Int32 = SIGKILL
  ) throws -> KeptUnits {
    let out = runner.currentFolder.appending(path: "out")
    let first = out.appending(path: "units/part-00001.res").path
    for _ in 1...20 {
      // One thread takes long enough for units to be written before the end.
      let result = try runner.run(
        Self.arguments + ["--threads", "1"],
        interruption: (signal, { _ in FileManager.default.fileExists(atPath: first) }))
      if result.exitCode == 128 + signal { return try KeptUnits(of: out) }
      try FileManager.default.removeItem(at: out)
    }
    throw CommandRunner.Failure.timedOut(arguments: Self.arguments, seconds: 20)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func signalsKeepWhatHasFinished(signal: Int32) throws {
    let expected = try Self.undisturbed.get()
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let out = folder.appending(path: "out")
      let kept = try interrupt(runner, with: signal)
      let names = try snapshot(of: out).keys.sorted()
      #expect(names.allSatisfy { !$0.contains(".lock") && !$0.hasSuffix(".tmp") }, "\(names)")

      let resumed = try runner.run(Self.arguments)
      try #require(resumed.exitCode == 0, "\(resumed)")
      #expect(resumed.errors.contains("of \(Self.fitCount) fits taken over"))
      let taken = try Self.fits(of: out).takenOver
      #expect(taken == Self.takenOver(resumed) && taken > 0)
      #expect(kept.count - taken == 0 || kept.count - taken == 1)
      #expect(try Self.files(of: out) == expected.files)
    }
  }

  @Test func anotherCommandIsRefusedAndTheDifferenceNamed() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      _ = try interrupt(runner)
      let before = try snapshot(of: folder)
      func refused(_ arguments: [String], _ fragments: [String]) throws {
        let result = try runner.run(arguments)
        #expect(result.exitCode == 73, "\(result)")
        for fragment in fragments + ["unfinished run", "--force"] {
          #expect(result.errors.contains(fragment), "\(fragment) is not in \(result)")
        }
        var after = try snapshot(of: folder)
        after = after.filter { before[$0.key] != nil || !$0.key.hasSuffix(".tmp") }
        #expect(
          after.filter { !$0.key.hasSuffix(".lock") && !$0.key.hasSuffix(".tmp") }
            == before.filter { !$0.key.hasSuffix(".lock") && !$0.key.hasSuffix(".tmp") })
      }
      try refused(Self.arguments + ["--n-init", "31"], ["--n-init was 10, is 31"])
      try refused(Self.arguments + ["--seed", "2"], ["--seed was 0, is 2"])
      var fewer = Self.arguments
      fewer[5] = "2...20"
      try refused(fewer, ["--k was 2...30, is 2...20"])
      var other = Self.arguments
      other[1] = RunFolderTests.test
      try refused(other, ["input sha256 was ", "…, is "])
      try refused(
        ["tree", RunFolderTests.train, "--text", "description", "--out", "out"], ["out"])

      let forced = try runner.run(fewer + ["--n-init", "2", "--force"])
      try #require(forced.exitCode == 0, "\(forced)")
      let fits = try Self.fits(of: folder.appending(path: "out"))
      #expect(fits.made == 19 * 2 * 2 && fits.takenOver == 0)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/out/units"))
      #expect(try runner.run(Self.arguments).errors.contains("finished run"))
    }
  }

  @Test func damagedUnitsAreSetAsideAndMadeAgain() throws {
    let expected = try Self.undisturbed.get()
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let out = folder.appending(path: "out")
      let kept = try interrupt(runner)
      let name = try #require(kept.files.keys.min())
      var bytes = try #require(kept.files[name]).bytes
      bytes[bytes.count / 3] ^= 0x10
      try bytes.write(to: out.appending(path: "units/\(name)"))
      let resumed = try runner.run(Self.arguments + ["--threads", "1"])
      try #require(resumed.exitCode == 0, "\(resumed)")
      #expect(
        resumed.errors.contains("warning: units/\(name) is damaged: its checksum is wrong"),
        "\(resumed)")
      #expect(try Self.fits(of: out).takenOver < kept.count)
      #expect(try Self.files(of: out) == expected.files)
    }
  }

  @Test(.enabled(if: CommandRunner.starts(with: ["prlimit", "--fsize=1000000000"])))
  func aFailedWriteEndsTheRunAndKeepsWhatIsThere() throws {
    let expected = try Self.undisturbed.get()
    try withTemporaryFolder { folder in
      var runner = CommandRunner(currentFolder: folder)
      let out = folder.appending(path: "out")
      let kept = try interrupt(runner)
      runner.launcher = ["prlimit", "--fsize=2000"]
      let failed = try runner.run(Self.arguments)
      #expect(failed.exitCode == 74, "\(failed)")
      #expect(failed.errors.contains("; \(kept.count) finished fits are kept"), "\(failed)")
      #expect(try KeptUnits(of: out).holds(kept))

      runner.launcher = []
      let resumed = try runner.run(Self.arguments)
      try #require(resumed.exitCode == 0, "\(resumed)")
      #expect(Self.takenOver(resumed) > 0)
      #expect(try Self.files(of: out) == expected.files)

      // Where not even the key can be written, nothing stays.
      try FileManager.default.removeItem(at: out)
      runner.launcher = ["prlimit", "--fsize=600"]
      let empty = try runner.run(Self.arguments)
      #expect(empty.exitCode == 74, "\(empty)")
      #expect(try snapshot(of: folder).isEmpty)
    }
  }

  /// Without privileges; root may write everywhere.
  static let withoutPrivileges =
    geteuid() == 0 ? ["setpriv", "--reuid=65534", "--clear-groups"] : ["env"]

  @Test(.enabled(if: CommandRunner.starts(with: withoutPrivileges)))
  func aFolderThatMayNotBeWrittenIsLeftAsItIs() throws {
    try withTemporaryFolder { folder in
      var runner = CommandRunner(currentFolder: folder)
      let out = folder.appending(path: "out")
      _ = try interrupt(runner, with: SIGINT)
      let before = try snapshot(of: out)
      try #require(chmod(out.path, 0o555) == 0)
      defer { chmod(out.path, 0o755) }
      runner.launcher = Self.withoutPrivileges
      let refused = try runner.run(Self.arguments)
      #expect(refused.exitCode == 77, "\(refused)")
      #expect(refused.errors.contains("out"), "\(refused)")
      #expect(try snapshot(of: out) == before)
    }
  }

  @Test func shortRunsWithoutAFolderWriteNothing() throws {
    try withTemporaryFolder { folder in
      let result = try CommandRunner(currentFolder: folder).run(
        Self.arguments.dropLast(2) + ["--n-init", "2"])
      try #require(result.exitCode == 0, "\(result)")
      #expect(try snapshot(of: folder).isEmpty)
    }
  }
}

extension CommandRunner {
  /// Whether the executable can be started by another command.
  static func starts(with launcher: [String]) -> Bool {
    var runner = CommandRunner(currentFolder: FileManager.default.temporaryDirectory)
    runner.launcher = launcher
    return (try? runner.run(["--version"]).exitCode) == 0
  }
}
