/// Points made ready for tiles of Euclidean distances: centered when dense, with squared norms.
///
/// Centering keeps distances and costs no digits, but it makes norms small, so that few squared
/// distances suffer from the cancellation in ‖x‖² + ‖y‖² − 2x·y.
package struct TilePoints: Sendable {
  /// The points as given; distances that lost digits are computed again from them.
  package let original: FeatureMatrix

  /// The points that tiles multiply: dense rows without their mean, sparse rows as they are.
  let prepared: FeatureMatrix

  /// The squared norm of each prepared row, n of them.
  private let norms: Buffer<Double>

  /// A squared norm that seven of eight rows that are not zero reach.
  let typicalNorm: Double

  /// The greatest squared norm.
  let greatestNorm: Double

  /// True when products of the rows neither overflow single precision nor lose digits to underflow.
  package let fitsTiles: Bool

  /// The number of rows (n).
  package var rowCount: Int { original.rowCount }

  /// Sparse rows are written out when the multiply-adds of sparse products exceed this share of
  /// the dense ones: a scattered multiply-add takes about 24 times as long as one inside GEMM.
  static let denseShare = 1.0 / 24

  /// Sparse rows are written out only up to this many elements, 1 GiB.
  static let denseElementLimit = 1 << 28

  /// The instruction set that makes tiles of these points.
  let level: InstructionSet

  /// What was subtracted from each row, d numbers, or nil.
  private let center: [Float]?

  /// Prepares points.
  ///
  /// - Complexity: O(stored elements), or O(n·d) when sparse rows are written out.
  package init(_ points: FeatureMatrix, level: InstructionSet = .best, pool: WorkerPool) {
    switch points {
    case .dense(let matrix):
      let center = matrix.columnMeans()
      self.init(
        points, prepared: .dense(matrix.subtracting(center)), center: center, level: level,
        pool: pool)
    case .sparse(let matrix):
      let prepared = Self.isBetterDense(matrix) ? .dense(matrix.dense()) : points
      self.init(points, prepared: prepared, center: nil, level: level, pool: pool)
    }
  }

  /// Prepares points in the form of others, to which they are compared.
  ///
  /// - Complexity: O(stored elements), or O(n·d) when sparse rows are written out.
  package init(_ points: FeatureMatrix, matching other: TilePoints, pool: WorkerPool) {
    let points = points.stored(as: other.original)
    var prepared = points.stored(as: other.prepared)
    if let center = other.center, case .dense(let matrix) = prepared {
      prepared = .dense(matrix.subtracting(center))
    }
    self.init(points, prepared: prepared, center: other.center, level: other.level, pool: pool)
  }

  private init(
    _ points: FeatureMatrix, prepared: FeatureMatrix, center: [Float]?, level: InstructionSet,
    pool: WorkerPool
  ) {
    original = points
    self.prepared = prepared
    self.center = center
    self.level = level
    norms = Buffer(count: points.rowCount, repeating: 0)
    let norms = norms
    let rows = 0..<points.rowCount
    pool.forEach(rows.pieceCount(size: 1024)) { chunk in
      for row in rows.piece(chunk, size: 1024) { norms[row] = prepared.squaredNorm(of: row) }
    }
    let ordered = norms.elements.filter { $0 > 0 }.sorted()
    typicalNorm = ordered.isEmpty ? 0 : ordered[ordered.count / 8]
    greatestNorm = ordered.last ?? 0
    let isFinite = norms.elements.allSatisfy(\.isFinite)
    fitsTiles =
      isFinite && (ordered.last ?? 0) <= 0x1p120 && (ordered.isEmpty || typicalNorm >= 0x1p-90)
  }

  /// The squared norms less a constant, n of them and room for a whole group of 16.
  func shiftedNorms(by constant: Double) -> Buffer<Float> {
    let shifted = Buffer<Float>(count: rowCount + 16, repeating: 0)
    for row in 0..<rowCount { shifted[row] = Float(norms[row] - constant) }
    return shifted
  }

  /// Whether the tiles of sparse rows are made faster when the rows are written out.
  ///
  /// - Complexity: O(nnz).
  package static func isBetterDense(_ matrix: CSRMatrix) -> Bool {
    let (elements, overflow) = matrix.rowCount.multipliedReportingOverflow(by: matrix.columnCount)
    guard !overflow, elements <= denseElementLimit else { return false }
    return matrix.overlapWork() > Double(elements) * Double(matrix.rowCount) * denseShare
  }
}

extension CSRMatrix {
  /// The multiply-adds of all products of two rows: the sum over columns of the squared row count.
  ///
  /// - Complexity: O(d + nnz).
  package func overlapWork() -> Double {
    var rowCounts = [Int](repeating: 0, count: columnCount)
    for column in columnIndices { rowCounts[Int(column)] += 1 }
    return rowCounts.reduce(0) { $0 + Double($1) * Double($1) }
  }
}

extension FeatureMatrix {
  /// The squared norm of a row, summed in column order.
  ///
  /// - Complexity: O(stored elements of the row).
  package func squaredNorm(of row: Int) -> Double {
    switch self {
    case .dense(let matrix): matrix.row(row).reduce(0) { $0 + Double($1) * Double($1) }
    case .sparse(let matrix):
      matrix.values[matrix.entries(ofRow: row)].reduce(0) { $0 + Double($1) * Double($1) }
    }
  }
}

extension FeatureMatrix {
  /// The same points, dense or sparse as another matrix is.
  ///
  /// - Complexity: O(n·d) when the form changes.
  package func stored(as other: FeatureMatrix) -> FeatureMatrix {
    switch (self, other) {
    case (.sparse(let matrix), .dense): .dense(matrix.dense())
    case (.dense(let matrix), .sparse): .sparse(matrix.sparse())
    default: self
    }
  }
}

extension DenseMatrix {
  /// The same matrix with only the elements stored that are not zero.
  ///
  /// - Complexity: O(n·d).
  package func sparse() -> CSRMatrix {
    var offsets: [Int] = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    offsets.reserveCapacity(rowCount + 1)
    for row in 0..<rowCount {
      for (column, value) in self.row(row).enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(values.count)
    }
    return CSRMatrix(
      rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets, columnIndices: columns,
      values: values)
  }

  /// The mean of each column, d of them.
  ///
  /// - Complexity: O(n·d).
  package func columnMeans() -> [Float] {
    var sums = [Double](repeating: 0, count: columnCount)
    for row in 0..<rowCount {
      let start = row * columnCount
      for column in 0..<columnCount { sums[column] += Double(elements[start + column]) }
    }
    return sums.map { Float($0 / Double(max(1, rowCount))) }
  }

  /// The matrix with a row of d numbers subtracted from each row.
  func subtracting(_ center: [Float]) -> DenseMatrix {
    var shifted = elements
    for row in 0..<rowCount {
      let start = row * columnCount
      for column in 0..<columnCount { shifted[start + column] -= center[column] }
    }
    return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: shifted)
  }
}
