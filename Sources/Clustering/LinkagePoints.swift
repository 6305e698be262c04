package import Matrices

/// Rows in the form in which every metric is the Euclidean distance, or a multiple of its square.
package struct LinkagePoints: Sendable {
  /// The rows, `n×d`: as given, or of length 1 for cosine.
  package let rows: FeatureMatrix

  /// Whether distances are squared.
  package let isSquared: Bool

  /// What a distance of these rows is multiplied with to be that of the metric.
  package let scale: Double

  /// Brings rows into form.
  ///
  /// ½‖x − y‖² of unit rows is their cosine distance. Rows of zeros get a column of their own, in which
  /// all of them have a 1: that puts them at 1 from others and at 0 from each other.
  ///
  /// - Complexity: O(stored elements).
  package init(_ points: FeatureMatrix, metric: LinkageMetric) {
    isSquared = metric != .euclidean
    scale = metric == .cosine ? 0.5 : 1
    rows = metric == .cosine ? Self.unitRows(points) : points
  }

  private static func unitRows(_ points: FeatureMatrix) -> FeatureMatrix {
    let norms = (0..<points.rowCount).map { points.squaredNorm(of: $0).squareRoot() }
    let extra = norms.contains(0) ? 1 : 0
    let columnCount = points.columnCount + extra
    switch points {
    case .dense(let matrix):
      var elements: [Float] = []
      elements.reserveCapacity(matrix.rowCount * columnCount)
      for row in 0..<matrix.rowCount {
        let norm = norms[row]
        for value in matrix.row(row) { elements.append(norm > 0 ? Float(Double(value) / norm) : 0) }
        if extra == 1 { elements.append(norm > 0 ? 0 : 1) }
      }
      return .dense(
        DenseMatrix(rowCount: matrix.rowCount, columnCount: columnCount, elements: elements))
    case .sparse(let matrix):
      var offsets = [0]
      var columns: [Int32] = []
      var values: [Float] = []
      offsets.reserveCapacity(matrix.rowCount + 1)
      columns.reserveCapacity(matrix.storedCount)
      values.reserveCapacity(matrix.storedCount)
      for row in 0..<matrix.rowCount {
        let norm = norms[row]
        if norm > 0 {
          for entry in matrix.entries(ofRow: row) {
            columns.append(matrix.columnIndices[entry])
            values.append(Float(Double(matrix.values[entry]) / norm))
          }
        } else {
          columns.append(Int32(points.columnCount))
          values.append(1)
        }
        offsets.append(values.count)
      }
      return .sparse(
        CSRMatrix(
          rowCount: matrix.rowCount, columnCount: columnCount, rowOffsets: offsets,
          columnIndices: columns, values: values))
    }
  }
}
