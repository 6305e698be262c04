import Foundation
import Testing

/// What must hold between runs over related catalogues, and between the files of one run.
@Suite struct PropertyTests {
  private static let seeds = 1...3

  /// A table of made-up texts: ids, titles, texts, of which some are empty.
  private static func table(_ seed: Int) -> [[String]] {
    var state = UInt64(seed)
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let words = Sample.rows.flatMap { $0.dropLast().split(separator: ",")[2].split(separator: " ") }
    return (0..<40).map { row in
      let text = (0..<8).map { _ in String(words[next(words.count)]) }.joined(separator: " ")
      return ["s\(row)", "Title \(row)", row % 13 == 7 ? "" : text]
    }
  }

  private static func csv(_ header: [String], _ rows: [[String]]) -> Data {
    Data(([header] + rows).map { $0.joined(separator: ",") + "\n" }.joined().utf8)
  }

  /// The label of each row by its id, and the ids in the order of the file.
  private func run(
    _ contents: Data, _ folder: URL, _ name: String, file: String = "films.csv"
  ) throws -> (ids: [String], labels: [String: String]) {
    if !contents.isEmpty { try contents.write(to: folder.appending(path: file)) }
    let result = try CommandRunner(currentFolder: folder).run([
      "sweep", file, "--text", "description", "--title", "title", "--id", "id", "--k", "2...4",
      "--n-init", "2", "--out", name,
    ])
    try #require(result.exitCode == 0, "\(result)")
    let lines = try String(
      contentsOf: folder.appending(path: "\(name)/labels.csv"), encoding: .utf8
    )
    .split(separator: "\n").dropFirst()
    // row,id,title,cluster,silhouette,distance; ids hold no comma.
    let cells = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return (
      cells.map { String($0[1]) },
      Dictionary(
        cells.map { (String($0[1]), String($0[$0.count - 3])) },
        uniquingKeysWith: { first, _ in first }
      )
    )
  }

  @Test(arguments: seeds)
  func everyRowIsInTheLabelsOnce(seed: Int) throws {
    try withTemporaryFolder { folder in
      let rows = Self.table(seed)
      let found = try run(Self.csv(["id", "title", "description"], rows), folder, "out")
      #expect(found.ids == rows.map { $0[0] }, "seed \(seed)")
    }
  }

  @Test(arguments: seeds)
  func otherTitlesAndAnotherColumnChangeNoLabel(seed: Int) throws {
    try withTemporaryFolder { folder in
      let rows = Self.table(seed)
      let plain = try run(Self.csv(["id", "title", "description"], rows), folder, "plain")
      let renamed = rows.map { [$0[0], "Another \($0[1]) name", $0[2]] }
      let other = try run(Self.csv(["id", "title", "description"], renamed), folder, "renamed")
      #expect(other.labels == plain.labels, "seed \(seed)")
      let wider = rows.map { ["unused \($0[0])"] + $0 }
      let wide = try run(
        Self.csv(["country", "id", "title", "description"], wider), folder, "wide")
      #expect(wide.labels == plain.labels, "seed \(seed)")
    }
  }

  @Test(arguments: seeds)
  func equalTextsShareALabel(seed: Int) throws {
    try withTemporaryFolder { folder in
      let rows = Self.table(seed)
      let again = rows.map { ["t\($0[0])", $0[1], $0[2]] }
      let found = try run(Self.csv(["id", "title", "description"], rows + again), folder, "out")
      for row in rows {
        #expect(found.labels[row[0]] == found.labels["t\(row[0])"], "seed \(seed), \(row[0])")
      }
    }
  }

  @Test(
    .enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"),
    arguments: seeds)
  func everyStyleOfQuotingIsReadAlike(seed: Int) throws {
    try withTemporaryFolder { folder in
      let object = try witnessObject("quoting.py", ["\(seed)"], in: folder)
      let count = try #require(object["files"] as? Int)
      var first: Data?
      for number in 0..<count {
        let suffix = number == count - 1 ? "jsonl" : number == count - 2 ? "csv.gz" : "csv"
        let file = "table-\(number).\(suffix)"
        _ = try run(Data(), folder, "out-\(number)", file: file)
        let labels = try Data(contentsOf: folder.appending(path: "out-\(number)/labels.csv"))
        #expect(labels == first ?? labels, "seed \(seed), \(file)")
        first = labels
      }
      #expect(count == 10)
    }
  }

  @Test(
    .enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"),
    arguments: seeds)
  func allFilesOfARunSayTheSame(seed: Int) throws {
    try withTemporaryFolder { folder in
      _ = try run(
        Self.csv(["id", "title", "description"], Self.table(seed)), folder, "out")
      let differences = try witness(["out"], in: folder, script: "same_numbers.py")
      #expect(differences.count == 12)
      for (name, difference) in differences.sorted(by: { $0.key < $1.key }) {
        #expect(difference <= 1e-6, "seed \(seed), \(name)")
      }
    }
  }

