/// An axis up to the greatest height, with ticks at round numbers.
package struct HeightAxis: Equatable {
  /// A tick and its text.
  package struct Tick: Equatable {
    package let height: Double
    package let text: String
  }

  /// The beginning of the axis: 0, or the first tick where nothing happens for long above 0.
  package let start: Double

  /// The end of the axis, above its beginning.
  package let limit: Double

  /// The ticks, rising.
  package let ticks: [Tick]

  /// The power of ten that the texts are multiples of; 0 for plain numbers.
  package let exponent: Int

  /// Makes the axis of heights from 0 or from `least`, the lowest that matters, to `greatest`.
  package init(least: Double = 0, greatest: Double) {
    guard greatest > 0 else {
      start = 0
      limit = 1
      exponent = 0
      ticks = [Tick(height: 0, text: "0")]
      return
    }
    limit = greatest
    let whole = Scale(greatest)
    // Long numbers share one power of ten, which the axis names.
    exponent = whole.magnitude >= 5 || whole.magnitude <= -3 ? whole.magnitude : 0
    let spread = greatest - least
    let isFar = least > 0.8 * greatest && spread >= 1e-4 * greatest
    guard isFar, abs(whole.magnitude) < 200 else {
      start = 0
      ticks = whole.ticks(from: 0, greatest: greatest, exponent: exponent)
      return
    }
    let part = Scale(spread * 1.2)
    let first = Int(((least - spread * 0.2) / part.stepHeight).rounded(.down))
    ticks = part.ticks(from: first, greatest: greatest, exponent: exponent)
    start = ticks[0].height
  }

  /// A power of ten in raised digits, such as ×10⁻⁶; empty for plain numbers.
  package var factorText: String { RaisedText.factor(exponent) }
}

/// A step for three to six ticks over a length.
private struct Scale {
  /// The length is mantissa·10^magnitude, the mantissa from 1 to 10.
  private(set) var mantissa: Double
  private(set) var magnitude = 0

  /// The step in tenths of 10^magnitude.
  let step: Int

  init(_ length: Double) {
    mantissa = length
    while mantissa >= 10 {
      mantissa /= 10
      magnitude += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      magnitude -= 1
    }
    step = mantissa <= 1.2 ? 2 : mantissa <= 2.5 ? 5 : mantissa <= 5 ? 10 : 20
  }

  /// The step as a height, where the power of ten is a number.
  var stepHeight: Double { height(of: step) }

  private func height(of tenths: Int) -> Double {
    let power = (0..<abs(magnitude - 1)).reduce(1.0) { value, _ in value * 10 }
    return magnitude < 1 ? Double(tenths) / power : Double(tenths) * power
  }

  func ticks(from first: Int, greatest: Double, exponent: Int) -> [HeightAxis.Tick] {
    var found: [HeightAxis.Tick] = []
    for count in first... {
      let tenths = count * step
      // From 0 on, the share of the mantissa keeps clear of powers that are no numbers.
      let height =
        first == 0 ? greatest * (Double(tenths) / 10 / mantissa) : self.height(of: tenths)
      guard height <= greatest else { break }
      let text = Self.decimal(tenths, step: step, power: magnitude - 1 - exponent)
      found.append(HeightAxis.Tick(height: height, text: text))
    }
    return found
  }

  /// `number`·10^`power` without an exponent, with the decimals that multiples of `step` need.
  private static func decimal(_ number: Int, step: Int, power: Int) -> String {
    if number == 0 { return "0" }
    var (number, power) = (number, power)
    if step % 10 == 0 { (number, power) = (number / 10, power + 1) }
    return DecimalText.text(number, power: power)
  }
}
