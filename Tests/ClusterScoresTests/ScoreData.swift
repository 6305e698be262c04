internal import Clustering
internal import Matrices

/// True when two numbers differ by no more than either tolerance allows.
func isNear(_ left: Double, _ right: Double, relative: Double, absolute: Double) -> Bool {
  abs(left - right) <= max(absolute, relative * max(abs(left), abs(right)))
}

/// The largest difference of two lists of the same length; infinite when the lengths differ.
func largestDifference(_ left: [Double], _ right: [Double]) -> Double {
  guard left.count == right.count else { return .infinity }
  return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// Points and labels drawn from a seed.
struct ScoreData {
  private var generator: CounterGenerator

  init(seed: Int) { generator = CounterGenerator(seed: UInt64(seed)) }

  /// Labels in which every cluster but the last has a row, when there are rows enough.
  mutating func assignment(rowCount: Int, clusterCount: Int) throws -> Assignment {
    let labels = (0..<rowCount).map { row in
      Int32(row < clusterCount - 1 ? row : generator.nextIndex(below: max(1, clusterCount - 1)))
    }
    return try Assignment(labels: labels, clusterCount: clusterCount)
  }

  /// Sparse rows with few terms, of norm 1 if asked for; a few are zero or repeat another.
  mutating func sparse(rowCount: Int, columnCount: Int, isUnit: Bool) -> CSRMatrix {
    var rows: [[(Int32, Float)]] = []
    for row in 0..<rowCount {
      if row % 17 == 16 {
        rows.append([])
        continue
      }
      if row % 13 == 12 {
        rows.append(rows[row - 3])
        continue
      }
      var entries: [Int: Double] = [:]
      for _ in 0..<1 + generator.nextIndex(below: 6) {
        // The square favors low columns, as words favor the frequent.
        let place = generator.nextUnit()
        entries[Int(place * place * Double(columnCount))] = 0.2 + generator.nextUnit()
      }
      let norm =
        isUnit
        ? entries.keys.sorted().reduce(0) { $0 + (entries[$1] ?? 0) * (entries[$1] ?? 0) } : 1
      rows.append(
        entries.keys.sorted().map { (Int32($0), Float((entries[$0] ?? 0) / norm.squareRoot())) })
    }
    return CSRMatrix(
      rowCount: rowCount, columnCount: columnCount,
      rowOffsets: rows.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) },
      columnIndices: rows.flatMap { $0.map(\.0) }, values: rows.flatMap { $0.map(\.1) })
  }

  /// Dense rows in a cube of side 2; a few repeat another.
  mutating func dense(rowCount: Int, columnCount: Int) -> DenseMatrix {
    var elements = (0..<rowCount * columnCount).map { _ in Float(generator.nextUnit() * 2 - 1) }
    for row in stride(from: 12, to: rowCount, by: 13) {
      for column in 0..<columnCount {
        elements[row * columnCount + column] = elements[(row - 3) * columnCount + column]
      }
    }
    return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }
}
