internal import CKernels

/// Memory that was released and that the allocator would keep for later.
package enum UnusedMemory {
  /// Makes blocks of 4 MiB and more go back to the system when they are released, for the whole process, so
  /// that a plan of memory holds.
  package static func giveBackLargeBlocks() { kindred_give_back_large_blocks() }

  /// Gives back what is free now, as far as whole pages of it are.
  package static func giveBack() { kindred_give_back_memory() }
}
