import Clustering
import Experiments
import Foundation
import Matrices
import Synchronization
import Testing

/// What a run had finished is taken over by the next one, and by no other.
@Suite struct RunUnitsTests {
  private static let points: FeatureMatrix = {
    var generator = CounterGenerator(seed: 5)
    let elements = (0..<240).flatMap { row in
      [Float(row % 4) * 3 + Float(generator.nextUnit()), 5 * Float(generator.nextUnit())]
    }
    return .dense(DenseMatrix(rowCount: 240, columnCount: 2, elements: elements))
  }()

  private static let key = RunKey(parts: [RunKey.Part(name: "--k", value: "2...7")])

  private static func configuration(
    _ counts: ClosedRange<Int> = 2...7, restarts: Int = 4, _ selection: Selection = .silhouette
  ) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.clusterCounts = Array(counts)
    configuration.algorithms = [.kmeans, .ward, .minibatch]
    configuration.restartCount = restarts
    configuration.batchRowCount = 32
    configuration.seeding = .random
    configuration.selection = selection
    return configuration
  }

  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "kindred-units-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func sweep(
    _ configuration: RunConfiguration, units: RunUnits? = nil, threads: Int = 2
  ) throws -> SweepResult {
    var seconds = PhaseSeconds()
    return try Sweep(
      configuration: configuration, units: units, pool: WorkerPool(threadCount: threads)
    ).run(Self.points, heldOut: nil, distinctRowCount: 240, seconds: &seconds)
  }

  /// What a claimed folder said and did.
  private struct Session {
    var result: SweepResult?
    var counts = RunUnits.Counts(made: 0, takenOver: 0)
    var warnings: [String] = []
    var reports: [String] = []
  }

  /// Runs a sweep in a folder up to the moment before its files are published.
  private func session(
    _ path: String, _ configuration: RunConfiguration, key: RunKey = key, replacing: Bool = false,
    threads: Int = 2
  ) throws -> Session {
    let heard = Mutex<[String]>([])
    let folder = try RunFolder(claiming: path, replacing: replacing, resuming: true)
    defer { folder.abandon() }
    let units = try folder.units(
      of: key, shape: (240, 2), configuration: configuration, replacing: replacing,
      report: { text in heard.withLock { $0.append(text) } })
    let result = try sweep(configuration, units: units, threads: threads)
    units.flush()
    #expect(units.failure == nil)
    return Session(
      result: result, counts: units.counts, warnings: units.warnings,
      reports: heard.withLock { $0 })
  }

  private func expectEqual(_ result: SweepResult?, _ expected: SweepResult) throws {
    let result = try #require(result)
    #expect(result.runs.map(\.model) == expected.runs.map(\.model))
    #expect(SweepTables.json(result, seed: 0) == SweepTables.json(expected, seed: 0))
    #expect(result.trees.map(\.tree) == expected.trees.map(\.tree))
  }

  @Test(arguments: [Selection.silhouette, .stability], [1, 3])
  func aResumedSweepIsTheUndisturbedOne(selection: Selection, threads: Int) throws {
    let whole = Self.configuration(2...7, selection)
    let expected = try sweep(whole)
    try withFolder { path in
      let first = try session(path, Self.configuration(2...4, selection), threads: threads)
      #expect(first.counts == RunUnits.Counts(made: 24, takenOver: 0))
      #expect(first.reports.isEmpty && first.warnings.isEmpty)
      let before = try names("\(path)/units")
      #expect(before == ["key.json", "part-00001.res"])

      let second = try session(path, whole, threads: 4 - threads)
      try expectEqual(second.result, expected)
      #expect(second.counts == RunUnits.Counts(made: 24, takenOver: 24))
      #expect(
        second.reports == [
          "24 of 48 fits taken over from an interrupted run",
          "the ward tree taken over from an interrupted run",
        ])
      let third = try session(path, whole)
      try expectEqual(third.result, expected)
      #expect(third.counts == RunUnits.Counts(made: 0, takenOver: 48))
      #expect(try names("\(path)/units") == before + ["part-00002.res"])
    }
  }

  @Test func losersAloneAreMadeAgain() throws {
    let expected = try sweep(Self.configuration())
    try withFolder { path in
      // Each part holds one more restart of everything, in full only where it is the best so far.
      for restarts in 1...4 { _ = try session(path, Self.configuration(restarts: restarts)) }
      for lost in 1...4 {
        let part = "\(path)/units/part-0000\(lost).res"
        let bytes = try Data(contentsOf: URL(filePath: part))
        var damaged = bytes
        damaged[damaged.count / 2] ^= 4
        try damaged.write(to: URL(filePath: part))
        let last = try session(path, Self.configuration())
        try expectEqual(last.result, expected)
        #expect(last.warnings.count == 1)
        #expect(last.warnings.first?.contains("part-0000\(lost).res is damaged") == true)
        // Of the later parts, what was made again with the first is there twice.
        #expect(lost == 1 ? last.counts.made >= 12 : last.counts.made > 0)
        #expect(last.counts.made + last.counts.takenOver == 48)
        #expect(try Data(contentsOf: URL(filePath: part + ".bad")) == damaged)
      }
      #expect(try session(path, Self.configuration()).counts.made == 0)
    }
  }

  @Test(arguments: ["", "kindunit", "\u{1F}\u{8B}"])
  func filesThatHoldNoUnitsAreSetAside(content: String) throws {
    try withFolder { path in
      _ = try session(path, Self.configuration(2...3))
      let part = "\(path)/units/part-00001.res"
      try Data(content.utf8).write(to: URL(filePath: part))
      try FileManager.default.createSymbolicLink(
        atPath: "\(path)/units/part-00007.res", withDestinationPath: "/dev/zero")
      let next = try session(path, Self.configuration(2...3))
      #expect(next.counts == RunUnits.Counts(made: 16, takenOver: 0))
      #expect(next.warnings.count == 2)
      #expect(
        try names("\(path)/units") == [
          "key.json", "part-00001.res.bad", "part-00007.res.bad", "part-00008.res",
        ])
    }
  }

  @Test func anotherRunIsRefusedAndNamed() throws {
    try withFolder { path in
      _ = try session(path, Self.configuration(2...3))
      let other = RunKey(parts: [
        RunKey.Part(name: "--k", value: "2...9"), RunKey.Part(name: "--seed", value: "1"),
      ])
      let before = try names("\(path)/units")
      let error = #expect(throws: OutputError.self) {
        try session(path, Self.configuration(), key: other)
      }
      #expect(error?.kind == .cannotCreate)
      #expect(error?.message.contains("--k was 2...7, is 2...9; --seed was none, is 1") == true)
      #expect(try names("\(path)/units") == before)
      #expect(try names(path) == ["units"])

      let forced = try session(path, Self.configuration(2...3), key: other, replacing: true)
      #expect(forced.counts == RunUnits.Counts(made: 16, takenOver: 0))
      // The same run goes on, forced or not.
      #expect(
        try session(path, Self.configuration(2...3), key: other, replacing: true).counts.made == 0)

      try Data("{".utf8).write(to: URL(filePath: "\(path)/units/key.json"))
      let damaged = #expect(throws: OutputError.self) { try session(path, Self.configuration()) }
      #expect(damaged?.message.contains("units/key.json") == true)
    }
  }

  @Test func aKeyComesBackAndTellsWhatDiffers() throws {
    let words = String(repeating: "word,", count: 40)
    let key = RunKey(parts: [
      RunKey.Part(name: "input sha256", value: String(repeating: "a", count: 64)),
      RunKey.Part(name: "--stop-words", value: words), RunKey.Part(name: "--k", value: "2,3"),
    ])
    let read = try #require(RunKey(json: key.json))
    #expect(key.differences(from: read).isEmpty && read.differences(from: key).isEmpty)
    let other = RunKey(parts: [
      RunKey.Part(name: "input sha256", value: String(repeating: "b", count: 64)),
      RunKey.Part(name: "--stop-words", value: "none"), RunKey.Part(name: "--k", value: "2,3"),
    ])
    #expect(
      other.differences(from: key) == [
        "input sha256 was aaaaaaaaaaaa…, is bbbbbbbbbbbb…", "--stop-words differs",
      ])
    #expect(RunKey(json: Array("[1]".utf8)) == nil)
  }

  @Test func onlyARunThatGoesOnTakesAFolderWithUnits() throws {
    try withFolder { path in
      _ = try session(path, Self.configuration(2...3))
      let error = #expect(throws: OutputError.self) {
        try RunFolder(claiming: path, replacing: false)
      }
      #expect(error?.message == "holds an unfinished run")

      let forced = try RunFolder(claiming: path, replacing: true)
      try forced.publish([RunFolder.File("run.json", [])])
      #expect(try names(path) == ["manifest.sha256", "run.json"])
      let finished = #expect(throws: OutputError.self) {
        try RunFolder(claiming: path, replacing: false, resuming: true)
      }
      #expect(finished?.message == "holds a finished run already")
    }
  }

  @Test func leftoversBeforeTheFirstUnitAreNoRun() throws {
    try withFolder { path in
      try FileManager.default.createDirectory(
        atPath: "\(path)/units", withIntermediateDirectories: false)
      try Data("half".utf8).write(to: URL(filePath: "\(path)/units/.key.json.99.tmp"))
      try RunFolder(claiming: path, replacing: false).abandon()
      let session = try session(path, Self.configuration(2...3))
      #expect(session.counts.made == 16)
      #expect(try names("\(path)/units") == ["key.json", "part-00001.res"])
    }
  }

  @Test func foreignUnitsAreLeftAlone() throws {
    try withFolder { path in
      try FileManager.default.createDirectory(
        atPath: "\(path)/units", withIntermediateDirectories: false)
      try Data("mine".utf8).write(to: URL(filePath: "\(path)/units/metres.txt"))
      #expect(throws: OutputError.self) { try session(path, Self.configuration(2...3)) }
      _ = try session(path, Self.configuration(2...3), replacing: true)
      let folder = try RunFolder(claiming: path, replacing: true)
      try folder.publish([])
      #expect(try names("\(path)/units") == ["metres.txt"])

      try FileManager.default.removeItem(atPath: "\(path)/units")
      try Data("mine".utf8).write(to: URL(filePath: "\(path)/units"))
      let error = #expect(throws: OutputError.self) {
        try session(path, Self.configuration(2...3), replacing: true)
      }
      #expect(error?.code == "output.is-file")
      #expect(try String(contentsOfFile: "\(path)/units", encoding: .utf8) == "mine")
    }
  }

  @Test func aFailedPublicationKeepsTheUnits() throws {
    struct Failure: Error {}
    try withFolder { path in
      let configuration = Self.configuration(2...3)
      let folder = try RunFolder(claiming: path, replacing: false, resuming: true)
      let units = try folder.units(
        of: Self.key, shape: (240, 2), configuration: configuration, replacing: false,
        report: { _ in })
      _ = try sweep(configuration, units: units)
      let error = #expect(throws: OutputError.self) {
        try folder.publish([
          RunFolder.File("labels.csv", []), RunFolder.File("run.json") { _ in throw Failure() },
        ])
      }
      // Sixteen restarts and a tree.
      #expect(error?.message.hasSuffix("; 17 finished fits are kept") == true)
      folder.abandon()
      #expect(try names(path) == ["labels.csv", "units"])
      #expect(try session(path, configuration).counts == RunUnits.Counts(made: 0, takenOver: 16))
    }
  }

  @Test func nothingIsWrittenBeforeSomethingHasFinished() throws {
    try withFolder { path in
      let folder = try RunFolder(claiming: "\(path)/run", replacing: false, resuming: true)
      _ = try folder.units(
        of: Self.key, shape: (240, 2), configuration: Self.configuration(), replacing: false,
        report: { _ in })
      #expect(try names("\(path)/run") == [".lock"])
      folder.abandon()
      #expect(try names(path).isEmpty)
    }
  }
}
