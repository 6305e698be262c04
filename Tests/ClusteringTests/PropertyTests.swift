internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// What must hold between fits of related rows, over seeds.
@Suite("Properties of clusterings")
struct ClusteringPropertyTests {
  static let seeds: Range<UInt64> = 0..<12

  private static func draw(_ seed: UInt64) -> CSRMatrix {
    RandomPoints.text(seed: seed, rowCount: 120, columnCount: 30)
  }

  @Test("With start centers given, rows in another order have the same labels", arguments: seeds)
  func permutation(seed: UInt64) throws {
    let points = Self.draw(seed).dense()
    var generator = CounterGenerator(seed: seed, purpose: 0x9E)
    var order = Array(0..<points.rowCount)
    for place in order.indices.reversed() {
      order.swapAt(place, generator.nextIndex(below: place + 1))
    }
    let centers = points.selecting(rows: [0, 17, 42, 77])
    // Two iterations: sums in another order may round differently, and ties may then go another way.
    var settings = KMeans(clusterCount: 4)
    settings.iterationLimit = 2
    let first = try settings.fit(.dense(points), initialCenters: centers)
    let moved = try settings.fit(.dense(points.selecting(rows: order)), initialCenters: centers)
    #expect(
      moved.assignment.labels == order.map { first.assignment.labels[$0] }, "seed \(seed)")
    #expect(isClose(moved.inertia, first.inertia, relative: 1e-6), "seed \(seed)")
  }

  @Test("One more center beside the fitted ones does not raise the inertia", arguments: seeds)
  func warmStart(seed: UInt64) throws {
    let points = Self.draw(seed)
    var settings = KMeans(clusterCount: 1)
    settings.restartCount = 1
    settings.relativeTolerance = 0
    var model = try settings.fit(.sparse(points))
    for count in 2...8 {
      settings.clusterCount = count
      let distances = try CenterAssignment(
        of: .sparse(points), to: model.centroids, pool: WorkerPool(threadCount: 2)
      ).squaredDistances
      let farthest = distances.indices.max { distances[$0] < distances[$1] } ?? 0
      let centers = DenseMatrix(
        rowCount: count, columnCount: points.columnCount,
        elements: model.centroids.elements
          + points.dense().selecting(rows: [farthest]).elements)
      let next = try settings.fit(.sparse(points), initialCenters: centers)
      #expect(next.inertia <= model.inertia * (1 + 1e-6), "seed \(seed), k \(count)")
      model = next
    }
  }

  @Test("A cut at k has k groups, and each is a part of one at k − 1", arguments: seeds)
  func nestedCuts(seed: UInt64) throws {
    let points = RandomPoints.blobs(seed: seed, rowCount: 50, columnCount: 4)
    for linkage in Linkage.allCases {
      let tree = try Agglomerative(linkage: linkage).tree(
        of: .dense(points), pool: WorkerPool(threadCount: 2))
      var coarser = [Int32](repeating: 0, count: 50)
      for count in 1...50 {
        let labels = try tree.assignment(clusterCount: count).labels
        #expect(Set(labels).count == count, "seed \(seed), \(linkage)")
        var whole: [Int32: Int32] = [:]
        for (fine, coarse) in zip(labels, coarser) {
          #expect(whole[fine, default: coarse] == coarse, "seed \(seed), \(linkage), k \(count)")
          whole[fine] = coarse
        }
        coarser = labels
      }
    }
  }

  @Test("A catalogue twice has the same clusters and twice the inertia", arguments: seeds)
  func twice(seed: UInt64) throws {
    let points = Self.draw(seed).dense()
    let double = DenseMatrix(
      rowCount: 2 * points.rowCount, columnCount: points.columnCount,
      elements: points.elements + points.elements)
    let centers = points.selecting(rows: [3, 30, 60])
    var settings = KMeans(clusterCount: 3)
    settings.iterationLimit = 2
    let once = try settings.fit(.dense(points), initialCenters: centers)
    let again = try settings.fit(.dense(double), initialCenters: centers)
    #expect(
      again.assignment.labels == once.assignment.labels + once.assignment.labels, "seed \(seed)")
    #expect(isClose(again.inertia, 2 * once.inertia, relative: 1e-6), "seed \(seed)")
  }

  @Test("A model labels its own rows as the fit did", arguments: seeds)
  func prediction(seed: UInt64) throws {
    let points = Self.draw(seed)
    var settings = KMeans(clusterCount: 7)
    settings.seed = seed
    settings.restartCount = 1
    let model = try settings.fit(.sparse(points))
    for kernel in [ProductKernel.automatic, .sparse, .gemm] {
      let found = try CenterAssignment(
        of: .sparse(points), to: model.centroids, kernel: kernel, pool: WorkerPool(threadCount: 3))
      #expect(found.assignment == model.assignment, "seed \(seed), \(kernel)")
      #expect(isClose(found.inertia, model.inertia, relative: 1e-9), "seed \(seed), \(kernel)")
    }
  }
}
