internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("K-Means beside scikit-learn")
struct KMeansGoldenTests {
  /// Points as whole multiples of a unit.
  struct Points: Decodable {
    struct Sparse: Decodable {
      let columnCount: Int
      let rowOffsets: [Int]
      let columns: [Int32]
      let values: [Int]
    }

    struct Dense: Decodable {
      let columnCount: Int
      let values: [Int]
    }

    let unit: Float
    let sparse: Sparse
    let dense: Dense

    var matrices: [String: FeatureMatrix] {
      [
        "sparse": .sparse(
          CSRMatrix(
            rowCount: sparse.rowOffsets.count - 1, columnCount: sparse.columnCount,
            rowOffsets: sparse.rowOffsets, columnIndices: sparse.columns,
            values: sparse.values.map { Float($0) / unit })),
        "dense": .dense(
          DenseMatrix(
            rowCount: dense.values.count / dense.columnCount, columnCount: dense.columnCount,
            elements: dense.values.map { Float($0) / unit })),
      ]
    }
  }

  /// What scikit-learn made of start centers.
  struct Answer: Decodable {
    let iterationLimit: Int
    let tolerance: Double
    let labels: [Int32]
    let inertia: Double
    let iterations: Int
    let centerNorms: [Double]
    let centerSums: [Double]
  }

  struct Golden: Decodable {
    struct Catalogue: Decodable {
      let points: String
      let initialRows: [[Int]]
    }

    struct Small: Decodable {
      let title: String
      let rows: [Int]
      let columnCount: Int
      let initial: [Int]
    }

    let unit: Float
    let catalogue: [Both<Catalogue>]
    let small: [Both<Small>]
  }

  /// A case and its answer, which lie side by side in one object.
  struct Both<Case: Decodable>: Decodable {
    let input: Case
    let answer: Answer

    init(from decoder: any Decoder) throws {
      input = try Case(from: decoder)
      answer = try Answer(from: decoder)
    }
  }

