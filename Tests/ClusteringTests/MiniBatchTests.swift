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

  @Test("Without reassignment starved centers stay where they are")
  func noReassignment() throws {
    let points = RandomPoints.blobs(seed: 3, rowCount: 2_000, columnCount: 4, blobCount: 4)
    let far = DenseMatrix(
      rowCount: 4, columnCount: 4,
      elements: Array(points.row(0)) + [Float](repeating: 500, count: 12))
    var batch = KMeans.MiniBatch()
    batch.reassignmentRatio = 0
    var settings = KMeans(clusterCount: 4)
    settings.variant = .miniBatch(batch)
    let model = try settings.fit(.dense(points), initialCenters: far)
    #expect(model.assignment.sizes() == [2_000, 0, 0, 0])
    #expect(Array(model.centroids.row(3)) == [500, 500, 500, 500])
  }

  @Test("A tolerance ends the fit at the first step that moves the centers less, after the first")
  func tolerance() throws {
    let points = RandomPoints.blobs(seed: 2, rowCount: 3_000, columnCount: 5)
    for matrix in [FeatureMatrix.dense(points), .sparse(points.sparse())] {
      var batch = KMeans.MiniBatch()
      batch.noImprovementLimit = nil
      batch.reassignmentRatio = 0
      var settings = KMeans(clusterCount: 5)
      settings.variant = .miniBatch(batch)
      settings.restartCount = 1
      let endless = try settings.fit(matrix)
      #expect(endless.iterations.count == 3_000 * 300 / 1_024)
      let variance = PreparedPoints(matrix, pool: WorkerPool()).meanColumnVariance
      settings.relativeTolerance = 1e-4
      let model = try settings.fit(matrix)
      #expect(model.didConverge)
      let shifts = model.iterations.dropFirst().map { $0.centerShift ?? .infinity }
      #expect(shifts.dropLast().allSatisfy { $0 > 1e-4 * variance })
      #expect(try #require(shifts.last) <= 1e-4 * variance)
      #expect(Array(endless.iterations.prefix(model.iterations.count)) == model.iterations)
    }
  }

  @Test("No patience ends the fit at the second step")
  func noPatience() throws {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 1, rowCount: 1_000, columnCount: 3))
    var batch = KMeans.MiniBatch()
    batch.noImprovementLimit = 0
    var settings = KMeans(clusterCount: 3)
    settings.variant = .miniBatch(batch)
    settings.restartCount = 1
    #expect(try settings.fit(points).iterations.count == 2)
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
