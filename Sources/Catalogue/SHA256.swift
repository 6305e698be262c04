/// The SHA-256 checksum of FIPS 180-4 (DOI 10.6028/NIST.FIPS.180-4).
///
/// Use when naming files by content. Do not use for secrets: the code is not hardened.
public struct SHA256: Sendable {
  var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  static let blockSize = 64

  /// False to do without the processor's instructions for it; the checksum is the same.
  package var usesInstructions = true

  /// Makes the checksum of nothing.
  public init() {}

  /// Takes more bytes into the checksum.
  ///
  /// - Complexity: O(length).
  public mutating func update(_ bytes: some Collection<UInt8>) {
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let head = rest.prefix(Self.blockSize - pending.count)
      pending.append(contentsOf: head)
      rest = rest.dropFirst(head.count)
      guard pending.count == Self.blockSize else { return }
      compress(pending)
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / Self.blockSize * Self.blockSize
    if whole > 0 {
      compress(rest.prefix(whole))
      rest = rest.dropFirst(whole)
    }
    pending.append(contentsOf: rest)
  }

  /// The checksum of all bytes so far, as 64 hexadecimal digits.
  ///
  /// - Complexity: O(1).
  public func finalize() -> String {
    var last = self
    let bitCount = byteCount &* 8
    var padding: [UInt8] = [0x80]
    let used = (pending.count + 1) % Self.blockSize
    padding += [UInt8](repeating: 0, count: (used <= 56 ? 56 : 120) - used)
    for shift in stride(from: 56, through: 0, by: -8) {
      padding.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    last.update(padding)
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for word in last.state {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt32(shift)) & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The checksum of bytes, as 64 hexadecimal digits.
  ///
  /// - Complexity: O(length).
  public static func hex(of bytes: [UInt8]) -> String {
    var checksum = SHA256()
    checksum.update(bytes)
    return checksum.finalize()
  }
}
