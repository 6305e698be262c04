internal import CKernels

/// The instructions for SHA-256 that some processors have.
package enum DigestBlocks {
  /// Whether this processor has them.
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
}
