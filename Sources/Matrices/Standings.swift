/// For each row its best center, the score there and the next best score.
///
/// A score is ⟨x, c⟩ − ‖c‖²/2, so the greatest score is the nearest center. Shape: n each.
package final class Standings: Sendable {
  /// The label of each row.
  package let labels: Buffer<Int32>
  /// The score of each row at its own center when it was last compared, in single precision.
  package let best: Buffer<Float>
  /// The greatest score of each row at any other center then, in single precision.
  package let second: Buffer<Float>

  /// Makes standings of n rows.
  package init(rowCount: Int) {
    labels = Buffer(count: rowCount, repeating: 0)
    best = Buffer(count: rowCount, repeating: 0)
    second = Buffer(count: rowCount, repeating: 0)
  }
}
