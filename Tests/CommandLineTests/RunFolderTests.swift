import Foundation
import Testing

/// What a finished run leaves behind, on the sample catalogue.
@Suite struct RunFolderTests {
  static let train = packageFolder.appending(path: "Dataset/train.csv").path
  static let test = packageFolder.appending(path: "Dataset/test.csv").path

  /// Every file that a run of one k publishes; a sweep has `elbow.svg` too.
  static let files: Set<String> = [
    "clusters.csv", "clusters.json", "heatmap.svg", "labels.csv", "labels.npy", "manifest.sha256",
    "map.svg", "model.h5", "no_of_clusters.txt", "report.html", "result.txt", "run.json", "runs.h5",
    "silhouette.svg", "sweep.csv", "sweep.json", "timing.json",
  ]

  private func sweep(_ options: [String], in folder: URL, out: String = "out") throws
    -> CommandResult
  {
    let result = try CommandRunner(currentFolder: folder).run(
      [
        "sweep", Self.train, "--text", "description", "--k", "2...6,9", "--n-init", "3", "--out",
        out,
      ] + options)
    try #require(result.exitCode == 0, "\(result)")
    return result
  }

  @Test func publishesEveryFileWithAValidManifest() throws {
    try withTemporaryFolder { folder in
      let result = try sweep(["--test", Self.test], in: folder)
      let out = folder.appending(path: "out")
      let files = Self.files.union(["elbow.svg", "heldout.csv"])
      #expect(Set(try snapshot(of: out).keys) == files)
      let check = Process()
      check.executableURL = URL(filePath: "/usr/bin/env")
      check.arguments = ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"]
      check.currentDirectoryURL = out
      try check.run()
      check.waitUntilExit()
      #expect(check.terminationStatus == 0)
      let manifest = try String(contentsOf: out.appending(path: "manifest.sha256"), encoding: .utf8)
      let named = Set(manifest.split(separator: "\n").map { String($0.split(separator: " ")[1]) })
      #expect(named == files.subtracting(["manifest.sha256", "timing.json"]))
      #expect(result.output.contains("best: k ="))
      #expect(result.errors.contains("peak memory"))
    }
  }

  @Test(arguments: [["--threads", "2"], ["--threads", "3"], ["--threads", "8"]])
  func threadsChangeNoByteButTiming(options: [String]) throws {
    try withTemporaryFolder { folder in
      _ = try sweep(["--threads", "1", "--test", Self.test], in: folder, out: "one")
      _ = try sweep(options + ["--test", Self.test], in: folder, out: "many")
      var one = try snapshot(of: folder.appending(path: "one"))
      var many = try snapshot(of: folder.appending(path: "many"))
      #expect(one.removeValue(forKey: "timing.json") != nil)
      #expect(many.removeValue(forKey: "timing.json") != nil)
      #expect(one == many)
    }
  }

  @Test(arguments: [[], ["--lsa", "20"], ["--algorithm", "minibatch", "--batch-size", "100"]])
  func kernelsGiveTheSameLabels(options: [String]) throws {
    try withTemporaryFolder { folder in
      var labels: [Data] = []
      for kernel in ["sparse", "gemm", "auto"] {
        _ = try sweep(options + ["--kernel", kernel], in: folder, out: kernel)
        labels.append(try Data(contentsOf: folder.appending(path: "\(kernel)/labels.npy")))
      }
      #expect(labels[0] == labels[1])
      #expect(labels[0] == labels[2])
    }
  }

  @Test func notebookLinesComeFirst() throws {
    try withTemporaryFolder { folder in
      _ = try sweep([], in: folder)
      let text = try String(
        contentsOf: folder.appending(path: "out/result.txt"), encoding: .utf8)
      let first = text.split(separator: "\n", omittingEmptySubsequences: false).prefix(6)
      for (line, k) in zip(first, [2, 3, 4, 5, 6, 9]) {
        #expect(line.wholeMatch(of: /cluster: (\d+)\tSilhouette: -?0\.\d{4}/)?.1 == "\(k)")
      }
      #expect(!text.split(separator: "\n").contains { $0.count > 100 })
    }
  }

