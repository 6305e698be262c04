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
  /// True once a signal ends the process: other threads begin no file any more.
  private static let isEnding = Atomic<Bool>(false)

  /// Makes SIGINT, SIGTERM and SIGHUP clean up before they end the process as they always do.
  ///
  /// - Parameter ending: is called by the signal's handler, at its beginning and at its end: it must do nothing
  ///   but what is safe there.
  public static func cleanUpOnSignals(ending: @convention(c) @escaping () -> Void = {}) {
    // Made before a handler can want it: making it is not safe there.
    table.ending.pointee = ending
    isEnding.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM, SIGHUP] {
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
    removeFiles()
    // A thread that was about to make its file has made it by then.
    usleep(2_000)
    removeFiles()
    for slot in (0..<Table.count).reversed() {
      if let path = table.folders[slot] { rmdir(path) }
    }
    table.ending.pointee()
  }

  private static func removeFiles() {
    for slot in 0..<Table.count {
      if let path = table.files[slot] { unlink(path) }
    }
  }

  /// Remembers a file that is to go when a signal comes.
  static func register(file path: String) -> Int? { register(path, in: table.files) }

  /// Remembers a folder that is to go when a signal comes and it is empty.
  static func register(folder path: String) -> Int? { register(path, in: table.folders) }

  /// Forgets a file.
  static func forget(file slot: Int?) { if let slot { table.files[slot] = nil } }

  /// Forgets a folder.
  static func forget(folder slot: Int?) { if let slot { table.folders[slot] = nil } }

  private static func register(
    _ path: String, in slots: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  ) -> Int? {
    while isEnding.load(ordering: .sequentiallyConsistent) { pause() }
    return choice.withLock { _ in
      guard let slot = (0..<Table.count).first(where: { slots[$0] == nil }) else { return nil }
      slots[slot] = strdup(path)
      return slot
    }
  }
}
