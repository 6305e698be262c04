internal import Synchronization

/// Dense points as the engine wants them, made once and shared by every run of a sweep.
package final class DensePoints: Sendable {
  /// The points, `n×d`, row-major.
  package let matrix: DenseMatrix
  /// ‖x‖² of each row, n.
  package let squaredNorms: Buffer<Double>
  /// The greatest length √‖x‖² of a row.
  let greatestNorm: Double
  /// 0, 1, 2, …, n − 1: the list of all rows.
  let rowNumbers: Buffer<Int32>

  /// The number of rows in a chunk; fixed, so that results do not depend on the number of threads.
  package static let chunkSize = 256

  /// Takes a matrix over.
  ///
  /// - Complexity: O(n·d).
  package init(_ matrix: DenseMatrix, pool: WorkerPool) {
    self.matrix = matrix
    rowNumbers = Buffer((0..<matrix.rowCount).map(Int32.init), orEmpty: 0)
    let squaredNorms = Buffer<Double>(count: matrix.rowCount, repeating: 0)
    let width = matrix.columnCount
    matrix.elements.withUnsafeBufferPointer { elements in
      let elements = SharedPointer(elements)
      pool.forEach((0..<matrix.rowCount).pieceCount(size: Self.chunkSize)) { chunk in
        for row in (0..<matrix.rowCount).piece(chunk, size: Self.chunkSize) {
          var sum = 0.0
          for column in 0..<width {
            let value = Double(elements[row * width + column])
            sum += value * value
          }
          squaredNorms.base[row] = sum
        }
      }
    }
    self.squaredNorms = squaredNorms
    greatestNorm = (squaredNorms.elements.max() ?? 0).squareRoot()
  }

  private let storedByteRows = Mutex<ByteRows?>(nil)

  /// The same rows in bytes, made when first asked for.
  func byteRows(instructions: InstructionSet, pool: WorkerPool) -> ByteRows {
    storedByteRows.withLock { stored in
      if let rows = stored { return rows }
      let rows = ByteRows(self, instructions: instructions, pool: pool)
      stored = rows
      return rows
    }
  }

  /// The length of a row, √‖x‖² rounded up a little.
  package func norm(ofRow row: Int) -> Float {
    Float(squaredNorms.base[row].squareRoot()).nextUp
  }
}
