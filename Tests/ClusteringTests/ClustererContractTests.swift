internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// What every public algorithm owes, whatever it does: in the manner of scikit-learn's `check_estimator`.
@Suite("The contract of every clusterer")
struct ClustererContractTests {
  private static let pool = WorkerPool(threadCount: 2)

  /// Rows around five places, dense and sparse.
  private static func samples(_ seed: UInt64, rowCount: Int = 60) -> [FeatureMatrix] {
    [
      .dense(RandomPoints.blobs(seed: seed, rowCount: rowCount, columnCount: 4)),
      .sparse(RandomPoints.text(seed: seed, rowCount: rowCount, columnCount: 20)),
    ]
  }

  private static func dense(_ elements: [Float], columnCount: Int) -> FeatureMatrix {
    .dense(
      DenseMatrix(
        rowCount: elements.count / columnCount, columnCount: columnCount, elements: elements))
  }

  @Test("Values that are not finite are refused with their place", arguments: Clusterer.all)
  func nonFinite(clusterer: Clusterer) {
    for value in [Float.nan, .infinity, -.infinity] {
      var elements = RandomPoints.blobs(seed: 1, rowCount: 9, columnCount: 3).elements
      elements[5 * 3 + 2] = value
      #expect(throws: ClusteringError.nonFiniteValue(row: 5, column: 2)) {
        try clusterer.fit(Self.dense(elements, columnCount: 3), 2, Self.pool)
      }
      let sparse = CSRMatrix(
        rowCount: 3, columnCount: 4, rowOffsets: [0, 1, 3, 3], columnIndices: [0, 1, 3],
        values: [1, 2, value])
      #expect(throws: ClusteringError.nonFiniteValue(row: 1, column: 3)) {
        try clusterer.fit(.sparse(sparse), 2, Self.pool)
      }
    }
  }

  @Test("No rows, no clusters and more clusters than rows are refused", arguments: Clusterer.all)
  func impossible(clusterer: Clusterer) {
    #expect(throws: ClusteringError.tooFewRows(found: 0, required: 1)) {
      try clusterer.fit(Self.dense([], columnCount: 3), 1, Self.pool)
    }
    for points in Self.samples(2, rowCount: 7) {
      for count in [8, 1_000_000] {
        #expect(throws: ClusteringError.tooFewRows(found: 7, required: count)) {
          try clusterer.fit(points, count, Self.pool)
        }
      }
      for count in [0, -1, Int.min] {
        #expect {
          try clusterer.fit(points, count, Self.pool)
        } throws: { error in
          if case ClusteringError.invalidParameter(let name, _) = error {
            name == "k"
          } else {
            false
          }
        }
      }
    }
  }

  @Test("One row, one column, one cluster and a cluster a row are fits", arguments: Clusterer.all)
  func extremes(clusterer: Clusterer) throws {
    let one = try clusterer.fit(Self.dense([3, -1], columnCount: 2), 1, Self.pool)
    #expect(one.assignment.labels == [0])
    let line = try clusterer.fit(Self.dense([1, 2, 9, 8, 1.5], columnCount: 1), 2, Self.pool)
    #expect(Set(line.assignment.labels).isSubset(of: [0, 1]))
    for points in Self.samples(3, rowCount: 20) {
      let whole = try clusterer.fit(points, 1, Self.pool)
      #expect(whole.assignment.labels == [Int32](repeating: 0, count: 20))
    }
    let apart = Self.dense(
      (0..<20).map { Float(1 << ($0 % 10)) * ($0 < 10 ? 1 : -1) }, columnCount: 1)
    let each = try clusterer.fit(apart, 20, Self.pool)
    #expect(each.assignment.labels.count == 20 && each.assignment.clusterCount == 20)
    // Means of mini-batches need not reach every row.
    if !clusterer.name.contains("batch") { #expect(Set(each.assignment.labels).count == 20) }
  }

  @Test(
    "A fit again, and on any number of threads, is the same to the last digit",
    arguments: Clusterer.all, [UInt64(4), 5, 6])
  func repeatability(clusterer: Clusterer, seed: UInt64) throws {
    for points in Self.samples(seed) {
      let kept = points
      let first = try clusterer.fit(points, 5, WorkerPool(threadCount: 1))
      #expect(first.assignment.labels.count == points.rowCount)
      #expect(first.assignment.labels.allSatisfy { (0..<5).contains($0) })
      for threads in [1, 2, 3, 8] {
        #expect(
          try clusterer.fit(points, 5, WorkerPool(threadCount: threads)) == first,
          "seed \(seed), \(threads) threads")
      }
      #expect(points == kept, "the points were changed")
    }
  }

  @Test("Sparse and dense rows have the same groups", arguments: Clusterer.all, [UInt64(7), 8])
  func storages(clusterer: Clusterer, seed: UInt64) throws {
    // Whole numbers far apart: no storage rounds them, and no start leads elsewhere.
    let (rows, expected) = Self.separated(seed: seed)
    let matrix = DenseMatrix(rowCount: 40, columnCount: 3, elements: rows)
    let dense = try clusterer.fit(.dense(matrix), 4, Self.pool)
    let sparse = try clusterer.fit(.sparse(Self.sparse(matrix)), 4, Self.pool)
    #expect(isSamePartition(dense.assignment.labels, sparse.assignment.labels), "seed \(seed)")
    if clusterer.findsFarGroups {
      #expect(isSamePartition(dense.assignment.labels, expected), "seed \(seed)")
    }
  }

  @Test(
    "Rows in another order have the same groups",
    arguments: Clusterer.all.filter { $0.isDeterministic || $0.findsFarGroups }, [UInt64(9), 10])
  func rowOrder(clusterer: Clusterer, seed: UInt64) throws {
    let (rows, expected) = Self.separated(seed: seed)
    let order = Self.shuffled(seed)
    let moved = order.flatMap { Array(rows[$0 * 3..<$0 * 3 + 3]) }
    let found = try clusterer.fit(Self.dense(moved, columnCount: 3), 4, Self.pool)
    let first = try clusterer.fit(Self.dense(rows, columnCount: 3), 4, Self.pool)
    #expect(
      isSamePartition(found.assignment.labels, order.map { first.assignment.labels[$0] }),
      "seed \(seed)")
    if clusterer.findsFarGroups {
      #expect(isSamePartition(found.assignment.labels, order.map { expected[$0] }), "seed \(seed)")
    }
  }

  private static let variants: [(name: String, variant: KMeans.Variant, kernel: ProductKernel)] = {
    var nested = KMeans.MiniBatch()
    nested.growth = .nested
    nested.rowCount = 8
    return [
      ("Lloyd", .lloyd, .automatic), ("Lloyd, gemm", .lloyd, .gemm),
      ("mini-batch", .miniBatch(KMeans.MiniBatch()), .automatic),
      ("nested", .miniBatch(nested), .automatic),
    ]
  }()

  @Test(
    "From given centers rows have the same labels in every order and storage",
    arguments: variants.indices, [UInt64(17), 18, 19])
  func givenCenters(place: Int, seed: UInt64) throws {
    let (rows, expected) = Self.separated(seed: seed)
    let order = Self.shuffled(seed)
    let moved = DenseMatrix(
      rowCount: 40, columnCount: 3, elements: order.flatMap { Array(rows[$0 * 3..<$0 * 3 + 3]) })
    var settings = KMeans(clusterCount: 4)
    settings.variant = Self.variants[place].variant
    settings.kernel = Self.variants[place].kernel
    // The last group first, so that no label is right by chance.
    let starts = [3, 2, 1, 0].map { group in expected.lastIndex(of: group) ?? 0 }
    let centers = DenseMatrix(rowCount: 40, columnCount: 3, elements: rows).selecting(rows: starts)
    for points in [FeatureMatrix.dense(moved), .sparse(Self.sparse(moved))] {
      let model = try settings.fit(points, initialCenters: centers, pool: Self.pool)
      #expect(
        model.assignment.labels == order.map { 3 - expected[$0] },
        "\(Self.variants[place].name), seed \(seed)")
    }
  }

  @Test("Equal rows share a cluster", arguments: Clusterer.all, [UInt64(11), 12, 13])
  func equalRows(clusterer: Clusterer, seed: UInt64) throws {
    for points in Self.samples(seed) {
      let labels = try clusterer.fit(points, 4, Self.pool).assignment.labels
      var labelOfRow: [[Float]: Int32] = [:]
      for (row, values) in Self.rows(of: points).enumerated() {
        #expect(labelOfRow[values, default: labels[row]] == labels[row], "seed \(seed), row \(row)")
        labelOfRow[values] = labels[row]
      }
    }
  }

  @Test("A column that no row has changes nothing", arguments: Clusterer.all, [UInt64(14), 15])
  func unusedColumn(clusterer: Clusterer, seed: UInt64) throws {
    let points = RandomPoints.text(seed: seed, rowCount: 50, columnCount: 20)
    let wider = CSRMatrix(
      rowCount: 50, columnCount: 21, rowOffsets: points.rowOffsets,
      columnIndices: points.columnIndices, values: points.values)
    // A tolerance is a share of the mean variance of all columns; at a fixed point it does not matter.
    let narrow = try clusterer.fit(.sparse(points), 4, Self.pool)
    let wide = try clusterer.fit(.sparse(wider), 4, Self.pool)
    #expect(wide.assignment == narrow.assignment, "seed \(seed)")
  }

  @Test("A cancelled task ends the fit", arguments: Clusterer.all)
  func cancellation(clusterer: Clusterer) async {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 16, rowCount: 300, columnCount: 5))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try clusterer.fit(points, 6, Self.pool)
    }
    task.cancel()
    let outcome = await task.result
    #expect(throws: ClusteringError.cancelled) { try outcome.get() }
  }

  /// The numbers of forty rows in another order.
  private static func shuffled(_ seed: UInt64) -> [Int] {
    var generator = CounterGenerator(seed: seed, purpose: 0x0D)
    var order = Array(0..<40)
    for place in order.indices.reversed() {
      order.swapAt(place, generator.nextIndex(below: place + 1))
    }
    return order
  }

  /// Forty rows around four places of three whole numbers, and the place of each.
  private static func separated(seed: UInt64) -> (elements: [Float], places: [Int32]) {
    var generator = CounterGenerator(seed: seed, purpose: 0x5E)
    let centers: [[Float]] = [
      [4_096, 0, 0], [0, 4_096, 0], [0, 0, 4_096], [4_096, 4_096, 4_096],
    ]
    var elements: [Float] = []
    var places: [Int32] = []
    for row in 0..<40 {
      let place = row < 4 ? row : generator.nextIndex(below: 4)
      places.append(Int32(place))
      elements += centers[place].map { $0 + Float(generator.nextIndex(below: 64)) }
    }
    return (elements, places)
  }

  private static func sparse(_ matrix: DenseMatrix) -> CSRMatrix {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<matrix.rowCount {
      for column in 0..<matrix.columnCount {
        let value = matrix.elements[row * matrix.columnCount + column]
        if value != 0 {
          columns.append(Int32(column))
          values.append(value)
        }
      }
      offsets.append(columns.count)
    }
    return CSRMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rowOffsets: offsets,
      columnIndices: columns, values: values)
  }

  private static func rows(of points: FeatureMatrix) -> [[Float]] {
    let full = if case .sparse(let sparse) = points { sparse.dense() } else { Self.full(points) }
    return (0..<full.rowCount).map { row in
      Array(full.elements[row * full.columnCount..<(row + 1) * full.columnCount])
    }
  }

  private static func full(_ points: FeatureMatrix) -> DenseMatrix {
    guard case .dense(let matrix) = points else { preconditionFailure("dense rows are needed") }
    return matrix
  }
}
