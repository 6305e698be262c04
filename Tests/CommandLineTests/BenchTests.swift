import Foundation
import Testing

/// `kindred bench`: what it measures, what it prints, and when it says no.
@Suite struct BenchTests {
  static let stages = [
    "read", "features", "lsa", "seeding", "assignment", "lloyd", "minibatch", "silhouette",
    "matrix-product", "copy",
  ]
  /// One repetition without a warm-up on one thread.
  static let quick = ["--repetitions", "1", "--warm-up", "0", "--threads", "1"]

  @Test func everyStageHasItsFigures() throws {
    try withCatalogue { runner in
      let report = try runner.run([
        "bench", "films.csv", "--k", "3", "--repetitions", "2", "--warm-up", "1", "--threads", "3",
        "--format", "json", "--force",
      ]).object()
      expectMembers(
        report,
        [
          "version": .text, "input": .text, "sha256": .text, "rows": .whole, "columns": .whole,
          "nonzeros": .whole, "k": .whole, "lsa": .whole, "kernel": .text, "isa": .text,
          "blas_core": .text, "cores": .whole,
        ])
      #expect(report["rows"] as? Int == 12)
      #expect(report["lsa"] as? Int == 11)
      let measured = try stagesOf(report)
      var expected = ["read 1"]
      for stage in Self.stages.dropFirst() { expected += [1, 2, 3].map { "\(stage) \($0)" } }
      #expect(measured.map { name($0) } == expected)
      for stage in measured {
        expectMembers(
          stage,
          [
            "seconds": .number, "deviation": .number, "min_seconds": .number,
            "median_seconds": .number, "repetition_seconds": .list, "runs_per_repetition": .whole,
          ])
        let seconds = try #require(stage["repetition_seconds"] as? [Double])
        #expect(seconds.count == 2 && seconds.allSatisfy { $0 > 0 })
        #expect(stage["min_seconds"] as? Double == seconds.min())
        let mean = try #require(stage["seconds"] as? Double)
        #expect(abs(mean - (seconds[0] + seconds[1]) / 2) <= 1e-9 * mean)
        let deviation = try #require(stage["deviation"] as? Double)
        #expect(abs(deviation - abs(seconds[0] - seconds[1]) / 2.0.squareRoot()) <= 1e-9 * mean)
        #expect((stage["speed_up"] is NSNull) == (stage["threads"] as? Int == 1), "\(name(stage))")
        let countsRows = stage["rows_per_second"] is Double
        #expect(countsRows != ["matrix-product", "copy"].contains(stage["stage"] as? String))
      }
    }
  }

