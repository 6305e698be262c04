import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing
import TextFeatures

/// The readers in Documentation, run by Python with h5py, see the numbers that were written.
@Suite struct PythonReaderTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = root.appendingPathComponent(".venv/bin/python")
  private static let isPresent = FileManager.default.isExecutableFile(atPath: python.path)

  private struct Seen: Decodable {
    var attributes: [String: String]
    var centroids: [[Float]]
    var labels: [Int32]
    var vocabulary: [String]
    var rowNumbers: [Int]
    var titles: [String]
    var scores: [String: Double?]
    var data: [Float]
    var indices: [Int32]
    var indptr: [Int]
    var shape: [Int]
    var checksumsAgree: Bool
  }

  /// What runs after the documented lines.
  private static let report = """
    import json, math, sys, zlib
    datasets = []
    model.visititems(lambda name, item: datasets.append(item) if hasattr(item, "dtype") else None)
    scores = dict(zip(texts("scores/names"), model["scores/values"]))
    json.dump({
      "attributes": {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in model.attrs.items()},
      "centroids": model["centroids"][:].tolist(), "labels": model["labels"][:].tolist(),
      "vocabulary": texts("vocabulary"), "titles": texts("titles"),
      "rowNumbers": model["row_numbers"][:].tolist(),
      "scores": {k: None if math.isnan(v) else float(v) for k, v in scores.items()},
      "data": features.data.tolist(), "indices": features.indices.tolist(),
      "indptr": features.indptr.tolist(), "shape": list(features.shape),
      "checksumsAgree": all(zlib.crc32(d[()].tobytes()) == d.attrs["crc32"] for d in datasets),
    }, sys.stdout)
    """

  private static func documentedReader(_ page: String) throws -> String {
    let text = try String(
      contentsOf: root.appendingPathComponent("Documentation/\(page)"), encoding: .utf8)
    let parts = text.components(separatedBy: "```")
    let block = try #require(parts.first { $0.hasPrefix("python\n") })
    let reader = String(block.dropFirst("python\n".count))
    #expect(reader.split(separator: "\n").count == 5)
    return reader
  }

  /// What Python prints when it runs a program in a folder.
  private static func output(of program: String, in folder: ScratchFolder) throws -> Data {
    let process = Process()
    let output = Pipe()
    process.executableURL = python
    process.arguments = ["-c", program]
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path(""))
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return bytes
  }

  @Test(.enabled(if: isPresent, "needs Python with h5py and SciPy at .venv/bin/python"))
  func documentedLinesReadTheModel() throws {
    let folder = try ScratchFolder()
    let model = try SampleModels.sparse()
    try ModelFile.write(model, to: folder.path())
    let reader = try Self.documentedReader("model-format.md")
    let json = try Self.output(of: reader + Self.report, in: folder)

    let seen = try JSONDecoder().decode(Seen.self, from: json)
    #expect(seen.centroids.flatMap { $0 } == model.centroids.elements)
    #expect(seen.centroids.count == 3)
    #expect(seen.labels == model.assignment.labels)
    #expect(seen.vocabulary == model.featureModel?.terms)
    #expect(seen.rowNumbers == model.rowNumbers)
    #expect(seen.titles == model.titles)
    #expect(seen.scores == ["davies_bouldin": nil, "silhouette": 0.1 + 0.2])
    guard case .sparse(let features) = model.features else {
      Issue.record("the sample's features are not sparse")
      return
    }
    #expect(seen.data == features.values)
    #expect(seen.indices == features.columnIndices)
    #expect(seen.indptr == features.rowOffsets)
    #expect(seen.shape == [8, 5])
    #expect(seen.checksumsAgree)
    #expect(seen.attributes["format"] == "kindred-model")
    #expect(seen.attributes["format_version"] == "1")
    #expect(seen.attributes["input_name"] == "films ü.csv")
    #expect(seen.attributes["converged"] == "1")
    #expect(seen.attributes["options"] == model.provenance.options)
  }

  private struct SeenRuns: Decodable {
    var labels: [String: [Int32]]
    var centroids: [String: [[Float]]]
    var silhouettes: [String: [Double]]
    var attributes: [String: String]
    var inertias: [String: Double]
    var checksumsAgree: Bool
  }

  private static let runsReport = """
    import json, sys, zlib
    datasets = []
    runs.visititems(lambda name, item: datasets.append(item) if hasattr(item, "dtype") else None)
    json.dump({
      "labels": {name: value.tolist() for name, value in labels.items()},
      "centroids": {name: value.tolist() for name, value in centroids.items()},
      "silhouettes": {n: r["silhouettes"][:].tolist() for n, r in runs.items() if "silhouettes" in r},
      "attributes": {k: v.decode() if isinstance(v, bytes) else str(v) for k, v in runs.attrs.items()},
      "inertias": {name: float(run.attrs["inertia"]) for name, run in runs.items()},
      "checksumsAgree": all(zlib.crc32(d[()].tobytes()) == d.attrs["crc32"] for d in datasets),
    }, sys.stdout)
    """

  @Test(.enabled(if: isPresent, "needs Python with h5py and SciPy at .venv/bin/python"))
  func documentedLinesReadTheRuns() throws {
    let folder = try ScratchFolder()
    // So many links that HDF5 would index them by its own rule.
    let runs = try (1...300).map {
      try SampleRuns.run(
        "kmeans", $0, columnCount: 6, density: $0 % 2 == 0 ? 0.1 : 1,
        silhouettes: $0 == 1 ? [] : nil)
    }
    try RunsFile.write(runs, to: folder.path("runs.h5"))
    let reader = try Self.documentedReader("run-folder.md")
    let json = try Self.output(of: reader + Self.runsReport, in: folder)

    let seen = try JSONDecoder().decode(SeenRuns.self, from: json)
    #expect(seen.labels.count == 300)
    for run in runs {
      let name = "kmeans-k" + String(String(10_000 + run.assignment.clusterCount).dropFirst())
      #expect(seen.labels[name] == run.assignment.labels)
      #expect(seen.centroids[name]?.count == run.assignment.clusterCount)
      #expect(seen.centroids[name]?.flatMap { $0 } == run.centroids.elements)
      #expect((seen.silhouettes[name] ?? []) == run.silhouettes)
      #expect(seen.inertias[name] == run.inertia)
    }
    #expect(seen.attributes["format"] == "kindred-runs")
    #expect(seen.attributes["run_count"] == "300")
    #expect(seen.attributes["row_count"] == "9")
    #expect(seen.attributes["column_count"] == "6")
    #expect(seen.checksumsAgree)
  }
}
