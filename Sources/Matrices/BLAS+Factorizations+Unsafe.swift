internal import CLAPACKE
internal import COpenBLAS

/// Factorizations of small matrices and their products, on the calling thread.
extension BLAS {
  /// sum += blockᵀ · block, the upper triangle only.
  ///
  /// Shapes: block `rows×columns` with `stride` numbers a row, sum `columns×columns`, row-major.
  static func addGram(
    _ block: UnsafePointer<Double>, rows: Int, columns: Int, stride: Int,
    into sum: UnsafeMutablePointer<Double>
  ) {
    cblas_dsyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(columns), Int32(rows), 1, block,
      Int32(stride), 1, sum, Int32(columns))
  }

  /// sum += blockᵀ · block in single precision, the upper triangle only; shapes as above.
  static func addGram(
    _ block: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int,
    into sum: UnsafeMutablePointer<Float>
  ) {
    cblas_ssyrk(
      CblasRowMajor, CblasUpper, CblasTrans, Int32(columns), Int32(rows), 1, block,
      Int32(stride), 1, sum, Int32(columns))
  }

  /// sum += leftᵀ · right in single precision; shapes as above, all of the sum.
  static func addProduct(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, into sum: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(columns), Int32(columns), Int32(rows), 1,
      left, Int32(stride), right, Int32(stride), 1, sum, Int32(columns))
  }

  /// The upper triangular R with RᵀR = matrix, or nil when the matrix is not safely positive definite.
  ///
  /// Shapes: `size×size`, row-major; only the upper triangle is read and written.
  ///
  /// - Parameter leastRatio: the smallest ratio of diagonal elements of R that counts as safe.
  static func cholesky(_ matrix: [Double], size: Int, leastRatio: Double) -> [Double]? {
    var factor = matrix
    // Row-major upper is column-major lower.
    guard LAPACKE_dpotrf(LAPACK_COL_MAJOR, lower, Int32(size), &factor, Int32(size)) == 0 else {
      return nil
    }
    let diagonal = (0..<size).map { factor[$0 * size + $0] }
    guard let least = diagonal.min(), let greatest = diagonal.max(), least > leastRatio * greatest
    else {
      return nil
    }
    return factor
  }

  /// The inverse of an upper triangular matrix, `size×size`, row-major, zero below the diagonal.
  static func inverse(ofUpper factor: [Double], size: Int) -> [Double] {
    var inverse = (0..<size * size).map { $0 % (size + 1) == 0 ? 1.0 : 0 }
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, Int32(size), Int32(size),
      1, factor, Int32(size), &inverse, Int32(size))
    return inverse
  }

  /// Puts an orthonormal basis of a space that holds the block's columns in their place.
  ///
  /// Householder's QR, for blocks whose columns depend on one another; `rows` at least `columns`.
  static func orthonormalize(
    _ block: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int
  ) {
    var scalars = [Float](repeating: 0, count: columns)
    let factored = LAPACKE_sgeqrf(
      LAPACK_ROW_MAJOR, Int32(rows), Int32(columns), block, Int32(stride), &scalars)
    let formed = LAPACKE_sorgqr(
      LAPACK_ROW_MAJOR, Int32(rows), Int32(columns), Int32(columns), block, Int32(stride), scalars)
    precondition(factored == 0 && formed == 0, "LAPACK refused a QR factorization")
  }

  /// The solutions of matrix·w = λ·RᵀR·w, ascending by λ.
  ///
  /// Shapes: matrix `size×size` symmetric, upper triangle given; factor R upper triangular; all
  /// row-major.
  ///
  /// - Returns: The values, and the vectors one a row, with wᵀRᵀR·w = 1.
  static func eigenvectors(
    of matrix: [Double], relativeTo factor: [Double], size: Int
  ) -> (values: [Double], vectors: [Double]) {
    let count = Int32(size)
    var reduced = matrix
    for row in 0..<size {
      for column in 0..<row { reduced[row * size + column] = reduced[column * size + row] }
    }
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasUpper, CblasNoTrans, CblasNonUnit, count, count, 1, factor,
      count, &reduced, count)
    cblas_dtrsm(
      CblasRowMajor, CblasLeft, CblasUpper, CblasTrans, CblasNonUnit, count, count, 1, factor,
      count, &reduced, count)
    var values = [Double](repeating: 0, count: size)
    // Column-major eigenvectors are rows here.
    let solved = LAPACKE_dsyevd(
      LAPACK_COL_MAJOR, withVectors, lower, count, &reduced, count, &values)
    precondition(solved == 0, "LAPACK found no eigenvectors of a symmetric matrix")
    cblas_dtrsm(
      CblasRowMajor, CblasRight, CblasUpper, CblasTrans, CblasNonUnit, count, count, 1, factor,
      count, &reduced, count)
    return (values, reduced)
  }

  private static let lower = CChar(UInt8(ascii: "L"))
  private static let withVectors = CChar(UInt8(ascii: "V"))
}
