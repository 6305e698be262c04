internal import Glibc

/// Writes files whole or not at all: a temporary name, fsync, rename, fsync of the folder.
public enum AtomicFile {
  /// Puts bytes at a path.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - path: where it goes.
  ///   - replacing: true to replace a file that is there.
  /// - Throws: `OutputError`; nothing is left behind then.
  public static func write(
    _ bytes: [UInt8], to path: String, replacing: Bool
  ) throws(OutputError) {
    try publish(to: path, replacing: replacing) { temporary throws(OutputError) in
      try writeThrough(bytes, to: temporary, shown: path)
    }
  }

  /// Lets `fill` write a file under a temporary name in the same folder, and gives it its own name.
  ///
  /// - Parameters:
  ///   - path: where the file goes.
  ///   - replacing: true to replace a file that is there.
  ///   - flushesFolder: false when the caller flushes the folder, after several files.
  ///   - fill: writes the file, which is there and empty, at the path that it is given.
  /// - Throws: `OutputError`, and what `fill` throws; nothing is left behind then.
  public static func publish(
    to path: String, replacing: Bool, flushesFolder: Bool = true,
    _ fill: (_ temporary: String) throws -> Void
  ) throws(OutputError) {
    try checkTarget(path, replacing: replacing)
    let temporary = temporaryName(for: path)
    if flushesFolder { removeLeftovers(of: path) }
    let slot = try Interruption.uncut { () throws(OutputError) in
      unlink(temporary)
      try makeEmpty(temporary, shown: path)
      return Interruption.register(file: temporary)
    }
    do {
      try fill(temporary)
    } catch {
      Interruption.uncut {
        unlink(temporary)
        Interruption.forget(file: slot)
      }
      guard var failure = error as? OutputError else {
        throw OutputError(
          kind: .writeFailed, code: "output.write-failed", path: path,
          message: "writing failed: \(error)", hint: "free space and run again")
      }
      // What fills the file knows the temporary name only.
      failure.path = path
      throw failure
    }
    try Interruption.uncut { () throws(OutputError) in
      defer { Interruption.forget(file: slot) }
      guard rename(temporary, path) == 0 else {
        let failure = systemError(errno, path: path, doing: "renaming")
        unlink(temporary)
        throw failure
      }
    }
    if flushesFolder { try synchronizeFolder(of: path) }
  }

