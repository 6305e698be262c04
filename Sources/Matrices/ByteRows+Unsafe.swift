internal import CKernels

/// Dense rows rounded to a byte for each value, with the length of what rounding took away.
///
/// A product of such rows bounds the product of the true ones from both sides, a quarter of the memory
/// is read for it, and whole numbers add up to the same sum in any order.
final class ByteRows: @unchecked Sendable {
  /// Groups of 16 rows; for each four columns the four bytes of each row.
  private let bytes: Buffer<UInt8>
  private let scales: Buffer<Float>
  private let errors: Buffer<Float>
  private let lengths: Buffer<Float>
  /// What lengths are multiplied by, so that the longest is about 1.
  let unit: Double

  /// The number of rows padded to whole groups.
  var paddedCount: Int { scales.count }

  static let groupSize = 16

  /// Rounds all rows.
  ///
  /// - Complexity: O(n·d); n·d bytes.
  init(_ points: DensePoints, instructions: InstructionSet, pool: WorkerPool) {
    let rowCount = points.matrix.rowCount
    let padded = (rowCount + Self.groupSize - 1) / Self.groupSize * Self.groupSize
    let quads = (points.matrix.columnCount + 3) / 4
    bytes = Buffer(unwritten: padded * quads * 4)
    scales = Buffer(count: padded, repeating: 0)
    errors = Buffer(count: padded, repeating: 0)
    lengths = Buffer(count: padded, repeating: 0)
    unit = points.greatestNorm > 0 ? 1 / points.greatestNorm : 1
    guard points.matrix.columnCount <= Int(KINDRED_BYTE_COLUMN_LIMIT) else { return }
    let rows = 0..<rowCount
    withKernelRows(of: points) { kernelRows in
      pool.forEach(rows.pieceCount(size: DensePoints.chunkSize)) { chunk in
        let rows = rows.piece(chunk, size: DensePoints.chunkSize)
        withUnsafePointer(to: kernelRows.rows) {
          kindred_seed_bytes(
            instructions.rawValue, $0, Int64(rows.lowerBound), Int64(rows.upperBound),
            points.squaredNorms.base, unit)
        }
      }
    }
  }

  /// The rows as the kernels take them.
  struct KernelRows: @unchecked Sendable {
    let rows: kindred_byte_rows
  }

  /// Calls a function with the rows of the points that these bytes were made of.
  func withKernelRows<Result>(of points: DensePoints, _ body: (KernelRows) -> Result) -> Result {
    points.matrix.elements.withUnsafeBufferPointer { elements in
      body(
        KernelRows(
          rows: kindred_byte_rows(
            data: elements.baseAddress, n: Int64(points.matrix.rowCount),
            d: Int64(points.matrix.columnCount), bytes: bytes.base, scale: scales.base,
            error: errors.base, length: lengths.base)))
    }
  }
}
