/// Powers of ten in raised digits.
enum RaisedText {
  /// A factor such as ×10⁻⁶; empty for 1.
  static func factor(_ exponent: Int) -> String {
    if exponent == 0 { return "" }
    let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let digits = String(abs(exponent)).compactMap { $0.wholeNumberValue.map { raised[$0] } }
    return "×10" + (exponent < 0 ? "⁻" : "") + String(digits)
  }
}
