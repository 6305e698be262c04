import ClusterScores
import Clustering
import Experiments
import Matrices
import TestSupport
import Testing

/// Trees in a sweep: one tree for every k, side by side with K-Means, and over micro-clusters.
@Suite struct TreeTests {
  /// Five clouds of forty points each, on a line, with a step between that grows.
  private static let clouds: FeatureMatrix = {
    var generator = CounterGenerator(seed: 5)
    var elements: [Float] = []
    for row in 0..<200 {
      let cloud = Float(row / 40)
      elements.append(cloud * cloud * 9 + Float(generator.nextUnit()))
      elements.append(Float(generator.nextUnit()))
    }
    return .dense(DenseMatrix(rowCount: 200, columnCount: 2, elements: elements))
  }()

  private func sweep(
    _ algorithms: [Algorithm], counts: [Int] = Array(2...8), threads: Int = 2,
    adjust: (inout RunConfiguration) -> Void = { _ in }
  ) throws -> SweepResult {
    var configuration = RunConfiguration()
    configuration.algorithms = algorithms
    configuration.clusterCounts = counts
    adjust(&configuration)
    var seconds = PhaseSeconds()
    return try Sweep(configuration: configuration, pool: WorkerPool(threadCount: threads)).run(
      Self.clouds, heldOut: nil, distinctRowCount: 200, seconds: &seconds)
  }

  @Test func everyAlgorithmIsScoredAtEveryCount() throws {
    let result = try sweep([.average, .kmeans, .ward])
    #expect(result.runs.map(\.algorithm) == [.average, .kmeans, .ward].flatMap { repeated($0, 7) })
    #expect(
      result.runs.map(\.clusterCount) == [2...8, 2...8, 2...8].flatMap { Array($0) })
    #expect(result.trees.map(\.linkage) == [.average, .ward])
    #expect(result.best.clusterCount == 5)
    for run in result.runs { #expect(run.silhouette.mean != nil) }
  }

  private func repeated(_ algorithm: Algorithm, _ count: Int) -> [Algorithm] {
    [Algorithm](repeating: algorithm, count: count)
  }

  @Test func cutsAreNested() throws {
    let result = try sweep([.ward], counts: Array(1...200))
    for (coarse, fine) in zip(result.runs, result.runs.dropFirst()) {
      let pairs = Set(
        zip(fine.model.assignment.labels, coarse.model.assignment.labels).map { [$0, $1] })
      #expect(pairs.count == fine.clusterCount)
    }
  }

  @Test func inertiaIsThatOfTheMeans() throws {
    for run in try sweep([.complete]).runs {
      let expected = run.dispersion.withinSumOfSquares
      #expect(abs(run.model.inertia - expected) <= 1e-5 * expected)
    }
  }

  @Test(arguments: [1, 3, 8]) func threadsChangeNothing(threads: Int) throws {
    let algorithms: [Algorithm] = [.ward, .average, .complete, .single, .weighted]
    let expected = SweepTables.json(try sweep(algorithms, threads: 1), seed: 0)
    #expect(SweepTables.json(try sweep(algorithms, threads: threads), seed: 0) == expected)
  }

  @Test func aHeightCutsAsItsCountDoes() throws {
    let whole = try sweep([.ward], counts: [5])
    let merges = whole.trees[0].tree.merges
    let height = (merges[194].height + merges[195].height) / 2
    let cut = try sweep([.ward]) { $0.cutHeight = height }
    #expect(cut.runs.count == 1)
    #expect(cut.best.model == whole.best.model)
  }

  @Test func microClustersStayTogether() throws {
    let result = try sweep([.ward], counts: [2, 5]) { $0.microClusterCount = 20 }
    let tree = result.trees[0]
    let leaves = try #require(tree.leafOfRow)
    #expect(tree.tree.leafCount <= 20)
    #expect(Set(leaves).count == tree.tree.leafCount)
    for run in result.runs {
      let pairs = Set(zip(leaves, run.model.assignment.labels).map { [$0, $1] })
      #expect(pairs.count == tree.tree.leafCount)
    }
    // Clouds that far apart come out whole, whatever stood for their rows.
    let exact = try sweep([.ward], counts: [5])
    #expect(result.runs[1].model.assignment == exact.best.model.assignment)
  }

  @Test func aLimitIsToldBeforeAnyWork() throws {
    let grower = TreeGrower(
      configuration: RunConfiguration(), linkage: .complete, memoryLimit: 4_096)
    #expect {
      try grower.grow(Self.clouds, pool: WorkerPool(threadCount: 1))
    } throws: { error in
      guard case .overMemoryLimit(_, 4_096, let fitting)? = error as? ClusteringError else {
        return false
      }
      return fitting < 200
    }
  }
}
