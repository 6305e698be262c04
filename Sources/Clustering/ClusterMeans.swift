public import Matrices

/// The means of the clusters of any flat clustering.
public enum ClusterMeans {
  /// The mean of each cluster's rows, `k×d`, row-major; zeros for a cluster without rows.
  ///
  /// Sums are taken in double precision, in row order.
  ///
  /// - Complexity: O(stored elements + k·d).
  public static func means(of assignment: Assignment, points: FeatureMatrix) -> DenseMatrix {
    precondition(assignment.labels.count == points.rowCount, "each row needs a label")
    let (k, d) = (assignment.clusterCount, points.columnCount)
    var means: [Float] = []
    means.reserveCapacity(k * d)
    var sums = [Double](repeating: 0, count: d)
    for rows in assignment.members() {
      for column in 0..<d { sums[column] = 0 }
      for row in rows { add(row, of: points, to: &sums) }
      let size = Double(max(1, rows.count))
      for sum in sums { means.append(Float(sum / size)) }
    }
    return DenseMatrix(rowCount: k, columnCount: d, elements: means)
  }

  private static func add(_ row: Int, of points: FeatureMatrix, to sums: inout [Double]) {
    switch points {
    case .dense(let matrix):
      let start = row * matrix.columnCount
      for column in 0..<matrix.columnCount {
        sums[column] += Double(matrix.elements[start + column])
      }
    case .sparse(let matrix):
      for entry in matrix.entries(ofRow: row) {
        sums[Int(matrix.columnIndices[entry])] += Double(matrix.values[entry])
      }
    }
  }
}
