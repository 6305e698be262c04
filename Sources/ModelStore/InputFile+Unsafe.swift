internal import Glibc
internal import Matrices

/// A regular file open for reading; closes when it goes out of scope.
struct InputFile: ~Copyable {
  /// The path and what should be there.
  let stored: StoredFile

  /// The number of bytes in the file.
  let byteCount: Int

  private let descriptor: Int32

  private init(_ stored: StoredFile, descriptor: Int32, byteCount: Int) {
    self.stored = stored
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  /// Opens a file that must be regular and not empty.
  static func open(_ stored: StoredFile) throws(StoreError) -> InputFile {
    // A FIFO would otherwise wait here for its writer.
    let descriptor = Glibc.open(stored.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw cannotOpen(stored, errno) }
    var status = stat()
    let failure = fstat(descriptor, &status) == 0 ? 0 : errno
    let file = InputFile(stored, descriptor: descriptor, byteCount: Int(status.st_size))
    guard failure == 0 else { throw cannotOpen(stored, failure) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      throw StoreError(
        .missing, "folder", stored, "is a folder, not a \(stored.noun)",
        hint: "name the \(stored.usualName) inside it")
    default:
      throw .malformed(
        "not-a-file", stored,
        "is not a regular file; a \(stored.noun) cannot be read from a pipe or a device",
        hint: "copy it to a file first")
    }
    guard file.byteCount > 0 else {
      throw StoreError(
        .empty, "empty", stored, "is an empty file",
        hint: "make it again; a run writes it as \(stored.usualName)")
    }
    return file
  }

  deinit { close(descriptor) }

  /// Some of the file's bytes; fewer at the end of the file.
  func bytes(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    let wanted = max(0, min(count, byteCount - offset))
    var failure: Int32 = 0
    let bytes = [UInt8](writing: wanted) { buffer, filled in
      while filled < wanted {
        let rest = UnsafeMutableBufferPointer(rebasing: buffer[filled...])
        let count = pread(descriptor, rest.baseAddress, wanted - filled, off_t(offset + filled))
        if count > 0 { filled += count } else if count == 0 { break }
        if count < 0, errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else {
      throw StoreError(
        .readFailed, "read", stored, "reading failed: \(OutputFile.reason(failure))")
    }
    return bytes
  }

  private static func cannotOpen(_ stored: StoredFile, _ number: Int32) -> StoreError {
    switch number {
    case ENOENT, ENOTDIR:
      StoreError(
        .missing, "missing", stored, "no such file",
        hint: "a run writes \(stored.usualName) into the run folder")
    case EACCES, EPERM:
      StoreError(
        .permission, "permission", stored, "cannot be opened: \(OutputFile.reason(number))",
        hint: "ask for permission to read it")
    default:
      StoreError(
        .readFailed, "read", stored, "cannot be opened: \(OutputFile.reason(number))")
    }
  }
}
