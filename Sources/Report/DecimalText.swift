/// Numbers in decimal without an exponent, from whole numbers alone.
enum DecimalText {
  /// `number`·10^`power` with as many decimals as `power` asks for.
  static func text(_ number: Int, power: Int) -> String {
    let sign = number < 0 ? "−" : ""
    let digits = String(abs(number))
    if power >= 0 { return sign + digits + String(repeating: "0", count: number == 0 ? 0 : power) }
    let padded = String(repeating: "0", count: max(0, 1 - power - digits.count)) + digits
    return sign + padded.dropLast(-power) + "." + padded.suffix(-power)
  }

  /// A value with a fixed number of decimals.
  static func text(_ value: Double, decimals: Int) -> String {
    let scale = (0..<decimals).reduce(1.0) { value, _ in value * 10 }
    return text(Int((value * scale).rounded()), power: -decimals)
  }
}
