internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Nested mini-batches")
struct NestedBatchTests {
  static func settings(_ clusterCount: Int, batch rowCount: Int = 8) -> KMeans {
    var batch = KMeans.MiniBatch()
    batch.growth = .nested
    batch.rowCount = rowCount
    var settings = KMeans(clusterCount: clusterCount)
    settings.variant = .miniBatch(batch)
    settings.restartCount = 1
    return settings
  }

  /// The same in plain loops: batches of the shuffled rows, and a growth rule over double-precision sums.
  static func slowRun(
    _ points: DenseMatrix, centers: DenseMatrix, firstSize: Int
  ) -> (labels: [Int32], inertias: [Double], iterations: Int) {
    let rowCount = points.rowCount
    let clusterCount = centers.rowCount
    var generator = CounterGenerator(seed: 0, run: UInt64(clusterCount), purpose: 3)
    var order = Array(0..<rowCount)
    for place in 0..<rowCount {
      order.swapAt(place, place + generator.nextIndex(below: rowCount - place))
    }
    var centers = centers
    var inertias: [Double] = []
    var size = firstSize
    while 2 * size <= rowCount {
      let batch = points.selecting(rows: order.prefix(size).sorted())
      var slow = SlowKMeans(batch, centers: centers)
      var previous: [Int32] = []
      while true {
        let labels = slow.labels()
        inertias.append(slow.inertia(labels))
        let before = slow.centers
        slow.move(to: labels)
        if labels == previous || isSettled(slow, before, labels) { break }
        previous = labels
      }
      centers = DenseMatrix(
        rowCount: clusterCount, columnCount: points.columnCount,
        elements: slow.centers.flatMap { ($0 ?? []).map(Float.init) })
      size *= 2
    }
    var slow = SlowKMeans(points, centers: centers)
    let (labels, iterations) = slow.run(limit: 1_000)
    return (labels, inertias, inertias.count + iterations)
  }

  static func isSettled(
    _ slow: SlowKMeans, _ before: [[Double]?], _ labels: [Int32]
  ) -> Bool {
    var ratios: [Double] = []
    for (cluster, center) in slow.centers.enumerated() {
      let rows = labels.indices.filter { labels[$0] == Int32(cluster) }
      guard rows.count > 1, let center, let old = before[cluster] else { continue }
      let scatter = rows.reduce(0.0) { $0 + slow.squaredDistance($1, cluster) }
      let moved = zip(center, old).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
      let error = (scatter / Double(rows.count * (rows.count - 1))).squareRoot()
      ratios.append(moved > 0 ? error / moved : .infinity)
    }
    return ratios.sorted()[ratios.count / 2] > KMeans.growthRatio
  }

  @Test("Batches, their growth and the outcome are those of plain loops", arguments: 1...6)
  func oracle(seed: UInt64) throws {
    let blobs = RandomPoints.blobs(seed: seed, rowCount: 900, columnCount: 6, blobCount: 7)
    let text = RandomPoints.text(seed: seed, rowCount: 900, columnCount: 40)
    for matrix in [FeatureMatrix.dense(blobs), .sparse(text)] {
      let full = if case .sparse(let sparse) = matrix { sparse.dense() } else { blobs }
      let centers = full.selecting(rows: Array(0..<6))
      let expected = Self.slowRun(full, centers: centers, firstSize: 64)
      let model = try Self.settings(6).fit(matrix, initialCenters: centers)
      #expect(model.iterations.count == expected.iterations)
      #expect(expected.inertias.count > 3)
      for (found, inertia) in zip(model.iterations, expected.inertias) {
        #expect(isClose(found.inertia, inertia, relative: 1e-5))
      }
      #expect(model.assignment.labels == expected.labels)
    }
  }

