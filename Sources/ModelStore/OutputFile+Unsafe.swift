internal import Experiments
internal import Glibc

/// Writing a whole file, with the system's reason when it fails.
enum OutputFile {
  /// Creates or replaces a file, writes the bytes and flushes them to the disk.
  ///
  /// The file is removed again when writing fails.
  static func write(_ bytes: UnsafeRawBufferPointer, to file: StoredFile) throws(StoreError) {
    let descriptor = Interruption.uncut {
      open(file.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    }
    guard descriptor >= 0 else { throw cannotCreate(file, errno) }
    var failure: Int32 = 0
    var written = 0
    while written < bytes.count, failure == 0 {
      let rest = bytes[written...]
      let count = Glibc.write(
        descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, min(rest.count, 1 << 30))
      if count >= 0 { written += count } else if errno != EINTR { failure = errno }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else {
      unlink(file.path)
      throw StoreError(
        .writeFailed, "write", file,
        "writing \(bytes.count) bytes failed: \(reason(failure))",
        hint: hint(for: failure))
    }
  }

  /// The system's words for an error number.
  static func reason(_ number: Int32) -> String { String(cString: strerror(number)).lowercased() }

  private static func hint(for number: Int32) -> String? {
    [ENOSPC, EDQUOT, EFBIG].contains(number) ? "free space and run again" : nil
  }

  private static func cannotCreate(_ file: StoredFile, _ number: Int32) -> StoreError {
    if [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM].contains(number) {
      return StoreError(
        .writeFailed, "write", file, "creating failed: \(reason(number))", hint: hint(for: number))
    }
    let isForbidden = number == EACCES || number == EPERM
    return StoreError(
      isForbidden ? .permission : .cannotCreate, isForbidden ? "permission" : "create", file,
      "cannot be created: \(reason(number))", hint: "choose another folder")
  }
}
