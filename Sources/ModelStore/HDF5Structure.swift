/// Walks a file's headers before libhdf5 sees it and refuses all that Kindred does not write.
///
/// libhdf5 1.10 has known memory faults on malformed files. What passes here has only: the layout of
/// HDF5 1.8 (metadata with checksums, which the library verifies), hard links, compact groups,
/// contiguous datasets that lie inside the file, and the number types of `HDF5Number`. No old-style
/// headers, indices, heaps, filters, shared messages, external files, virtual sets or variable-length
/// types. Format: HDF5 File Format Specification 2.0, https://docs.hdfgroup.org/hdf5/v1_10/_f_m_t2.html
struct HDF5Structure {
  /// More pieces of one header than any file of ours has.
  private static let pieceLimit = 256

  /// A longer header than any file of ours has.
  private static let headerByteLimit = 1 << 24

  /// The address that stands for none.
  private static let undefined = UInt64.max

  private let fileByteCount: Int
  private let objectLimit: Int
  private var pending: [Int] = []
  private var seen: Set<Int> = []

  /// Checks a file.
  ///
  /// - Throws: `StoreError` of kind malformed, or readFailed.
  /// - Complexity: O(bytes of the headers).
  static func check(_ file: borrowing InputFile) throws(StoreError) {
    let head = try file.bytes(at: 0, count: 48)
    guard head.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A].prefix(head.count))
    else {
      throw .malformed(
        "not-hdf5", file.stored,
        "not a \(file.stored.noun): it does not begin as HDF5 files do",
        hint: "name the \(file.stored.usualName) of a run folder")
    }
    guard head.count == 48 else {
      throw .malformed("truncated", file.stored, "file ends early, inside its first 48 bytes")
    }
    var structure = HDF5Structure(of: file)
    let end = try checked(file.stored) { () throws(HDF5Fault) in
      try structure.readSuperblock(head)
    }
    guard end <= file.byteCount else {
      throw .malformed(
        "truncated", file.stored,
        "file ends early: it has \(file.byteCount) bytes and its header says \(end)")
    }
    while let address = structure.pending.popLast() {
      try structure.walk(file, at: address)
    }
  }

  private init(of file: borrowing InputFile) {
    fileByteCount = file.byteCount
    objectLimit = file.stored.objectLimit
  }

  /// Reads the first 48 bytes and returns the length that the file should have.
  private mutating func readSuperblock(_ head: [UInt8]) throws(HDF5Fault) -> Int {
    var cursor = ByteCursor(head[8...])
    try cursor.expect(2, or: "HDF5 of another layout than 1.8's, the only one that is read")
    try cursor.expect(8, or: "addresses that are not 8 bytes long")
    try cursor.expect(8, or: "lengths that are not 8 bytes long")
    _ = try cursor.take(1)
    guard try cursor.unsigned(8) == 0, try cursor.unsigned(8) == Self.undefined else {
      throw HDF5Fault(finding: "a user block or an extended superblock")
    }
    let end = try cursor.integer(8)
    pending.append(try cursor.integer(8))
    return end
  }

  /// Checks one object's header and notes the objects that it links to.
  private mutating func walk(_ file: borrowing InputFile, at address: Int) throws(StoreError) {
    guard seen.insert(address).inserted else { return }
    var object = HDF5ObjectHeader(fileByteCount: fileByteCount)
    var pieces: [(address: Int, byteCount: Int?)] = [(address, nil)]
    var pieceCount = 0
    while let piece = pieces.popLast() {
      pieceCount += 1
      let start = try file.bytes(at: piece.address, count: 32)
      let byteCount = try Self.checked(file.stored) { () throws(HDF5Fault) in
        guard pieceCount <= Self.pieceLimit, seen.count <= objectLimit else {
          throw HDF5Fault(finding: "more headers than such a file has")
        }
        let byteCount: Int
        if let known = piece.byteCount {
          byteCount = known
        } else {
          byteCount = try object.readPrefix(start)
        }
        guard byteCount <= Self.headerByteLimit, piece.address < fileByteCount,
          byteCount <= fileByteCount - piece.address
        else { throw HDF5Fault(finding: "a header that lies beyond the end of the file") }
        return byteCount
      }
      let bytes = try file.bytes(at: piece.address, count: byteCount)
      try Self.checked(file.stored) { () throws(HDF5Fault) in
        try object.readMessages(bytes, isFirst: piece.byteCount == nil)
      }
      pieces.append(contentsOf: object.continuations.map { ($0.address, $0.byteCount) })
      object.continuations = []
    }
    try Self.checked(file.stored) { () throws(HDF5Fault) in try object.checkLayout() }
    pending.append(contentsOf: object.children)
  }

  /// Turns what a part of the walk finds into an error about the file.
  private static func checked<Result>(
    _ file: StoredFile, _ body: () throws(HDF5Fault) -> Result
  ) throws(StoreError) -> Result {
    do {
      return try body()
    } catch {
      throw .malformed("structure", file, "the file holds \(error.finding)")
    }
  }
}
