internal import Glibc

/// The only place that writes to the terminal: results to standard output, words to standard error.
enum Terminal {
  /// Writes results; ends the process when nobody reads them or they cannot be written.
  static func output(_ text: String) { output(Array(text.utf8)) }

  /// Writes results; ends the process when nobody reads them or they cannot be written.
  static func output(_ bytes: [UInt8]) {
    guard let failure = write(bytes, to: STDOUT_FILENO) else { return }
    // A reader that has seen enough, such as `head`, is no fault.
    if failure == EPIPE { exit(141) }
    note(
      Complaint(
        code: "output.write-failed", exitCode: 74, place: "standard output",
        message: "writing failed: \(String(cString: strerror(failure)).lowercased())",
        hint: "free space, or send the output elsewhere"
      ).text)
    exit(74)
  }

  /// Writes a line for people.
  static func note(_ text: String) { _ = write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  /// Writes over the current line of a terminal.
  static func status(_ text: String) {
    _ = write(Array("\r\u{1B}[K\(text)".utf8), to: STDERR_FILENO)
  }

  /// True when people look at standard error.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// True when standard input is a keyboard.
  static var readsKeyboard: Bool { isatty(STDIN_FILENO) == 1 }

  /// Ends the process.
  static func exit(_ code: Int32) -> Never { Glibc.exit(code) }

  /// Makes a closed pipe, and a file that grows beyond a limit, an error number instead of a signal.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// The greatest memory that this process has used so far, in bytes.
  static var peakMemory: Int {
    // What getrusage tells begins with the peak of the process that started this one.
    if let count = peakMemoryOfStatus { return count }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
  }

  /// The line VmHWM of this process's status, in bytes.
  private static var peakMemoryOfStatus: Int? {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
    return words.count > 1 ? Int(words[1]).map { $0 * 1_024 } : nil
  }

  /// The memory of the machine, in bytes.
  static var physicalMemory: Int {
    max(1 << 30, sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)))
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let count = Glibc.write(
          descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
        if count < 0 {
          if errno == EINTR { continue }
          return errno
        }
        written += count
      }
      return nil
    }
  }
}

/// What the command asks of the file system itself.
enum Files {
  /// True when something is at a path.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return path == "-" || stat(path, &status) == 0
  }

  /// True when a folder is at a path.
  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// A file's name without its folder.
  static func baseName(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// A file's name without its folder and endings, for naming what is made of it.
  static func stem(_ path: String) -> String {
    let base = baseName(path)
    guard base != "-", !base.isEmpty else { return "input" }
    let name = base.split(separator: ".", omittingEmptySubsequences: false).first.map(String.init)
    return name.flatMap { $0.isEmpty ? nil : $0 } ?? base
  }
}
