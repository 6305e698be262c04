import Benchmark
import COpenBLAS
import Glibc

/// What the machine does at best on one thread, measured once in each benchmark's process.
enum MachineLimit {
  /// Floating-point operations a second in a product of matrices by BLAS.
  static let product: Double = {
    let product = MatrixProduct(rows: 512, columns: 512, depth: 512)
    return product.operations / leastSeconds(of: 12) { product.run() }
  }()

  /// Bytes a second, read and written ones, in a copy of 64 MiB.
  static let copy: Double = {
    let copy = MemoryCopy(byteCount: 64 << 20)
    return copy.bytesMoved / leastSeconds(of: 6) { copy.run() }
  }()

  private static func leastSeconds(of count: Int, _ work: () -> Void) -> Double {
    work()
    return (0..<count).reduce(Double.infinity) { least, _ in
      let start = ContinuousClock.now
      work()
      return min(least, (ContinuousClock.now - start) / .seconds(1))
    }
  }
}

/// product = left · rightᵀ in the one form that the engine uses, on the calling thread.
struct MatrixProduct {
  let rows: Int
  let columns: Int
  let depth: Int
  private let left: UnsafeMutablePointer<Float>
  private let right: UnsafeMutablePointer<Float>
  private let product: UnsafeMutablePointer<Float>

  init(rows: Int, columns: Int, depth: Int) {
    openblas_set_num_threads(1)
    self.rows = rows
    self.columns = columns
    self.depth = depth
    left = Memory.uniform(rows * depth)
    right = Memory.uniform(columns * depth)
    product = Memory.filled(rows * columns, with: 0)
  }

  var operations: Double { 2 * Double(rows * columns * depth) }

  func run() {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(columns), Int32(depth), 1, left,
      Int32(depth), right, Int32(depth), 0, product, Int32(columns))
  }
}

/// A copy of memory on the calling thread.
struct MemoryCopy {
  private let byteCount: Int
  private let source: UnsafeMutablePointer<Float>
  private let target: UnsafeMutablePointer<Float>

  init(byteCount: Int) {
    self.byteCount = byteCount
    source = Memory.filled(byteCount / 4, with: 0.5)
    target = Memory.filled(byteCount / 4, with: 0)
  }

  var bytesMoved: Double { 2 * Double(byteCount) }

  func run() {
    memcpy(target, source, byteCount)
    // A copy that nobody reads would be left out.
    blackHole(target)
  }
}

/// The limits themselves, and how near to them BLAS and copies come in the engine's shapes.
func registerLimits() {
  for (rows, columns, depth) in [
    (512, 512, 512), (256, 45, 100), (256, 300, 100), (256, 1_000, 100), (256, 1_000, 300),
    (256, 256, 100),
  ] {
    register("product n=\(rows) k=\(columns) d=\(depth)", .operations) {
      let product = MatrixProduct(rows: rows, columns: columns, depth: depth)
      return Kernel(amount: product.operations) { product.run() }
    }
  }
  for (name, byteCount) in [("256 KiB", 256 << 10), ("64 MiB", 64 << 20)] {
    register("copy \(name)", .bytes, isShort: byteCount < 1 << 20) {
      let copy = MemoryCopy(byteCount: byteCount)
      return Kernel(amount: copy.bytesMoved) { copy.run() }
    }
  }
}
