internal import CKernels

/// A sparse matrix X, `n×d`, as the products of the singular value decomposition want it.
package final class SparseProducts: Sendable {
  /// The number of rows (n).
  let rowCount: Int
  /// The number of columns (d).
  let columnCount: Int

  private let rowOffsets: Buffer<Int64>
  private let columns: Buffer<Int32>
  private let values: Buffer<Float>
  private let level: Int32

  /// The number of lanes that a kernel handles at once; strides are multiples of it.
  package static let laneCount = 16

  /// The kernel reads this many columns ahead.
  private static let padding = Int(KINDRED_PRODUCT_PADDING)

  /// The number of rows in a chunk of a projection.
  private static let chunkSize = 1_024

  package init(_ matrix: CSRMatrix, instructions: InstructionSet = .best) {
    level = instructions.rawValue
    rowCount = matrix.rowCount
    columnCount = matrix.columnCount
    rowOffsets = Buffer(matrix.rowOffsets.map(Int64.init), orEmpty: 0)
    columns = Buffer(count: matrix.storedCount + Self.padding, repeating: 0)
    _ = columns.elements.update(from: matrix.columnIndices)
    values = Buffer(matrix.values, orEmpty: 0)
  }

  private var kernelRows: kindred_rows {
    kindred_rows(row_offsets: rowOffsets.base, columns: columns.base, values: values.base)
  }

  /// result = scale · XᵀX·block + blockScale · block + resultScale · result.
  ///
  /// Shapes: block and result `d×stride`. Each task owns some lanes of all rows, so that X·block never
  /// leaves the registers and every sum runs in row order, however many lanes a task has.
  ///
  /// - Complexity: O((nnz + d)·stride).
  package func applyGram(
    to block: Buffer<Float>, scale: Float = 1, blockScale: Float = 0, resultScale: Float = 0,
    into result: Buffer<Float>, stride: Int, pool: WorkerPool
  ) {
    precondition(
      stride % Self.laneCount == 0 && block.count == columnCount * stride
        && result.count == block.count && result !== block, "the blocks of a product must agree")
    let vectors = 0..<stride / Self.laneCount
    // Two vectors share the walk over the rows, if that leaves every thread something to do.
    let together = vectors.pieceCount(size: 2) >= pool.threadCount ? 2 : 1
    pool.forEach(vectors.pieceCount(size: together)) { task in
      let piece = vectors.piece(task, size: together)
      withUnsafePointer(to: kernelRows) { rows in
        kindred_gram_stripe(
          level, rows, Int64(rowCount), Int64(columnCount), scale, block.base, blockScale,
          resultScale, result.base, result.base, Int64(stride),
          Int64(piece.lowerBound * Self.laneCount), Int32(piece.count))
      }
    }
  }

  /// X·basis, each row scaled to length one if asked; rows without entries stay zero.
  ///
  /// Shape: `n×r`. A row's numbers do not depend on the other rows.
  ///
  /// - Complexity: O((nnz + n)·r).
  package func projected(onto basis: DenseMatrix, unitRows: Bool, pool: WorkerPool) -> DenseMatrix {
    precondition(basis.rowCount == columnCount, "a basis needs a row for each column")
    let width = basis.columnCount
    let stride = (width + Self.laneCount - 1) / Self.laneCount * Self.laneCount
    let padded = Buffer<Float>(count: columnCount * stride, repeating: 0)
    basis.elements.withUnsafeBufferPointer { elements in
      let source = SharedPointer(elements)
      let terms = 0..<columnCount
      pool.forEach(width == 0 ? 0 : terms.pieceCount(size: Self.chunkSize)) { chunk in
        for term in terms.piece(chunk, size: Self.chunkSize) {
          (padded.base + term * stride).update(
            from: source.advanced(to: term * width), count: width)
        }
      }
    }
    let elements = [Float](writing: rowCount * width) { memory, count in
      nonisolated(unsafe) let output = memory.baseAddress
      let rows = 0..<rowCount
      pool.forEach(rows.pieceCount(size: Self.chunkSize)) { chunk in
        let piece = rows.piece(chunk, size: Self.chunkSize)
        withUnsafePointer(to: kernelRows) { kernelRows in
          kindred_project_rows(
            level, kernelRows, Int64(piece.lowerBound), Int64(piece.upperBound), padded.base,
            Int64(stride), Int64(width), unitRows ? 1 : 0, output)
        }
      }
      count = rowCount * width
    }
    return DenseMatrix(rowCount: rowCount, columnCount: width, elements: elements)
  }

  /// The mean of each column and the sum of all columns' variances.
  ///
  /// - Complexity: O(nnz + d).
  func columnMoments() -> (means: [Double], totalVariance: Double) {
    var means = [Double](repeating: 0, count: columnCount)
    var squares = 0.0
    for position in 0..<values.count {
      let value = Double(values.base[position])
      means[Int(columns.base[position])] += value
      squares += value * value
    }
    let share = 1 / Double(max(1, rowCount))
    var total = squares * share
    for column in 0..<columnCount {
      means[column] *= share
      total -= means[column] * means[column]
    }
    return (means, max(0, total))
  }
}
