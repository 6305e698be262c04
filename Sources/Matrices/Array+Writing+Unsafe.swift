extension Array {
  /// Makes an array whose elements a closure writes: it gets the memory and says how many there are in the end.
  ///
  /// The memory is the array's own even for no elements. The library's initializer, which must not be used elsewhere,
  /// then sets the length of the one empty array that all threads share.
  package init(
    writing capacity: Int,
    with write: (_ memory: UnsafeMutableBufferPointer<Element>, _ count: inout Int) -> Void
  ) {
    self.init(unsafeUninitializedCapacity: Swift.max(1, capacity)) { memory, count in
      write(UnsafeMutableBufferPointer(rebasing: memory[..<capacity]), &count)
    }
  }
}
