internal import Catalogue
internal import Matrices
import Testing

@Suite("CRC-32") struct ChecksumTests {
  /// The checksum bit by bit, as its polynomial says.
  private static func slow(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    return ~crc
  }

  @Test("The check value of the standard") func standardVector() {
    #expect(Checksum.crc32(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(Checksum.crc32([UInt8]()) == 0)
  }

  @Test("Any length around whole blocks, and numbers of any size")
  func lengths() {
    var generator = CounterGenerator(seed: 3)
    for count in Array(0..<200) + [255, 256, 1_023, 4_099] {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      #expect(Checksum.crc32(bytes) == Self.slow(bytes), "\(count) bytes")
      #expect(Checksum.crc32(Array(bytes.dropFirst(3))) == Self.slow(Array(bytes.dropFirst(3))))
    }
    let numbers = (0..<321).map { Float($0) / 7 }
    let bytes = numbers.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
    }
    #expect(Checksum.crc32(numbers) == Self.slow(bytes))
  }
}
