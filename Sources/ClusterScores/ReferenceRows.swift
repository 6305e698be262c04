public import Matrices

/// Rows without structure: the values of each column in an order of its own.
///
/// Every column keeps its values and how often it has any; what goes is which columns go together. So
/// reference rows are as sparse as the rows themselves. They are not of unit length where those are, and
/// clusters that one column alone tells apart are in the reference too.
///
/// Tibshirani, Walther and Hastie 2001, doi:10.1111/1467-9868.00293, draw each column from a uniform law
/// instead, which would fill the zeros of texts.
public enum ReferenceRows {
  /// What the random numbers are for.
  private static let purpose: UInt64 = 0x47_4150

  /// A reference set of some rows, `n×d`; its number and the seed decide which.
  ///
  /// - Complexity: O(nnz + n + d) for sparse rows, O(n·d) for dense ones.
  public static func permutingColumns(
    of points: FeatureMatrix, seed: UInt64, number: Int
  ) -> FeatureMatrix {
    switch points {
    case .sparse(let matrix): .sparse(permuted(matrix, seed: seed, number: number))
    case .dense(let matrix): .dense(permuted(matrix, seed: seed, number: number))
    }
  }

  private static func generator(seed: UInt64, number: Int, column: Int) -> CounterGenerator {
    CounterGenerator(seed: seed, run: UInt64(number), step: UInt64(column), purpose: purpose)
  }

  private static func permuted(_ matrix: CSRMatrix, seed: UInt64, number: Int) -> CSRMatrix {
    let columns = matrix.transposed()
    var order = Array(0..<matrix.rowCount)
    var rowOfEntry = [Int](repeating: 0, count: matrix.storedCount)
    var offsets = [Int](repeating: 0, count: matrix.rowCount + 1)
    for column in 0..<matrix.columnCount {
      var generator = generator(seed: seed, number: number, column: column)
      // The first places of a shuffle: different rows, in any order, whatever the order before.
      for (place, entry) in columns.entries(ofRow: column).enumerated() {
        order.swapAt(place, place + generator.nextIndex(below: order.count - place))
        rowOfEntry[entry] = order[place]
        offsets[order[place] + 1] += 1
      }
    }
    for row in 0..<matrix.rowCount { offsets[row + 1] += offsets[row] }
    var next = offsets
    var indices = [Int32](repeating: 0, count: matrix.storedCount)
    var values = [Float](repeating: 0, count: matrix.storedCount)
    for column in 0..<matrix.columnCount {
      for entry in columns.entries(ofRow: column) {
        let target = next[rowOfEntry[entry]]
        next[rowOfEntry[entry]] += 1
        indices[target] = Int32(column)
        values[target] = columns.values[entry]
      }
    }
    return CSRMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount, rowOffsets: offsets,
      columnIndices: indices, values: values)
  }

  private static func permuted(_ matrix: DenseMatrix, seed: UInt64, number: Int) -> DenseMatrix {
    let (n, d) = (matrix.rowCount, matrix.columnCount)
    var elements = matrix.elements
    for column in 0..<d {
      var generator = generator(seed: seed, number: number, column: column)
      for row in 0..<n {
        elements.swapAt(row * d + column, (row + generator.nextIndex(below: n - row)) * d + column)
      }
    }
    return DenseMatrix(rowCount: n, columnCount: d, elements: elements)
  }
}
