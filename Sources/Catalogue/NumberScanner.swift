/// Reads words and numbers from lines of plain text, whatever the locale.
struct NumberScanner {
  let bytes: [UInt8]
  var position: Int

  private static let exactPowersOfTen: [Double] = (0...22).map { exponent in
    var power = 1.0
    for _ in 0..<exponent { power *= 10 }
    return power
  }

  /// The next word on this line, or nil at its end.
  mutating func word() -> Range<Int>? {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x09 {
      position += 1
    }
    let start = position
    while position < bytes.count, bytes[position] > 0x20 { position += 1 }
    if position == start {
      // Other control characters make a word of one byte, which no caller accepts.
      guard position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D else {
        return nil
      }
      position += 1
    }
    return start..<position
  }

  /// Goes to the start of the next line.
  mutating func skipLine() {
    while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
    guard position < bytes.count else { return }
    let isReturn = bytes[position] == 0x0D
    position += 1
    if isReturn, position < bytes.count, bytes[position] == 0x0A { position += 1 }
  }

  /// Skips blank lines and lines that begin with `%`; false at the end.
  mutating func skipComments() -> Bool {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      case 0x25: skipLine()
      default: return true
      }
    }
    return false
  }

  /// A whole number without sign, or nil.
  func count(_ word: Range<Int>) -> Int? {
    var value = 0
    for byte in bytes[word] {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      let (product, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isStillTooLarge) = product.addingReportingOverflow(Int(byte - 0x30))
      guard !isTooLarge, !isStillTooLarge else { return nil }
      value = sum
    }
    return word.isEmpty ? nil : value
  }

  /// A decimal number, correctly rounded, or nil for anything else.
  ///
  /// Short numbers are exact in `Double` arithmetic (Clinger 1990, DOI 10.1145/93542.93557);
  /// the rest goes to the standard library.
  func number(_ word: Range<Int>) -> Double? {
    var index = word.lowerBound
    let isNegative = bytes[index] == 0x2D
    if isNegative || bytes[index] == 0x2B { index += 1 }
    var mantissa: UInt64 = 0
    var digits = 0
    var pointExponent = 0
    var hasPoint = false
    while index < word.upperBound {
      let byte = bytes[index]
      if byte == 0x2E, !hasPoint {
        hasPoint = true
      } else if byte >= 0x30, byte <= 0x39 {
        mantissa = mantissa &* 10 &+ UInt64(byte - 0x30)
        digits += 1
        if hasPoint { pointExponent -= 1 }
      } else {
        break
      }
      index += 1
    }
    guard digits > 0 else { return nil }
    var exponent = 0
    if index < word.upperBound, bytes[index] == 0x65 || bytes[index] == 0x45 {
      index += 1
      let isSmall = index < word.upperBound && bytes[index] == 0x2D
      if index < word.upperBound, isSmall || bytes[index] == 0x2B { index += 1 }
      guard index < word.upperBound else { return nil }
      while index < word.upperBound, bytes[index] >= 0x30, bytes[index] <= 0x39 {
        exponent = min(exponent * 10 + Int(bytes[index] - 0x30), 1_000_000)
        index += 1
      }
      if isSmall { exponent = -exponent }
    }
    guard index == word.upperBound else { return nil }
    exponent += pointExponent
    if digits <= 15, abs(exponent) <= 22 {
      let power = Self.exactPowersOfTen[abs(exponent)]
      let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
      return isNegative ? -value : value
    }
    return Double(String(decoding: bytes[word], as: UTF8.self))
  }
}
