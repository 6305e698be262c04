/// How far a score in single precision may be from the exact one.
///
/// A sum of m products is off by at most m·u·‖x‖·‖c‖, u half of `ulpOfOne`, and by what each product
/// loses to underflow; eight more terms stand for the scale, the bias and the center's own rounding.
/// Scores that carry the number of their center in their last bits are off by that much more.
struct ScoreError: Sendable {
  /// The length of the longest center, rounded up; infinite when products may overflow.
  let centerNorm: Float
  private let biasError: Float
  private let packedUnits: Int

  /// Products below this stay far from overflow in every intermediate result.
  private static let greatestProduct = 0x1p120

  /// Takes the greatest lengths of a row, of a center and of what the kernel multiplies for a center.
  ///
  /// `packedUnits`: units in the last place of a score that the kernel uses for the center's number.
  init(rowNorm: Double, centerNorm: Double, factorNorm: Double, packedUnits: Int = 0) {
    let greatest = Swift.max(rowNorm, centerNorm) * Swift.max(centerNorm, factorNorm)
    self.centerNorm =
      greatest <= Self.greatestProduct ? Float(centerNorm).nextUp : .infinity
    self.packedUnits = packedUnits
    biasError = Float(8 + packedUnits) * Float.ulpOfOne * self.centerNorm * self.centerNorm
  }

  /// The bound for a row with a number of products and a length, rounded up.
  func bound(productCount: Int, rowNorm: Float) -> Float {
    let length = Float(productCount + 8 + packedUnits)
    return length * .ulpOfOne * rowNorm * centerNorm + biasError
      + length * .leastNormalMagnitude
  }

  /// True when single precision cannot tell which of two scores is the greater; what is not a number
  /// tells nothing.
  static func isNearTie(_ best: Float, _ second: Float, error: Float) -> Bool {
    !(best - second > 2 * error)
  }
}