  /// Refuses a target that cannot be written, before any work is done for it.
  public static func checkTarget(_ path: String, replacing: Bool) throws(OutputError) {
    var status = stat()
    if lstat(path, &status) == 0 {
      if status.st_mode & S_IFMT == S_IFDIR {
        throw OutputError(
          kind: .cannotCreate, code: "output.is-folder", path: path,
          message: "is a folder, expected a file", hint: "give a file name")
      }
      guard replacing else {
        throw OutputError(
          kind: .cannotCreate, code: "output.exists", path: path, message: "is there already",
          hint: "choose another name, or replace it with --force")
      }
    }
    let folder = folder(of: path)
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw OutputError(
        kind: .cannotCreate, code: "output.no-folder", path: path,
        message: "there is no folder '\(folder)'", hint: "make the folder first")
    }
    guard access(folder, W_OK | X_OK) == 0 else {
      throw systemError(errno, path: path, doing: "creating")
    }
  }

  /// Makes a folder, and those above it, unless it is there.
  ///
  /// - Throws: `OutputError` when it cannot be made or a file is in its place.
  public static func makeFolder(_ path: String) throws(OutputError) {
    _ = try makeFolders(path)
  }

  /// Makes a folder and those above it, and returns the ones that were not there.
  static func makeFolders(_ path: String) throws(OutputError) -> [String] {
    var made: [String] = []
    var current = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      current += "/\(part)"
      if mkdir(current, 0o777) == 0 {
        made.append(current)
        continue
      }
      let number = errno
      var status = stat()
      if stat(current, &status) == 0 {
        if status.st_mode & S_IFMT == S_IFDIR { continue }
        for folder in made.reversed() { rmdir(folder) }
        throw OutputError(
          kind: .cannotCreate, code: "output.is-file", path: path,
          message: "'\(part)' is a file, expected a folder", hint: "choose another folder")
      }
      for folder in made.reversed() { rmdir(folder) }
      throw systemError(number, path: path, doing: "making the folder")
    }
    return made
  }

  /// The name under which a file is filled; hidden, and different for every process.
  static func temporaryName(for path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? path
    return folder(of: path) + "/.\(base).\(getpid()).tmp"
  }

  /// Deletes what processes left beside a file that were killed while they wrote it.
  private static func removeLeftovers(of path: String) {
    let folder = folder(of: path)
    let start = ".\(path.split(separator: "/").last.map(String.init) ?? path)."
    for name in RunFolder.contents(folder) where name.hasPrefix(start) && name.hasSuffix(".tmp") {
      guard let process = pid_t(name.dropFirst(start.count).dropLast(4)), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  /// The folder part of a path.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Has room for a file beside others that is gone when the call returns, or a signal ends the process.
  package static func withScratchFile<Value>(
    _ path: String, _ body: () throws -> Value
  ) rethrows -> Value {
    let slot = Interruption.uncut {
      unlink(path)
      return Interruption.register(file: path)
    }
    defer {
      Interruption.uncut {
        unlink(path)
        Interruption.forget(file: slot)
      }
    }
    return try body()
  }

  /// Makes a file without bytes, and no other in its place.
  private static func makeEmpty(_ temporary: String, shown path: String) throws(OutputError) {
    let descriptor = open(
      temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw systemError(errno, path: path, doing: "creating") }
    close(descriptor)
  }

  /// Writes all bytes to a file that is not there or empty, and flushes it to the disk.
  static func writeThrough(
    _ bytes: [UInt8], to temporary: String, shown path: String
  ) throws(OutputError) {
    // One step with the look at a signal: what has cleaned up the file would else find it made again.
    let descriptor = Interruption.uncut {
      open(temporary, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    }
    guard descriptor >= 0 else { throw systemError(errno, path: path, doing: "creating") }
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        written += count
      }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else { throw systemError(failure, path: path, doing: "writing") }
  }

  /// Flushes a folder's entries to the disk.
  static func synchronizeFolder(of path: String) throws(OutputError) {
    let descriptor = open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw systemError(errno, path: path, doing: "opening") }
    defer { close(descriptor) }
    // Some file systems cannot flush a folder and say so; the rename itself is done.
    guard fsync(descriptor) == 0 || errno == EINVAL else {
      throw systemError(errno, path: path, doing: "flushing")
    }
  }

  /// The complaint for a system error number.
  static func systemError(_ number: Int32, path: String, doing: String) -> OutputError {
    let reason = String(cString: strerror(number)).lowercased()
    switch number {
    case EACCES, EPERM, EROFS:
      return OutputError(
        kind: number == EROFS ? .cannotCreate : .permission, code: "output.permission",
        path: path, message: "\(doing) is not allowed: \(reason)",
        hint: "choose a place where you may write")
    case ENOENT, ENOTDIR, EEXIST, EISDIR, ELOOP, ENAMETOOLONG:
      return OutputError(
        kind: .cannotCreate, code: "output.cannot-create", path: path,
        message: "\(doing) failed: \(reason)", hint: "choose another place")
    case EMFILE, ENFILE, ENOMEM:
      return OutputError(
        kind: .resource, code: "output.resource", path: path,
        message: "\(doing) failed: \(reason)",
        hint: number == ENOMEM
          ? "free memory and run again" : "raise the limit on open files (ulimit -n) and run again")
    case EIO:
      return OutputError(
        kind: .writeFailed, code: "output.write-failed", path: path,
        message: "\(doing) failed: \(reason)", hint: "check the disk and run again")
    case EFBIG:
      return OutputError(
        kind: .writeFailed, code: "output.write-failed", path: path,
        message: "\(doing) failed: \(reason)",
        hint: "raise the limit on file size (ulimit -f) and run again")
    default:
      return OutputError(
        kind: .writeFailed, code: "output.write-failed", path: path,
        message: "\(doing) failed: \(reason)", hint: "free space and run again")
    }
  }
}
