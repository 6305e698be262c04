/// Gives changed HDF5 metadata a fitting checksum, as one who means harm would.
enum HeaderForger {
  /// The superblock and the pieces of object headers in a file, each without its 4 checksum bytes.
  static func headers(in file: [UInt8]) -> [Range<Int>] {
    var headers = [0..<44]
    var start = 44
    while start + 8 < file.count {
      let signature = Array(file[start..<start + 4])
      if signature == Array("OHDR".utf8) || signature == Array("OCHK".utf8),
        let end = (start + 6..<min(start + 8_192, file.count - 3)).first(where: {
          stored(file, $0) == checksum(file[start..<$0])
        })
      {
        headers.append(start..<end)
        start = end
      } else {
        start += 1
      }
    }
    return headers
  }

  /// Writes the checksum of a header behind it.
  static func sign(_ file: inout [UInt8], _ header: Range<Int>) {
    let value = checksum(file[header])
    for byte in 0..<4 {
      file[header.upperBound + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
    }
  }

  private static func stored(_ file: [UInt8], _ position: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(file[position + $1]) << (8 * UInt32($1)) }
  }

  /// The checksum of HDF5's metadata: Bob Jenkins's lookup3, `hashlittle` with a start of 0.
  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var a: UInt32 = 0xDEAD_BEEF &+ UInt32(bytes.count)
    var b = a
    var c = a
    func turn(_ value: UInt32, _ bits: UInt32) -> UInt32 { value << bits | value >> (32 - bits) }
    func word(_ position: Int) -> UInt32 {
      (0..<4).reduce(0) {
        let index = position + $1
        return index < bytes.endIndex ? $0 | UInt32(bytes[index]) << (8 * UInt32($1)) : $0
      }
    }
    var position = bytes.startIndex
    while bytes.endIndex - position > 12 {
      a &+= word(position)
      b &+= word(position + 4)
      c &+= word(position + 8)
      a = (a &- c) ^ turn(c, 4); c &+= b
      b = (b &- a) ^ turn(a, 6); a &+= c
      c = (c &- b) ^ turn(b, 8); b &+= a
      a = (a &- c) ^ turn(c, 16); c &+= b
      b = (b &- a) ^ turn(a, 19); a &+= c
      c = (c &- b) ^ turn(b, 4); b &+= a
      position += 12
    }
    guard position < bytes.endIndex else { return c }
    a &+= word(position)
    b &+= word(position + 4)
    c &+= word(position + 8)
    c = (c ^ b) &- turn(b, 14)
    a = (a ^ c) &- turn(c, 11)
    b = (b ^ a) &- turn(a, 25)
    c = (c ^ b) &- turn(b, 16)
    a = (a ^ c) &- turn(c, 4)
    b = (b ^ a) &- turn(a, 14)
    return (c ^ b) &- turn(b, 24)
  }
}
