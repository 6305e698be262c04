import Report
import Testing

/// Rice's code, read back by a plain reader.
@Suite struct PackedNumbersTests {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")

  @Test(arguments: [
    [], [0], [0, 0, 0, 0, 0, 0, 0], [1, 2, 3], [15, 16, 17, 1_000_000], [Int(UInt32.max), 0],
    Array(0..<1_000), (0..<500).map { $0 * $0 * 7 }, (0..<300).map { $0 % 17 == 0 ? 1 << 31 : $0 },
  ])
  func readsBack(numbers: [Int]) {
    #expect(Self.read(PackedNumbers.text(numbers), count: numbers.count) == numbers)
  }

  @Test func signsAlternate() {
    let text = PackedNumbers.text(signed: [0, -1, 1, -2, 2, -1_000])
    #expect(Self.read(text, count: 6) == [0, 1, 2, 3, 4, 1_999])
  }

  @Test func isAsShortAsTheNumbersAllow() {
    // 14 bits a number and one to end the quotient.
    let even = PackedNumbers.text((0..<10_000).map { ($0 &* 7_919) % 10_000 })
    #expect(even.utf8.count < 10_000 * 15 / 6 + 3)
    #expect(PackedNumbers.text([Int](repeating: 0, count: 6_000)).utf8.count == 1_001)
  }

  /// The numbers of a text.
  private static func read(_ text: String, count: Int) -> [Int] {
    var values = text.map { digits.firstIndex(of: $0) ?? -1 }
    let size = values.removeFirst()
    var bits = values.flatMap { value in (0..<6).reversed().map { value >> $0 & 1 } }[...]
    func take(_ count: Int) -> Int {
      (0..<count).reduce(0) { sum, _ in sum << 1 | bits.removeFirst() }
    }
    var numbers: [Int] = []
    for _ in 0..<count {
      var quotient = 0
      while quotient < 16, take(1) == 1 { quotient += 1 }
      numbers.append(quotient == 16 ? take(32) : quotient << size | take(size))
    }
    #expect(bits.count < 6 && bits.allSatisfy { $0 == 0 })
    return numbers
  }
}
