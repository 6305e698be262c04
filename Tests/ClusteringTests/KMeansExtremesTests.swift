internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// Fits of shapes and values that leave the usual paths: none may trap, and each must keep its laws.
@Suite("K-Means at the edges")
struct KMeansExtremesTests {
  /// Points by name, and a number of clusters.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let points: DenseMatrix
    let clusterCount: Int
    var testDescription: String { name }
  }

  static func grid(rowCount: Int, columnCount: Int, sides: Int, seed: UInt64) -> DenseMatrix {
    var generator = CounterGenerator(seed: seed, purpose: 0x96D)
    return DenseMatrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: (0..<rowCount * columnCount).map { _ in
        Float(generator.nextIndex(below: sides)) - 1
      })
  }

  static func scaledBlobs(_ exponents: [Int]) -> DenseMatrix {
    let blobs = RandomPoints.blobs(seed: 8, rowCount: 240, columnCount: 5, blobCount: 9)
    return DenseMatrix(
      rowCount: 240, columnCount: 5,
      elements: blobs.elements.enumerated().map { index, value in
        let exponent = exponents[index / 5 % exponents.count]
        return value * Float(sign: .plus, exponent: exponent, significand: 1)
      })
  }

  static let cases: [Case] = [
    Case(
      name: "one row", points: grid(rowCount: 1, columnCount: 3, sides: 3, seed: 1), clusterCount: 1
    ),
    Case(name: "all rows zero", points: DenseMatrix(zeros: 40, 4), clusterCount: 7),
    Case(
      name: "few distinct rows", points: grid(rowCount: 120, columnCount: 2, sides: 2, seed: 2),
      clusterCount: 20),
    Case(
      name: "as many clusters as rows",
      points: grid(rowCount: 50, columnCount: 3, sides: 9, seed: 3), clusterCount: 50),
    Case(
      name: "one column", points: grid(rowCount: 300, columnCount: 1, sides: 30, seed: 4),
      clusterCount: 17),
    Case(
      name: "grid of ties", points: grid(rowCount: 500, columnCount: 2, sides: 6, seed: 5),
      clusterCount: 16),
    Case(name: "tiny", points: scaledBlobs([-74]), clusterCount: 9),
    Case(name: "long", points: scaledBlobs([44]), clusterCount: 9),
    Case(name: "all scales", points: scaledBlobs([-130, -60, 0, 20, 44]), clusterCount: 12),
  ]

  private func fits(
    _ settings: KMeans, _ points: DenseMatrix, initialCenters: DenseMatrix? = nil
  ) throws -> [KMeansModel] {
    var models: [KMeansModel] = []
    for matrix in [FeatureMatrix.sparse(points.sparse()), .dense(points)] {
      let runs = try [1, 2, 5].map { threads in
        try settings.fit(
          matrix, initialCenters: initialCenters, pool: WorkerPool(threadCount: threads))
      }
      #expect(runs.allSatisfy { $0 == runs[0] }, "threads change nothing")
      models.append(runs[0])
    }
    return models
  }

  /// Finite centers, and for each row none that is nearer than its own by more than rounding.
  private func expectLaws(_ model: KMeansModel, _ points: DenseMatrix) {
    #expect(model.centroids.firstNonFinite() == nil)
    #expect(model.inertia.isFinite && model.inertia >= 0)
    let slow = SlowKMeans(points, centers: model.centroids)
    for (row, label) in model.assignment.labels.enumerated() {
      let own = slow.squaredDistance(row, Int(label))
      let norms = points.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }
      for cluster in 0..<model.centroids.rowCount {
        let other = slow.squaredDistance(row, cluster)
        #expect(own - other <= 1e-13 * (own + norms), "row \(row)")
      }
    }
  }

  @Test("Every fit keeps its laws, whatever the threads", arguments: cases)
  func laws(example: Case) throws {
    for seeding in KMeans.Seeding.allCases {
      var settings = KMeans(clusterCount: example.clusterCount)
      settings.seeding = seeding
      settings.restartCount = 2
      settings.relativeTolerance = 0
      for model in try fits(settings, example.points) { expectLaws(model, example.points) }
    }
    var batches = KMeans.MiniBatch()
    batches.rowCount = 10_000
    var settings = KMeans(clusterCount: example.clusterCount)
    settings.variant = .miniBatch(batches)
    settings.restartCount = 1
    settings.iterationLimit = 5
    for model in try fits(settings, example.points) { expectLaws(model, example.points) }
  }

  @Test("Start centers that are equal, all zero or far away lead to a fit", arguments: cases)
  func startCenters(example: Case) throws {
    let width = example.points.columnCount
    var settings = KMeans(clusterCount: example.clusterCount)
    settings.iterationLimit = 12
    for value in [Float(0), 1, 1e20, -3e38] {
      let centers = DenseMatrix(
        rowCount: example.clusterCount, columnCount: width,
        elements: [Float](repeating: value, count: example.clusterCount * width))
      for model in try fits(settings, example.points, initialCenters: centers) {
        expectLaws(model, example.points)
      }
    }
  }

  @Test("The kernels give one model")
  func kernels() throws {
    for example in Self.cases {
      let models = try ProductKernel.allCases.map { kernel in
        var settings = KMeans(clusterCount: example.clusterCount)
        settings.kernel = kernel
        settings.restartCount = 2
        return try settings.fit(.sparse(example.points.sparse()))
      }
      #expect(models.allSatisfy { $0 == models[0] }, "\(example.name)")
    }
  }

  @Test("Explicit zeros, empty rows and unused columns change no label")
  func explicitZeros() throws {
    let points = RandomPoints.text(seed: 14, rowCount: 400, columnCount: 60)
    // Every element of every third row is stored, and the last columns are used by none.
    let full = points.dense()
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<400 {
      for column in 0..<60 where row % 3 == 0 || full[row, column] != 0 {
        columns.append(Int32(column))
        values.append(full[row, column])
      }
      offsets.append(columns.count)
    }
    let padded = CSRMatrix(
      rowCount: 400, columnCount: 70_000, rowOffsets: offsets, columnIndices: columns,
      values: values)
    let centers = full.selecting(rows: Array(0..<12))
    var wide: [Float] = []
    for cluster in 0..<12 {
      wide += centers.row(cluster) + [Float](repeating: 0, count: 70_000 - 60)
    }
    let settings = KMeans(clusterCount: 12)
    let expected = try settings.fit(.sparse(points), initialCenters: centers)
    let found = try settings.fit(
      .sparse(padded),
      initialCenters: DenseMatrix(rowCount: 12, columnCount: 70_000, elements: wide))
    #expect(found.assignment == expected.assignment)
    #expect(isClose(found.inertia, expected.inertia, relative: 1e-12))
  }

  @Test("A limit of iterations beyond counting does not overflow")
  func endlessBatches() throws {
    var batches = KMeans.MiniBatch()
    batches.rowCount = 50
    batches.noImprovementLimit = 3
    var settings = KMeans(clusterCount: 4)
    settings.variant = .miniBatch(batches)
    settings.iterationLimit = .max
    settings.restartCount = 1
    let points = RandomPoints.blobs(seed: 9, rowCount: 200, columnCount: 3)
    #expect(try settings.fit(.dense(points)).didConverge)
  }
}
