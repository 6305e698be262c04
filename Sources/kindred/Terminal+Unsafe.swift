internal import Catalogue
internal import Experiments
internal import Glibc
internal import Matrices
internal import Synchronization

/// The only place that writes to the terminal: results to standard output, words to standard error.
///
/// What people look at is escaped: a control character or a direction mark in a title is shown, not
/// obeyed. Files and pipes get every byte as it is.
enum Terminal {
  /// One of the two streams.
  enum Stream: Int32 {
    case output = 1
    case words = 2

    /// True when people look at it.
    var isTerminal: Bool { isatty(rawValue) == 1 }
  }

  /// Writes results as they are, or escaped on a terminal; ends the process when nobody reads them or they
  /// cannot be written.
  static func output(_ text: String) { output(StyledText(text)) }

  /// Writes results for people.
  static func output(_ text: StyledText) { send(Array(rendered(text, on: .output).utf8)) }

  /// Writes an object for programs.
  static func output(_ value: JSONValue) {
    let text = value.text
    send(Array(((Stream.output.isTerminal ? VisibleText.escapingJSON(text) : text) + "\n").utf8))
  }

  /// Writes results that may be no text.
  static func output(_ bytes: [UInt8]) {
    if Stream.output.isTerminal, let text = String(validating: bytes, as: UTF8.self) {
      output(text)
    } else {
      send(bytes)
    }
  }

  private static func send(_ bytes: [UInt8]) {
    let failed = status.withLock { _ in
      if isDrawn.exchange(false, ordering: .relaxed) { _ = write(erasure, to: STDERR_FILENO) }
      return write(bytes, to: STDOUT_FILENO)
    }
    guard let failure = failed else { return }
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
  static func note(_ text: String) { note(StyledText(text)) }

  /// Writes a line for people.
  static func note(_ text: StyledText) {
    let bytes = Array((rendered(text, on: .words) + "\n").utf8)
    status.withLock { _ in
      let wasDrawn = isDrawn.exchange(false, ordering: .relaxed)
      _ = write((wasDrawn ? erasure : []) + bytes, to: STDERR_FILENO)
    }
  }

  /// Writes over the current line of a terminal; the next words or results take its place.
  static func showStatus(_ text: String) {
    status.withLock { _ in
      guard !isEnding.load(ordering: .sequentiallyConsistent) else { return }
      isDrawn.store(true, ordering: .sequentiallyConsistent)
      _ = write(erasure + Array(text.utf8), to: STDERR_FILENO)
    }
  }

  /// Clears the line that `showStatus` has written, if it is still there.
  static func eraseStatus() {
    status.withLock { _ in
      if isDrawn.exchange(false, ordering: .relaxed) { _ = write(erasure, to: STDERR_FILENO) }
    }
  }

  /// Clears the status line for good, without a lock: a signal handler calls it.
  static func endStatus() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    guard isDrawn.load(ordering: .sequentiallyConsistent) else { return }
    _ = write(erasure, to: STDERR_FILENO)
  }

  /// Held while something is written.
  private static let status = Mutex(())
  /// Whether a status line is drawn.
  private static let isDrawn = Atomic<Bool>(false)
  /// True once a signal ends the process: no status line is drawn any more.
  private static let isEnding = Atomic<Bool>(false)
  private static let erasure = Array("\r\u{1B}[K".utf8)

  private static func rendered(_ text: StyledText, on stream: Stream) -> String {
    text.rendered(colored: ColorChoice.current.isOn(stream)) { part in
      stream.isTerminal ? VisibleText.escapingLines(part) : part
    }
  }

  /// The columns that results may take: `COLUMNS`, or what the terminal says; nil for a file or a pipe.
  static var outputWidth: Int? { Stream.output.isTerminal ? columns(of: .output) : nil }

  /// The columns of a terminal, 80 where nothing tells.
  static func columns(of stream: Stream) -> Int {
    if let text = environment("COLUMNS"), let columns = Int(text), columns > 0 { return columns }
    var size = winsize()
    guard ioctl(stream.rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// A variable of the environment.
  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// True when standard input is a keyboard.
  static var readsKeyboard: Bool { isatty(STDIN_FILENO) == 1 }

  /// Ends the process.
  static func exit(_ code: Int32) -> Never {
    eraseStatus()
    Glibc.exit(code)
  }

  /// Makes a closed pipe, and a file that grows beyond a limit, an error number instead of a signal.
  static func ignoreWriteSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// The greatest memory that this process has used so far, in bytes.
  static var peakMemory: Int {
    // What getrusage tells begins with the peak of the process that started this one.
    if let count = bytes(ofStatus: "VmHWM:") { return count }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1_024
  }

  /// The memory that this process has now, in bytes, after it has given back what it does not use.
  static var residentMemory: Int {
    UnusedMemory.giveBack()
    return bytes(ofStatus: "VmRSS:") ?? peakMemory
  }

  /// A line of this process's status, in bytes.
  private static func bytes(ofStatus name: String) -> Int? {
    let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 16_384)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
    guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return nil }
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

  /// Refuses an input that a run would replace by a file of its own, even with `--force`.
  static func check(_ inputs: [String], againstFolder out: String) throws {
    for input in inputs where RunFolder.isOfRun(baseName(input)) {
      let place = out.hasSuffix("/") ? out + baseName(input) : "\(out)/\(baseName(input))"
      try check(input, against: place)
    }
  }

  /// Refuses an output that is the input.
  static func check(_ input: String, against output: String) throws {
    var one = stat()
    var other = stat()
    guard stat(input, &one) == 0, stat(output, &other) == 0, one.st_ino == other.st_ino,
      one.st_dev == other.st_dev
    else { return }
    throw Complaint(
      code: "output.is-input", exitCode: 73, place: output,
      message: "is the input, which would be replaced", hint: "choose another place for the output")
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
