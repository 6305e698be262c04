/// A pointer that several threads read.
struct SharedPointer<Element>: @unchecked Sendable {
  private let start: UnsafePointer<Element>?

  init(_ buffer: UnsafeBufferPointer<Element>) { start = buffer.baseAddress }

  subscript(index: Int) -> Element {
    guard let start else { preconditionFailure("an empty run of numbers has no elements") }
    return start[index]
  }

  /// The address of an element.
  func advanced(to index: Int) -> UnsafePointer<Element> {
    guard let start else { preconditionFailure("an empty run of numbers has no elements") }
    return start + index
  }
}

/// Memory that several threads write, each its own part.
struct SharedTarget<Element>: @unchecked Sendable {
  let start: UnsafeMutablePointer<Element>

  init(_ start: UnsafeMutablePointer<Element>) { self.start = start }
}
