/// The points to cluster: one row a text, one column a feature.
public enum FeatureMatrix: Sendable, Equatable {
  /// Every element stored; for LSA and other short, full rows.
  case dense(DenseMatrix)

  /// Only the elements that are not zero stored; for TF-IDF.
  case sparse(CSRMatrix)

  /// The number of rows (n).
  public var rowCount: Int {
    switch self {
    case .dense(let matrix): matrix.rowCount
    case .sparse(let matrix): matrix.rowCount
    }
  }

  /// The number of columns (d).
  public var columnCount: Int {
    switch self {
    case .dense(let matrix): matrix.columnCount
    case .sparse(let matrix): matrix.columnCount
    }
  }

  /// The number of stored elements: nnz, or `n·d` when dense.
  public var storedCount: Int {
    switch self {
    case .dense(let matrix): matrix.elements.count
    case .sparse(let matrix): matrix.storedCount
    }
  }

  /// Whether only elements that are not zero are stored.
  public var isSparse: Bool {
    switch self {
    case .dense: false
    case .sparse: true
    }
  }

  /// A matrix of some of the rows, in the given order.
  ///
  /// - Complexity: O(stored elements of the picked rows).
  public func selecting(rows: [Int]) -> FeatureMatrix {
    switch self {
    case .dense(let matrix): .dense(matrix.selecting(rows: rows))
    case .sparse(let matrix): .sparse(matrix.selecting(rows: rows))
    }
  }

  /// The position of the first stored element that is not a finite number, or nil.
  ///
  /// - Complexity: O(stored elements).
  public func firstNonFinite() -> (row: Int, column: Int)? {
    switch self {
    case .dense(let matrix): matrix.firstNonFinite()
    case .sparse(let matrix): matrix.firstNonFinite()
    }
  }
}
