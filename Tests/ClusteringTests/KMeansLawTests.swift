internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Laws of K-Means")
struct KMeansLawTests {
  static let seeds: Range<UInt64> = 0..<25

  /// Points, settings and start centers that a seed stands for.
  func draw(_ seed: UInt64) -> (points: CSRMatrix, settings: KMeans, centers: DenseMatrix) {
    var generator = CounterGenerator(seed: seed, purpose: 0x1A3)
    let rowCount = 150 + generator.nextIndex(below: 200)
    let points = RandomPoints.text(
      seed: seed, rowCount: rowCount, columnCount: 20 + generator.nextIndex(below: 80))
    var settings = KMeans(clusterCount: 1 + generator.nextIndex(below: 40))
    settings.relativeTolerance = 0
    settings.restartCount = 1
    settings.seed = seed
    let rows = (0..<settings.clusterCount).map { _ in generator.nextIndex(below: rowCount) }
    return (points, settings, points.dense().selecting(rows: rows))
  }

  @Test("Agrees with plain loops in double precision", arguments: seeds)
  func plainLoops(seed: UInt64) throws {
    let (points, settings, centers) = draw(seed)
    var slow = SlowKMeans(points.dense(), centers: centers)
    let expected = slow.run(limit: 300)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      let model = try settings.fit(matrix, initialCenters: centers)
      #expect(isSamePartition(model.assignment.labels, expected.labels))
      #expect(model.iterations.count == expected.iterations)
      #expect(isClose(model.inertia, slow.inertia(expected.labels), relative: 1e-6, absolute: 1e-6))
    }
  }

  @Test("The objective never rises", arguments: seeds)
  func descent(seed: UInt64) throws {
    let (points, settings, _) = draw(seed)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      let model = try settings.fit(matrix)
      let inertias = model.iterations.map(\.inertia) + [model.inertia]
      // The centers that the next iteration measures with are rounded to single precision.
      let slack = 1e-6 * (inertias.first ?? 0)
      for (before, after) in zip(inertias, inertias.dropFirst()) {
        #expect(after <= before + slack)
      }
      #expect(model.didConverge)
    }
  }

  @Test("Every label is the nearest published center", arguments: seeds)
  func nearest(seed: UInt64) throws {
    let (points, settings, _) = draw(seed)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      for variant in [KMeans.Variant.lloyd, .miniBatch(.init())] {
        var settings = settings
        settings.variant = variant
        let model = try settings.fit(matrix)
        let oracle = SlowKMeans(points.dense(), centers: model.centroids)
        #expect(model.assignment.labels == oracle.labels())
        #expect(
          isClose(
            model.inertia, oracle.inertia(model.assignment.labels), relative: 1e-9,
            absolute: 1e-9))
        // A model that is read back labels its own training rows alike.
        let pool = WorkerPool(threadCount: 2)
        let space = EnginePoints(matrix, pool: pool).space(
          clusterCount: settings.clusterCount, kernel: .automatic)
        space.setCenters(model.centroids, pool: pool)
        let standings = Standings(rowCount: points.rowCount)
        space.assign(into: standings, pool: pool)
        #expect(standings.labels.array() == model.assignment.labels)
      }
    }
  }

  @Test("Threads change no bit", arguments: seeds)
  func threads(seed: UInt64) throws {
    let (points, settings, _) = draw(seed)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      for variant in [KMeans.Variant.lloyd, .miniBatch(.init())] {
        var settings = settings
        settings.variant = variant
        settings.restartCount = 2
        let once = try settings.fit(matrix, pool: WorkerPool(threadCount: 1))
        for threads in [2, 3, 8] {
          #expect(try settings.fit(matrix, pool: WorkerPool(threadCount: threads)) == once)
        }
      }
    }
  }

  @Test("More rows than a chunk: threads change no bit")
  func manyRows() throws {
    let text = RandomPoints.text(seed: 7, rowCount: 9_000, columnCount: 500)
    let blobs = RandomPoints.blobs(seed: 7, rowCount: 9_000, columnCount: 20, blobCount: 30)
    for matrix in [FeatureMatrix.sparse(text), .dense(blobs)] {
      for variant in [KMeans.Variant.lloyd, .miniBatch(.init())] {
        var settings = KMeans(clusterCount: 25)
        settings.restartCount = 1
        settings.variant = variant
        let once = try settings.fit(matrix, pool: WorkerPool(threadCount: 1))
        for threads in [2, 3, 8] {
          #expect(try settings.fit(matrix, pool: WorkerPool(threadCount: threads)) == once)
        }
      }
    }
  }

  @Test("Both kernels and both storages give the same labels", arguments: seeds)
  func kernels(seed: UInt64) throws {
    let (points, settings, centers) = draw(seed)
    for variant in [KMeans.Variant.lloyd, .miniBatch(.init())] {
      var settings = settings
      settings.variant = variant
      settings.kernel = .sparse
      let sparse = try settings.fit(.sparse(points), initialCenters: centers)
      settings.kernel = .gemm
      let gemm = try settings.fit(.sparse(points), initialCenters: centers)
      #expect(gemm.assignment == sparse.assignment)
      #expect(gemm.centroids == sparse.centroids)
      #expect(gemm.inertia == sparse.inertia)
      if variant == .lloyd {
        let dense = try settings.fit(.dense(points.dense()), initialCenters: centers)
        #expect(isSamePartition(dense.assignment.labels, sparse.assignment.labels))
      }
    }
  }

  @Test("Scaling the points by 4 scales inertia by 16 and leaves the labels", arguments: seeds)
  func scaling(seed: UInt64) throws {
    let (points, settings, _) = draw(seed)
    let scaled = CSRMatrix(
      rowCount: points.rowCount, columnCount: points.columnCount, rowOffsets: points.rowOffsets,
      columnIndices: points.columnIndices, values: points.values.map { $0 * 4 })
    for (small, large) in [
      (FeatureMatrix.sparse(points), FeatureMatrix.sparse(scaled)),
      (.dense(points.dense()), .dense(scaled.dense())),
    ] {
      let model = try settings.fit(small)
      let other = try settings.fit(large)
      #expect(other.assignment == model.assignment)
      #expect(isClose(other.inertia, 16 * model.inertia, relative: 1e-12))
    }
  }

  @Test("Fitting again from the fitted centers changes nothing", arguments: seeds)
  func fixedPoint(seed: UInt64) throws {
    let (points, settings, _) = draw(seed)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      let model = try settings.fit(matrix)
      let again = try settings.fit(matrix, initialCenters: model.centroids)
      #expect(again.assignment == model.assignment)
      #expect(isClose(again.inertia, model.inertia, relative: 1e-9, absolute: 1e-9))
    }
  }
}
