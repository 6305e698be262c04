internal import Glibc
internal import Synchronization

/// Takes away what is unfinished when a signal ends the process: temporary files, the lock of a run folder,
/// and the folder itself while it is empty.
public enum Interruption {
  /// Paths as C strings that a signal handler may read at any time; a string that was registered is never
  /// freed, for the handler may be reading it.
  private struct Table: @unchecked Sendable {
    static let count = 16
    let files = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
    let folders = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: count)
    /// What else is to be done; it must be safe in a signal handler.
    let ending = UnsafeMutablePointer<@convention(c) () -> Void>.allocate(capacity: 1)

    init() {
      ending.initialize(to: {})
      files.initialize(repeating: nil, count: Self.count)
      folders.initialize(repeating: nil, count: Self.count)
    }
  }

  private static let table = Table()
  /// Held while a slot is chosen; a signal handler only reads the slots.
  private static let choice = Mutex(())
  /// True once a signal ends the process: no thread begins such steps any more.
  private static let isEnding = Atomic<Bool>(false)
  /// The number of threads within steps that a signal may not cut.
  private static let threadsWithin = Atomic<Int>(0)
  private static let numbers = [SIGINT, SIGTERM, SIGHUP]

  /// Makes SIGINT, SIGTERM and SIGHUP clean up before they end the process as they always do.
  ///
  /// - Parameter ending: is called by the signal's handler, at its beginning and at its end: it must do nothing
  ///   but what is safe there.
  public static func cleanUpOnSignals(ending: @convention(c) @escaping () -> Void = {}) {
    // Made before a handler can want it: making it is not safe there.
    table.ending.pointee = ending
    isEnding.store(false, ordering: .relaxed)
    for number in numbers {
      // What the parent had ignored, as nohup does, stays ignored.
      var inherited = sigaction()
      sigaction(number, nil, &inherited)
      if unsafeBitCast(inherited.__sigaction_handler.sa_handler, to: Int.self) == 1 { continue }
      signal(number) { number in
        Interruption.cleanUp()
        signal(number, SIG_DFL)
        raise(number)
      }
    }
  }

  /// Takes everything away that is unfinished; for a signal handler, after which the process ends.
  public static func cleanUp() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    table.ending.pointee()
    // Where a fault stopped a thread within its steps they never end: a second has to do.
    var waits = 0
    while threadsWithin.load(ordering: .sequentiallyConsistent) > 0, waits < 500 {
      usleep(2_000)
      waits += 1
    }
    for slot in 0..<Table.count {
      if let path = table.files[slot] { unlink(path) }
    }
    for slot in (0..<Table.count).reversed() {
      if let path = table.folders[slot] { rmdir(path) }
    }
    table.ending.pointee()
  }

  /// Takes steps that are one for a signal: those that make something and remember it, or take it away and
  /// forget it.
  ///
  /// What cleans up waits for steps that have begun; once it works no others begin, and their thread waits for
  /// the end of the process. So only what this process has made is ever taken away, and all of that. Steps are
  /// short, and there are none within others.
  package static func uncut<Value, Failure: Error>(
    _ steps: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // A handler on this thread would wait for the steps that it has interrupted.
    var signals = sigset_t()
    var before = sigset_t()
    sigemptyset(&signals)
    for number in numbers { sigaddset(&signals, number) }
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    threadsWithin.add(1, ordering: .sequentiallyConsistent)
    defer { threadsWithin.subtract(1, ordering: .sequentiallyConsistent) }
    if isEnding.load(ordering: .sequentiallyConsistent) {
      threadsWithin.subtract(1, ordering: .sequentiallyConsistent)
      while true { pause() }
    }
    return try steps()
  }

  /// Remembers a file that is to go when a signal comes; within `uncut`, which makes it too.
  static func register(file path: String) -> Int? { register(path, in: table.files) }

  /// Remembers a folder that is to go when a signal comes and it is empty; within `uncut`.
  static func register(folder path: String) -> Int? { register(path, in: table.folders) }

  /// Forgets a file.
  static func forget(file slot: Int?) { if let slot { table.files[slot] = nil } }

  /// Forgets a folder.
  static func forget(folder slot: Int?) { if let slot { table.folders[slot] = nil } }

  private static func register(
    _ path: String, in slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int? {
    choice.withLock { _ in
      guard let slot = (0..<Table.count).first(where: { slots[$0] == nil }) else { return nil }
      slots[slot] = strdup(path)
      return slot
    }
  }
}
