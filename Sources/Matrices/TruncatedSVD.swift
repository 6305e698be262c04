/// The leading singular vectors of a matrix X, `n×d`: the latent dimensions of LSA.
///
/// A randomized range finder on XᵀX whose power iterations are replaced by a Chebyshev filter that
/// damps what lies below the wanted part of the spectrum, then Rayleigh-Ritz in double precision.
/// Halko, Martinsson and Tropp, "Finding structure with randomness", DOI 10.1137/090771806; Zhou and
/// Saad, "A Chebyshev-Davidson algorithm for large symmetric eigenproblems", DOI 10.1137/050630404.
///
/// Use when r is small beside n and d, and for sparse X. Do not use for all singular values of a
/// large matrix: the last of r have the accuracy of a few power iterations.
public struct TruncatedSVD: Sendable, Equatable {
  /// The right singular vectors: `d×r`, orthonormal columns by descending singular value; in each
  /// column the entry of largest magnitude, the first of equals, is positive.
  public let basis: DenseMatrix

  /// The singular values, r of them, descending.
  public let singularValues: [Double]

  /// The variance of the rows along each component.
  public let explainedVariances: [Double]

  /// The share of the rows' whole variance along each component; 0 when there is no variance.
  public let explainedVarianceRatios: [Double]

  /// More components were asked for than a decomposition can give.
  public struct ComponentLimitError: Error, Sendable, Equatable {
    /// The components that were asked for.
    public let requested: Int

    /// The most that this matrix allows, min(n, d) − 1.
    public let limit: Int
  }

  /// Finds the leading components of a matrix.
  ///
  /// - Parameters:
  ///   - matrix: the rows, `n×d`.
  ///   - componentCount: r.
  ///   - seed: of the random start.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `ComponentLimitError` unless `1 ≤ componentCount < min(n, d)`.
  /// - Complexity: O((nnz + d·r)·r) time and O(d·r) memory.
  public static func fit(
    _ matrix: CSRMatrix, componentCount: Int, seed: UInt64 = 0, pool: WorkerPool
  ) throws(ComponentLimitError) -> TruncatedSVD {
    let limit = min(matrix.rowCount, matrix.columnCount) - 1
    guard componentCount >= 1, componentCount <= limit else {
      throw ComponentLimitError(requested: componentCount, limit: max(0, limit))
    }
    let products = SparseProducts(matrix)
    var search = SubspaceSearch(
      products, componentCount: componentCount, seed: seed, pool: pool)
    search.filter()
    let (basis, values) = search.leadingVectors()

    let (means, totalVariance) = products.columnMoments()
    let meanCoordinates = means.coordinates(in: basis, pool: pool)
    let variances = zip(values, meanCoordinates).map { value, mean in
      max(0, value * value / Double(matrix.rowCount) - mean * mean)
    }
    return TruncatedSVD(
      basis: basis, singularValues: values, explainedVariances: variances,
      explainedVarianceRatios: variances.map { totalVariance > 0 ? $0 / totalVariance : 0 })
  }

  /// Finds the leading components of dense or sparse rows.
  ///
  /// - Throws: `ComponentLimitError` unless `1 ≤ componentCount < min(n, d)`.
  /// - Complexity: as for sparse rows, with nnz = n·d for dense ones.
  public static func fit(
    _ matrix: FeatureMatrix, componentCount: Int, seed: UInt64 = 0, pool: WorkerPool
  ) throws(ComponentLimitError) -> TruncatedSVD {
    try fit(matrix.compressed(), componentCount: componentCount, seed: seed, pool: pool)
  }

  /// The coordinates of rows in the basis: `n×r`, each row scaled to length one if asked; rows
  /// without entries stay zero.
  ///
  /// A row's coordinates do not depend on the rows that come with it.
  ///
  /// - Complexity: O((nnz + n + d)·r).
  public static func project(
    _ matrix: FeatureMatrix, onto basis: DenseMatrix, unitRows: Bool, pool: WorkerPool
  ) -> DenseMatrix {
    SparseProducts(matrix.compressed()).projected(onto: basis, unitRows: unitRows, pool: pool)
  }
}

extension FeatureMatrix {
  /// The same rows with only the elements stored that are not zero.
  func compressed() -> CSRMatrix {
    switch self {
    case .sparse(let matrix): return matrix
    case .dense(let matrix): return matrix.sparse()
    }
  }
}

extension [Double] {
  /// The coordinates of one dense row, d numbers, in a basis of r columns.
  fileprivate func coordinates(in basis: DenseMatrix, pool: WorkerPool) -> [Double] {
    let width = basis.columnCount
    let terms = 0..<basis.rowCount
    let parts = pool.map(terms.pieceCount(size: 1_024)) { chunk in
      var sums = [Double](repeating: 0, count: width)
      for term in terms.piece(chunk, size: 1_024) {
        let weight = self[term]
        for column in 0..<width {
          sums[column] += weight * Double(basis.elements[term * width + column])
        }
      }
      return sums
    }
    return parts.reduce(into: [Double](repeating: 0, count: width)) { total, part in
      for column in 0..<width { total[column] += part[column] }
    }
  }
}
