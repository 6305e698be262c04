/// Sums of sparse rows in double precision, one after another in one stretch of memory.
///
/// Threads may read at any time and write the unions of different pairs at once.
final class SparseSums: @unchecked Sendable {
  private var columns: Buffer<Int32>
  private var values: Buffer<Double>
  private let starts: Buffer<Int>
  private let lengths: Buffer<Int>
  private var end = 0

  /// Takes rows over, each multiplied by a factor.
  init(_ matrix: CSRMatrix, rows: [Int32], factors: [Double]) {
    starts = Buffer(count: rows.count, repeating: 0)
    lengths = Buffer(count: rows.count, repeating: 0)
    for (place, row) in rows.enumerated() {
      starts[place] = end
      lengths[place] = matrix.entries(ofRow: Int(row)).count
      end += lengths[place]
    }
    columns = Buffer(unwritten: 2 * end)
    values = Buffer(unwritten: 2 * end)
    for (place, row) in rows.enumerated() {
      for (offset, entry) in matrix.entries(ofRow: Int(row)).enumerated() {
        columns[starts[place] + offset] = matrix.columnIndices[entry]
        values[starts[place] + offset] = Double(matrix.values[entry]) * factors[place]
      }
    }
  }

  /// Where a sum's elements lie, by ascending column, until room is made.
  struct Elements {
    let columns: UnsafePointer<Int32>
    let values: UnsafePointer<Double>
    let count: Int
  }

  /// A sum's elements.
  @inline(__always)
  func elements(of sum: Int) -> Elements {
    let start = starts.base[sum]
    return Elements(
      columns: columns.base + start, values: values.base + start, count: lengths.base[sum])
  }

  /// Σ (value / size)².
  func squaredNorm(of sum: Int, size: Double) -> Double {
    let own = elements(of: sum)
    var total = 0.0
    for place in 0..<own.count {
      let element = own.values[place] / size
      total += element * element
    }
    return total
  }

  /// Writes a sum's elements to their columns, where zeros are.
  func write(_ sum: Int, to target: UnsafeMutablePointer<Double>) {
    let own = elements(of: sum)
    for place in 0..<own.count { target[Int(own.columns[place])] = own.values[place] }
  }

  /// Makes what `write` wrote zero again.
  func clear(_ sum: Int, in target: UnsafeMutablePointer<Double>) {
    let own = elements(of: sum)
    for place in 0..<own.count { target[Int(own.columns[place])] = 0 }
  }

  /// The product with a sum that is written out: its zeros add nothing, so it is the same the other way round.
  func product(_ sum: Int, with other: UnsafeMutablePointer<Double>) -> Double {
    let own = elements(of: sum)
    var total = 0.0
    for place in 0..<own.count { total += own.values[place] * other[Int(own.columns[place])] }
    return total
  }

  /// The squared distance of two sums divided by their sizes.
  func squaredDifference(_ left: Int, _ size: Double, _ right: Int, _ otherSize: Double) -> Double {
    let (own, other) = (elements(of: left), elements(of: right))
    var total = 0.0
    var (i, j) = (0, 0)
    while i < own.count || j < other.count {
      let column = i < own.count ? own.columns[i] : .max
      let otherColumn = j < other.count ? other.columns[j] : .max
      var difference = 0.0
      if column <= otherColumn {
        difference = own.values[i] / size
        i += 1
      }
      if otherColumn <= column {
        difference -= other.values[j] / otherSize
        j += 1
      }
      total += difference * difference
    }
    return total
  }

  /// Puts the union of each pair of sums in the place of the first; the second becomes empty.
  ///
  /// - Complexity: O(elements of the pairs), at times O(elements of all).
  func merge(_ pairs: [(kept: Int, joined: Int)], pool: WorkerPool) {
    var targets: [Int] = []
    targets.reserveCapacity(pairs.count)
    var needed = 0
    for pair in pairs { needed += lengths[pair.kept] + lengths[pair.joined] }
    if end + needed > columns.count { makeRoom(for: needed) }
    for pair in pairs {
      targets.append(end)
      end += lengths[pair.kept] + lengths[pair.joined]
    }
    let all = 0..<pairs.count
    let places = targets
    pool.forEach(all.pieceCount(size: 64)) { chunk in
      for index in all.piece(chunk, size: 64) {
        self.merge(pairs[index].kept, pairs[index].joined, at: places[index])
      }
    }
  }

  private func merge(_ kept: Int, _ joined: Int, at start: Int) {
    let (own, other) = (elements(of: kept), elements(of: joined))
    let (columns, values) = (columns.base + start, values.base + start)
    var (i, j, count) = (0, 0, 0)
    while i < own.count || j < other.count {
      let column = i < own.count ? own.columns[i] : .max
      let otherColumn = j < other.count ? other.columns[j] : .max
      var sum = 0.0
      if column <= otherColumn {
        sum = own.values[i]
        i += 1
      }
      if otherColumn <= column {
        sum += other.values[j]
        j += 1
      }
      columns[count] = min(column, otherColumn)
      values[count] = sum
      count += 1
    }
    starts.base[kept] = start
    lengths.base[kept] = count
    lengths.base[joined] = 0
  }

  /// Copies the sums to memory with room for as many elements again, and some more.
  private func makeRoom(for needed: Int) {
    var total = 0
    for sum in 0..<lengths.count { total += lengths.base[sum] }
    let newColumns = Buffer<Int32>(unwritten: 2 * total + needed)
    let newValues = Buffer<Double>(unwritten: 2 * total + needed)
    end = 0
    for sum in 0..<lengths.count {
      let own = elements(of: sum)
      (newColumns.base + end).update(from: own.columns, count: own.count)
      (newValues.base + end).update(from: own.values, count: own.count)
      starts.base[sum] = end
      end += own.count
    }
    columns = newColumns
    values = newValues
  }
}
