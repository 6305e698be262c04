internal import CZip
internal import Glibc
internal import Matrices

/// Reads and writes zip archives in memory.
package enum ZipArchive {
  /// No deflated byte stands for more than this many.
  private static let deflateRatioLimit: UInt64 = 1032

  /// The bytes of those of the wanted entries that an archive has; all others are left alone.
  ///
  /// - Throws: `InputError` for a damaged archive, an entry whose checksum or length is wrong, and
  ///   entries that would expand beyond the limit together.
  package static func read(
    _ bytes: [UInt8], entries wanted: [String], name: String, byteLimit: Int
  ) throws(InputError) -> [String: [UInt8]] {
    try bytes.withUnsafeBufferPointer { raw throws(InputError) in
      var error = zip_error_t()
      zip_error_init(&error)
      defer { zip_error_fini(&error) }
      guard let source = zip_source_buffer_create(raw.baseAddress, UInt64(raw.count), 0, &error)
      else { throw damaged(name, &error) }
      guard let archive = zip_open_from_source(source, ZIP_RDONLY, &error) else {
        zip_source_free(source)
        throw damaged(name, &error)
      }
      defer { zip_discard(archive) }
      var found: [String: [UInt8]] = [:]
      var budget = byteLimit
      for entry in wanted {
        let index = zip_name_locate(archive, entry, 0)
        guard index >= 0 else { continue }
        let content = try read(
          archive, UInt64(index), entry: entry, name: name, archiveSize: bytes.count,
          budget: budget)
        budget -= content.count
        found[entry] = content
      }
      return found
    }
  }

  private static func read(
    _ archive: OpaquePointer, _ index: UInt64, entry: String, name: String, archiveSize: Int,
    budget: Int
  ) throws(InputError) -> [UInt8] {
    func refuse(_ message: String) -> InputError {
      InputError(
        kind: .malformed, code: "npz.damaged", file: name,
        message: "entry '\(entry)' \(message)", hint: "copy or write the file again")
    }
    var status = zip_stat_t()
    zip_stat_init(&status)
    guard zip_stat_index(archive, index, 0, &status) == 0 else { throw refuse("is damaged") }
    guard status.encryption_method == 0 else { throw refuse("is encrypted") }
    guard status.comp_method == 0 || status.comp_method == 8 else {
      throw refuse("is compressed by a method other than deflate")
    }
    guard status.comp_size <= UInt64(archiveSize) else { throw refuse("is longer than the file") }
    let largest = status.comp_method == 0 ? 1 : deflateRatioLimit
    guard status.size <= status.comp_size * largest else {
      throw refuse("claims more bytes than it can hold")
    }
    guard status.size <= UInt64(max(0, budget)) else {
      throw InputError(
        kind: .malformed, code: "npz.too-large", file: name,
        message: "expands beyond the limit on input size at entry '\(entry)'",
        hint: "raise the limit with --max-input, and --max-memory where it is given")
    }
    let size = Int(status.size)
    try FileBytes.checkMemory(size, name: name)
    guard let file = zip_fopen_index(archive, index, 0) else { throw refuse("cannot be opened") }
    defer { zip_fclose(file) }
    var isComplete = true
    let content = [UInt8](writing: size) { buffer, count in
      while count < size {
        let got = zip_fread(file, buffer.baseAddress.map { $0 + count }, UInt64(size - count))
        guard got > 0 else {
          isComplete = false
          return
        }
        count += Int(got)
      }
    }
    // libzip compares length and checksum when it is asked for more than there is.
    var extra: UInt8 = 0
    guard isComplete, zip_fread(file, &extra, 1) == 0 else {
      throw refuse("is damaged: its length or checksum is wrong")
    }
    return content
  }

  /// An archive of stored entries in the given order, all dated 1 January 1980.
  ///
  /// - Throws: `InputError` of kind `resource` when memory runs out.
  static func write(_ entries: [(name: String, bytes: [UInt8])]) throws(InputError) -> [UInt8] {
    var error = zip_error_t()
    zip_error_init(&error)
    defer { zip_error_fini(&error) }
    guard let target = zip_source_buffer_create(nil, 0, 0, &error) else { throw failure(&error) }
    defer { zip_source_free(target) }
    guard let archive = zip_open_from_source(target, ZIP_TRUNCATE, &error) else {
      throw failure(&error)
    }
    // The archive gives its own hold on the target up when it closes.
    zip_source_keep(target)
    var isClosed = false
    defer { if !isClosed { zip_discard(archive) } }
    for entry in entries {
      guard let source = source(of: entry.bytes) else { throw failure(&error) }
      let index = zip_file_add(archive, entry.name, source, 0)
      guard index >= 0 else {
        zip_source_free(source)
        throw failure(&error)
      }
      let dateOf1980: UInt16 = 1 << 5 | 1
      guard zip_set_file_compression(archive, UInt64(index), ZIP_CM_STORE, 0) == 0,
        zip_file_set_dostime(archive, UInt64(index), 0, dateOf1980, 0) == 0
      else { throw failure(&error) }
    }
    guard zip_close(archive) == 0 else { throw failure(&error) }
    isClosed = true
    return try contents(of: target)
  }

  /// A source that owns a copy of bytes; libzip frees it with `free`.
  private static func source(of bytes: [UInt8]) -> OpaquePointer? {
    bytes.withUnsafeBytes { raw in
      guard let copy = malloc(max(1, raw.count)) else { return nil }
      if let base = raw.baseAddress { memcpy(copy, base, raw.count) }
      guard let source = zip_source_buffer_create(copy, UInt64(raw.count), 1, nil) else {
        free(copy)
        return nil
      }
      return source
    }
  }

  private static func contents(of source: OpaquePointer) throws(InputError) -> [UInt8] {
    var status = zip_stat_t()
    zip_stat_init(&status)
    var error = zip_error_t()
    guard zip_source_stat(source, &status) == 0, zip_source_open(source) == 0 else {
      throw failure(&error)
    }
    defer { zip_source_close(source) }
    let size = Int(status.size)
    let bytes = [UInt8](writing: size) { buffer, count in
      while count < size {
        let got = zip_source_read(
          source, buffer.baseAddress.map { $0 + count }, UInt64(size - count))
        guard got > 0 else { return }
        count += Int(got)
      }
    }
    guard bytes.count == size else { throw failure(&error) }
    return bytes
  }

  private static func damaged(_ name: String, _ error: inout zip_error_t) -> InputError {
    InputError(
      kind: .malformed, code: "npz.damaged", file: name,
      message: "not a .npz file, or a damaged one: \(words(&error))",
      hint: "copy the file again, or write it with scipy.sparse.save_npz")
  }

  private static func failure(_ error: inout zip_error_t) -> InputError {
    InputError(
      kind: .resource, code: "npz.write-failed", file: "matrix",
      message: "packing the matrix failed: \(words(&error))")
  }

  private static func words(_ error: inout zip_error_t) -> String {
    String(cString: zip_error_strerror(&error)).lowercased()
  }
}