  /// The labels of a file, which come third from its end.
  private static func clusters(_ file: String, _ folder: URL) throws -> [Substring] {
    try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      .split(separator: "\n").dropFirst().map { line in
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        return cells[cells.count - 3]
      }
  }

  @Test(
    arguments: seeds,
    [
      ["--algorithm", "kmeans"], ["--algorithm", "minibatch", "--batch-size", "8"],
      ["--algorithm", "minibatch", "--batch-growth", "nested", "--batch-size", "8"],
      ["--algorithm", "kmeans", "--lsa", "5"],
    ])
  func aSavedModelGivesTheRowsOfTheFitTheirLabels(seed: Int, options: [String]) throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      try Self.csv(["id", "title", "description"], Self.table(seed)).write(
        to: folder.appending(path: "films.csv"))
      for arguments in [
        ["cluster", "films.csv", "--text", "description", "--k", "4", "--out", "run"] + options,
        ["predict", "run/model.h5", "films.csv", "--out", "predicted.csv"],
        ["export", "run", "--what", "model", "--out", "exported.h5"],
        ["predict", "exported.h5", "films.csv", "--out", "again.csv"],
      ] {
        let result = try runner.run(arguments)
        try #require(result.exitCode == 0, "\(result)")
      }
      let fitted = try Self.clusters("run/labels.csv", folder)
      #expect(try Self.clusters("predicted.csv", folder) == fitted, "seed \(seed), \(options)")
      #expect(Set(fitted).count > 1, "seed \(seed), \(options)")
      #expect(
        try Data(contentsOf: folder.appending(path: "again.csv"))
          == Data(contentsOf: folder.appending(path: "predicted.csv")), "seed \(seed), \(options)")
    }
  }

  @Test(arguments: seeds)
  func doublePrecisionIsRoundedToSingle(seed: Int) throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      var state = UInt64(seed)
      let doubles = (0..<60).map { place in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(place / 20 * 10) + Double(state >> 11) / Double(1 << 53)
      }
      #expect(doubles.allSatisfy { Double(Float($0)) != $0 })
      func npy(_ type: String, _ data: Data, isFortran: String = "False") -> Data {
        Sample.npy(
          "{'descr': '\(type)', 'fortran_order': \(isFortran), 'shape': (20, 3), }",
          data: Array(data))
      }
      func all(_ values: [some FixedWidthInteger]) -> Data {
        values.reduce(into: Data()) { $0 += Sample.little($1) }
      }
      func mtx(_ values: [some CustomStringConvertible]) -> Data {
        Sample.matrixMarket(
          "20 3 60\n"
            + values.enumerated().map { "\($0 / 3 + 1) \($0 % 3 + 1) \($1)\n" }.joined())
      }
      let singles = doubles.map { Float($0) }
      let byColumn = (0..<3).flatMap { column in (0..<20).map { doubles[$0 * 3 + column] } }
      let files: [[String: Data]] = [
        [
          "single.npy": npy("<f4", all(singles.map(\.bitPattern))),
          "double.npy": npy("<f8", all(doubles.map(\.bitPattern))),
          "swapped.npy": npy(">f8", all(doubles.map(\.bitPattern.byteSwapped))),
          "fortran.npy": npy("<f8", all(byColumn.map(\.bitPattern)), isFortran: "True"),
        ],
        ["single.mtx": mtx(singles), "double.mtx": mtx(doubles)],
      ]
      for alike in files {
        var found: Set<[Data]> = []
        for (name, contents) in alike.sorted(by: { $0.key < $1.key }) {
          try contents.write(to: folder.appending(path: name))
          let result = try runner.run([
            "sweep", name, "--k", "2...4", "--n-init", "2", "--algorithm", "kmeans,ward", "--out",
            "out-\(name)",
          ])
          try #require(result.exitCode == 0, "\(result)")
          // All numbers are in these: labels, silhouettes, distances, scores, heights.
          found.insert(
            try ["labels.csv", "labels.npy", "sweep.csv", "linkage.npy"].map {
              try Data(contentsOf: folder.appending(path: "out-\(name)/\($0)"))
            })
        }
        #expect(found.count == 1, "seed \(seed), \(alike.keys.sorted())")
      }
      // What single precision cannot hold is refused, not rounded to infinity.
      var beyond = doubles
      beyond[31] = 1e39
      try npy("<f8", all(beyond.map(\.bitPattern))).write(to: folder.appending(path: "X.npy"))
      let refused = try runner.run(["cluster", "X.npy", "--k", "2", "--out", "out"])
      #expect(refused.exitCode == 65, "\(refused)")
      #expect(refused.errors.contains("row 10, column 1"), "\(refused)")
      #expect(refused.errors.contains("beyond single precision"), "\(refused)")
    }
  }
}
