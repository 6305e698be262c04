import Foundation
import Testing

/// Input that is odd but legal: the run ends well and says what it could not do.
@Suite struct EdgeInputTests {
  @Test func oneClusterHasInertiaButNoSilhouette() throws {
    try withCatalogue(Sample.catalogue) { runner, folder in
      let result = try runner.run(sweepArguments(k: "1") + ["--format", "json"])
      try #require(result.exitCode == 0, "\(result)")
      let run = try #require(try runs(in: result).first)
      let inertia = try #require(run["inertia"] as? Double)
      #expect(inertia > 0)
      #expect(run["silhouette"] is NSNull)
      #expect(hasReason(run), "\(run)")
      #expect(try labels(in: folder) == Array(repeating: "0", count: 12))
      #expect(
        Int(try text("out/no_of_clusters.txt", in: folder).trimmingCharacters(in: .newlines)) == 1)
    }
  }

  @Test func identicalRowsShareOneClusterWithWarning() throws {
    try withCatalogue(Sample.identical) { runner, folder in
      let result = try runner.run(sweepArguments(k: "2...4"))
      try #require(result.exitCode == 0, "\(result)")
      #expect(result.errors.contains("warning"), "\(result)")
      let labels = try labels(in: folder)
      #expect(labels.count == 12)
      #expect(Set(labels).count == 1)
    }
  }

  @Test func rangeBeyondRowsIsClippedWithWarning() throws {
    try withCatalogue(Sample.catalogue) { runner, _ in
      let result = try runner.run(sweepArguments(k: "10...50") + ["--format", "json"])
      try #require(result.exitCode == 0, "\(result)")
      #expect(result.errors.contains("warning"), "\(result)")
      #expect(try runs(in: result).compactMap { $0["k"] as? Int }.max() == 12)
    }
  }

  @Test func emptyTextsAmongOthersStayInTheirRows() throws {
    let catalogue = Sample.catalogue(replacing: 5, with: "s4,Title 4,\n")
    try withCatalogue(catalogue) { runner, folder in
      let result = try runner.run(sweepArguments(k: "3"))
      try #require(result.exitCode == 0, "\(result)")
      #expect(try labels(in: folder).count == 12)
    }
  }

  @Test(arguments: ["CRLF", "LF"], [true, false])
  func lineEndingsAndByteOrderMarkChangeNothing(lineEnd: String, mark: Bool) throws {
    let ending = lineEnd == "CRLF" ? "\r\n" : "\n"
    let plain = String(decoding: Sample.catalogue, as: UTF8.self)
    let text = (mark ? "\u{FEFF}" : "") + plain.replacingOccurrences(of: "\n", with: ending)
    let expected = try withCatalogue(Sample.catalogue) { runner, folder in
      let result = try runner.run(sweepArguments(k: "3"))
      try #require(result.exitCode == 0, "\(result)")
      return try Data(contentsOf: folder.appending(path: "out/labels.csv"))
    }
    try withCatalogue(Data(text.utf8)) { runner, folder in
      let result = try runner.run(sweepArguments(k: "3"))
      try #require(result.exitCode == 0, "\(result)")
      #expect(try Data(contentsOf: folder.appending(path: "out/labels.csv")) == expected)
    }
  }

  private func sweepArguments(k: String) -> [String] {
    ["sweep", "films.csv", "--text", "description", "--title", "title", "--k", k, "--out", "out"]
  }

  private func withCatalogue<Result>(
    _ contents: Data, _ body: (CommandRunner, URL) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try contents.write(to: folder.appending(path: "films.csv"))
      return try body(CommandRunner(currentFolder: folder), folder)
    }
  }

  private func text(_ path: String, in folder: URL) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }

  /// The `runs` of a sweep's JSON result.
  private func runs(in result: CommandResult) throws -> [[String: Any]] {
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let sweep = try #require(object as? [String: Any])
    return try #require(sweep["runs"] as? [[String: Any]])
  }

  /// Whether some key that speaks of a reason holds a sentence, at any depth.
  private func hasReason(_ value: Any) -> Bool {
    guard let object = value as? [String: Any] else { return false }
    return object.contains { key, value in
      if key.contains("reason") {
        if let sentence = value as? String { return !sentence.isEmpty }
        if let sentences = value as? [String: String] { return !sentences.isEmpty }
      }
      return hasReason(value)
    }
  }

  /// The cluster column of `labels.csv`, found by its name; no field of the samples is quoted.
  private func labels(in folder: URL) throws -> [String] {
    let lines = try text("out/labels.csv", in: folder).split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false)
    let column = try #require(header.firstIndex(of: "cluster"))
    return try lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      try #require(fields.count == header.count)
      return String(fields[column])
    }
  }
}
