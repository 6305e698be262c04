internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Mini-batch K-Means")
struct MiniBatchTests {
  @Test("Finds well separated blobs", arguments: 0..<10 as Range<UInt64>)
  func blobs(seed: UInt64) throws {
    let points = RandomPoints.blobs(seed: seed, rowCount: 3_000, columnCount: 10, blobCount: 6)
    var settings = KMeans(clusterCount: 6)
    settings.restartCount = 2
    let full = try settings.fit(.dense(points))
    settings.variant = .miniBatch(.init())
    let batch = try settings.fit(.dense(points))
    #expect(batch.inertia <= full.inertia * 1.02)
    #expect(isSamePartition(batch.assignment.labels, full.assignment.labels))
  }

  @Test("A center that no row chooses is moved among the rows")
  func starvedCenters() throws {
    let points = RandomPoints.blobs(seed: 3, rowCount: 2_000, columnCount: 4, blobCount: 4)
    let far = DenseMatrix(
      rowCount: 4, columnCount: 4,
      elements: Array(points.row(0)) + [Float](repeating: 500, count: 12))
    let sparse = CSRMatrix(
      rowCount: 2_000, columnCount: 4, rowOffsets: (0...2_000).map { $0 * 4 },
      columnIndices: (0..<8_000).map { Int32($0 % 4) }, values: points.elements)
    for matrix in [FeatureMatrix.dense(points), .sparse(sparse)] {
      var settings = KMeans(clusterCount: 4)
      settings.variant = .miniBatch(.init())
      let model = try settings.fit(matrix, initialCenters: far)
      #expect(model.assignment.sizes().allSatisfy { $0 > 0 })
    }
  }

  @Test("Equal seeds give equal models, other seeds other batches")
  func repeatability() throws {
    let points = FeatureMatrix.sparse(
      RandomPoints.text(seed: 1, rowCount: 2_500, columnCount: 200))
    var settings = KMeans(clusterCount: 12)
    settings.variant = .miniBatch(.init())
    settings.restartCount = 1
    let model = try settings.fit(points)
    #expect(try settings.fit(points) == model)
    settings.seed = 1
    #expect(try settings.fit(points) != model)
  }

  @Test("Steps end at the limit when nothing else ends them")
  func stepLimit() throws {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 1, rowCount: 1_000, columnCount: 3))
    var batch = KMeans.MiniBatch()
    batch.rowCount = 100
    batch.noImprovementLimit = nil
    var settings = KMeans(clusterCount: 3)
    settings.variant = .miniBatch(batch)
    settings.restartCount = 1
    settings.iterationLimit = 2
    let model = try settings.fit(points)
    #expect(model.iterations.count == 20)
    #expect(!model.didConverge)
  }
}
