/// A copy of memory larger than the usual caches, on every thread of a pool at once.
package struct CopyProbe: Sendable {
  private static let elementCount = 32 << 20
  private static let pieceSize = 1 << 20
  private let source = Buffer<Float>(count: elementCount, repeating: 0.5)
  private let target = Buffer<Float>(count: elementCount, repeating: 0)

  /// The memory that the probe holds, in bytes.
  package static let memoryByteCount = 2 * elementCount * MemoryLayout<Float>.stride

  /// Prepares source and target, 128 MiB each.
  package init() {}

  /// The bytes that one run reads and writes.
  package var bytesMoved: Double { Double(Self.memoryByteCount) }

  /// Copies the source to the target once, shared among the threads in pieces of 4 MiB.
  package func run(_ pool: WorkerPool) {
    let all = 0..<Self.elementCount
    pool.forEach(all.pieceCount(size: Self.pieceSize)) { chunk in
      let piece = all.piece(chunk, size: Self.pieceSize)
      target.base.advanced(by: piece.lowerBound)
        .update(from: source.base.advanced(by: piece.lowerBound), count: piece.count)
    }
  }
}
