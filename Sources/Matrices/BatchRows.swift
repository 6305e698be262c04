/// The rows of a batch, each once: two threads must not write the standings of one row.
///
/// BLAS may give a row other last bits at another place of a block, so which of the two came last
/// would show.
final class BatchRows: @unchecked Sendable {
  private let isListed: Buffer<Bool>

  /// Makes room for marks of n rows.
  init(rowCount: Int) { isListed = Buffer(count: rowCount, repeating: false) }

  /// The rows of a batch in the order in which they first appear.
  ///
  /// - Complexity: O(rows of the batch).
  func distinct(_ batch: Buffer<Int32>) -> Buffer<Int32> {
    var rows: [Int32] = []
    rows.reserveCapacity(batch.count)
    for row in batch.elements where !isListed[Int(row)] {
      isListed[Int(row)] = true
      rows.append(row)
    }
    for row in rows { isListed[Int(row)] = false }
    return Buffer(rows, orEmpty: 0)
  }

  /// The same ordered by length, so that rows of equal length run together; very long ones come last.
  ///
  /// - Complexity: O(rows of the batch).
  func distinct(_ batch: Buffer<Int32>, lengths offsets: Buffer<Int64>) -> Buffer<Int32> {
    let rows = distinct(batch)
    let longest = 255
    let length = { (row: Int32) in min(longest, Int(offsets[Int(row) + 1] - offsets[Int(row)])) }
    var next = [Int](repeating: 0, count: longest + 2)
    for row in rows.elements { next[length(row) + 1] += 1 }
    for length in 0...longest { next[length + 1] += next[length] }
    let ordered = Buffer<Int32>(count: rows.count, repeating: 0)
    for row in rows.elements {
      ordered[next[length(row)]] = row
      next[length(row)] += 1
    }
    return ordered
  }
}
