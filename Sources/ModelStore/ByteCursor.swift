/// A place in an HDF5 header that is wrong, or that Kindred never writes.
struct HDF5Fault: Error {
  /// What is there, as the end of "the file holds ...".
  let finding: String
}

/// Reads little-endian integers one after the other and never beyond the end.
struct ByteCursor {
  private let bytes: ArraySlice<UInt8>
  private var position: Int

  /// Starts at the first of the bytes.
  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The number of bytes that are left.
  var remaining: Int { bytes.endIndex - position }

  /// The next bytes.
  mutating func take(_ count: Int) throws(HDF5Fault) -> ArraySlice<UInt8> {
    guard count >= 0, count <= remaining else {
      throw HDF5Fault(finding: "a header that ends too early")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  /// The next unsigned integer of 1 to 8 bytes.
  mutating func unsigned(_ width: Int) throws(HDF5Fault) -> UInt64 {
    try take(width).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The next unsigned integer of 1 to 8 bytes, which must fit an `Int`.
  mutating func integer(_ width: Int) throws(HDF5Fault) -> Int {
    guard let value = Int(exactly: try unsigned(width)) else {
      throw HDF5Fault(finding: "a size beyond 2⁶³")
    }
    return value
  }

  /// The next byte must be this one.
  mutating func expect(_ byte: UInt8, or finding: String) throws(HDF5Fault) {
    guard try unsigned(1) == UInt64(byte) else { throw HDF5Fault(finding: finding) }
  }
}
