internal import CCSV
internal import Glibc
internal import Matrices

/// The records of CSV text as libcsv cuts them, cells in one run of bytes.
///
/// libcsv tells neither where a field stood nor whether it was quoted. Both follow from the raw text,
/// because with its space function off it drops only quotes: the sink keeps the raw offset of the
/// next field and adds what each field and row end must have taken.
struct CSVRecords {
  /// Why parsing stopped, with raw byte offsets.
  enum Problem: Equatable {
    case unterminatedQuote(Int)
    case textAfterQuote(Int, opening: Int)
    case bareQuote(Int)
    case fieldTooLong(Int)
    case tooManyColumns(Int)
    case fieldCount(Int, found: Int, expected: Int)
    case noMemory
  }

  /// The fields of the first record.
  private(set) var header: [String] = []
  /// The bytes of the cells after the first record.
  private(set) var bytes: [UInt8] = []
  /// Where each cell begins in `bytes`, and the end.
  private(set) var offsets: [Int] = [0]
  /// The line on which each record after the first begins.
  private(set) var lineNumbers: [Int] = []
  /// The number of blank lines.
  private(set) var blankLineCount = 0
  /// Why parsing stopped before the end, if it did.
  private(set) var problem: Problem?

  private static let blockSize = 1 << 16

  /// Cuts UTF-8 text into records.
  ///
  /// - Complexity: O(bytes).
  init(parsing text: [UInt8], from start: Int, delimiter: UInt8, limits: ReadLimits) {
    var sink: Sink?
    bytes = text.withUnsafeBufferPointer { raw in
      // Cells are never longer than what they were read from.
      [UInt8](writing: raw.count) { arena, used in
        guard let rawBase = raw.baseAddress, let arenaBase = arena.baseAddress else { return }
        var filled = Sink(
          raw: rawBase, rawCount: raw.count, arena: arenaBase, limits: limits, offset: start)
        Self.run(&filled, delimiter: delimiter)
        used = filled.used
        sink = filled
      }
    }
    guard let sink else { return }
    header = sink.header
    offsets = sink.offsets
    lineNumbers = sink.lineNumbers
    blankLineCount = sink.blankLineCount
    problem = sink.problem
  }

  private static func run(_ sink: inout Sink, delimiter: UInt8) {
    var parser = csv_parser()
    let options = UInt8(CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL)
    guard csv_init(&parser, options) == 0 else {
      sink.problem = .noMemory
      return
    }
    defer { csv_free(&parser) }
    csv_set_delim(&parser, delimiter)
    csv_set_space_func(&parser) { _ in 0 }
    csv_set_blk_size(&parser, blockSize)
    let onField: @convention(c) (UnsafeMutableRawPointer?, Int, UnsafeMutableRawPointer?) -> Void =
      { field, count, context in
        context?.assumingMemoryBound(to: Sink.self).pointee.takeField(field, count)
      }
    let onRow: @convention(c) (Int32, UnsafeMutableRawPointer?) -> Void = { end, context in
      context?.assumingMemoryBound(to: Sink.self).pointee.takeRowEnd(end)
    }
    let raw = sink.raw
    let rawCount = sink.rawCount
    let fieldLimit = sink.limits.fieldBytes
    withUnsafeMutablePointer(to: &sink) { sink in
      var position = sink.pointee.offset
      while position < rawCount, sink.pointee.problem == nil {
        let length = min(blockSize, rawCount - position)
        let taken = csv_parse(&parser, raw + position, length, onField, onRow, sink)
        guard sink.pointee.problem == nil else { return }
        if taken < length {
          sink.pointee.problem = problem(
            of: &parser, at: position + taken, fieldStart: sink.pointee.offset)
          return
        }
        if parser.entry_pos > fieldLimit {
          sink.pointee.problem = .fieldTooLong(sink.pointee.offset)
        }
        position += length
      }
      guard sink.pointee.problem == nil else { return }
      if csv_fini(&parser, onField, onRow, sink) != 0 {
        sink.pointee.problem = .unterminatedQuote(sink.pointee.offset)
      }
    }
  }

