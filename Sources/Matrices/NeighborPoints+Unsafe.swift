internal import CKernels

/// Points whose values for each other are (spread + spread′ + ‖x − x′‖²) / (inverse + inverse′).
///
/// Plain rows have spread 0 and inverse ½: values are squared Euclidean distances. With inverse 1 / size,
/// values of means are what merging two clusters adds to the sum of squares (Ward); with the mean squared
/// distance to the mean as spread and inverse ½, they are the mean squared distance of the clusters' rows.
package final class NeighborPoints: @unchecked Sendable {
  /// The number of points.
  package let count: Int

  /// The number of columns.
  package let columnCount: Int

  /// The rows, `n×d`, when they never change.
  private let rows: Buffer<Float>?

  /// The means, `n×d`, when they do.
  private let means: Buffer<Double>?

  private let spreads: Buffer<Double>?
  private let inverses: Buffer<Double>?

  /// Takes rows over, to be compared by squared Euclidean distance.
  ///
  /// - Complexity: O(n·d).
  package init(_ matrix: DenseMatrix) {
    count = matrix.rowCount
    columnCount = matrix.columnCount
    rows = Buffer(matrix.elements, orEmpty: 0)
    means = nil
    spreads = nil
    inverses = nil
  }

  /// Takes some rows over as clusters that will be merged.
  ///
  /// - Parameters:
  ///   - picked: the rows, one a cluster.
  ///   - inverses: 1 / size of each cluster for Ward, nil for mean squared distances.
  /// - Complexity: O(n·d).
  package init(
    clusters picked: [Int], of matrix: DenseMatrix, inverses: [Double]?, pool: WorkerPool
  ) {
    precondition((inverses ?? []).count == (inverses == nil ? 0 : picked.count), "one size a row")
    count = picked.count
    columnCount = matrix.columnCount
    rows = nil
    let width = matrix.columnCount
    let means = Buffer<Double>(unwritten: picked.count * width)
    let all = 0..<picked.count
    matrix.elements.withUnsafeBufferPointer { elements in
      let elements = SharedPointer(elements)
      // Threads touch the memory first together: the system clears pages when they are touched.
      pool.forEach(all.pieceCount(size: 1_024)) { chunk in
        for id in all.piece(chunk, size: 1_024) {
          let row = picked[id]
          for column in 0..<width {
            means.base[id * width + column] = Double(elements[row * width + column])
          }
        }
      }
    }
    self.means = means
    self.inverses = inverses.map { Buffer($0, orEmpty: 0) }
    spreads = inverses == nil ? Buffer(count: picked.count, repeating: 0) : nil
  }

  /// The value of two points for each other.
  ///
  /// - Complexity: O(d).
  package func value(_ left: Int, _ right: Int, instructions: InstructionSet = .best) -> Double {
    precondition(left < count && right < count, "there is no such point")
    var neighbor = kindred_neighbor(value: 0, tie: 0, id: Int32(right))
    withUnsafePointer(to: kernelPoints(mixesTies: false)) {
      kindred_measure_neighbors(instructions.rawValue, $0, Int32(left), &neighbor, 1)
    }
    return neighbor.value
  }

  /// Puts the union of two clusters in the place of the first.
  ///
  /// - Parameters:
  ///   - sizes: the sizes of the two.
  /// - Complexity: O(d).
  package func merge(_ kept: Int, _ joined: Int, sizes: (Double, Double)) {
    guard let means else { preconditionFailure("plain rows cannot be merged") }
    precondition(kept < count && joined < count && kept != joined, "a merge needs two clusters")
    let total = sizes.0 + sizes.1
    let own = means.base + kept * columnCount
    let other = means.base + joined * columnCount
    var squared = 0.0
    for column in 0..<columnCount {
      let difference = own[column] - other[column]
      squared += difference * difference
      own[column] = (own[column] * sizes.0 + other[column] * sizes.1) / total
    }
    inverses?[kept] = 1 / total
    if let spreads {
      spreads[kept] =
        (sizes.0 * spreads[kept] + sizes.1 * spreads[joined]) / total
        + sizes.0 * sizes.1 / (total * total) * squared
    }
  }

  /// The mean of all points, added up in their order.
  func center() -> Buffer<Double> {
    let center = Buffer<Double>(count: columnCount, repeating: 0)
    for point in 0..<count {
      for column in 0..<columnCount { center.base[column] += element(point, column) }
    }
    for column in 0..<columnCount { center.base[column] /= Double(max(1, count)) }
    return center
  }

  /// The greatest distance of a point from a center.
  func greatestLength(about center: Buffer<Double>, pool: WorkerPool) -> Double {
    let all = 0..<count
    let greatest = pool.map(all.pieceCount(size: 1_024)) { chunk in
      var greatest = 0.0
      for point in all.piece(chunk, size: 1_024) {
        var sum = 0.0
        for column in 0..<self.columnCount {
          let rest = self.element(point, column) - center.base[column]
          sum += rest * rest
        }
        greatest = max(greatest, sum)
      }
      return greatest
    }
    return (greatest.max() ?? 0).squareRoot()
  }

  @inline(__always)
  private func element(_ point: Int, _ column: Int) -> Double {
    let place = point * columnCount + column
    if let means { return means.base[place] }
    return rows.map { Double($0.base[place]) } ?? 0
  }

  /// The points as the kernels take them.
  func kernelPoints(mixesTies: Bool) -> kindred_exact_points {
    kindred_exact_points(
      d: Int64(columnCount), rows: rows.map { UnsafePointer($0.base) },
      means: means.map { UnsafePointer($0.base) }, spread: spreads.map { UnsafePointer($0.base) },
      inverse: inverses.map { UnsafePointer($0.base) }, has_ties: mixesTies ? 1 : 0)
  }
}
