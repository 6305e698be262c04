internal import Glibc

/// A fixed run of numbers on a 64-byte boundary that several threads may write, each its own part.
///
/// The engine's scratch space: Swift arrays cannot be written by two threads at once. Whoever shares
/// a buffer sees to it that no two threads write the same element.
package final class Buffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The elements.
  package let elements: UnsafeMutableBufferPointer<Element>

  /// The number of elements.
  package var count: Int { elements.count }

  /// The address of the first element.
  package var base: UnsafeMutablePointer<Element> {
    guard let base = elements.baseAddress else { preconditionFailure("a buffer has no memory") }
    return base
  }

  /// Makes a buffer with every element set.
  package convenience init(count: Int, repeating value: Element) {
    self.init(unwritten: count)
    elements.initialize(repeating: value)
  }

  /// Makes a buffer whose elements hold anything; whoever makes it writes every element it reads.
  ///
  /// Threads that fill their own parts then also touch the memory first.
  package init(unwritten count: Int) {
    precondition(count >= 0, "a buffer cannot have a negative length")
    // Large buffers lie on huge pages: random access to a panel would else miss the page tables.
    let hugePage = HugePages.byteCount
    let needed = count * MemoryLayout<Element>.stride
    let boundary = needed >= 2 * hugePage ? hugePage : 64
    // Else not a byte more than needed, so that a sanitizer finds a read of the first one behind the end.
    let bytes =
      boundary == hugePage
      ? (needed + hugePage - 1) / hugePage * hugePage : max(needed, MemoryLayout<Element>.stride)
    var block: UnsafeMutableRawPointer?
    let refusal = posix_memalign(&block, boundary, bytes)
    guard refusal == 0, let memory = block else {
      // Unlike the other ways to get memory it only returns the reason, and the program's last words go by this.
      errno = refusal
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    if boundary == hugePage { HugePages.advise(memory, byteCount: bytes) }
    elements = UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: Element.self, capacity: max(1, count)), count: count)
  }

  /// Makes a buffer with a copy of an array.
  package convenience init(_ array: [Element], orEmpty filler: Element) {
    self.init(unwritten: array.count)
    array.withUnsafeBufferPointer { array in
      if let source = array.baseAddress { base.update(from: source, count: array.count) }
    }
    if array.isEmpty { base.initialize(to: filler) }
  }

  deinit { free(elements.baseAddress) }

  /// The element at an index, which must lie inside.
  package subscript(index: Int) -> Element {
    get { elements[index] }
    set { elements[index] = newValue }
  }

  /// Overwrites the elements with those of a buffer of the same length.
  package func copy(from other: Buffer<Element>) {
    precondition(other.count == count, "buffers of different lengths")
    base.update(from: other.base, count: count)
  }

  /// A copy as an array.
  package func array() -> [Element] { Array(elements) }
}

/// Pages of 2 MiB instead of 4 KiB: fewer faults when memory is first touched, fewer look-ups after.
enum HugePages {
  /// The bytes of a huge page.
  static let byteCount = 2 << 20

  /// Asks for huge pages under the whole ones of a stretch of memory; the system may decline.
  static func advise(_ start: UnsafeMutableRawPointer, byteCount count: Int) {
    let address = UInt(bitPattern: start)
    let size = UInt(byteCount)
    let first = (address + size - 1) / size * size
    let end = (address + UInt(count)) / size * size
    guard first < end, let memory = UnsafeMutableRawPointer(bitPattern: first) else { return }
    madvise(memory, Int(end - first), Int32(MADV_HUGEPAGE))
  }
}
