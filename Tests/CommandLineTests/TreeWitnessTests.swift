import Foundation
import Testing

/// SciPy looks at the trees that the command exported.
@Suite struct TreeWitnessTests {
  /// Every linkage with every metric that it takes.
  static let pairs: [(linkage: String, metric: String)] =
    ["ward", "centroid", "median"].map { ($0, "euclidean") }
    + ["single", "complete", "average", "weighted"].flatMap { linkage in
      ["euclidean", "sqeuclidean", "cosine"].map { (linkage, $0) }
    }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func treesOfShortenedTextsAreSciPys() throws {
    try withTemporaryFolder { folder in
      try features(
        [RunFolderTests.train, "--text", "description", "--lsa", "25", "--out", "X.npy"],
        in: folder)
      for (linkage, metric) in Self.pairs {
        let found = try tree(of: "X.npy", linkage, metric, in: folder)
        expectValid(found, linkage, metric)
        expectSciPys(found, linkage, metric)
      }
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func treesOfTextsMergeNearestClusters() throws {
    try withTemporaryFolder { folder in
      try features(
        [RunFolderTests.train, "--text", "description", "--out", "X.npz"], in: folder)
      for (linkage, metric) in Self.pairs {
        expectValid(try tree(of: "X.npz", linkage, metric, in: folder), linkage, metric)
      }
    }
  }

  @Test(
    .enabled(
      if: WitnessTests.hasPython && WitnessTests.hasReference,
      "no .venv or no reference catalogue beside the repository"),
    .timeLimit(.minutes(5)))
  func treesOfTheReferenceCatalogueAreSciPys() throws {
    try withTemporaryFolder { folder in
      let source = [WitnessTests.reference.path, "--preset", "notebook", "--out"]
      try features(source + ["all.npz"], in: folder)
      try features(source + ["all.npy", "--lsa", "50"], in: folder)
      for suffix in ["npz", "npy"] {
        _ = try witness(
          ["take", "all.\(suffix)", "X.\(suffix)", "2000"], in: folder, script: "linkage.py")
      }
      for (linkage, metric) in Self.pairs {
        let found = try tree(of: "X.npy", linkage, metric, in: folder)
        expectValid(found, linkage, metric)
        expectSciPys(found, linkage, metric)
      }
      for (linkage, metric) in [("ward", "euclidean"), ("average", "cosine"), ("single", "cosine")]
      {
        expectValid(try tree(of: "X.npz", linkage, metric, in: folder), linkage, metric)
      }
    }
  }

  private func features(_ arguments: [String], in folder: URL) throws {
    let done = try CommandRunner(currentFolder: folder).run(["features"] + arguments)
    try #require(done.exitCode == 0, "\(done)")
  }

  /// What SciPy says about a tree of six clusters.
  private func tree(
    of matrix: String, _ linkage: String, _ metric: String, in folder: URL
  ) throws -> [String: Double] {
    let out = "\(matrix)-\(linkage)-\(metric)"
    let done = try CommandRunner(currentFolder: folder).run([
      "tree", matrix, "--linkage", linkage, "--metric", metric, "--cut", "6", "--out", out,
    ])
    try #require(done.exitCode == 0, "\(done)")
    let newick = try String(contentsOf: folder.appending(path: "\(out)/tree.nwk"), encoding: .utf8)
    #expect(newick.hasSuffix(";\n"), "\(out)")
    return try witness(
      ["compare", matrix, linkage, metric, out, "6"], in: folder, script: "linkage.py")
  }

  /// SciPy can read the tree; where heights rise, each merge is one of nearest clusters, and the
  /// command's labels are those of SciPy's cut of the same tree.
  private func expectValid(_ found: [String: Double], _ linkage: String, _ metric: String) {
    let way: Comment = "\(linkage), \(metric)"
    #expect(found["valid"] == 1, way)
    #expect(found["double"] == 1, way)
    guard linkage != "centroid", linkage != "median" else { return }
    #expect(found["monotonic"] == 1, way)
    #expect(found["cut_labels"] == 0, way)
    #expect(found["departure"] ?? 1 <= tolerance(linkage), way)
  }

  /// The tree is the one that SciPy makes of rows without ties.
  private func expectSciPys(_ found: [String: Double], _ linkage: String, _ metric: String) {
    let way: Comment = "\(linkage), \(metric)"
    #expect(found["heights"] ?? 1 <= tolerance(linkage), way)
    #expect(found["scipy_labels"] ?? 0 == 0, way)
  }

  /// Distances are stored in single precision, and some linkages average what was rounded.
  private func tolerance(_ linkage: String) -> Double {
    linkage == "weighted" || linkage == "median" ? 1e-5 : 1e-6
  }
}
