/// The header of one group or dataset of an HDF5 file, version 2, as far as it must be checked.
struct HDF5ObjectHeader {
  /// Pieces of the header that lie elsewhere and are still to be read.
  var continuations: [(address: Int, byteCount: Int)] = []

  /// The addresses of the objects that a group links to.
  private(set) var children: [Int] = []

  private let fileByteCount: Int
  private var prefixByteCount = 0
  private var hasCreationOrder = false
  private var elementCount: Int?
  private var elementByteCount: Int?
  private var layout: (address: UInt64, byteCount: Int)?

  /// The encodings of the number types in our files, with their sizes.
  private static let numberTypes: [(encoding: [UInt8], byteCount: Int)] = [
    ([0x10, 0x00, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0], 1),
    ([0x10, 0x08, 0, 0, 4, 0, 0, 0, 0, 0, 32, 0], 4),
    ([0x10, 0x08, 0, 0, 8, 0, 0, 0, 0, 0, 64, 0], 8),
    ([0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0], 4),
    ([0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0], 8),
  ]

  /// Starts on an object of a file.
  init(fileByteCount: Int) { self.fileByteCount = fileByteCount }

  /// Reads the first bytes of the header and returns the length of its first piece.
  mutating func readPrefix(_ bytes: [UInt8]) throws(HDF5Fault) -> Int {
    var cursor = ByteCursor(bytes[...])
    guard try Array(cursor.take(4)) == Array("OHDR".utf8) else {
      throw HDF5Fault(finding: "something else where an object's header belongs")
    }
    try cursor.expect(2, or: "an object's header of another version than 2")
    let flags = try cursor.unsigned(1)
    hasCreationOrder = flags & 0b100 != 0
    if flags & 0b1_0000 != 0 { _ = try cursor.take(4) }
    if flags & 0b10_0000 != 0 { _ = try cursor.take(16) }
    let messageByteCount = try cursor.integer(1 << Int(flags & 0b11))
    prefixByteCount = bytes.count - cursor.remaining
    guard messageByteCount < fileByteCount else {
      throw HDF5Fault(finding: "a header longer than the file")
    }
    return prefixByteCount + messageByteCount + 4
  }

  /// Checks the messages in one piece of the header; the last 4 bytes are its checksum.
  mutating func readMessages(_ bytes: [UInt8], isFirst: Bool) throws(HDF5Fault) {
    var start = ByteCursor(bytes[...])
    let prefix = try start.take(isFirst ? prefixByteCount : 4)
    guard start.remaining >= 4, isFirst || Array(prefix) == Array("OCHK".utf8) else {
      throw HDF5Fault(finding: "something else where the rest of a header belongs")
    }
    var cursor = ByteCursor(try start.take(start.remaining - 4))
    // What is shorter than a message's own header is a gap.
    while cursor.remaining >= (hasCreationOrder ? 6 : 4) {
      let type = try cursor.unsigned(1)
      let byteCount = try cursor.integer(2)
      let flags = try cursor.unsigned(1)
      if hasCreationOrder { _ = try cursor.take(2) }
      guard flags & 0b10 == 0 else { throw HDF5Fault(finding: "a shared header message") }
      try readMessage(type, ByteCursor(try cursor.take(byteCount)))
    }
  }

  private mutating func readMessage(_ type: UInt64, _ content: ByteCursor) throws(HDF5Fault) {
    var cursor = content
    switch type {
    case 0x00: break
    case 0x01: elementCount = try Self.readDataspace(&cursor)
    case 0x02: try Self.readIndex(&cursor, counterByteCount: 8)
    case 0x03: elementByteCount = try Self.readDatatype(&cursor)
    case 0x05: try Self.readFillValue(&cursor)
    case 0x06: children.append(try Self.readLink(&cursor))
    case 0x08: layout = try Self.readLayout(&cursor)
    case 0x0A: try Self.readGroupInfo(&cursor)
    case 0x0C: try Self.readAttribute(&cursor)
    case 0x10: continuations.append((try cursor.integer(8), try cursor.integer(8)))
    case 0x15: try Self.readIndex(&cursor, counterByteCount: 2)
    case 0x07: throw HDF5Fault(finding: "a dataset whose numbers lie in another file")
    case 0x0B: throw HDF5Fault(finding: "a filtered (compressed) dataset")
    default:
      throw HDF5Fault(finding: "a header message of type \(type), which Kindred never writes")
    }
  }

  /// Checks that a dataset's numbers lie inside the file and number what its shape says.
  func checkLayout() throws(HDF5Fault) {
    guard let layout else { return }
    guard let elementCount, let elementByteCount else {
      throw HDF5Fault(finding: "a dataset without a shape or type")
    }
    let (needed, overflow) = elementCount.multipliedReportingOverflow(by: elementByteCount)
    guard !overflow, needed == layout.byteCount else {
      throw HDF5Fault(finding: "a dataset whose shape and length disagree")
    }
    if needed == 0 { return }
    guard let address = Int(exactly: layout.address), address < fileByteCount,
      needed <= fileByteCount - address
    else { throw HDF5Fault(finding: "a dataset that lies beyond the end of the file") }
  }

