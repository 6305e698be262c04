internal import CKernels
internal import Synchronization

/// Sparse points as the engine wants them, made once and shared by every run of a sweep.
///
/// Terms are renumbered by descending document frequency, so that the terms that most rows touch lie
/// together in a panel of centers, and each row has its entries by ascending term: the frequent ones first.
package final class SparsePoints: Sendable {
  /// The number of rows (n).
  package let rowCount: Int
  /// The number of columns (d).
  package let columnCount: Int
  /// The number of stored entries (nnz).
  package let storedCount: Int
  /// Where each row's entries begin, n + 1.
  package let rowOffsets: Buffer<Int64>
  /// The renumbered term of each entry, nnz.
  package let terms: Buffer<Int32>
  /// The value of each entry, nnz.
  package let values: Buffer<Float>
  /// ‖x‖² of each row, n.
  package let squaredNorms: Buffer<Double>
  /// The greatest number of entries of a row.
  let longestRow: Int
  /// Whether any value is negative.
  let hasNegatives: Bool
  /// The greatest length √‖x‖² of a row, rounded up a little.
  let greatestNorm: Float
  /// The rows of each chunk ordered by length, so that rows of equal length run together, n.
  package let rowsByLength: Buffer<Int32>
  /// The renumbered term of each original column, d.
  package let termOfColumn: [Int32]
  /// Where each term's postings begin, d + 1.
  package let postingOffsets: Buffer<Int64>
  /// The row of each posting, ascending within a term, nnz.
  package let postingRows: Buffer<Int32>
  /// The value of each posting, nnz.
  package let postingValues: Buffer<Float>
  /// 1 for each term whose values double precision adds up without losing a digit, d.
  let isExact: Buffer<UInt8>
  /// The fixed pieces of the terms, of about equal numbers of postings.
  package let termChunks: [Range<Int>]
  /// What `rowsByHead` has found, by the number of terms: all fits of a width ask for the same.
  private let headOrders = Mutex<[Int: HeadOrder]>([:])

  /// The number of rows in a chunk; fixed, so that results do not depend on the number of threads.
  package static let chunkSize = 1_024

  /// The number of chunks of rows.
  package var chunkCount: Int { (0..<rowCount).pieceCount(size: Self.chunkSize) }

  /// The rows of a chunk.
  package func rows(ofChunk chunk: Int) -> Range<Int> {
    (0..<rowCount).piece(chunk, size: Self.chunkSize)
  }

  /// Renumbers and transposes a matrix.
  ///
  /// - Complexity: O(n + d log d + nnz).
  package init(_ matrix: CSRMatrix, pool: WorkerPool) {
    let rowCount = matrix.rowCount
    let columnCount = matrix.columnCount
    let storedCount = matrix.storedCount
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.storedCount = storedCount

    let grid = TransposeGrid(matrix, chunkSize: Self.chunkSize, pool: pool)
    let termOfColumn = grid.termOfColumn.array()
    self.termOfColumn = termOfColumn
    let rowOffsets = Buffer<Int64>(unwritten: rowCount + 1)
    let terms = Buffer<Int32>(unwritten: storedCount)
    let values = Buffer<Float>(unwritten: storedCount)
    let squaredNorms = Buffer<Double>(unwritten: rowCount)
    let rowsByLength = Buffer<Int32>(unwritten: rowCount)
    let postingRows = Buffer<Int32>(unwritten: storedCount)
    let postingValues = Buffer<Float>(unwritten: storedCount)
    let hasNegatives = Buffer<Bool>(count: grid.blocks.count, repeating: false)
    rowOffsets.base[rowCount] = Int64(storedCount)
    matrix.withSharedArrays { offsets, columns, stored in
      pool.forEach(grid.blocks.count) { block in
        let next = grid.places.base + block * columnCount
        var isNegative = false
        for row in grid.blocks[block] {
          rowOffsets.base[row] = Int64(offsets[row])
          let entries = offsets[row]..<offsets[row + 1]
          for position in entries {
            let column = Int(columns[position])
            let value = stored[position]
            terms.base[position] = grid.termOfColumn.base[column]
            values.base[position] = value
            isNegative = isNegative || value < 0
            let place = next[column]
            next[column] = place + 1
            postingRows.base[place] = Int32(row)
            postingValues.base[place] = value
          }
          kindred_sort_entries(
            terms.base + entries.lowerBound, values.base + entries.lowerBound,
            Int64(entries.count))
          // In the order of every other product, so that equal rows are at distance zero.
          var sum = 0.0
          for position in entries {
            sum += Double(values.base[position]) * Double(values.base[position])
          }
          squaredNorms.base[row] = sum
        }
        hasNegatives.base[block] = isNegative
        Self.orderByLength(grid.blocks[block], chunkSize: Self.chunkSize, into: rowsByLength) {
          offsets[$0 + 1] - offsets[$0]
        }
      }
    }
    self.rowOffsets = rowOffsets
    self.terms = terms
    self.values = values
    self.squaredNorms = squaredNorms
    self.rowsByLength = rowsByLength
    longestRow = (0..<rowCount).reduce(0) {
      max($0, matrix.rowOffsets[$1 + 1] - matrix.rowOffsets[$1])
    }
    self.hasNegatives = hasNegatives.elements.contains(true)
    greatestNorm = Float((squaredNorms.elements.max() ?? 0).squareRoot()).nextUp
    self.postingOffsets = grid.postingOffsets
    self.postingRows = postingRows
    self.postingValues = postingValues
    termChunks = Self.termChunks(grid.postingOffsets, columnCount: columnCount)
    isExact = Self.exactTerms(termChunks, grid.postingOffsets, postingValues, pool: pool)
  }

  /// Some rows of other points, in the given order, with the same numbering of the terms.
  ///
  /// - Complexity: O(m + d + entries of the picked rows) for m rows.
  init(_ rows: [Int32], of points: SparsePoints, pool: WorkerPool) {
    rowCount = rows.count
    columnCount = points.columnCount
    termOfColumn = points.termOfColumn
    let rowOffsets = Buffer<Int64>(unwritten: rows.count + 1)
    let starts = Buffer<Int64>(count: columnCount + 1, repeating: 0)
    var storedCount = 0
    var longestRow = 0
    for (place, row) in rows.enumerated() {
      rowOffsets.base[place] = Int64(storedCount)
      let entries = points.entries(ofRow: Int(row))
      storedCount += entries.count
      longestRow = max(longestRow, entries.count)
      for entry in entries { starts.base[Int(points.terms.base[entry]) + 1] += 1 }
    }
    rowOffsets.base[rows.count] = Int64(storedCount)
    for term in 0..<columnCount { starts.base[term + 1] += starts.base[term] }
    let next = Buffer<Int64>(unwritten: columnCount + 1)
    next.copy(from: starts)

    let terms = Buffer<Int32>(unwritten: storedCount)
    let values = Buffer<Float>(unwritten: storedCount)
    let squaredNorms = Buffer<Double>(unwritten: rows.count)
    let postingRows = Buffer<Int32>(unwritten: storedCount)
    let postingValues = Buffer<Float>(unwritten: storedCount)
    var position = 0
    for (place, row) in rows.enumerated() {
      squaredNorms.base[place] = points.squaredNorms.base[Int(row)]
      for entry in points.entries(ofRow: Int(row)) {
        let term = Int(points.terms.base[entry])
        let value = points.values.base[entry]
        terms.base[position] = Int32(term)
        values.base[position] = value
        let posting = Int(next.base[term])
        next.base[term] += 1
        postingRows.base[posting] = Int32(place)
        postingValues.base[posting] = value
        position += 1
      }
    }
    let rowsByLength = Buffer<Int32>(unwritten: rows.count)
    Self.orderByLength(0..<rows.count, chunkSize: Self.chunkSize, into: rowsByLength) {
      Int(rowOffsets.base[$0 + 1] - rowOffsets.base[$0])
    }
    self.storedCount = storedCount
    self.rowOffsets = rowOffsets
    self.terms = terms
    self.values = values
    self.squaredNorms = squaredNorms
    self.rowsByLength = rowsByLength
    self.longestRow = longestRow
    hasNegatives = points.hasNegatives
    greatestNorm = Float((squaredNorms.elements.max() ?? 0).squareRoot()).nextUp
    postingOffsets = starts
    self.postingRows = postingRows
    self.postingValues = postingValues
    termChunks = Self.termChunks(starts, columnCount: columnCount)
    isExact = Self.exactTerms(termChunks, starts, postingValues, pool: pool)
  }

  /// Tells the terms whose values double precision adds up without losing a digit.
  private static func exactTerms(
    _ chunks: [Range<Int>], _ offsets: Buffer<Int64>, _ values: Buffer<Float>, pool: WorkerPool
  ) -> Buffer<UInt8> {
    let isExact = Buffer<UInt8>(unwritten: offsets.count - 1)
    pool.forEach(chunks.count) { chunk in
      kindred_exact_terms(
        offsets.base, values.base, Int64(chunks[chunk].lowerBound),
        Int64(chunks[chunk].upperBound), isExact.base)
    }
    return isExact
  }

  /// The sum of each original column, d, its rows added in ascending order.
  ///
  /// - Complexity: O(d + nnz).
  package func columnSums(pool: WorkerPool) -> [Double] {
    let sums = Buffer<Double>(unwritten: columnCount)
    pool.forEach(termChunks.count) { chunk in
      for term in termChunks[chunk] {
        var sum = 0.0
        for posting in postings(ofTerm: Int32(term)) {
          sum += Double(postingValues.base[posting])
        }
        sums.base[term] = sum
      }
    }
    return termOfColumn.map { sums[Int($0)] }
  }

  /// How many entries of each row are of the first `head` terms, and the rows of each chunk ordered by
  /// that number, n each.
  ///
  /// - Complexity: O(n + entries of other terms).
  func rowsByHead(_ head: Int, pool: WorkerPool) -> HeadOrder {
    if let known = headOrders.withLock({ $0[head] }) { return known }
    let order = makeRowsByHead(head, pool: pool)
    headOrders.withLock { $0[head] = order }
    return order
  }

  /// How many entries of each row are of the first so many terms, and the rows ordered by that.
  struct HeadOrder: Sendable {
    let lengths: Buffer<Int32>
    let order: Buffer<Int32>
  }

  private func makeRowsByHead(_ head: Int, pool: WorkerPool) -> HeadOrder {
    let lengths = Buffer<Int32>(unwritten: rowCount)
    let isWhole = head == columnCount
    let order = isWhole ? rowsByLength : Buffer<Int32>(unwritten: rowCount)
    pool.forEach(chunkCount) { chunk in
      let rows = rows(ofChunk: chunk)
      for row in rows {
        let entries = entries(ofRow: row)
        var end = entries.upperBound
        while end > entries.lowerBound, Int(terms.base[end - 1]) >= head { end -= 1 }
        lengths.base[row] = Int32(end - entries.lowerBound)
      }
      guard !isWhole else { return }
      Self.orderByLength(rows, chunkSize: Self.chunkSize, into: order) {
        Int(lengths.base[$0])
      }
    }
    return HeadOrder(lengths: lengths, order: order)
  }

  /// Orders the rows of each chunk by length, ascending, rows of equal length as they come.
  private static func orderByLength(
    _ rows: Range<Int>, chunkSize: Int, into order: Buffer<Int32>, length: (Int) -> Int
  ) {
    for chunk in 0..<rows.pieceCount(size: chunkSize) {
      let rows = rows.piece(chunk, size: chunkSize)
      var longest = 0
      for row in rows { longest = max(longest, length(row)) }
      var starts = [Int](repeating: 0, count: longest + 2)
      for row in rows { starts[length(row) + 1] += 1 }
      for length in 0...longest { starts[length + 1] += starts[length] }
      for row in rows {
        let length = length(row)
        order.base[rows.lowerBound + starts[length]] = Int32(row)
        starts[length] += 1
      }
    }
  }

  /// Cuts the terms into at most 64 pieces of about equal work.
  private static func termChunks(_ offsets: Buffer<Int64>, columnCount: Int) -> [Range<Int>] {
    guard columnCount > 0 else { return [] }
    // A term costs its postings and a little for itself.
    let work = Int(offsets[columnCount]) + columnCount
    let share = max(1, (work + 63) / 64)
    var chunks: [Range<Int>] = []
    var start = 0
    while start < columnCount {
      let goal = Int(offsets[start]) + start + share
      var end = start + 1
      while end < columnCount && Int(offsets[end + 1]) + end + 1 <= goal { end += 1 }
      chunks.append(start..<end)
      start = end
    }
    return chunks
  }

  /// The positions of a row's entries.
  package func entries(ofRow row: Int) -> Range<Int> {
    Int(rowOffsets.base[row])..<Int(rowOffsets.base[row + 1])
  }

  /// The positions of a term's postings.
  func postings(ofTerm term: Int32) -> Range<Int> {
    Int(postingOffsets.base[Int(term)])..<Int(postingOffsets.base[Int(term) + 1])
  }

  /// The length of a row, √‖x‖² rounded up a little.
  package func norm(ofRow row: Int) -> Float {
    Float(squaredNorms.base[row].squareRoot()).nextUp
  }

  /// The rows as the kernels take them.
  var kernelRows: kindred_rows {
    kindred_rows(row_offsets: rowOffsets.base, columns: terms.base, values: values.base)
  }
}
