/// A matrix product of a size that shows BLAS at its best, on every thread of a pool at once.
package struct ProductProbe: Sendable {
  private static let size = 512
  private let left = Buffer<Float>(count: size * size, repeating: 0.5)
  private let right = Buffer<Float>(count: size * size, repeating: 0.25)

  /// Prepares the operands.
  package init() {}

  /// The floating-point operations of one run.
  package var operations: Double {
    2 * Double(Self.size * Self.size * Self.size) * Double(Self.productCount)
  }

  private static let productCount = 16

  /// Multiplies sixteen times, shared among the threads.
  package func run(_ pool: WorkerPool) {
    let size = Self.size
    pool.forEach(
      Self.productCount, makeScratch: { Buffer<Float>(count: size * size, repeating: 0) },
      { _, product in
        BLAS.multiplyTransposed(
          left.base, right.base, rows: size, columns: size, depth: size, into: product.base,
          stride: size)
      })
  }
}
