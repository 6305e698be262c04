import Foundation

extension Sample {
  /// A gzip member of stored blocks, at most 65,535 bytes; `checksum` and `length` are what its end claims.
  static func gzip(_ data: Data, checksum: UInt32? = nil, length: UInt32? = nil) -> Data {
    precondition(data.count <= 0xFFFF, "one stored block holds no more")
    let count = UInt16(data.count)
    return Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]) + little(count) + little(~count) + data
      + little(checksum ?? crc32(data)) + little(length ?? UInt32(data.count))
  }

  /// A zip archive of stored entries; `claim` may change what its directory says of an entry's size.
  static func zip(
    _ entries: [(name: String, data: Data)], claim: (String, Int) -> Int = { $1 },
    offset: (String, Int) -> Int = { $1 }
  ) -> Data {
    var archive = Data()
    var directory = Data()
    for (name, data) in entries {
      let size = UInt32(truncatingIfNeeded: claim(name, data.count))
      let place = UInt32(truncatingIfNeeded: offset(name, archive.count))
      let facts =
        little(crc32(data)) + little(size) + little(size) + little(UInt16(name.utf8.count))
      let start = little(UInt16(20)) + little(UInt16(0)) + little(UInt16(0)) + Data(count: 4)
      archive += Data("PK\u{3}\u{4}".utf8) + start + facts + little(UInt16(0)) + Data(name.utf8)
      archive += data
      directory += Data("PK\u{1}\u{2}".utf8) + little(UInt16(20)) + start + facts
      directory += Data(count: 12) + little(place) + Data(name.utf8)
    }
    let count = little(UInt16(entries.count))
    return archive + directory + Data("PK\u{5}\u{6}".utf8) + Data(count: 4) + count + count
      + little(UInt32(directory.count)) + little(UInt32(archive.count)) + Data(count: 2)
  }

  /// The arrays of a SciPy CSR matrix of 4×3 with six entries; some may be replaced or left out.
  static func csr(replacing arrays: [String: Data?] = [:]) -> [(name: String, data: Data)] {
    let usual: [(name: String, data: Data)] = [
      ("indices.npy", integers([0, 2, 1, 0, 1, 2])), ("indptr.npy", integers([0, 2, 3, 4, 6])),
      (
        "format.npy",
        npy("{'descr': '|S3', 'fortran_order': False, 'shape': (), }", data: Array("csr".utf8))
      ),
      ("shape.npy", integers([4, 3])), ("data.npy", floats([1, 2, 3, 4, 1, 1])),
    ]
    return usual.compactMap { name, data in
      guard let replaced = arrays[name] else { return (name, data) }
      return replaced.map { (name, $0) }
    }
  }

  /// A .npy file of 64-bit integers.
  static func integers(_ values: [Int64]) -> Data {
    npy(
      "{'descr': '<i8', 'fortran_order': False, 'shape': (\(values.count),), }",
      data: values.flatMap { little($0) })
  }

  /// A .npy file of floats.
  static func floats(_ values: [Float]) -> Data {
    npy(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (\(values.count),), }",
      data: values.flatMap { little($0.bitPattern) })
  }

  static func little(_ value: some FixedWidthInteger) -> Data {
    withUnsafeBytes(of: value.littleEndian) { Data($0) }
  }

  /// The checksum of gzip and zip, bit by bit.
  static func crc32(_ data: Data) -> UInt32 {
    ~data.reduce(UInt32.max) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }
}