  @Test func ratesAreOfTheFastestRepetitionAndSharesOfTheLimit() throws {
    try withCatalogue { runner in
      let report = try runner.run(
        ["bench", "films.csv", "--text", "description", "--k", "3", "--format", "json"]
          + Self.quick
      ).object()
      var stages: [String: [String: Any]] = [:]
      for stage in try stagesOf(report) { stages[try #require(stage["stage"] as? String)] = stage }
      let nonzeros = try #require(report["nonzeros"] as? Double)
      let assignment = try #require(stages["assignment"])
      let seconds = try #require(assignment["min_seconds"] as? Double)
      let rate = try #require(assignment["gigaflops"] as? Double)
      #expect(abs(rate - 2 * nonzeros * 3 / seconds / 1e9) <= 1e-9 * rate)
      let peak = try #require(stages["matrix-product"]?["gigaflops"] as? Double)
      let share = try #require(assignment["share_of_limit"] as? Double)
      #expect(abs(share - rate / peak) <= 1e-9 * share)
      #expect(stages["copy"]?["share_of_limit"] as? Double == 1)

      let features = try #require(stages["features"])
      let texts = Sample.rows.map { row in
        row.split(separator: ",").last.map { $0.utf8.count - 1 } ?? 0
      }
      let textBytes = Double(texts.reduce(0, +)) / 12
      #expect(features["input_bytes_per_row"] as? Double == textBytes)
      #expect(features["output_bytes_per_row"] as? Double == (nonzeros * 8 + 13 * 8) / 12)
      #expect(stages["lsa"]?["output_bytes_per_row"] as? Double == 44.0)
      let stored = Double(Sample.catalogue.count) / 12
      #expect(stages["read"]?["input_bytes_per_row"] as? Double == stored)
    }
  }

  @Test func stagesAndRowsAreChosen() throws {
    try withCatalogue { runner in
      let report = try runner.run(
        ["bench", "--rows", "300", "--stages", "lloyd,read", "--format", "json"] + Self.quick
      ).object()
      #expect(report["rows"] as? Int == 300)
      #expect(report["k"] as? Int == 45)
      let measured = try stagesOf(report)
      #expect(measured.map { name($0) } == ["read 1", "lloyd 1"])
      // The limit is measured though it is not listed.
      #expect(measured.allSatisfy { $0["share_of_limit"] is Double })
      #expect(measured.allSatisfy { $0["deviation"] is NSNull })
    }
  }

  @Test func aMatrixHasNoTexts() throws {
    try withCatalogue { runner in
      let matrix =
        "%%MatrixMarket matrix coordinate real general\n3 3 4\n1 1 1\n1 2 2\n2 2 1\n3 3 1\n"
      try Data(matrix.utf8).write(to: runner.currentFolder.appending(path: "X.mtx"))
      let report = try runner.run(["bench", "X.mtx", "--format", "json"] + Self.quick).object()
      #expect(report["k"] as? Int == 3)
      let names = try stagesOf(report).map { name($0) }
      #expect(names == Self.stages.filter { $0 != "features" }.map { "\($0) 1" })
    }
  }

  @Test func peopleGetATableAndProgramsCSV() throws {
    try withCatalogue { runner in
      let arguments = ["bench", "films.csv", "--k", "3", "--stages", "features,assignment"]
      let table = try runner.run(arguments + Self.quick)
      try #require(table.exitCode == 0, "\(table)")
      for word in [
        "12 rows", "k = 3", "of limit", "GFLOP/s", "GB/s", "a row, on 1 thread: features",
      ] {
        #expect(table.output.contains(word), "\(word) is missing; \(table)")
      }
      let csv = try runner.run(arguments + Self.quick + ["--format", "csv"])
      let lines = csv.output.split(separator: "\n")
      #expect(lines.count == 3)
      let widths = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }
      #expect(Set(widths).count == 1, "\(csv)")
    }
  }

  /// The seconds of a baseline times a factor decide alone what the answer is.
  @Test(arguments: [
    (1e-6, "50%", Int32(1), "slower"), (1e6, "50%", 0, "faster"),
    (0.01, "1000000000%", 0, "same"),
  ])
  func theBaselineDecides(
    factor: Double, tolerance: String, exitCode: Int32, verdict: String
  ) throws {
    try withCatalogue { runner in
      try writeBaseline(runner) { $0 * factor }
      let arguments =
        Self.compared + ["--baseline", "old.json", "--tolerance", tolerance] + Self.quick
      let result = try runner.run(arguments + ["-q", "--format", "json"])
      #expect(result.exitCode == exitCode, "\(result)")
      let report = try #require(
        try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
      let comparison = try #require(report["baseline"] as? [String: Any])
      let entries = try #require(comparison["compared"] as? [[String: Any]])
      #expect(entries.map { name($0) } == ["features 1", "copy 1"])
      #expect(entries.allSatisfy { $0["verdict"] as? String == verdict }, "\(result)")
      #expect(comparison["slower"] as? Int == (exitCode == 1 ? 2 : 0))
      if exitCode == 1 {
        let error = try result.errorObject()
        #expect(error["code"] as? String == "bench.slower")
        // What looks slower is measured a second time before it is called so.
        let counts = try stagesOf(report).map { ($0["repetition_seconds"] as? [Double])?.count }
        #expect(counts == [2, 2])
      }
      let table = try runner.run(arguments)
      #expect(table.exitCode == exitCode)
      #expect(table.output.contains("new/old") && table.output.contains(verdict), "\(table)")
    }
  }

  @Test func whatCannotBeComparedIsSaid() throws {
    try withCatalogue { runner in
      try writeBaseline(runner) { $0 * 100 }
      let result = try runner.run(
        ["bench", "films.csv", "--k", "3", "--stages", "copy,read", "--baseline", "old.json"]
          + Self.quick)
      #expect(result.exitCode == 0, "\(result)")
      #expect(result.output.contains("only in the baseline: features (threads: 1)"), "\(result)")
      #expect(result.output.contains("only in this run: read (threads: 1)"), "\(result)")
    }
  }

  @Test(
    arguments: [
      ("{\"rows\"", [], Int32(65), ["old.json", "JSON"]),
      ("[]", [], 65, ["old.json", "an object", "a list"]),
      ("{\"version\": \"1\"}", [], 65, ["old.json", "no '"]),
      ("baseline", ["--k", "4"], 64, ["old.json", "k = 3", "k = 4", "--k 3"]),
      ("baseline", ["--kernel", "gemm"], 64, ["old.json", "kernel gemm"]),
      ("baseline", ["--stages", "read"], 64, ["old.json", "in common", "--stages"]),
      ("baseline", ["--tolerance", "0.1"], 64, ["--tolerance 0.1", "10%"]),
      ("baseline", ["--tolerance=-5%"], 64, ["--tolerance -5%"]),
      ("baseline", ["--tolerance", "nan%"], 64, ["--tolerance nan%"]),
    ] as [(String, [String], Int32, [String])])
  func refusesBaseline(
    contents: String, options: [String], exitCode: Int32, fragments: [String]
  ) throws {
    try withCatalogue { runner in
      if contents == "baseline" {
        try writeBaseline(runner) { $0 }
      } else {
        try Data(contents.utf8).write(to: runner.currentFolder.appending(path: "old.json"))
      }
      let chosen = options.contains("--k") ? [] : ["--k", "3"]
      let result = try runner.run(
        ["bench", "films.csv", "--baseline", "old.json"] + chosen + options + Self.quick)
      expectRefusal(result, exitCode, fragments)
    }
  }

  @Test(arguments: ["min_seconds", "threads", "stage"])
  func refusesBaselineWithADamagedMember(_ member: String) throws {
    try withCatalogue { runner in
      for value in [NSNull(), -1, "x" as Any, [1]] where member != "stage" || !(value is String) {
        try writeBaseline(runner, { $0 }) { $0[member] = value }
        let result = try runner.run(Self.compared + ["--baseline", "old.json"] + Self.quick)
        expectRefusal(result, 65, ["old.json", "'\(member)'"])
      }
    }
  }

  @Test(
    arguments: [
      (["--repetitions", "0"], ["--repetitions 0"]), (["--warm-up", "-1"], ["--warm-up -1"]),
      (["--stages", "fit"], ["--stages fit", "lloyd"]), (["--stages", ","], ["--stages"]),
      (["--k", "13"], ["13", "12"]), (["--rows", "20"], ["--rows", "films.csv"]),
      (["--tolerance", "10%"], ["--tolerance", "--baseline"]), (["--kernel", "fast"], ["fast"]),
    ] as [([String], [String])])
  func refusesOptions(options: [String], fragments: [String]) throws {
    try withCatalogue { runner in
      expectRefusal(try runner.run(["bench", "films.csv"] + options), 64, fragments)
    }
  }

  @Test func refusesWhatTheInputDoesNotHave() throws {
    try withCatalogue { runner in
      let matrix = "%%MatrixMarket matrix coordinate real general\n3 1 1\n1 1 1\n"
      try Data(matrix.utf8).write(to: runner.currentFolder.appending(path: "X.mtx"))
      for stage in ["features", "lsa"] {
        let result = try runner.run(["bench", "X.mtx", "--stages", stage])
        expectRefusal(result, 64, ["X.mtx", "--stages \(stage)"])
      }
      expectRefusal(try runner.run(["bench", "--rows", "0"]), 64, ["--rows 0"])
      expectRefusal(
        try runner.run(["bench", "films.csv", "--baseline", "none.json"]), 66, ["none.json"])
      expectRefusal(
        try runner.run(["bench", "films.csv", "--max-memory", "1MB"]), 71, ["limit"])
    }
  }

  private static let compared = ["bench", "films.csv", "--k", "3", "--stages", "features,copy"]

  /// Measures, and writes `old.json` with every time changed.
  private func writeBaseline(
    _ runner: CommandRunner, _ change: (Double) -> Double,
    damage: (inout [String: Any]) -> Void = { _ in }
  ) throws {
    var report = try runner.run(Self.compared + Self.quick + ["--format", "json"]).object()
    report["stages"] = try stagesOf(report).map { stage in
      var stage = stage
      stage["min_seconds"] = change(try #require(stage["min_seconds"] as? Double))
      damage(&stage)
      return stage
    }
    try JSONSerialization.data(withJSONObject: report)
      .write(to: runner.currentFolder.appending(path: "old.json"))
  }

  private func stagesOf(_ report: [String: Any]) throws -> [[String: Any]] {
    try #require(report["stages"] as? [[String: Any]])
  }

  private func name(_ stage: [String: Any]) -> String {
    "\(stage["stage"] as? String ?? "-") \(stage["threads"] as? Int ?? 0)"
  }

  private func expectRefusal(
    _ result: CommandResult, _ exitCode: Int32, _ fragments: [String],
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(result.exitCode == exitCode, "\(result)", sourceLocation: location)
    #expect(result.output.isEmpty, "\(result)", sourceLocation: location)
    #expect(result.errors.hasPrefix("error["), "\(result)", sourceLocation: location)
    #expect(result.errors.contains("help:"), "\(result)", sourceLocation: location)
    for fragment in fragments {
      #expect(
        result.errors.contains(fragment), "\(fragment) is missing; \(result)",
        sourceLocation: location)
    }
  }

  private func withCatalogue<Result>(_ body: (CommandRunner) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      return try body(CommandRunner(currentFolder: folder))
    }
  }
}
