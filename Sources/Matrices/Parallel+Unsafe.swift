/// One slot a chunk, each written once by the thread that owns the chunk.
final class ResultSlots<Result: Sendable>: @unchecked Sendable {
  private let slots: UnsafeMutablePointer<Result?>
  private let count: Int

  init(count: Int) {
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil, count: count)
  }

  deinit {
    slots.deinitialize(count: count)
    slots.deallocate()
  }

  func fill(_ index: Int, with result: Result) {
    precondition(index >= 0 && index < count, "a result has no slot")
    slots[index] = result
  }

  func take() -> [Result] {
    (0..<count).map { index in
      guard let result = slots[index] else { preconditionFailure("a chunk gave no result") }
      return result
    }
  }
}
