/// Dense rows less their mean, in double precision, with their squared norms.
///
/// Products of single precision lose the seventh digit, and with it which of two clusters is nearer.
final class CenteredDoubles: Sendable {
  /// The rows, `n×d`, row-major.
  let rows: Buffer<Double>

  /// The squared norm of each row, n of them and room for a whole group of 8.
  let norms: Buffer<Double>

  /// The number of columns (d).
  let columnCount: Int

  /// Centers rows.
  ///
  /// - Complexity: O(n·d).
  init(_ matrix: DenseMatrix) {
    let (n, d) = (matrix.rowCount, matrix.columnCount)
    columnCount = d
    let center = matrix.columnMeans()
    rows = Buffer(unwritten: n * d)
    norms = Buffer(count: n + 8, repeating: 0)
    for row in 0..<n {
      var norm = 0.0
      for column in 0..<d {
        let value = Double(matrix.elements[row * d + column]) - Double(center[column])
        rows[row * d + column] = value
        norm += value * value
      }
      norms[row] = norm
    }
  }
}