  private static func readDataspace(_ cursor: inout ByteCursor) throws(HDF5Fault) -> Int {
    let version = try cursor.unsigned(1)
    let rank = try cursor.integer(1)
    let flags = try cursor.unsigned(1)
    guard version == 1 || version == 2, rank <= 2 else {
      throw HDF5Fault(finding: "an array of more than two dimensions")
    }
    let kind = try cursor.unsigned(1)
    guard version == 1 || kind == (rank == 0 ? 0 : 1) else {
      throw HDF5Fault(finding: "an array without a shape")
    }
    if version == 1 { _ = try cursor.take(4) }
    var count = 1
    for _ in 0..<rank {
      let (product, overflow) = count.multipliedReportingOverflow(by: try cursor.integer(8))
      guard !overflow else { throw HDF5Fault(finding: "an array of more than 2⁶³ elements") }
      count = product
    }
    if flags & 1 != 0 { _ = try cursor.take(8 * rank) }
    guard flags & ~1 == 0 else { throw HDF5Fault(finding: "an array with permuted axes") }
    return count
  }

  private static func readDatatype(_ cursor: inout ByteCursor) throws(HDF5Fault) -> Int {
    let rest = Array(try cursor.take(cursor.remaining))
    for type in numberTypes where rest.starts(with: type.encoding) { return type.byteCount }
    var text = ByteCursor(rest[...])
    let kind = try text.unsigned(1)
    let bits = try text.unsigned(3)
    let byteCount = try text.integer(4)
    switch kind & 0x0F {
    case 3 where bits & ~0x1F == 0 && byteCount > 0: return byteCount
    case 9: throw HDF5Fault(finding: "variable-length text or lists")
    default:
      throw HDF5Fault(
        finding: "numbers other than uint8, int32, int64, float32 and float64, little-endian")
    }
  }

  private static func readFillValue(_ cursor: inout ByteCursor) throws(HDF5Fault) {
    try cursor.expect(3, or: "a fill value of another version than 3")
    guard try cursor.unsigned(1) & 0b10_0000 == 0 else {
      throw HDF5Fault(finding: "a dataset with a fill value")
    }
  }

  private static func readLayout(_ cursor: inout ByteCursor) throws(HDF5Fault) -> (
    address: UInt64, byteCount: Int
  ) {
    let version = try cursor.unsigned(1)
    guard version == 3 || version == 4, try cursor.unsigned(1) == 1 else {
      throw HDF5Fault(finding: "a chunked, compact or virtual dataset; Kindred's are contiguous")
    }
    return (try cursor.unsigned(8), try cursor.integer(8))
  }

  private static func readLink(_ cursor: inout ByteCursor) throws(HDF5Fault) -> Int {
    try cursor.expect(1, or: "a link of another version than 1")
    let flags = try cursor.unsigned(1)
    if flags & 0b1000 != 0, try cursor.unsigned(1) != 0 {
      throw HDF5Fault(finding: "a soft or external link")
    }
    if flags & 0b100 != 0 { _ = try cursor.take(8) }
    if flags & 0b1_0000 != 0 { _ = try cursor.take(1) }
    _ = try cursor.take(try cursor.integer(1 << Int(flags & 0b11)))
    return try cursor.integer(8)
  }

  /// The bookkeeping of links or attributes, which must not refer to a heap.
  private static func readIndex(_ cursor: inout ByteCursor, counterByteCount: Int)
    throws(HDF5Fault)
  {
    try cursor.expect(0, or: "an index of another version than 0")
    let flags = try cursor.unsigned(1)
    if flags & 0b01 != 0 { _ = try cursor.take(counterByteCount) }
    for _ in 0..<(flags & 0b10 != 0 ? 3 : 2) where try cursor.unsigned(8) != UInt64.max {
      throw HDF5Fault(finding: "so many links or attributes that they are indexed")
    }
  }

  private static func readGroupInfo(_ cursor: inout ByteCursor) throws(HDF5Fault) {
    try cursor.expect(0, or: "group information of another version than 0")
    let flags = try cursor.unsigned(1)
    _ = try cursor.take((flags & 0b01 != 0 ? 4 : 0) + (flags & 0b10 != 0 ? 4 : 0))
  }

  private static func readAttribute(_ cursor: inout ByteCursor) throws(HDF5Fault) {
    try cursor.expect(3, or: "an attribute of another version than 3")
    guard try cursor.unsigned(1) == 0 else {
      throw HDF5Fault(finding: "an attribute with a shared type")
    }
    let nameByteCount = try cursor.integer(2)
    let typeByteCount = try cursor.integer(2)
    let spaceByteCount = try cursor.integer(2)
    _ = try cursor.take(1)
    guard nameByteCount > 0, try cursor.take(nameByteCount).last == 0 else {
      throw HDF5Fault(finding: "an attribute whose name does not end")
    }
    var type = ByteCursor(try cursor.take(typeByteCount))
    let elementByteCount = try readDatatype(&type)
    var space = ByteCursor(try cursor.take(spaceByteCount))
    let elementCount = try readDataspace(&space)
    let (needed, overflow) = elementCount.multipliedReportingOverflow(by: elementByteCount)
    guard !overflow, needed == cursor.remaining else {
      throw HDF5Fault(finding: "an attribute whose shape and length disagree")
    }
  }
}