  private static func problem(
    of parser: inout csv_parser, at position: Int, fieldStart: Int
  ) -> Problem {
    guard csv_error(&parser) == CSV_EPARSE else { return .noMemory }
    return parser.quoted == 0
      ? .bareQuote(position) : .textAfterQuote(position, opening: fieldStart)
  }
}

/// What libcsv's callbacks fill.
private struct Sink {
  /// The text, `rawCount` bytes.
  let raw: UnsafePointer<UInt8>
  let rawCount: Int
  /// Where cells go, `rawCount` bytes of which `used` are set.
  let arena: UnsafeMutablePointer<UInt8>
  let limits: ReadLimits
  /// The raw offset at which the next field begins.
  var offset: Int
  var used = 0
  var offsets: [Int] = [0]
  var header: [String] = []
  var lineNumbers: [Int] = []
  var blankLineCount = 0
  var problem: CSVRecords.Problem?

  private var line = 1
  private var rowLine = 1
  private var rowStart = 0
  private var fieldCount = 0
  private var expectedCount: Int?
  private var offsetAfterReturn = -1

  init(
    raw: UnsafePointer<UInt8>, rawCount: Int, arena: UnsafeMutablePointer<UInt8>,
    limits: ReadLimits, offset: Int
  ) {
    self.raw = raw
    self.rawCount = rawCount
    self.arena = arena
    self.limits = limits
    self.offset = offset
  }

  mutating func takeField(_ field: UnsafeMutableRawPointer?, _ count: Int) {
    guard problem == nil else { return }
    if fieldCount == 0 {
      rowLine = line
      rowStart = offset
    }
    guard count <= limits.fieldBytes else {
      problem = .fieldTooLong(offset)
      return
    }
    let isQuoted = offset < rawCount && raw[offset] == 0x22
    var taken = count
    if let field, count > 0 {
      let bytes = field.assumingMemoryBound(to: UInt8.self)
      if isQuoted { taken += countInside(bytes, count) }
      if fieldCount < expectedCount ?? limits.columnCount {
        memcpy(arena + used, bytes, count)
        used += count
      }
    }
    if isQuoted { taken += 2 }
    offset += taken + 1
    fieldCount += 1
    if fieldCount <= expectedCount ?? limits.columnCount {
      offsets.append(used)
    } else if expectedCount == nil {
      problem = .tooManyColumns(rowStart)
    }
  }

  /// The quotes in a quoted field, each of which stood doubled; counts its line ends as well.
  private mutating func countInside(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
    var quotes = 0
    var feeds = 0
    var returns = 0
    for index in 0..<count {
      quotes &+= bytes[index] == 0x22 ? 1 : 0
      feeds &+= bytes[index] == 0x0A ? 1 : 0
      returns &+= bytes[index] == 0x0D ? 1 : 0
    }
    line += feeds
    if returns > 0 {
      for index in 0..<count where bytes[index] == 0x0D {
        if index + 1 == count || bytes[index + 1] != 0x0A { line += 1 }
      }
    }
    return quotes
  }

  mutating func takeRowEnd(_ end: Int32) {
    guard problem == nil else { return }
    if fieldCount == 0 {
      let isSecondHalf = end == 0x0A && offset == offsetAfterReturn
      offset += 1
      if isSecondHalf { return }
      blankLineCount += 1
    } else if expectedCount == nil {
      takeHeader()
    } else if fieldCount != expectedCount {
      problem = .fieldCount(rowStart, found: fieldCount, expected: expectedCount ?? 0)
      return
    } else {
      lineNumbers.append(rowLine)
    }
    fieldCount = 0
    line += 1
    offsetAfterReturn = end == 0x0D ? offset : -1
  }

  private mutating func takeHeader() {
    for column in 0..<fieldCount {
      let cell = UnsafeBufferPointer(
        start: arena + offsets[column], count: offsets[column + 1] - offsets[column])
      header.append(String(decoding: cell, as: UTF8.self))
    }
    expectedCount = fieldCount
    used = 0
    offsets = [0]
    let guess = rawCount / 8
    offsets.reserveCapacity(guess)
    lineNumbers.reserveCapacity(guess / fieldCount)
  }
}
