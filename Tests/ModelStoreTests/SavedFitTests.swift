import Clustering
import Experiments
import Foundation
import Matrices
import ModelStore
import Testing
import TextFeatures

/// What a fit comes to, saved and loaded again, over seeds: the same bits, and the same answers.
@Suite struct SavedFitTests {
  private static let seeds: Range<UInt64> = 0..<6

  /// Every kind of model that a run stores.
  enum Kind: CaseIterable {
    case kMeans, miniBatch, nested, ward, single
  }

  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static func texts(_ seed: UInt64) -> [String] {
    var generator = CounterGenerator(seed: seed, purpose: 0x5A)
    let words = [
      "harbor", "detective", "killer", "baker", "village", "bread", "moon", "crew", "naïve", "月",
    ]
    return (0..<50).map { row in
      row % 17 == 11
        ? ""
        : (0...3 + generator.nextIndex(below: 6)).map { _ in
          words[generator.nextIndex(below: words.count)]
        }.joined(separator: " ")
    }
  }

  /// A fit of texts, as a run keeps it.
  private static func fitted(_ kind: Kind, seed: UInt64, latent: Int?) throws -> FittedModel {
    let texts = texts(seed)
    let pool = WorkerPool(threadCount: 2)
    var options = TextFeatureOptions()
    options.latentDimensionCount = latent
    options.seed = seed
    let features = try TextFeatureModel.fit(PackedStrings(texts), options: options, pool: pool)
    let outcome = try clusters(kind, features.matrix, seed: seed, pool: pool)
    return FittedModel(
      algorithm: "\(kind)", centroids: outcome.centroids, assignment: outcome.assignment,
      inertia: outcome.inertia, iterationCount: 3, didConverge: seed % 2 == 0,
      featureModel: features.model, features: features.matrix,
      termFeatures: latent == nil ? nil : features.termMatrix, rowNumbers: Array(1...texts.count),
      rowIdentifiers: texts.indices.map { "s\($0)" }, titles: texts,
      scores: [FittedModel.Score(name: "silhouette", value: 1 / Double(seed + 3))],
      silhouettes: texts.indices.map { 1 / Double($0 + 1) },
      provenance: FittedModel.Provenance(
        inputName: "films.csv", inputSHA256: String(repeating: "0", count: 64), options: "{}",
        programVersion: "0.1.0", textColumns: ["plot"]))
  }

  private static func clusters(
    _ kind: Kind, _ points: FeatureMatrix, seed: UInt64, pool: WorkerPool
  ) throws -> (centroids: DenseMatrix, assignment: Assignment, inertia: Double) {
    if kind == .ward || kind == .single {
      let tree = try Agglomerative(linkage: kind == .ward ? .ward : .single).tree(
        of: points, pool: pool)
      let assignment = try tree.assignment(clusterCount: 4)
      return (ClusterMeans.means(of: assignment, points: points), assignment, 1 / Double(seed + 1))
    }
    var settings = KMeans(clusterCount: 4)
    settings.seed = seed
    settings.restartCount = 2
    if kind != .kMeans {
      var batch = KMeans.MiniBatch()
      batch.rowCount = 16
      batch.growth = kind == .nested ? .nested : .none
      settings.variant = .miniBatch(batch)
    }
    let model = try settings.fit(points, pool: pool)
    return (model.centroids, model.assignment, model.inertia)
  }

  @Test(arguments: Kind.allCases, [nil, 3])
  func aModelIsTheSameOnceItIsLoaded(kind: Kind, latent: Int?) throws {
    for seed in Self.seeds {
      let model = try Self.fitted(kind, seed: seed, latent: latent)
      try ModelFile.write(model, to: folder.path("first"))
      let loaded = try ModelFile.read(path: folder.path("first"))
      #expect(loaded == model, "\(kind), seed \(seed)")
      try ModelFile.write(loaded, to: folder.path("second"))
      #expect(try folder.bytes("second") == folder.bytes("first"), "\(kind), seed \(seed)")

      // New texts have the same rows, and come to the same centers at the same distances.
      let pool = WorkerPool(threadCount: 1)
      let texts = PackedStrings(Self.texts(seed + 1_000))
      let before = try #require(model.featureModel).features(for: texts, pool: pool)
      let after = try #require(loaded.featureModel).features(for: texts, pool: pool)
      #expect(after == before, "\(kind), seed \(seed)")
      let labels = try CenterAssignment(of: before, to: model.centroids, pool: pool)
      let again = try CenterAssignment(of: after, to: loaded.centroids, pool: pool)
      #expect(again.assignment == labels.assignment, "\(kind), seed \(seed)")
      #expect(
        again.squaredDistances.map(\.bitPattern) == labels.squaredDistances.map(\.bitPattern),
        "\(kind), seed \(seed)")
      #expect(Set(labels.assignment.labels).count > 1, "one label for all would show nothing")
    }
  }

  @Test(arguments: seeds)
  func runsAreTheSameOnceTheyAreLoaded(seed: UInt64) throws {
    let runs = try Kind.allCases.map { kind in
      let model = try Self.fitted(kind, seed: seed, latent: seed % 2 == 0 ? nil : 3)
      return RunRecord(
        algorithm: "\(kind)", centroids: model.centroids, assignment: model.assignment,
        inertia: model.inertia, iterationCount: 3, didConverge: true,
        silhouettes: model.silhouettes, scores: model.scores)
    }
    try RunsFile.write(runs, to: folder.path("first"))
    let loaded = try runs.map { run in
      try #require(
        try RunsFile.read(algorithm: run.algorithm, clusterCount: 4, path: folder.path("first")))
    }
    #expect(loaded == runs, "seed \(seed)")
    try RunsFile.write(loaded, to: folder.path("second"))
    #expect(try folder.bytes("second") == folder.bytes("first"), "seed \(seed)")
  }
}
