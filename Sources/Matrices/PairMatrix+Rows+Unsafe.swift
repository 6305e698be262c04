internal import CKernels

/// Merges in the order in which rows go through them, and then the columns that are left.
struct MergeLog {
  private let merges: Buffer<kindred_merge>
  private(set) var count = 0
  private var columns = Buffer<Int32>(count: 0, repeating: 0)
  private var columnCount = 0

  /// The columns in whole groups of 16 while the log was open; set when it is closed.
  private(set) var width = 0

  init(capacity: Int) { merges = Buffer(unwritten: max(1, capacity)) }

  mutating func append(_ merge: PairMatrix.Merge, exponent: Int32) {
    precondition(count < merges.count, "a log holds fewer merges than columns")
    merges[count] = kindred_merge(
      left: Int32(merge.left), right: Int32(merge.right), share: merge.share,
      right_size: merge.rightSize,
      apart: Double(sign: .plus, exponent: Int(exponent), significand: merge.apart))
    count += 1
  }

  mutating func close(columns kept: [Int], width: Int) {
    columns = Buffer(kept.map { Int32($0) }, orEmpty: 0)
    columnCount = kept.count
    self.width = width
  }

  /// Applies the merges from one position up to another to a row.
  func apply(
    from start: Int, to end: Int, update: PairMatrix.Update, row: UnsafeMutablePointer<UInt32>,
    width: Int, size: Double
  ) {
    guard start < end else { return }
    kindred_merge_columns(
      update.rawValue, row, Int64(width), merges.base + start, Int64(end - start), size)
  }

  /// Squeezes a row that has gone through all merges.
  func compact(_ row: UnsafeMutablePointer<UInt32>) {
    kindred_compact_row(row, columns.base, Int64(columnCount), Int64((columnCount + 15) / 16 * 16))
  }

  /// Merges a row into another; both have gone through all merges before.
  func mergeRows(
    _ number: Int, _ matrix: PairMatrix, into left: UnsafeMutablePointer<UInt32>,
    from right: UnsafePointer<UInt32>
  ) {
    var sizes = kindred_cluster_sizes(
      before: matrix.sizesBefore.base, after: matrix.sizesAfter.base, turn: matrix.turns.base)
    kindred_merge_rows(
      matrix.level.rawValue, matrix.update.rawValue, left, right, Int64(matrix.width),
      merges.base + number, &sizes, Int32(number))
  }

  /// The two columns of a merge.
  func parts(_ number: Int) -> (left: Int, right: Int) {
    (Int(merges[number].left), Int(merges[number].right))
  }
}

extension PairMatrix {
  /// One thread's space for lists of columns.
  package final class Scratch {
    let columns: Buffer<Int32>

    init(columnCount: Int) { columns = Buffer(unwritten: columnCount + 16) }
  }

  /// Makes scratch space for one thread.
  package func makeScratch() -> Scratch { Scratch(columnCount: rowCount) }

  /// Carries out a merge that the round began with: writes the merged cluster's row.
  ///
  /// - Returns: its nearest cluster, and the columns to which it is nearer than their limits, in order.
  /// - Complexity: O(columns + merges since the two rows were read last).
  package func merge(
    _ number: Int, scratch: Scratch
  ) -> (nearest: Neighbor, closer: [Neighbor]) {
    let log = logs[logs.count - 1]
    let (left, right) = log.parts(number)
    let row = bringUp(left, to: number)
    let other = bringUp(right, to: number)
    log.mergeRows(number, self, into: row, from: other)
    rowSizes[self.row(of: left)] = sizesAfter[left]
    logPositions[self.row(of: left)] = Int32(number + 1)
    _ = bringUp(left, to: log.count)
    let (limits, ties) = limitBuffers
    let count = Int(
      kindred_closer_columns(
        level.rawValue, row, Int64(width), keys[left], keys.base, limits.base, ties.base,
        scratch.columns.base))
    let closer = (0..<count).map {
      let column = Int(scratch.columns[$0])
      return Neighbor(column: column, code: row[column])
    }
    return (nearest(in: row, of: left), closer)
  }

  /// The nearest cluster of a column's.
  ///
  /// - Complexity: O(columns + merges since the row was read last).
  package func nearest(of column: Int) -> Neighbor {
    nearest(in: bringUp(column, to: logs[logs.count - 1].count), of: column)
  }

  /// The columns up to a distance from a column's cluster, which must have been read in this round.
  ///
  /// - Complexity: O(columns).
  package func neighbors(of column: Int, upTo limit: UInt32, scratch: Scratch) -> [Neighbor] {
    let row = elements.base + self.row(of: column) * stride
    let count = Int(
      kindred_columns_up_to(level.rawValue, row, Int64(width), limit, scratch.columns.base))
    return (0..<count).map {
      let other = Int(scratch.columns[$0])
      return Neighbor(column: other, code: row[other])
    }
  }

  private func nearest(in row: UnsafePointer<UInt32>, of column: Int) -> Neighbor {
    var least: UInt32 = 0
    let found = kindred_least_column(
      level.rawValue, row, Int64(width), keys[column], keys.base, &least)
    return Neighbor(column: Int(found), code: least)
  }

  /// Takes a column's row through the logs up to a position of the last one.
  private func bringUp(_ column: Int, to position: Int) -> UnsafeMutablePointer<UInt32> {
    let place = row(of: column)
    let row = elements.base + place * stride
    let last = logs.count - 1
    var number = Int(logNumbers[place])
    var start = Int(logPositions[place])
    while number < last {
      logs[number].apply(
        from: start, to: logs[number].count, update: update, row: row,
        width: logs[number].width, size: rowSizes[place])
      logs[number].compact(row)
      number += 1
      start = 0
    }
    logs[number].apply(
      from: start, to: position, update: update, row: row, width: width,
      size: rowSizes[place])
    logNumbers[place] = Int32(last)
    logPositions[place] = Int32(position)
    return row
  }

  func leastElement(_ row: Buffer<UInt32>) -> Neighbor {
    var least: UInt32 = 0
    let found = kindred_least_column(
      level.rawValue, row.base, Int64(width), 0, keys.base, &least)
    return Neighbor(column: Int(found), code: least)
  }

  static func number(_ code: UInt32) -> Double { kindred_pair_number(code) }

  static func code(_ number: Double) -> UInt32 { kindred_pair_code(number) }

  /// What decides between equal distances to two clusters of these keys; less comes first.
  package static func tie(_ left: UInt32, _ right: UInt32) -> UInt32 { kindred_tie(left, right) }
}
