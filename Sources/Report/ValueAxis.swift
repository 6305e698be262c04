/// An axis over a range of values of either sign, from a round number to a round number.
package struct ValueAxis: Equatable {
  /// A tick and its text.
  package struct Tick: Equatable {
    package let value: Double
    package let text: String
  }

  /// The ends, which are ticks.
  package let start: Double
  package let limit: Double

  /// The ticks, rising, four to eight of them.
  package let ticks: [Tick]

  /// A power of ten that the texts are multiples of, such as ×10⁶; empty for plain numbers.
  package let factorText: String

  /// Makes an axis that holds all values; infinite ones do not count.
  package init(_ values: [Double]) {
    let finite = values.filter(\.isFinite)
    var (least, greatest) = (finite.min() ?? 0, finite.max() ?? 1)
    let size = max(abs(least), abs(greatest))
    // Equal values get an axis around them.
    if greatest - least <= 1e-9 * size || !(greatest - least).isFinite {
      (least, greatest) =
        size > 0 && size < 1e300 ? (least - size / 10, greatest + size / 10) : (0, 1)
    }
    var (power, unit) = (0, 1.0)
    while unit * 10 <= greatest - least { (power, unit) = (power + 1, unit * 10) }
    while unit > greatest - least, unit > 1e-300 { (power, unit) = (power - 1, unit / 10) }
    // The span is 1 to 10 units; steps are tenths of them.
    let span = (greatest - least) / unit
    let step = span <= 1.2 ? 2 : span <= 3 ? 5 : span <= 6 ? 10 : 20
    let length = unit * Double(step) / 10
    let first = Int((least / length).rounded(.down))
    let last = max(first + 1, Int((greatest / length).rounded(.up)))
    let exponent = size >= 1e6 || size < 1e-4 ? Self.magnitude(of: size) : 0
    let (digit, shift) = step % 10 == 0 ? (step / 10, power) : (step, power - 1)
    ticks = (first...last).map { count in
      Tick(
        value: Double(count) * length,
        text: count == 0 ? "0" : DecimalText.text(count * digit, power: shift - exponent))
    }
    start = Double(first) * length
    limit = Double(last) * length
    factorText = RaisedText.factor(exponent)
  }

  private static func magnitude(of size: Double) -> Int {
    var (power, unit) = (0, 1.0)
    while unit <= size / 10 { (power, unit) = (power + 1, unit * 10) }
    while unit > size, unit > 1e-300 { (power, unit) = (power - 1, unit / 10) }
    return power
  }

  /// Where a value lies between the ends, in 0...1.
  func share(of value: Double) -> Double { min(1, max(0, (value - start) / (limit - start))) }
}
