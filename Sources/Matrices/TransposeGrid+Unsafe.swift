/// Where each entry of a sparse matrix goes when it is transposed and its columns renumbered by
/// descending document frequency, worked out in fixed blocks of rows so that threads can share the work.
struct TransposeGrid: Sendable {
  /// The fixed blocks of rows, of whole chunks each.
  let blocks: [Range<Int>]
  /// The new number of each column, d; columns of equal frequency keep their order.
  let termOfColumn: Buffer<Int32>
  /// Where each term's postings begin, d + 1, by new number.
  let postingOffsets: Buffer<Int64>
  /// Where the next posting of a block's column goes, `blocks×d`, by old number.
  let places: Buffer<Int>

  /// Counts the columns of each block and lays the postings out.
  ///
  /// - Complexity: O(n + nnz + d·blocks).
  init(_ matrix: CSRMatrix, chunkSize: Int, pool: WorkerPool) {
    let columnCount = matrix.columnCount
    let chunkCount = (0..<matrix.rowCount).pieceCount(size: chunkSize)
    // More blocks than postings a column would cost more than they save.
    let mean = matrix.storedCount / max(1, columnCount)
    let blockCount = max(1, min(8, chunkCount, mean))
    let blockSize = max(1, (chunkCount + blockCount - 1) / blockCount) * chunkSize
    let blocks = (0..<(0..<matrix.rowCount).pieceCount(size: blockSize)).map {
      (0..<matrix.rowCount).piece($0, size: blockSize)
    }
    let places = Buffer<Int>(count: blocks.count * columnCount, repeating: 0)
    matrix.withSharedArrays { offsets, columns, _ in
      pool.forEach(blocks.count) { block in
        let counts = places.base + block * columnCount
        let rows = blocks[block]
        for position in offsets[rows.lowerBound]..<offsets[rows.upperBound] {
          counts[Int(columns[position])] += 1
        }
      }
    }

    let frequency = Buffer<Int>(count: columnCount, repeating: 0)
    var most = 0
    for block in blocks.indices {
      let counts = places.base + block * columnCount
      for column in 0..<columnCount { frequency.base[column] += counts[column] }
    }
    for column in 0..<columnCount { most = max(most, frequency.base[column]) }
    // A column's new number is the number of columns that come before it: those more frequent, and
    // those as frequent with a lower number.
    var nextTerm = [Int](repeating: 0, count: most + 2)
    for column in 0..<columnCount { nextTerm[most - frequency.base[column] + 1] += 1 }
    for rank in 0...most { nextTerm[rank + 1] += nextTerm[rank] }
    let termOfColumn = Buffer<Int32>(unwritten: columnCount)
    let postingOffsets = Buffer<Int64>(count: columnCount + 1, repeating: 0)
    for column in 0..<columnCount {
      let rank = most - frequency.base[column]
      let term = nextTerm[rank]
      nextTerm[rank] += 1
      termOfColumn.base[column] = Int32(term)
      postingOffsets.base[term + 1] = Int64(frequency.base[column])
    }
    for term in 0..<columnCount { postingOffsets.base[term + 1] += postingOffsets.base[term] }
    for column in 0..<columnCount {
      var place = Int(postingOffsets.base[Int(termOfColumn.base[column])])
      for block in blocks.indices {
        let count = places.base[block * columnCount + column]
        places.base[block * columnCount + column] = place
        place += count
      }
    }
    self.blocks = blocks
    self.termOfColumn = termOfColumn
    self.postingOffsets = postingOffsets
    self.places = places
  }
}

extension CSRMatrix {
  /// Calls `body` with the offsets, columns and values as pointers that threads may share.
  func withSharedArrays<Result>(
    _ body: (
      _ offsets: SharedPointer<Int>, _ columns: SharedPointer<Int32>,
      _ values: SharedPointer<Float>
    ) -> Result
  ) -> Result {
    rowOffsets.withUnsafeBufferPointer { offsets in
      columnIndices.withUnsafeBufferPointer { columns in
        values.withUnsafeBufferPointer { values in
          body(SharedPointer(offsets), SharedPointer(columns), SharedPointer(values))
        }
      }
    }
  }
}
