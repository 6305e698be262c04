import ClusterScores
import Clustering
import Experiments
import Matrices
import TestSupport
import Testing
import TextFeatures

/// A sweep fits, scores and chooses; its result does not depend on how the work was shared.
@Suite struct SweepTests {
  /// Three clouds of ten points each, on a line.
  private static let clouds: FeatureMatrix = {
    var generator = CounterGenerator(seed: 3)
    let elements = (0..<30).flatMap { row in
      [Float(row / 10) * 10 + Float(generator.nextUnit()), Float(generator.nextUnit())]
    }
    return .dense(DenseMatrix(rowCount: 30, columnCount: 2, elements: elements))
  }()

  private func run(
    _ configuration: RunConfiguration, threads: Int = 2, distinct: Int = 30,
    heldOut: FeatureMatrix? = nil
  ) throws -> SweepResult {
    var seconds = PhaseSeconds()
    return try Sweep(configuration: configuration, pool: WorkerPool(threadCount: threads)).run(
      Self.clouds, heldOut: heldOut, distinctRowCount: distinct, seconds: &seconds)
  }

  @Test(arguments: [Selection.silhouette, .knee, .stability])
  func choosesTheNumberOfClouds(selection: Selection) throws {
    var configuration = RunConfiguration()
    configuration.clusterCounts = Array(1...8)
    configuration.selection = selection
    let result = try run(configuration)
    #expect(result.runs.map(\.clusterCount) == Array(1...8))
    // Any two clouds that stay together are as stable as three apart.
    if selection != .stability { #expect(result.best.clusterCount == 3) }
    #expect(!result.choice.reason.isEmpty)
    let single = try #require(result.runs.first)
    #expect(single.silhouette.mean == nil)
    #expect(single.silhouette.undefinedReason?.isEmpty == false)
    #expect(single.model.inertia > 0)
  }

  @Test func threadsChangeNothing() throws {
    var configuration = RunConfiguration()
    configuration.clusterCounts = Array(2...9)
    configuration.algorithms = [.kmeans, .minibatch]
    configuration.batchRowCount = 16
    let expected = SweepTables.json(try run(configuration, threads: 1), seed: 0)
    for threads in [2, 3, 8] {
      #expect(SweepTables.json(try run(configuration, threads: threads), seed: 0) == expected)
    }
  }

  @Test func moreClustersThanDistinctRowsAreLeftOut() throws {
    var configuration = RunConfiguration()
    configuration.clusterCounts = [2, 5, 8]
    let result = try run(configuration, distinct: 5)
    #expect(result.runs.map(\.clusterCount) == [2, 5])
    #expect(result.notes.contains { $0.contains("5 distinct rows") })
    configuration.clusterCounts = [8]
    #expect(try run(configuration, distinct: 5).runs.map(\.clusterCount) == [5])
    configuration.clusterCounts = [31]
    #expect(throws: ClusteringError.tooFewRows(found: 30, required: 31)) {
      try run(configuration)
    }
  }

  @Test func startCentersFitOneNumberOfClusters() throws {
    var configuration = RunConfiguration()
    configuration.clusterCounts = [2, 3]
    let centers = DenseMatrix(rowCount: 2, columnCount: 2, elements: [0, 0, 20, 0])
    var seconds = PhaseSeconds()
    #expect(throws: ClusteringError.self) {
      try Sweep(configuration: configuration, initialCenters: centers, pool: WorkerPool()).run(
        Self.clouds, heldOut: nil, distinctRowCount: 30, seconds: &seconds)
    }
  }

  @Test func unseenRowsAreScoredAgainstTheTrainingClusters() throws {
    var configuration = RunConfiguration()
    configuration.clusterCounts = [3]
    let result = try run(configuration, heldOut: Self.clouds)
    let heldOut = try #require(result.best.heldOut)
    #expect(heldOut.assignment.assignment == result.best.model.assignment)
    #expect(abs(heldOut.assignment.inertia - result.best.model.inertia) < 1e-9)
    #expect((heldOut.silhouette.mean ?? 0) > 0.8)
  }

  @Test func optionsSurviveJSON() throws {
    var configuration = RunConfiguration.notebook
    configuration.seed = .max
    configuration.features.minimumDocumentFrequency = .fraction(0.25)
    configuration.features.stopWords = .list(["a", "b"])
    configuration.algorithms = [.minibatch]
    let read = try RunConfiguration(json: Array(configuration.json.text.utf8), name: "run.json")
    #expect(read == configuration)
    #expect(throws: ConfigurationError.self) {
      try RunConfiguration(json: Array("{\"seed\": []}".utf8), name: "run.json")
    }
  }
}
