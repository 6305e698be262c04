internal import Glibc
internal import Matrices

/// Reads the bytes of files and pipes.
package enum FileBytes {
  private static let pieceSize = 1 << 20

  /// All bytes of a file, or of standard input when the path is `-`.
  static func read(path: String, name: String, byteLimit: Int) throws(InputError) -> [UInt8] {
    if path == "-" { return try read(descriptor: 0, expected: 0, name: name, byteLimit: byteLimit) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno, path: path, name: name) }
    defer { close(descriptor) }
    var before = stat()
    guard fstat(descriptor, &before) == 0 else { throw failure(errno, path: path, name: name) }
    guard before.st_mode & S_IFMT != S_IFDIR else {
      throw failure(EISDIR, path: path, name: name)
    }
    let isRegular = before.st_mode & S_IFMT == S_IFREG
    let expected = isRegular ? Int(before.st_size) : 0
    let bytes = try read(
      descriptor: descriptor, expected: expected, name: name, byteLimit: byteLimit)
    var after = stat()
    if isRegular, fstat(descriptor, &after) == 0,
      after.st_size != before.st_size || bytes.count != expected
        || after.st_mtim.tv_sec != before.st_mtim.tv_sec
        || after.st_mtim.tv_nsec != before.st_mtim.tv_nsec,
      // Files of /proc claim no size and yet have bytes.
      expected > 0 || after.st_size > 0
    {
      throw InputError(
        kind: .malformed, code: "input.changed", file: name, message: "changed while being read",
        hint: "wait until the file is written, then run again")
    }
    return bytes
  }

  private static func read(
    descriptor: Int32, expected: Int, name: String, byteLimit: Int
  ) throws(InputError) -> [UInt8] {
    guard expected <= byteLimit else { throw tooLarge(name, byteLimit) }
    try checkMemory(expected, name: name)
    var code: Int32 = 0
    // One byte more than expected, so that the end of the file shows in the same call.
    var bytes = [UInt8](writing: expected + 1) { buffer, count in
      while count < buffer.count {
        let got = Glibc.read(
          descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { code = errno }
        if got <= 0 { return }
        count += got
      }
    }
    guard code == 0 else { throw failure(code, path: name, name: name) }
    guard bytes.count > expected else { return bytes }
    return try withPiece { piece throws(InputError) in
      while true {
        guard bytes.count <= byteLimit else { throw tooLarge(name, byteLimit) }
        let got = Glibc.read(descriptor, piece.baseAddress, piece.count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw failure(errno, path: name, name: name) }
        if got == 0 { return bytes }
        if bytes.count + got > bytes.capacity {
          try checkMemory(2 * (bytes.count + got), name: name)
        }
        bytes.append(contentsOf: piece[..<got])
      }
    }
  }

  private static func withPiece(
    _ body: (UnsafeMutableBufferPointer<UInt8>) throws(InputError) -> [UInt8]
  ) throws(InputError) -> [UInt8] {
    let piece = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: pieceSize)
    defer { piece.deallocate() }
    return try body(piece)
  }

  /// Refuses an amount of memory that the system would not give; Swift's arrays would trap instead.
  static func checkMemory(_ byteCount: Int, name: String) throws(InputError) {
    guard byteCount >= pieceSize else { return }
    let probe = malloc(byteCount)
    free(probe)
    guard probe != nil else {
      throw InputError(
        kind: .resource, code: "input.out-of-memory", file: name,
        message: "needs \(VisibleText.byteCount(byteCount)) of memory, more than there is",
        hint: "read a smaller file, or run where there is more memory")
    }
  }

  private static func tooLarge(_ name: String, _ limit: Int) -> InputError {
    InputError(
      kind: .resource, code: "input.too-large", file: name,
      message: "larger than the limit of \(VisibleText.byteCount(limit))",
      hint: "raise the limit with --max-input, and --max-memory where it is given")
  }

  /// The complaint that fits a failed system call.
  package static func failure(_ code: Int32, path: String, name: String) -> InputError {
    switch code {
    case ENOENT, ENOTDIR:
      let near = nearestNames(to: name, in: fileNames(in: FilePaths.folder(path)), limit: 1)
      let suggestion = near.first.map { "; did you mean \($0)?" } ?? ""
      return InputError(
        kind: .missing, code: "input.missing", file: name, message: "no such file\(suggestion)",
        hint: near.isEmpty ? "check the path; list the folder with ls" : nil)
    case EISDIR:
      return InputError(
        kind: .missing, code: "input.folder", file: name,
        message: "is a folder, expected a file", hint: "name a file inside the folder")
    case EACCES, EPERM:
      return InputError(
        kind: .permission, code: "input.permission", file: name, message: "permission denied",
        hint: "make the file readable: chmod +r")
    case EMFILE, ENFILE:
      return InputError(
        kind: .resource, code: "input.open-files", file: name, message: "too many open files",
        hint: "raise the limit on open files (ulimit -n) and run again")
    default:
      let reason = String(cString: strerror(code)).lowercased()
      return InputError(
        kind: .readFailed, code: "input.read-failed", file: name,
        message: "reading failed: \(reason)")
    }
  }

  private static func fileNames(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }
}
