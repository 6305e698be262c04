/// An axis from 0 to the greatest height, with ticks at round numbers.
package struct HeightAxis: Equatable {
  /// A tick and its text.
  package struct Tick: Equatable {
    package let height: Double
    package let text: String
  }

  /// The end of the axis, above 0.
  package let limit: Double

  /// The ticks, rising from 0.
  package let ticks: [Tick]

  /// The power of ten that the texts are multiples of; 0 for plain numbers.
  package let exponent: Int

  package init(greatest: Double) {
    guard greatest > 0 else {
      limit = 1
      exponent = 0
      ticks = [Tick(height: 0, text: "0")]
      return
    }
    limit = greatest
    var magnitude = 0
    var mantissa = greatest
    while mantissa >= 10 {
      mantissa /= 10
      magnitude += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      magnitude -= 1
    }
    // Long numbers share one power of ten, which the axis names.
    exponent = magnitude >= 5 || magnitude <= -3 ? magnitude : 0
    // A step in tenths of the magnitude, for three to six ticks beside 0.
    let step = mantissa <= 1.2 ? 2 : mantissa <= 2.5 ? 5 : mantissa <= 5 ? 10 : 20
    var found: [Tick] = []
    for count in 0... {
      let tenths = count * step
      guard Double(tenths) <= mantissa * 10 else { break }
      // The share of the mantissa keeps clear of powers that have no exact value.
      found.append(
        Tick(
          height: greatest * (Double(tenths) / 10 / mantissa),
          text: Self.decimal(tenths, step: step, power: magnitude - 1 - exponent)))
    }
    ticks = found
  }

  /// `number`·10^`power` without an exponent, with the decimals that multiples of `step` need.
  private static func decimal(_ number: Int, step: Int, power: Int) -> String {
    if number == 0 { return "0" }
    var (number, power) = (number, power)
    if step % 10 == 0 { (number, power) = (number / 10, power + 1) }
    let digits = String(number)
    if power >= 0 { return digits + String(repeating: "0", count: power) }
    let padded = String(repeating: "0", count: max(0, 1 - power - digits.count)) + digits
    return padded.dropLast(-power) + "." + padded.suffix(-power)
  }

  /// A power of ten in raised digits, such as ×10⁻⁶; empty for plain numbers.
  package var factorText: String {
    if exponent == 0 { return "" }
    let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { raised[$0] } }
    return "×10" + (exponent < 0 ? "⁻" : "") + String(digits)
  }
}
