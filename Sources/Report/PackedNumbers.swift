/// Whole numbers as short text: Rice's code, six bits a character.
///
/// Numbers in 0..<2³² are written as a quotient in ones, a zero, and a remainder of some bits, which the
/// first character counts; a quotient of 16 or more as 16 ones and the number in 32 bits. Rice and Plaunt,
/// "Adaptive variable-length coding", 1971, DOI 10.1109/TCOM.1971.1090789. `Page/data.js` reads it.
package enum PackedNumbers {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  private static let escapeLength = 16

  /// The text of some numbers.
  ///
  /// - Complexity: O(numbers).
  package static func text(_ numbers: [Int]) -> String {
    let bitCount = remainderBits(for: numbers)
    var text = [alphabet[bitCount]]
    text.reserveCapacity(numbers.count)
    var bits: UInt64 = 0
    var length = 0
    func append(_ value: UInt64, _ count: Int) {
      bits = bits << UInt64(count) | value
      length += count
      while length >= 6 {
        length -= 6
        text.append(alphabet[Int(bits >> UInt64(length) & 63)])
      }
    }
    for number in numbers {
      precondition(number >= 0 && number <= Int(UInt32.max), "packed numbers have 32 bits")
      let quotient = number >> bitCount
      if quotient >= escapeLength {
        append((1 << UInt64(escapeLength)) - 1, escapeLength)
        append(UInt64(number), 32)
      } else {
        append((1 << UInt64(quotient + 1)) - 2, quotient + 1)
        append(UInt64(number & (1 << bitCount - 1)), bitCount)
      }
    }
    if length > 0 { append(0, 6 - length) }
    return String(decoding: text, as: UTF8.self)
  }

  /// The text of numbers of either sign: 0, −1, 1, −2 and so on as 0, 1, 2, 3 and so on.
  package static func text(signed numbers: [Int]) -> String {
    text(numbers.map { $0 < 0 ? -2 * $0 - 1 : 2 * $0 })
  }

  /// The number of bits of remainders from which neither more nor fewer make the text shorter.
  private static func remainderBits(for numbers: [Int]) -> Int {
    guard !numbers.isEmpty else { return 0 }
    func cost(_ bitCount: Int) -> Int {
      var sum = 0
      for number in numbers {
        let quotient = number >> bitCount
        sum += quotient >= escapeLength ? escapeLength + 32 : quotient + 1 + bitCount
      }
      return sum
    }
    // Near the logarithm of the mean, from which it goes down on one side.
    let mean = numbers.reduce(0, +) / numbers.count
    var bitCount = min(24, max(0, Int.bitWidth - mean.leadingZeroBitCount - 1))
    var least = cost(bitCount)
    for step in [-1, 1] {
      while (0...24).contains(bitCount + step) {
        let next = cost(bitCount + step)
        guard next < least else { break }
        (bitCount, least) = (bitCount + step, next)
      }
    }
    return bitCount
  }
}
