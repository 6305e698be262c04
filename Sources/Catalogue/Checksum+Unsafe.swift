internal import Matrices

/// The CRC-32 of zip, gzip and PNG (polynomial 0xEDB88320), by the processor's instructions or eight bytes a
/// step.
///
/// It finds damage, not forgery. `zlib.crc32` of Python gives the same number.
package enum Checksum {
  /// For each byte and each of eight distances from the end of a step, its share of the result.
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
      table[byte] = value
    }
    for index in 256..<table.count {
      let nearer = table[index - 256]
      table[index] = table[Int(nearer & 0xFF)] ^ (nearer >> 8)
    }
    return table
  }()

  /// The checksum of an array's bytes in memory, which on all our machines is little-endian.
  ///
  /// - Complexity: O(bytes).
  package static func crc32<Number: BitwiseCopyable>(_ values: [Number]) -> UInt32 {
    values.withUnsafeBytes { bytes in
      table.withUnsafeBufferPointer { table in
        var (crc, position) = DigestBlocks.checksum(.max, of: bytes)
        while position + 8 <= bytes.count {
          let low = bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self) ^ crc
          let high = bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)
          crc = table[1792 + Int(low & 0xFF)] ^ table[1536 + Int((low >> 8) & 0xFF)]
          crc ^= table[1280 + Int((low >> 16) & 0xFF)] ^ table[1024 + Int(low >> 24)]
          crc ^= table[768 + Int(high & 0xFF)] ^ table[512 + Int((high >> 8) & 0xFF)]
          crc ^= table[256 + Int((high >> 16) & 0xFF)] ^ table[Int(high >> 24)]
          position += 8
        }
        for byte in bytes[position...] {
          crc = table[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8)
        }
        return ~crc
      }
    }
  }
}
