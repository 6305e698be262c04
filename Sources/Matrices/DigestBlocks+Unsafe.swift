internal import CKernels

/// The instructions for checksums that some processors have.
package enum DigestBlocks {
  /// Whether this processor has instructions for SHA-256.
  package static let isAvailable = kindred_has_sha256() != 0

  /// Folds whole blocks of 64 bytes into the state of a SHA-256, 8 words, on a processor that can.
  ///
  /// - Complexity: O(bytes).
  package static func fold(
    _ bytes: UnsafeRawBufferPointer, into state: UnsafeMutableBufferPointer<UInt32>
  ) {
    precondition(isAvailable, "this processor has no instructions for SHA-256")
    precondition(
      bytes.count % 64 == 0 && state.count == 8, "a checksum is folded in whole blocks into 8 words"
    )
    kindred_sha256(
      state.baseAddress, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
      Int64(bytes.count / 64))
  }

  private static let multipliesWithoutCarries = kindred_has_crc32() != 0

  /// Goes on with a CRC-32 (polynomial 0xEDB88320, inverted neither before nor after) as far as instructions
  /// take it; returns it with the number of bytes that were read, 0 where there are none.
  ///
  /// - Complexity: O(bytes).
  package static func checksum(
    _ crc: UInt32, of bytes: UnsafeRawBufferPointer
  ) -> (crc: UInt32, readCount: Int) {
    let count = bytes.count / 16 * 16
    guard multipliesWithoutCarries, count >= 64, let start = bytes.baseAddress else {
      return (crc, 0)
    }
    return (
      kindred_crc32(crc, start.assumingMemoryBound(to: UInt8.self), Int64(count)), count
    )
  }
}