  func expectEqual(_ model: KMeansModel, _ answer: Answer, exactLabels: Bool = true) {
    if exactLabels {
      #expect(model.assignment.labels == answer.labels)
    } else {
      #expect(isSamePartition(model.assignment.labels, answer.labels))
    }
    #expect(isClose(model.inertia, answer.inertia, relative: 1e-6, absolute: 1e-9))
    #expect(model.iterations.count == answer.iterations)
    guard exactLabels else { return }
    for cluster in answer.centerNorms.indices {
      let center = model.centroids.row(cluster).map(Double.init)
      #expect(
        isClose(
          center.reduce(0) { $0 + $1 * $1 }, answer.centerNorms[cluster], relative: 1e-5,
          absolute: 1e-9))
      #expect(
        isClose(center.reduce(0, +), answer.centerSums[cluster], relative: 1e-5, absolute: 1e-5))
    }
  }

  @Test("The catalogue's points give the same labels, centers, inertia and iterations")
  func catalogue() throws {
    let matrices = try GoldenFile.read("kmeans_points.json", as: Points.self).matrices
    let golden = try GoldenFile.read("kmeans_lloyd.json", as: Golden.self)
    #expect(golden.catalogue.count == 56)
    for item in golden.catalogue {
      let points = try #require(matrices[item.input.points])
      var settings = KMeans(clusterCount: item.input.initialRows.count)
      settings.iterationLimit = item.answer.iterationLimit
      settings.relativeTolerance = item.answer.tolerance
      let initial = means(points, item.input.initialRows)
      let kernels: [ProductKernel] = item.input.points == "sparse" ? [.sparse, .gemm] : [.gemm]
      for kernel in kernels {
        settings.kernel = kernel
        let model = try settings.fit(points, initialCenters: initial)
        expectEqual(model, item.answer)
      }
    }
  }

  /// The means of listed rows, exact because the values have few digits.
  func means(_ points: FeatureMatrix, _ groups: [[Int]]) -> DenseMatrix {
    var elements: [Float] = []
    for group in groups {
      let rows =
        switch points.selecting(rows: group) {
        case .dense(let dense): dense
        case .sparse(let sparse): sparse.dense()
        }
      for column in 0..<rows.columnCount {
        elements.append(
          (0..<group.count).reduce(0) { $0 + rows[$1, column] } / Float(group.count))
      }
    }
    return DenseMatrix(
      rowCount: groups.count, columnCount: points.columnCount, elements: elements)
  }

  @Test("Empty clusters, duplicates, zeros and the extremes of k give what scikit-learn gives")
  func small() throws {
    let golden = try GoldenFile.read("kmeans_lloyd.json", as: Golden.self)
    #expect(golden.small.count == 27)
    for item in golden.small {
      let width = item.input.columnCount
      func matrix(_ values: [Int]) -> DenseMatrix {
        DenseMatrix(
          rowCount: values.count / width, columnCount: width,
          elements: values.map { Float($0) / golden.unit })
      }
      let points = matrix(item.input.rows)
      let initial = matrix(item.input.initial)
      var settings = KMeans(clusterCount: initial.rowCount)
      settings.iterationLimit = item.answer.iterationLimit
      settings.relativeTolerance = 0
      for features in [FeatureMatrix.dense(points), .sparse(stored(points))] {
        let model = try settings.fit(features, initialCenters: initial)
        expectEqual(model, item.answer)
      }
    }
  }

  /// The elements that are not zero.
  func stored(_ matrix: DenseMatrix) -> CSRMatrix {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<matrix.rowCount {
      for (column, value) in matrix.row(row).enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return CSRMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rowOffsets: offsets,
      columnIndices: columns, values: values)
  }

  struct Quality: Decodable {
    struct Case: Decodable {
      let points: String
      let clusterCount: Int
      let lloyd: Double
      let lloydError: Double
      let singleDraw: Double
      let singleDrawError: Double
      let miniBatch: Double
    }

    let seeds: Int
    let cases: [Case]
  }

  @Test(
    "Over 20 seeds the mean inertia from each seeding is that of scikit-learn's or less",
    arguments: [KMeans.Seeding.greedy, .kMeansPlusPlus])
  func seedingQuality(seeding: KMeans.Seeding) throws {
    let matrices = try GoldenFile.read("kmeans_points.json", as: Points.self).matrices
    let quality = try GoldenFile.read("kmeans_quality.json", as: Quality.self)
    #expect(quality.cases.count == 8)
    for item in quality.cases {
      let points = try #require(matrices[item.points])
      let inertias = try (0..<quality.seeds).map { seed in
        var settings = KMeans(clusterCount: item.clusterCount)
        settings.restartCount = 1
        settings.seeding = seeding
        settings.seed = UInt64(seed)
        return try settings.fit(points).inertia
      }
      let count = Double(inertias.count)
      let mean = inertias.reduce(0, +) / count
      let squares = inertias.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let theirs =
        seeding == .greedy
        ? (mean: item.lloyd, error: item.lloydError)
        : (mean: item.singleDraw, error: item.singleDrawError)
      // Three standard errors of the difference.
      let error = (squares / (count - 1) / count + theirs.error * theirs.error).squareRoot()
      #expect(mean <= theirs.mean + 3 * error, "\(item.points) k=\(item.clusterCount)")
    }
  }

  @Test("Over 20 seeds the mean inertia is not worse than scikit-learn's")
  func quality() throws {
    let matrices = try GoldenFile.read("kmeans_points.json", as: Points.self).matrices
    let quality = try GoldenFile.read("kmeans_quality.json", as: Quality.self)
    #expect(quality.cases.count == 8)
    for item in quality.cases {
      let points = try #require(matrices[item.points])
      var batch = KMeans.MiniBatch()
      batch.rowCount = 256
      for (variant, bound) in [
        (KMeans.Variant.lloyd, item.lloyd * 1.005), (.miniBatch(batch), item.miniBatch * 1.01),
      ] {
        var total = 0.0
        for seed in 0..<quality.seeds {
          var settings = KMeans(clusterCount: item.clusterCount)
          settings.variant = variant
          settings.restartCount = 1
          settings.iterationLimit = variant == .lloyd ? 300 : 100
          settings.seed = UInt64(seed)
          total += try settings.fit(points).inertia
        }
        let mean = total / Double(quality.seeds)
        #expect(mean <= bound, "\(item.points) k=\(item.clusterCount) \(variant)")
      }
    }
  }
}
