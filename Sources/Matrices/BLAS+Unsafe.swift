internal import COpenBLAS

extension BLAS {
  /// product = left · rightᵀ, for arrays.
  ///
  /// Shapes: left `rows×depth`, right `columns×depth`, product `rows×columns`, all row-major.
  package static func multiplyTransposed(
    _ left: [Float], _ right: [Float], rows: Int, columns: Int, depth: Int,
    into product: inout [Float]
  ) {
    precondition(
      left.count == rows * depth && right.count == columns * depth
        && product.count == rows * columns, "the shapes of a product must agree")
    left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        product.withUnsafeMutableBufferPointer { product in
          guard let left = left.baseAddress, let right = right.baseAddress,
            let product = product.baseAddress
          else { return }
          multiplyTransposed(
            left, right, rows: rows, columns: columns, depth: depth, into: product,
            stride: columns)
        }
      }
    }
  }

  /// product = left · rightᵀ on the calling thread; every product in the engine has this one form.
  ///
  /// Shapes: left `rows×depth`, right `columns×depth`, product `rows×stride` of which the first
  /// `columns` are written, all row-major.
  package static func multiplyTransposed(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, columns: Int,
    depth: Int, into product: UnsafeMutablePointer<Float>, stride: Int
  ) {
    guard rows > 0, columns > 0, depth > 0 else { return }
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(depth), 1,
      left, Int32(depth), right, Int32(depth), 0, product, Int32(stride))
  }

  /// The same in double precision.
  package static func multiplyTransposed(
    _ left: UnsafePointer<Double>, _ right: UnsafePointer<Double>, rows: Int, columns: Int,
    depth: Int, into product: UnsafeMutablePointer<Double>, stride: Int
  ) {
    guard rows > 0, columns > 0, depth > 0 else { return }
    cblas_dgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(depth), 1,
      left, Int32(depth), right, Int32(depth), 0, product, Int32(stride))
  }
}
