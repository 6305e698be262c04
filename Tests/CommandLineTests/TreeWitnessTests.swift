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
      for tree in try trees(of: "X.npy", Self.pairs, in: folder) {
        expectValid(tree)
        expectSciPys(tree)
      }
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func treesOfTextsMergeNearestClusters() throws {
    try withTemporaryFolder { folder in
      try features(
        [RunFolderTests.train, "--text", "description", "--out", "X.npz"], in: folder)
      for tree in try trees(of: "X.npz", Self.pairs, in: folder) { expectValid(tree) }
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
      for tree in try trees(of: "X.npy", Self.pairs, in: folder) {
        expectValid(tree)
        expectSciPys(tree)
      }
      let some = [("ward", "euclidean"), ("average", "cosine"), ("single", "cosine")]
      for tree in try trees(of: "X.npz", some, in: folder) { expectValid(tree) }
    }
  }

  /// What SciPy says about one tree.
  struct Finding {
    let linkage: String
    let metric: String
    let figures: [String: Double]

    /// The figure of a name; nil when SciPy did not look at it.
    subscript(name: String) -> Double? { figures["\(linkage) \(metric) \(name)"] }

    var comment: Comment { "\(linkage), \(metric)" }

    var canFall: Bool { linkage == "centroid" || linkage == "median" }

    /// Distances are stored in single precision, and some linkages average what was rounded.
    var tolerance: Double { linkage == "weighted" || linkage == "median" ? 1e-5 : 1e-6 }
  }

  private func features(_ arguments: [String], in folder: URL) throws {
    let done = try CommandRunner(currentFolder: folder).run(["features"] + arguments)
    try #require(done.exitCode == 0, "\(done)")
  }

  /// Trees of a matrix, each cut into six clusters, and what SciPy says about them.
  private func trees(
    of matrix: String, _ pairs: [(linkage: String, metric: String)], in folder: URL
  ) throws -> [Finding] {
    var runs: [String] = []
    for (linkage, metric) in pairs {
      let out = "\(matrix)-\(linkage)-\(metric)"
      let done = try CommandRunner(currentFolder: folder).run([
        "tree", matrix, "--linkage", linkage, "--metric", metric, "--cut", "6", "--out", out,
      ])
      try #require(done.exitCode == 0, "\(done)")
      let newick = try String(
        contentsOf: folder.appending(path: "\(out)/tree.nwk"), encoding: .utf8)
      #expect(newick.hasSuffix(";\n"), "\(out)")
      runs += [linkage, metric, out]
    }
    let figures = try witness(["compare", matrix, "6"] + runs, in: folder, script: "linkage.py")
    return pairs.map { Finding(linkage: $0.linkage, metric: $0.metric, figures: figures) }
  }

  /// SciPy can read the tree; where heights rise, each merge is one of nearest clusters, and the
  /// command's labels are those of SciPy's cut of the same tree.
  private func expectValid(_ tree: Finding) {
    #expect(tree["valid"] == 1, tree.comment)
    #expect(tree["double"] == 1, tree.comment)
    guard !tree.canFall else { return }
    #expect(tree["monotonic"] == 1, tree.comment)
    #expect(tree["cut_labels"] == 0, tree.comment)
    #expect(tree["departure"] ?? 1 <= tree.tolerance, tree.comment)
  }

  /// The tree is the one that SciPy makes of rows without ties.
  private func expectSciPys(_ tree: Finding) {
    #expect(tree["heights"] ?? 1 <= tree.tolerance, tree.comment)
    #expect(tree.canFall || tree["scipy_labels"] == 0, tree.comment)
  }
}
