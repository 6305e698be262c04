internal import Matrices

/// Puts numbers one after the other, as they lie in memory, which on all our machines is little-endian.
package struct UnitBytes {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ text: String) {
    append(UInt8(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  package mutating func append<Number: BitwiseCopyable>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  package mutating func append<Number: BitwiseCopyable>(all numbers: [Number]) {
    numbers.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}

/// Reads numbers one after the other and never beyond the end.
struct UnitCursor {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int

  init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "bytes beyond the end")
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The number of bytes that are left.
  var remaining: Int { end - position }

  /// The next numbers; their type must allow every pattern of bits.
  mutating func numbers<Number: BitwiseCopyable>(
    _: Number.Type, _ count: Int
  ) throws(UnitFault) -> [Number] {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Number>.stride)
    guard count >= 0, !overflow, byteCount <= remaining else { throw UnitFault("is cut short") }
    defer { position += byteCount }
    let start = position
    return [Number](writing: count) { buffer, filled in
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[start..<start + byteCount]))
      }
      filled = count
    }
  }

  mutating func number<Number: BitwiseCopyable>(_ type: Number.Type) throws(UnitFault) -> Number {
    try numbers(type, 1)[0]
  }

  /// The next whole number, which a file holds in 64 bits and must not be negative.
  mutating func count() throws(UnitFault) -> Int {
    let value = try number(Int64.self)
    guard value >= 0 else { throw UnitFault("holds a negative size") }
    return Int(value)
  }

  mutating func text() throws(UnitFault) -> String {
    let count = Int(try number(UInt8.self))
    return String(decoding: try numbers(UInt8.self, count), as: UTF8.self)
  }
}

/// Why a file of units cannot be used, as the end of "part-00001.res …".
package struct UnitFault: Error, Equatable {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }
}
