/// Many short texts in one run of UTF-8 bytes.
///
/// A catalogue holds hundreds of thousands of cells; one `String` each would cost more than reading
/// the file. Element i is the bytes `offsets[i]..<offsets[i + 1]`, always valid UTF-8.
public struct PackedStrings: Sendable, Equatable {
  /// The UTF-8 bytes of all elements, one after the other.
  public private(set) var bytes: [UInt8]

  /// Where each element begins, `count + 1` offsets into `bytes`.
  public private(set) var offsets: [Int]

  /// The number of elements.
  public var count: Int { offsets.count - 1 }

  /// Makes an empty collection.
  public init() {
    bytes = []
    offsets = [0]
  }

  /// Packs strings.
  ///
  /// - Complexity: O(total bytes).
  public init(_ strings: some Sequence<String>) {
    self.init()
    for string in strings { append(string) }
  }

  /// Takes over bytes that are already packed; they must be valid UTF-8 cut at the offsets.
  ///
  /// - Complexity: O(1).
  public init(validatedBytes bytes: [UInt8], offsets: [Int]) {
    precondition(
      offsets.first == 0 && offsets.last == bytes.count, "the offsets must span the bytes")
    self.bytes = bytes
    self.offsets = offsets
  }

  /// Appends a string.
  ///
  /// - Complexity: O(length), amortized.
  public mutating func append(_ string: String) {
    bytes.append(contentsOf: string.utf8)
    offsets.append(bytes.count)
  }

  /// Appends the bytes of one element, which must be valid UTF-8.
  ///
  /// - Complexity: O(length), amortized.
  public mutating func append(validatedBytes element: some Sequence<UInt8>) {
    bytes.append(contentsOf: element)
    offsets.append(bytes.count)
  }

  /// The bytes of an element.
  ///
  /// - Complexity: O(1).
  public func utf8(at index: Int) -> ArraySlice<UInt8> {
    bytes[offsets[index]..<offsets[index + 1]]
  }

  /// An element as a string.
  ///
  /// - Complexity: O(length).
  public subscript(index: Int) -> String {
    String(decoding: utf8(at: index), as: UTF8.self)
  }

  /// True when an element has no bytes.
  ///
  /// - Complexity: O(1).
  public func isEmpty(at index: Int) -> Bool { offsets[index] == offsets[index + 1] }

  /// All elements as strings.
  ///
  /// - Complexity: O(total bytes).
  public func strings() -> [String] { (0..<count).map { self[$0] } }
}
