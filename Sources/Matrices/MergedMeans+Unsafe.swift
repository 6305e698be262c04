/// The means of clusters in double precision, for the heights of linkages that are made of means.
///
/// Use for exact distances of a few pairs of clusters. Do not use to search among many.
package final class MergedMeans: @unchecked Sendable {
  /// What a cluster's point is.
  package enum Kind: Sendable {
    /// The mean of its rows, each counted by its size.
    case mean
    /// The point halfway between those of its parts.
    case midpoint
  }

  private let kind: Kind
  private let columnCount: Int

  /// What each vector is divided by.
  private let totals: Buffer<Double>

  /// The sums of dense rows, `n×d`.
  private let sums: Buffer<Double>

  /// The sums of sparse rows.
  private var sparse: [SparseSum]

  /// Begins with every row as a cluster of a size.
  ///
  /// - Complexity: O(stored elements); 8·n·d bytes when dense, 12 a stored element when sparse.
  package init(_ points: FeatureMatrix, sizes: [Double], kind: Kind) {
    precondition(sizes.count == points.rowCount, "each row needs a size")
    self.kind = kind
    columnCount = points.columnCount
    let totals = Buffer(kind == .mean ? sizes : sizes.map { _ in 1 }, orEmpty: 1)
    self.totals = totals
    switch points {
    case .dense(let matrix):
      sums = Buffer(unwritten: matrix.elements.count)
      sparse = []
      for row in 0..<matrix.rowCount {
        for column in 0..<columnCount {
          sums[row * columnCount + column] = Double(matrix[row, column]) * totals[row]
        }
      }
    case .sparse(let matrix):
      sums = Buffer(count: 0, repeating: 0)
      sparse = (0..<matrix.rowCount).map { row in
        let entries = matrix.entries(ofRow: row)
        let total = totals[row]
        return SparseSum(
          columns: Array(matrix.columnIndices[entries]),
          values: matrix.values[entries].map { Double($0) * total })
      }
    }
  }

  /// The squared distance of the points of two clusters, each named by one of its rows.
  ///
  /// - Complexity: O(d).
  package func squaredDistance(_ left: Int, _ right: Int) -> Double {
    let (u, v) = (totals[left], totals[right])
    guard sparse.isEmpty else {
      return sparse[left].squaredDifference(of: u, sparse[right], v)
    }
    let a = sums.base + left * columnCount
    let b = sums.base + right * columnCount
    var total = 0.0
    for column in 0..<columnCount {
      let difference = a[column] / u - b[column] / v
      total += difference * difference
    }
    return total
  }

  /// Merges a cluster into another, which keeps its name.
  ///
  /// - Complexity: O(d).
  package func merge(_ right: Int, into left: Int) {
    let factor = kind == .mean ? 1 : 0.5
    if kind == .mean { totals[left] += totals[right] }
    guard sparse.isEmpty else {
      sparse[left].add(sparse[right], factor: factor, columnCount: columnCount)
      sparse[right] = SparseSum(columns: [], values: [])
      return
    }
    let a = sums.base + left * columnCount
    let b = sums.base + right * columnCount
    for column in 0..<columnCount { a[column] = (a[column] + b[column]) * factor }
  }
}

/// A sum of sparse rows: its elements by column, or all of them once they are many.
struct SparseSum {
  /// The columns of the values, ascending; none when all are written out.
  private(set) var columns: [Int32]
  private(set) var values: [Double]
  private var isFull = false

  /// The share of the columns from which on all are written out.
  private static let fullShare = 8

  init(columns: [Int32], values: [Double]) {
    self.columns = columns
    self.values = values
  }

  /// The squared distance of this sum divided by a number and another divided by another.
  func squaredDifference(of total: Double, _ other: SparseSum, _ otherTotal: Double) -> Double {
    switch (isFull, other.isFull) {
    case (true, true):
      var sum = 0.0
      for column in values.indices {
        let difference = values[column] / total - other.values[column] / otherTotal
        sum += difference * difference
      }
      return sum
    case (true, false):
      return Self.squaredDifference(full: self, total, part: other, otherTotal)
    case (false, true):
      return Self.squaredDifference(full: other, otherTotal, part: self, total)
    case (false, false):
      var sum = 0.0
      Self.walk(columns, other.columns) { own, others in
        let difference =
          (own.map { values[$0] / total } ?? 0)
          - (others.map { other.values[$0] / otherTotal } ?? 0)
        sum += difference * difference
      }
      return sum
    }
  }

  private static func squaredDifference(
    full: SparseSum, _ total: Double, part: SparseSum, _ partTotal: Double
  ) -> Double {
    var sum = 0.0
    var next = 0
    for column in full.values.indices {
      var difference = full.values[column] / total
      if next < part.columns.count, Int(part.columns[next]) == column {
        difference -= part.values[next] / partTotal
        next += 1
      }
      sum += difference * difference
    }
    return sum
  }

  /// Adds another sum and multiplies by a factor.
  mutating func add(_ other: SparseSum, factor: Double, columnCount: Int) {
    if !isFull, !other.isFull {
      var (mergedColumns, merged): ([Int32], [Double]) = ([], [])
      mergedColumns.reserveCapacity(columns.count + other.columns.count)
      merged.reserveCapacity(columns.count + other.columns.count)
      Self.walk(columns, other.columns) { own, others in
        mergedColumns.append(own.map { columns[$0] } ?? others.map { other.columns[$0] } ?? 0)
        merged.append(
          ((own.map { values[$0] } ?? 0) + (others.map { other.values[$0] } ?? 0)) * factor)
      }
      (columns, values) = (mergedColumns, merged)
      if values.count > columnCount / Self.fullShare { fill(columnCount) }
      return
    }
    fill(columnCount)
    if other.isFull {
      for column in values.indices { values[column] += other.values[column] }
    } else {
      for (place, column) in other.columns.enumerated() {
        values[Int(column)] += other.values[place]
      }
    }
    if factor != 1 { for column in values.indices { values[column] *= factor } }
  }

  private mutating func fill(_ columnCount: Int) {
    guard !isFull else { return }
    var full = [Double](repeating: 0, count: columnCount)
    for (place, column) in columns.enumerated() { full[Int(column)] = values[place] }
    (columns, values, isFull) = ([], full, true)
  }

  /// Visits the columns of two lists in order, with their places in each.
  private static func walk(
    _ left: [Int32], _ right: [Int32], _ visit: (_ left: Int?, _ right: Int?) -> Void
  ) {
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      if j == right.count || (i < left.count && left[i] < right[j]) {
        visit(i, nil)
        i += 1
      } else if i == left.count || right[j] < left[i] {
        visit(nil, j)
        j += 1
      } else {
        visit(i, j)
        i += 1
        j += 1
      }
    }
  }
}
