internal import Matrices

extension NPYArray {
  /// The elements as single-precision numbers, in the order in which they are stored.
  ///
  /// - Throws: `InputError` for elements that are not numbers.
  /// - Complexity: O(elements).
  func floats() throws(InputError) -> [Float] {
    switch element {
    case .float(2): elements { Self.float(fromHalf: order($0)) }
    case .float(4): elements { Float(bitPattern: order($0)) }
    case .float: elements { Float(Double(bitPattern: order($0))) }
    case .signed(1): elements { (stored: Int8) in Float(stored) }
    case .signed(2): elements { (stored: Int16) in Float(order(stored)) }
    case .signed(4): elements { (stored: Int32) in Float(order(stored)) }
    case .signed: elements { (stored: Int64) in Float(order(stored)) }
    case .unsigned(1): elements { (stored: UInt8) in Float(stored) }
    case .unsigned(2): elements { (stored: UInt16) in Float(order(stored)) }
    case .unsigned(4): elements { (stored: UInt32) in Float(order(stored)) }
    case .unsigned: elements { (stored: UInt64) in Float(order(stored)) }
    case .boolean: elements { (stored: UInt8) in stored == 0 ? 0 : 1 }
    case .bytes, .scalars: throw complaint("npy.type", "holds text, expected numbers")
    }
  }

  /// The elements as double-precision numbers, in the order in which they are stored.
  ///
  /// - Throws: `InputError` for elements of another type.
  /// - Complexity: O(elements).
  func doubles() throws(InputError) -> [Double] {
    guard element == .float(byteCount: 8) else {
      throw complaint("npy.type", "holds elements of type '\(elementName)', expected float64")
    }
    return elements { Double(bitPattern: order($0)) }
  }

  /// The elements as integers, in the order in which they are stored.
  ///
  /// - Throws: `InputError` for elements that are not integers; for an element beyond 64 bits.
  /// - Complexity: O(elements).
  func integers() throws(InputError) -> [Int] {
    switch element {
    case .signed(1): return elements { (stored: Int8) in Int(stored) }
    case .signed(2): return elements { (stored: Int16) in Int(order(stored)) }
    case .signed(4): return elements { (stored: Int32) in Int(order(stored)) }
    case .signed: return elements { (stored: Int64) in Int(order(stored)) }
    case .unsigned(1): return elements { (stored: UInt8) in Int(stored) }
    case .unsigned(2): return elements { (stored: UInt16) in Int(order(stored)) }
    case .unsigned(4): return elements { (stored: UInt32) in Int(order(stored)) }
    case .unsigned:
      let found: [Int] = elements { (stored: UInt64) in Int(truncatingIfNeeded: order(stored)) }
      if let position = found.firstIndex(where: { $0 < 0 }) {
        throw complaint("npy.range", "element \(position) is larger than 64 bits with sign hold")
      }
      return found
    case .float, .boolean, .bytes, .scalars:
      throw complaint(
        "npy.type", "holds elements of type '\(elementName)', expected integers",
        "convert it: array.astype('int32')")
    }
  }

  /// True when an element is stored as a finite number; false for NaN and infinities.
  ///
  /// Tells a stored infinity from a number too large for single precision.
  func isStoredFinite(at index: Int) -> Bool {
    guard element == .float(byteCount: 8) else { return false }
    return bytes.withUnsafeBytes { raw in
      let stored = raw.loadUnaligned(fromByteOffset: dataStart + 8 * index, as: UInt64.self)
      return Double(bitPattern: order(stored)).isFinite
    }
  }

  @inline(__always)
  private func order<Stored: FixedWidthInteger>(_ stored: Stored) -> Stored {
    isBigEndian ? Stored(bigEndian: stored) : Stored(littleEndian: stored)
  }

  @inline(__always)
  private func elements<Stored: FixedWidthInteger & BitwiseCopyable, Wanted>(
    _ convert: (Stored) -> Wanted
  ) -> [Wanted] {
    let size = MemoryLayout<Stored>.size
    precondition(bytes.count - dataStart == count * size, "an array's length was checked before")
    return bytes.withUnsafeBytes { raw in
      [Wanted](writing: count) { buffer, filled in
        for index in 0..<count {
          let stored = raw.loadUnaligned(
            fromByteOffset: dataStart &+ index &* size, as: Stored.self)
          buffer.initializeElement(at: index, to: convert(stored))
        }
        filled = count
      }
    }
  }

  /// The number that 16 bits of IEEE 754 stand for.
  static func float(fromHalf bits: UInt16) -> Float {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction / 1024)
        * Float(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  /// Appends integers, or the bit patterns of floats, in little-endian order.
  static func append<Stored: FixedWidthInteger & BitwiseCopyable>(
    _ elements: [Stored], to bytes: inout [UInt8]
  ) {
    precondition(Stored(littleEndian: 1) == 1, "this machine is not little-endian")
    elements.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
}
