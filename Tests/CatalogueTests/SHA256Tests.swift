internal import Catalogue
import Testing

struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func standardVectors(text: String, digest: String) {
    #expect(SHA256.hex(of: Array(text.utf8)) == digest)
  }

  @Test func aMillionLetters() {
    #expect(
      SHA256.hex(of: [UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "The processor's instructions and plain code agree", arguments: [0, 1, 64, 200, 4_096, 70_001])
  func withAndWithoutInstructions(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 >> 3) }
    var plain = SHA256()
    plain.usesInstructions = false
    plain.update(bytes)
    #expect(plain.finalize() == SHA256.hex(of: bytes))
  }

  @Test(arguments: [1, 55, 56, 63, 64, 65, 119, 120, 128, 1000])
  func piecesGiveTheSame(size: Int) {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    var checksum = SHA256()
    for start in stride(from: 0, to: bytes.count, by: size) {
      checksum.update(bytes[start..<min(start + size, bytes.count)])
    }
    #expect(checksum.finalize() == SHA256.hex(of: bytes))
    #expect(checksum.finalize() == checksum.finalize())
    #expect(
      SHA256.hex(of: Array(bytes.prefix(size))) != SHA256.hex(of: Array(bytes.prefix(size - 1))))
  }
}