  @Test(arguments: [[], ["--lsa", "20", "--stem", "english"]])
  func predictionOfTheTrainingRowsGivesTheirLabels(options: [String]) throws {
    try withTemporaryFolder { folder in
      _ = try sweep(options, in: folder)
      let runner = CommandRunner(currentFolder: folder)
      let again = try runner.run(["predict", "out/model.h5", Self.train, "--out", "again.csv"])
      try #require(again.exitCode == 0, "\(again)")
      let known = try column("cluster", of: folder.appending(path: "out/labels.csv"))
      #expect(try column("cluster", of: folder.appending(path: "again.csv")) == known)
      #expect(known.count == 800)

      let unseen = try runner.run(["predict", "out/model.h5", Self.test, "--out", "new.csv"])
      try #require(unseen.exitCode == 0, "\(unseen)")
      let labels = try column("cluster", of: folder.appending(path: "new.csv")).compactMap {
        Int($0)
      }
      #expect(labels.count == 200)
      let count = try Int(
        String(contentsOf: folder.appending(path: "out/no_of_clusters.txt"), encoding: .utf8)
          .trimmingCharacters(in: .newlines))
      #expect(labels.allSatisfy { (0..<(count ?? 0)).contains($0) })
    }
  }

  @Test func exportGivesAnyClusteringOfTheRun() throws {
    try withTemporaryFolder { folder in
      _ = try sweep([], in: folder)
      let runner = CommandRunner(currentFolder: folder)
      let best = try runner.run(["export", "out", "--format", "csv", "--out", "best.csv"])
      try #require(best.exitCode == 0, "\(best)")
      #expect(
        try Data(contentsOf: folder.appending(path: "best.csv"))
          == Data(contentsOf: folder.appending(path: "out/labels.csv")))

      let printed = try runner.run(["export", "out", "--out", "-"])
      #expect(
        Data(printed.output.utf8)
          == (try Data(contentsOf: folder.appending(path: "out/labels.csv"))))
      let predicted = try runner.run(["predict", "out", Self.train, "--out", "-"])
      #expect(predicted.output.hasPrefix("row,id,title,cluster,silhouette,distance\n"))
      #expect(predicted.output.split(separator: "\n").count == 801)

      let nine = try runner.run([
        "export", "out", "--k", "9", "--what", "labels,model", "--format", "csv,json,npy", "--out",
        "nine",
      ])
      try #require(nine.exitCode == 0, "\(nine)")
      #expect(
        Set(try snapshot(of: folder.appending(path: "nine")).keys)
          == ["labels.csv", "labels.json", "labels.npy", "model.h5"])
      let labels = try column("cluster", of: folder.appending(path: "nine/labels.csv"))
      #expect(Set(labels) == Set((0..<9).map(String.init)))

      // One k by itself from the same seed is the same clustering.
      let alone = try runner.run([
        "cluster", Self.train, "--text", "description", "--k", "9", "--n-init", "3", "--out",
        "alone",
      ])
      try #require(alone.exitCode == 0, "\(alone)")
      #expect(
        try Data(contentsOf: folder.appending(path: "alone/labels.csv"))
          == Data(contentsOf: folder.appending(path: "nine/labels.csv")))

      let missing = try runner.run(["export", "out", "--k", "7", "--out", "seven.csv"])
      #expect(missing.exitCode == 64, "\(missing)")
      #expect(missing.errors.contains("2, 3, 4, 5, 6, 9"))
    }
  }

  @Test func aFinishedRunIsReplacedOnlyByForce() throws {
    try withTemporaryFolder { folder in
      _ = try sweep([], in: folder)
      let before = try snapshot(of: folder.appending(path: "out"))
      let arguments = ["cluster", Self.train, "--text", "description", "--k", "3", "--out", "out"]
      let runner = CommandRunner(currentFolder: folder)
      let refused = try runner.run(arguments)
      #expect(refused.exitCode == 73, "\(refused)")
      #expect(try snapshot(of: folder.appending(path: "out")) == before)
      let replaced = try runner.run(arguments + ["--force"])
      #expect(replaced.exitCode == 0, "\(replaced)")
      #expect(Set(try snapshot(of: folder.appending(path: "out")).keys) == Self.files)
    }
  }

  @Test func aRunReplaysFromItsOwnOptions() throws {
    try withTemporaryFolder { folder in
      _ = try sweep(["--stem", "english", "--min-df", "2", "--seed", "7"], in: folder)
      let replay = try CommandRunner(currentFolder: folder).run([
        "sweep", Self.train, "--config", "out/run.json", "--out", "replay",
      ])
      try #require(replay.exitCode == 0, "\(replay)")
      #expect(
        try Data(contentsOf: folder.appending(path: "replay/manifest.sha256"))
          == Data(contentsOf: folder.appending(path: "out/manifest.sha256")))
    }
  }

  /// The cells of a named column of a CSV without line feeds in its cells.
  private func column(_ name: String, of file: URL) throws -> [String] {
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let header = try #require(lines.first).split(separator: ",").map(String.init)
    // Only the title may hold commas; the named columns are counted from the end.
    let place = try #require(header.firstIndex(of: name)) - header.count
    return try lines.dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return String(try #require(fields.dropFirst(fields.count + place).first))
    }
  }
}
