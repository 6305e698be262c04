internal import Glibc
internal import Synchronization

/// A place where two blocks of work wait for each other: both get there only if two threads are at work at once.
final class Meeting: Sendable {
  private let arrivals = Atomic<Int>(0)

  /// Waits for the other one; false when nobody came for very long.
  ///
  /// Looks are counted, not seconds, so that time in which the process stands still does not count.
  func arrive() -> Bool {
    arrivals.wrappingAdd(1, ordering: .relaxed)
    for _ in 0..<20_000 {
      if arrivals.load(ordering: .relaxed) >= 2 { return true }
      usleep(1_000)
    }
    return false
  }
}