  @Test("The outcome is a fixed point: another iteration changes nothing", arguments: 1...6)
  func fixedPoint(seed: UInt64) throws {
    let text = RandomPoints.text(seed: seed, rowCount: 2_000, columnCount: 120)
    let blobs = RandomPoints.blobs(seed: seed, rowCount: 2_000, columnCount: 9, blobCount: 20)
    for (matrix, full) in [(FeatureMatrix.sparse(text), text.dense()), (.dense(blobs), blobs)] {
      let model = try Self.settings(15).fit(matrix)
      #expect(model.didConverge)
      #expect(
        SlowKMeans(full, centers: model.centroids).labels() == model.assignment.labels)
      var once = KMeans(clusterCount: 15)
      once.iterationLimit = 1
      let again = try once.fit(matrix, initialCenters: model.centroids)
      #expect(again.assignment == model.assignment)
      #expect(isClose(again.inertia, model.inertia, relative: 1e-9))
    }
  }

  @Test("Threads and kernels change no bit")
  func threads() throws {
    let text = RandomPoints.text(seed: 3, rowCount: 9_000, columnCount: 400)
    let blobs = RandomPoints.blobs(seed: 3, rowCount: 9_000, columnCount: 20, blobCount: 30)
    for matrix in [FeatureMatrix.sparse(text), .dense(blobs)] {
      var settings = Self.settings(25, batch: 64)
      settings.restartCount = 2
      let once = try settings.fit(matrix, pool: WorkerPool(threadCount: 1))
      for threads in [2, 3, 8] {
        #expect(try settings.fit(matrix, pool: WorkerPool(threadCount: threads)) == once)
      }
      settings.kernel = .gemm
      #expect(try settings.fit(matrix).assignment == once.assignment)
    }
  }

  @Test("With as many clusters as rows, or few rows to a cluster, all rows are the batch")
  func manyClusters() throws {
    let points = RandomPoints.text(seed: 8, rowCount: 300, columnCount: 80)
    for clusterCount in [1, 38, 150, 300] {
      let settings = Self.settings(clusterCount)
      let model = try settings.fit(.sparse(points))
      #expect(model.didConverge)
      if clusterCount > 37 {
        var lloyd = settings
        lloyd.variant = .lloyd
        lloyd.relativeTolerance = 0
        #expect(try lloyd.fit(.sparse(points)) == model)
      }
    }
  }

  @Test("Clusters that no row of a batch chooses are refilled")
  func emptyClusters() throws {
    let points = RandomPoints.blobs(seed: 3, rowCount: 2_000, columnCount: 4, blobCount: 4)
    let far = DenseMatrix(
      rowCount: 4, columnCount: 4,
      elements: Array(points.row(0)) + [Float](repeating: 500, count: 12))
    let sparse = CSRMatrix(
      rowCount: 2_000, columnCount: 4, rowOffsets: (0...2_000).map { $0 * 4 },
      columnIndices: (0..<8_000).map { Int32($0 % 4) }, values: points.elements)
    for matrix in [FeatureMatrix.dense(points), .sparse(sparse)] {
      let model = try Self.settings(4).fit(matrix, initialCenters: far)
      #expect(model.assignment.sizes().allSatisfy { $0 > 0 })
      #expect(model.didConverge)
    }
  }

  @Test("Fewer distinct rows than clusters leave a fit of inertia 0")
  func duplicates() throws {
    let points = DenseMatrix(
      rowCount: 600, columnCount: 2, elements: (0..<1_200).map { Float(($0 / 2) % 3) })
    let model = try Self.settings(5).fit(.dense(points))
    #expect(model.inertia == 0)
  }

  @Test("The limit counts passes over the rows, and a fit that it ends says so")
  func limit() throws {
    let points = RandomPoints.text(seed: 5, rowCount: 4_000, columnCount: 300)
    var settings = Self.settings(30)
    settings.iterationLimit = 2
    let model = try settings.fit(.sparse(points))
    #expect(!model.didConverge)
    let batches = model.iterations.dropLast(2).count
    #expect(batches > 0)
    settings.iterationLimit = .max
    #expect(try settings.fit(.sparse(points)).didConverge)
  }
}
