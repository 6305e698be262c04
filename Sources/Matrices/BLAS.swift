internal import COpenBLAS

/// What the linked BLAS says of itself, and a check that it multiplies correctly.
public enum BLAS {
  /// The name of the kernel family that BLAS chose for this processor, such as `SkylakeX`.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// The build string of the linked BLAS.
  public static var buildDescription: String { String(cString: openblas_get_config()) }

  /// BLAS keeps to the thread that calls it: the worker pool alone spreads work.
  static func keepToCallingThread() { _ = singleThreaded }

  private static let singleThreaded: Void = {
    openblas_set_num_threads(1)
    kindred_end_blas_threads()
  }()

  /// Compares products of four shapes with a plain loop; old builds compute wrongly on new processors.
  ///
  /// - Returns: nil when all agree, else a sentence with the shape and the name of the BLAS core.
  /// - Complexity: O(1), about a million multiply-adds.
  public static func knownAnswerFailure() -> String? {
    keepToCallingThread()
    for (rows, columns, depth) in [(1, 1, 1), (37, 1, 100), (64, 45, 100), (129, 65, 33)] {
      var generator = CounterGenerator(seed: 7, run: UInt64(rows), step: UInt64(columns))
      let left = (0..<rows * depth).map { _ in Float(generator.nextUnit() * 2 - 1) }
      let right = (0..<columns * depth).map { _ in Float(generator.nextUnit() * 2 - 1) }
      var product = [Float](repeating: .nan, count: rows * columns)
      multiplyTransposed(
        left, right, rows: rows, columns: columns, depth: depth, into: &product)
      for i in 0..<rows {
        for j in 0..<columns {
          var sum = 0.0
          for p in 0..<depth { sum += Double(left[i * depth + p]) * Double(right[j * depth + p]) }
          guard abs(Double(product[i * columns + j]) - sum) < 1e-4 else {
            return
              "BLAS core \(coreName) multiplies \(rows)×\(depth) by \(depth)×\(columns) wrongly"
          }
        }
      }
    }
    return nil
  }
}
