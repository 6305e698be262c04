/// A whole input file in memory, expanded if it was compressed with gzip.
public struct InputFile: Sendable {
  /// What a file holds.
  public enum Format: String, Sendable, CaseIterable {
    /// Rows of cells between commas (or semicolons), RFC 4180.
    case csv
    /// Rows of cells between tabs.
    case tsv
    /// One JSON object a line.
    case jsonl
    /// A dense NumPy array.
    case npy
    /// A SciPy sparse matrix.
    case npz
    /// A coordinate Matrix Market file.
    case matrixMarket
  }

  /// The file's base name as it was given, or "standard input".
  public let name: String

  /// The SHA-256 checksum of the bytes as they are stored, as 64 hexadecimal digits.
  public let sha256: String

  /// What the file holds, guessed from its name and then from its first bytes.
  public var format: Format

  /// True when the bytes were compressed with gzip, whatever the file's name.
  public let wasCompressed: Bool

  /// The expanded bytes.
  package private(set) var bytes: [UInt8]

  /// The number of bytes to which archives inside may expand.
  let byteLimit: Int

  /// What readers of text refuse to hold.
  public var limits = ReadLimits()

  /// The default limit on expanded bytes: 64 GiB.
  public static let defaultByteLimit = 64 << 30

  /// True when the file holds a matrix, false when it holds rows of text.
  public var holdsMatrix: Bool {
    switch format {
    case .csv, .tsv, .jsonl: false
    case .npy, .npz, .matrixMarket: true
    }
  }

  /// The same file without its bytes, for when they have been read.
  public consuming func withoutBytes() -> InputFile {
    var file = self
    file.bytes = []
    return file
  }

  /// Reads a whole file, or standard input when the path is `-`.
  ///
  /// gzip is recognized by its first bytes, whatever the name; several members are joined.
  ///
  /// - Parameters:
  ///   - path: The file's path, or `-`.
  ///   - byteLimit: The largest number of expanded bytes to accept.
  /// - Throws: `InputError` of kind `missing`, `permission`, `empty`, `readFailed`, `resource` for a
  ///   file larger than the limit, `malformed` for damaged gzip data or data that expands beyond the
  ///   limit.
  /// - Complexity: O(expanded bytes).
  public static func read(
    path: String, byteLimit: Int = defaultByteLimit
  ) throws(InputError) -> InputFile {
    let name = path == "-" ? "standard input" : FilePaths.baseName(path)
    let stored = try FileBytes.read(path: path, name: name, byteLimit: byteLimit)
    return try InputFile(name: name, storedBytes: stored, byteLimit: byteLimit)
  }

  /// Makes an input of bytes that are already in memory.
  ///
  /// - Throws: As `read(path:byteLimit:)`, but for what concerns files.
  /// - Complexity: O(expanded bytes).
  public init(
    name: String, storedBytes: [UInt8], byteLimit: Int = defaultByteLimit
  ) throws(InputError) {
    guard !storedBytes.isEmpty else {
      throw InputError(
        kind: .empty, code: "input.empty", file: name, message: "empty file",
        hint: "give a catalogue with a header line, or a matrix file")
    }
    self.name = name
    self.byteLimit = byteLimit
    sha256 = SHA256.hex(of: storedBytes)
    wasCompressed = Gzip.isGzip(storedBytes)
    if wasCompressed {
      bytes = try Gzip.expand(storedBytes, name: name, byteLimit: byteLimit)
      guard !Gzip.isGzip(bytes) else {
        throw InputError(
          kind: .malformed, code: "gzip.nested", file: name,
          message: "is compressed twice: the expanded data is gzip data again",
          hint: "expand it once, for example with gunzip")
      }
      guard !bytes.isEmpty else {
        throw InputError(
          kind: .empty, code: "input.empty", file: name, message: "empty once expanded")
      }
    } else {
      if name.lowercased().hasSuffix(".gz") { throw Self.notGzip(storedBytes, name: name) }
      bytes = storedBytes
    }
    format = Self.formatByName(name) ?? Self.formatByContent(bytes)
  }

  private static func notGzip(_ bytes: [UInt8], name: String) -> InputError {
    let start = bytes.prefix(4).map {
      $0 >= 0x20 && $0 < 0x7F
        ? String(decoding: [$0], as: UTF8.self) : VisibleText.hexadecimal($0)
    }
    return InputError(
      kind: .malformed, code: "gzip.not-gzip", file: name,
      message: "not gzip data (starts with \"\(start.joined())\")",
      hint: "rename the file without .gz, or compress it again")
  }

  /// The format that a file name promises.
  static func formatByName(_ name: String) -> Format? {
    var name = name.lowercased()
    if name.hasSuffix(".gz") { name.removeLast(3) }
    guard let dot = name.lastIndex(of: ".") else { return nil }
    switch name[name.index(after: dot)...] {
    case "csv": return .csv
    case "tsv", "tab": return .tsv
    case "jsonl", "ndjson", "json": return .jsonl
    case "npy": return .npy
    case "npz": return .npz
    case "mtx", "mm": return .matrixMarket
    default: return nil
    }
  }

  /// The format that the first bytes look like; CSV when nothing else fits.
  static func formatByContent(_ bytes: [UInt8]) -> Format {
    if bytes.starts(with: NPYArray.magic) { return .npy }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return .npz }
    if bytes.starts(with: "%%MatrixMarket".utf8) { return .matrixMarket }
    let text = bytes.dropFirst(bytes.starts(with: TextCheck.byteOrderMark) ? 3 : 0)
    let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
    if first == 0x7B || first == 0x5B { return .jsonl }
    let header = text.prefix { $0 != 0x0A && $0 != 0x0D }
    return header.contains(0x09) && !header.contains(0x2C) ? .tsv : .csv
  }
}

/// Names of files, taken apart as text.
enum FilePaths {
  /// The last component of a path.
  static func baseName(_ path: String) -> String {
    let parts = path.split(separator: "/")
    return parts.last.map(String.init) ?? path
  }

  /// The folder of a path, `.` when it names none.
  static func folder(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
