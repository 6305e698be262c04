import Foundation
import Testing

/// scikit-learn looks at what the command exported.
@Suite struct WitnessTests {
  static let python = packageFolder.appending(path: ".venv/bin/python")
  static let reference = packageFolder.deletingLastPathComponent()
    .appending(path: "shared/data/netflix_titles_2019.csv")
  static let notebookResults = packageFolder.deletingLastPathComponent()
    .appending(path: "shared/data/notebook_results.csv")

  static var hasPython: Bool { FileManager.default.isExecutableFile(atPath: python.path) }
  static var hasReference: Bool { FileManager.default.fileExists(atPath: reference.path) }

  @Test(.enabled(if: hasPython, "no .venv: Scripts/setup --python makes it"))
  func scoresOfTheSampleEqualScikitLearns() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      for options in [[], ["--lsa", "25"]] {
        let matrix = options.isEmpty ? "X.npz" : "X.npy"
        let features = try runner.run(
          ["features", RunFolderTests.train, "--text", "description", "--out", matrix] + options)
        try #require(features.exitCode == 0, "\(features)")
        for metric in ["euclidean", "cosine"] {
          let out = "out-\(matrix)-\(metric)"
          let sweep = try runner.run([
            "sweep", matrix, "--k", "2...12:5", "--n-init", "2", "--metric", metric, "--out", out,
          ])
          try #require(sweep.exitCode == 0, "\(sweep)")
          let differences = try witness([out, matrix, metric], in: folder)
          for (name, difference) in differences {
            #expect(difference < 1e-6, "\(name), \(matrix), \(metric)")
          }
          #expect(differences.count == 4)
        }
      }
    }
  }

  @Test(
    .enabled(if: hasReference, "no reference catalogue beside the repository"),
    .timeLimit(.minutes(5)))
  func notebookSweepIsAsGoodAsTheNotebook() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder, timeLimitInSeconds: 200)
      let sweep = try runner.run([
        "sweep", Self.reference.path, "--preset", "notebook", "--k", "2...29", "--n-init", "10",
        "--out", "out", "--format", "json",
      ])
      try #require(sweep.exitCode == 0, "\(sweep)")
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(sweep.output.utf8)) as? [String: Any])
      #expect(object["rows"] as? Int == 7_770)
      #expect(object["columns"] as? Int == 5_000)
      let runs = try #require(object["runs"] as? [[String: Any]])
      let notebook = try String(contentsOf: Self.notebookResults, encoding: .utf8)
        .split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
      #expect(runs.count == notebook.count)
      for (run, line) in zip(runs, notebook) {
        #expect(run["k"] as? Int == Int(line[0]))
        let ours = try #require(run["silhouette"] as? Double)
        let theirs = try #require(Double(line[1]))
        #expect(ours >= theirs - 0.001, "k = \(line[0])")
      }

      guard Self.hasPython else { return }
      let features = try runner.run([
        "features", Self.reference.path, "--preset", "notebook", "--out", "X.npz",
      ])
      try #require(features.exitCode == 0, "\(features)")
      for (name, difference) in try witness(["out", "X.npz", "euclidean", "9"], in: folder) {
        #expect(difference < 1e-6, "\(name)")
      }
    }
  }

  @Test(.enabled(if: hasPython, "no .venv: Scripts/setup --python makes it"))
  func lloydFromGivenCentersEqualsScikitLearns() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      for options in [[], ["--lsa", "25"]] {
        let matrix = options.isEmpty ? "X.npz" : "X.npy"
        let features = try runner.run(
          ["features", RunFolderTests.train, "--text", "description", "--out", matrix] + options)
        try #require(features.exitCode == 0, "\(features)")
        _ = try witness(["start", matrix, "C.npy", "12"], in: folder, script: "lloyd.py")
        for limit in ["1", "2", "7"] {
          let out = "out-\(matrix)-\(limit)"
          let cluster = try runner.run([
            "cluster", matrix, "--k", "12", "--initial-centers", "C.npy", "--tol", "0",
            "--max-iter", limit, "--out", out,
          ])
          try #require(cluster.exitCode == 0, "\(cluster)")
          let found = try witness(
            ["compare", matrix, "C.npy", limit, out], in: folder, script: "lloyd.py")
          #expect(found["different_labels"] == 0, "\(matrix), \(limit) iterations")
          #expect(try #require(found["inertia"]) < 1e-6, "\(matrix), \(limit) iterations")
        }
      }
    }
  }

  @Test(.enabled(if: hasPython, "no .venv: Scripts/setup --python makes it"))
  func matrixFormatsGiveTheSameLabels() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let features = try runner.run([
        "features", RunFolderTests.train, "--text", "description", "--out", "X.npz",
      ])
      try #require(features.exitCode == 0, "\(features)")
      _ = try witness(["X.npz"], in: folder, script: "formats.py")
      var labels: [Data] = []
      for name in ["X.npz", "X.mtx", "X.npy", "X.mtx.gz"] {
        let cluster = try runner.run([
          "cluster", name, "--k", "7", "--n-init", "2", "--out", "out-\(name)", "--format", "json",
        ])
        try #require(cluster.exitCode == 0, "\(cluster)")
        let object = try #require(
          try JSONSerialization.jsonObject(with: Data(cluster.output.utf8)) as? [String: Any])
        #expect(object["nonzeros"] as? Int == 12_712, "\(name)")
        labels.append(try Data(contentsOf: folder.appending(path: "out-\(name)/labels.npy")))
      }
      #expect(Set(labels).count == 1)
    }
  }
}

/// Runs a comparison and returns its figures, such as the greatest relative difference of a score.
func witness(
  _ arguments: [String], in folder: URL, script name: String = "scores.py"
) throws -> [String: Double] {
  try #require(try witnessObject(name, arguments, in: folder) as? [String: Double])
}

/// Runs a script of another program's and returns the object that it prints.
func witnessObject(
  _ name: String, _ arguments: [String], in folder: URL
) throws -> [String: Any] {
  let script = packageFolder.appending(path: "Tests/CommandLineTests/Witness/\(name)")
  let process = Process()
  process.executableURL = WitnessTests.python
  process.arguments = [script.path] + arguments
  process.currentDirectoryURL = folder
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  try #require(process.terminationStatus == 0)
  return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
}
