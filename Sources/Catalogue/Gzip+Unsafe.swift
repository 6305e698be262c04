internal import CZip

/// Expands gzip data (RFC 1952).
enum Gzip {
  private static let pieceSize = 1 << 20

  /// True when bytes begin as gzip data does.
  static func isGzip(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// The expanded bytes of all members.
  ///
  /// - Throws: `InputError` when the data ends early, fails its checksum, is followed by something
  ///   else than gzip data or zeros, or expands beyond the limit.
  static func expand(
    _ stored: [UInt8], name: String, byteLimit: Int
  ) throws(InputError) -> [UInt8] {
    var stream = z_stream()
    // 15 bits of window, plus 16 for a gzip header.
    guard kindred_inflate_begin(&stream, 15 + 16) == Z_OK else {
      throw InputError(
        kind: .resource, code: "gzip.memory", file: name, message: "no memory to expand gzip data")
    }
    defer { inflateEnd(&stream) }
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pieceSize)
    defer { piece.deallocate() }
    return try stored.withUnsafeBufferPointer { input throws(InputError) in
      try expand(input, through: piece, with: &stream, name: name, byteLimit: byteLimit)
    }
  }

  private static func expand(
    _ input: UnsafeBufferPointer<UInt8>, through piece: UnsafeMutableBufferPointer<UInt8>,
    with stream: inout z_stream, name: String, byteLimit: Int
  ) throws(InputError) -> [UInt8] {
    var expanded: [UInt8] = []
    expanded.reserveCapacity(min(byteLimit, 4 * input.count))
    var position = 0
    while true {
      // zlib counts input in 32 bits.
      let available = min(input.count - position, 1 << 30)
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress.map { $0 + position })
      stream.avail_in = UInt32(available)
      stream.next_out = piece.baseAddress
      stream.avail_out = UInt32(piece.count)
      let status = inflate(&stream, Z_NO_FLUSH)
      position += available - Int(stream.avail_in)
      let produced = piece.count - Int(stream.avail_out)
      guard expanded.count + produced <= byteLimit else {
        throw InputError(
          kind: .malformed, code: "gzip.too-large", file: name,
          message: "expands beyond the limit of \(VisibleText.byteCount(byteLimit))",
          hint: "raise the limit with --max-input, and --max-memory where it is given")
      }
      if expanded.count + produced > expanded.capacity {
        try FileBytes.checkMemory(2 * (expanded.count + produced), name: name)
      }
      expanded.append(contentsOf: piece[..<produced])
      switch status {
      case Z_STREAM_END:
        let rest = input[position...]
        if rest.allSatisfy({ $0 == 0 }) { return expanded }
        guard rest.starts(with: [0x1F, 0x8B]), inflateReset(&stream) == Z_OK else {
          throw damaged(name, "something else than gzip data follows it", at: position)
        }
      case Z_OK where produced > 0 || position < input.count: continue
      case Z_OK, Z_BUF_ERROR:
        throw InputError(
          kind: .malformed, code: "gzip.truncated", file: name, byte: position,
          message:
            "compressed data ends early after \(VisibleText.grouped(position)) bytes",
          hint: "copy or download the file again")
      case Z_MEM_ERROR:
        throw InputError(
          kind: .resource, code: "gzip.memory", file: name,
          message: "no memory to expand gzip data")
      default:
        let reason = stream.msg.map { String(cString: $0) } ?? "not gzip data"
        if reason == "incorrect data check" || reason == "incorrect length check" {
          throw InputError(
            kind: .malformed, code: "gzip.checksum", file: name, byte: position,
            message: "compressed data has a wrong checksum; the file is damaged",
            hint: "copy or download the file again")
        }
        throw damaged(name, reason, at: position)
      }
    }
  }

  private static func damaged(_ name: String, _ reason: String, at position: Int) -> InputError {
    InputError(
      kind: .malformed, code: "gzip.damaged", file: name, byte: position,
      message: "compressed data is damaged at byte \(VisibleText.grouped(position)): \(reason)",
      hint: "copy or download the file again")
  }
}
