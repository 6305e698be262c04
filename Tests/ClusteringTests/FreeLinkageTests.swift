internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// The matrix of distances and the update formula, step by step.
private struct StepwiseTree {
  let rows: [[Double]]
  let isWard: Bool
  let weights: [Int]

  /// The merges, nearest pair first.
  func tree() -> LinkageTree {
    let n = rows.count
    var sizes = weights.map(Double.init)
    var values = (0..<n).map { i in
      (0..<n).map { j in
        let squared = zip(rows[i], rows[j]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return isWard ? 2 * sizes[i] * sizes[j] / (sizes[i] + sizes[j]) * squared : squared
      }
    }
    var live = Array(0..<n)
    var found: [LinkageTree.RowMerge] = []
    while live.count > 1 {
      var (best, a, b) = (Double.infinity, live[0], live[1])
      for (place, i) in live.enumerated() {
        for j in live[(place + 1)...] where values[i][j] < best {
          (best, a, b) = (values[i][j], i, j)
        }
      }
      found.append(.init(a, b, height: isWard ? max(0, best).squareRoot() : best))
      live.removeAll { $0 == b }
      for k in live where k != a {
        let (sa, sb, sk) = (sizes[a], sizes[b], sizes[k])
        let sum = sa * values[a][k] + sb * values[b][k]
        let value =
          isWard
          ? (sum + sk * (values[a][k] + values[b][k] - best)) / (sa + sb + sk) : sum / (sa + sb)
        values[a][k] = value
        values[k][a] = value
      }
      sizes[a] += sizes[b]
    }
    return LinkageTree(leafCount: n, found: found, isMonotonic: true)
  }
}

@Suite("Trees without a matrix")
struct FreeLinkageTests {
  @Test("Sizes do not multiply what underflow took from tiny rows")
  func tinyRowsOfGreatWeight() throws {
    var generator = CounterGenerator(seed: 11)
    let near = (0..<120).map { _ in Float(generator.nextUnit()) }
    func heights(scale: Float, outlier: Float) throws -> [Double] {
      let elements = [outlier, outlier, -outlier, -outlier] + near.map { $0 * scale }
      var settings = Agglomerative(linkage: .ward)
      settings.memory = .free
      let tree = try settings.tree(
        of: .dense(DenseMatrix(rowCount: 62, columnCount: 2, elements: elements)),
        weights: [1, 1] + [Int](repeating: 20_000, count: 60), pool: WorkerPool(threadCount: 1))
      return tree.merges.prefix(59).map { $0.height / Double(scale) }
    }
    // A power of two scales without rounding: the tree must be the same.
    let expected = try heights(scale: 1, outlier: 1e9)
    for found in try [heights(scale: 0x1p-68, outlier: 1), heights(scale: 0x1p-70, outlier: 1)] {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-9 * b) }
    }
  }

  func tree(
    _ matrix: DenseMatrix, ward isWard: Bool, weights: [Int]? = nil, threads: Int = 2
  ) throws -> LinkageTree {
    var settings = Agglomerative(linkage: isWard ? .ward : .average)
    settings.metric = isWard ? .euclidean : .squaredEuclidean
    settings.memory = .free
    return try settings.tree(
      of: .dense(matrix), weights: weights, pool: WorkerPool(threadCount: threads))
  }

  func stepwise(_ matrix: DenseMatrix, ward isWard: Bool, weights: [Int]? = nil) -> LinkageTree {
    StepwiseTree(
      rows: (0..<matrix.rowCount).map { matrix.row($0).map(Double.init) }, isWard: isWard,
      weights: weights ?? [Int](repeating: 1, count: matrix.rowCount)
    ).tree()
  }

  func expectEqualHeights(
    _ left: LinkageTree, _ right: LinkageTree, tolerance: Double = 1e-9,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(left.merges.count == right.merges.count, sourceLocation: sourceLocation)
    let top = right.merges.last?.height ?? 0
    for (a, b) in zip(left.merges, right.merges) {
      #expect(
        isClose(a.height, b.height, relative: tolerance, absolute: tolerance * 1e-3 * top),
        sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Heights and every cut are those of merging step by step",
    arguments: [1, 2, 3, 5, 17, 64, 150, 400], [true, false])
  func stepByStep(rowCount: Int, isWard: Bool) throws {
    for (columnCount, blobCount) in [(1, 3), (2, 1), (5, 9), (40, 5), (101, 1)] {
      let matrix = RandomPoints.blobs(
        seed: UInt64(rowCount * 31 + columnCount), rowCount: rowCount, columnCount: columnCount,
        blobCount: blobCount)
      let found = try tree(matrix, ward: isWard)
      let expected = stepwise(matrix, ward: isWard)
      expectEqualHeights(found, expected)
      for clusterCount in 1...rowCount {
        #expect(
          try found.assignment(clusterCount: clusterCount)
            == expected.assignment(clusterCount: clusterCount))
      }
    }
  }

  @Test("A weight is as many equal rows", arguments: 0..<4 as Range<UInt64>)
  func weights(seed: UInt64) throws {
    let matrix = RandomPoints.blobs(seed: seed, rowCount: 120, columnCount: 7)
    let weights = (0..<120).map { 1 + $0 * $0 % 6 }
    let found = try tree(matrix, ward: true, weights: weights)
    expectEqualHeights(found, stepwise(matrix, ward: true, weights: weights))
    let repeated = matrix.selecting(
      rows: (0..<120).flatMap { [Int](repeating: $0, count: weights[$0]) })
    let whole = try tree(repeated, ward: true)
    #expect(whole.merges.prefix(repeated.rowCount - 120).allSatisfy { $0.height == 0 })
    let heights = whole.merges.suffix(119).map(\.height)
    for (a, b) in zip(found.merges.map(\.height), heights) {
      #expect(isClose(a, b, relative: 1e-9, absolute: 0))
    }
  }

  /// Rows of which many are equally far apart: repeated ones, zeros, all equal, a grid, corners of a simplex.
  static func tied() -> [DenseMatrix] {
    let blobs = RandomPoints.blobs(seed: 8, rowCount: 60, columnCount: 6)
    var zeros = blobs.elements
    for place in 0..<120 { zeros[place] = place % 2 == 0 ? 0 : -0.0 }
    return [
      DenseMatrix(
        rowCount: 240, columnCount: 6, elements: (0..<240).flatMap { blobs.row($0 % 60) }),
      DenseMatrix(rowCount: 60, columnCount: 6, elements: zeros),
      DenseMatrix(
        rowCount: 300, columnCount: 3, elements: [Float](repeating: 1.25, count: 900)),
      DenseMatrix(zeros: 5, 0),
    ]
  }

  @Test("Rows that are equal merge at height 0", arguments: tied().indices, [true, false])
  func equalRows(index: Int, isWard: Bool) throws {
    let matrix = Self.tied()[index]
    let found = try tree(matrix, ward: isWard)
    expectEqualHeights(found, stepwise(matrix, ward: isWard))
    let distinct = Set((0..<matrix.rowCount).map { row in matrix.row(row).map { $0 + 0 } }).count
    #expect(found.merges.count { $0.height == 0 } == matrix.rowCount - distinct)
  }

  @Test("Ties end, and every merge is of clusters that are nearest", arguments: [true, false])
  func grid(isWard: Bool) throws {
    let grid = DenseMatrix(
      rowCount: 1_024, columnCount: 2,
      elements: (0..<1_024).flatMap { [Float($0 / 32), Float($0 % 32)] })
    let corners = DenseMatrix(
      rowCount: 300, columnCount: 300,
      elements: (0..<90_000).map { $0 / 300 == $0 % 300 ? 1 : 0 })
    for matrix in [grid, corners] {
      let found = try tree(matrix, ward: isWard)
      #expect(found.isMonotonic && found.merges.last?.size == matrix.rowCount)
      // Half of the rows of a grid, and of a simplex, have a partner at the least distance.
      let least = matrix.rowCount == 300 ? 2.0 : 1
      #expect(
        isClose(
          found.merges[0].height, isWard ? least.squareRoot() : least, relative: 1e-12, absolute: 0)
      )
      #expect(found.merges.count { $0.height == found.merges[0].height } >= matrix.rowCount / 4)
    }
  }

  @Test("The tree does not depend on the number of threads", arguments: [2, 3, 8], [true, false])
  func threads(threadCount: Int, isWard: Bool) throws {
    for matrix in Self.tied() + [RandomPoints.blobs(seed: 9, rowCount: 3_000, columnCount: 20)] {
      #expect(
        try tree(matrix, ward: isWard, threads: threadCount)
          == tree(matrix, ward: isWard, threads: 1))
    }
  }

  @Test("Cosine distances of rows of any length are half the squares of unit rows")
  func cosine() throws {
    let matrix = RandomPoints.blobs(seed: 10, rowCount: 200, columnCount: 12)
    var settings = Agglomerative(linkage: .average)
    settings.metric = .cosine
    settings.memory = .free
    let found = try settings.tree(of: .dense(matrix), pool: WorkerPool(threadCount: 2))
    let units = (0..<200).map { row in
      let norm = matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      return matrix.row(row).map { Double($0) / norm }
    }
    let expected = StepwiseTree(
      rows: units, isWard: false, weights: [Int](repeating: 1, count: 200)
    ).tree()
    for (a, b) in zip(found.merges, expected.merges) {
      #expect(isClose(a.height, b.height / 2, relative: 1e-6, absolute: 1e-7))
    }
  }

  @Test("A cancelled task stops between rounds")
  func cancelled() async {
    let matrix = RandomPoints.blobs(seed: 11, rowCount: 500, columnCount: 5)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try self.tree(matrix, ward: true)
    }
    await #expect(throws: ClusteringError.cancelled) { try await task.value }
  }
}
