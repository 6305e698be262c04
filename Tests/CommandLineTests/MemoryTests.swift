import Foundation
import Testing

/// What `--dry-run` tells of memory and fits, beside what the run then takes.
@Suite(.serialized) struct MemoryTests {
  private static let mebibyte = 1 << 20
  private static let tolerance = 64 * mebibyte

  /// Full rows of a .npy file, spread around a few centers.
  private func writeRows(_ rowCount: Int, _ columnCount: Int, to file: URL) throws {
    var header =
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rowCount), \(columnCount)), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, 118, 0]) + Data(header.utf8)
    var state: UInt32 = 1
    var values = [Float](repeating: 0, count: rowCount * columnCount)
    for place in values.indices {
      state = state &* 1_664_525 &+ 1_013_904_223
      let center = Float((place / columnCount) % 7 * (place % 5))
      values[place] = center + Float(state >> 8) / Float(1 << 24)
    }
    values.withUnsafeBytes { bytes.append(contentsOf: $0) }
    try bytes.write(to: file)
  }

  private func plan(_ arguments: [String], in folder: URL) throws -> [String: Any] {
    try CommandRunner(currentFolder: folder).run(
      arguments + ["--dry-run", "--format", "json"]
    ).object()
  }

  @Test(arguments: [
    [], ["--stability", "samples", "--gap", "2", "--holdout", "0.2", "--n-init", "2"],
    ["--algorithm", "kmeans,minibatch,average", "--metric", "cosine"],
  ])
  func thePlanIsNearThePeak(_ options: [String]) throws {
    try withTemporaryFolder { folder in
      try writeRows(12_000, 40, to: folder.appending(path: "X.npy"))
      let inputs =
        options.contains("average") ? [RunFolderTests.train] : ["X.npy", RunFolderTests.train]
      for (number, input) in inputs.enumerated() {
        let arguments = ["sweep", input, "--k", "2...16:2", "--max-iter", "10"] + options
        let facts = try plan(arguments, in: folder)
        let planned = try #require(facts["memory_bytes"] as? Int)
        let parts = try #require(facts["memory_parts"] as? [String: Int])
        #expect(parts.values.reduce(0, +) == planned)
        let out = "out\(number)"
        let run = try CommandRunner(currentFolder: folder).run(arguments + ["--out", out])
        try #require(run.exitCode == 0, "\(run)")
        let timing = try JSONSerialization.jsonObject(
          with: Data(contentsOf: folder.appending(path: "\(out)/timing.json")))
        let peak = try #require((timing as? [String: Any])?["peak_memory_bytes"] as? Int)
        #expect(
          abs(planned - peak) <= Self.tolerance,
          "\(input) \(options): plan \(planned / Self.mebibyte), peak \(peak / Self.mebibyte) MiB")
      }
    }
  }

  @Test func aLimitBelowThePlanIsRefusedAndOneAboveItHolds() throws {
    try withTemporaryFolder { folder in
      try writeRows(12_000, 40, to: folder.appending(path: "X.npy"))
      let runner = CommandRunner(currentFolder: folder)
      let arguments = ["sweep", "X.npy", "--k", "2...40:2", "--n-init", "2", "--max-iter", "5"]
      let planned =
        try #require(try plan(arguments, in: folder)["memory_bytes"] as? Int) / Self.mebibyte
      let refused = try runner.run(
        arguments + ["--out", "out", "--max-memory", "\(planned - 8)MiB"])
      #expect(refused.exitCode == 71, "\(refused)")
      #expect(refused.errors.contains("within the limit --k up to "), "\(refused)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
      let words = refused.errors.split(separator: "--max-memory ").last?.prefix { $0 != "M" }
      let enough = try #require(words.flatMap { Int($0) })
      let run = try runner.run(
        arguments + ["--out", "out", "--max-memory", "\(enough + 6)MiB", "--format", "json"]
      ).object()
      let peak = try #require(run["peak_memory_bytes"] as? Int)
      #expect(peak <= (enough + 6) * Self.mebibyte + Self.tolerance)
    }
  }

  @Test func otherFitsAreNamedAndCounted() throws {
    try withTemporaryFolder { folder in
      let options = ["sweep", RunFolderTests.train, "--k", "2...6:2", "--n-init", "4"]
      let plain = try plan(options, in: folder)
      #expect(plain["fits"] as? Int == 12 && plain["other_fits"] == nil)
      let facts = try plan(
        options + ["--stability", "samples", "--gap", "3", "--holdout", "0.2"], in: folder)
      #expect(facts["fits"] as? Int == 12)
      #expect(
        facts["other_fits"] as? [String: Int]
          == ["stability": 240, "gap": 36, "second_fit": 12])
      #expect(facts["work_factor"] as? Double == 21)
      let text = try CommandRunner(currentFolder: folder).run(
        options + ["--stability", "samples", "--dry-run"])
      #expect(text.output.contains("240 for stability, of 20 samples of 80 % of the rows"))
      #expect(text.output.contains("about 17.0 times"), "\(text)")
    }
  }
}
