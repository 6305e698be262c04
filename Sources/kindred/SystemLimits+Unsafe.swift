internal import CStart
internal import Glibc

/// What the system lets this process have.
enum SystemLimits {
  /// Open files that any command may need at once.
  private static let fileCount: rlim_t = 16

  /// The limit on address space in bytes, or nil without one.
  static var addressSpace: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(Int.max)
    else { return nil }
    return Int(limit.rlim_cur)
  }

  /// Raises a limit on open files that is too low, or complains.
  static func checkFiles() throws {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0, limit.rlim_cur < fileCount else { return }
    let found = limit.rlim_cur
    limit.rlim_cur = min(fileCount, limit.rlim_max)
    guard setrlimit(resource, &limit) == 0, limit.rlim_cur >= fileCount else {
      throw Complaint(
        code: "system.open-files", exitCode: 71,
        message: "at most \(found) files may be open at once, \(fileCount) are needed",
        hint: "raise the limit on open files (ulimit -n) and run again")
    }
  }

  /// How many of the threads that are wanted have room under a limit on address space.
  ///
  /// OpenBLAS asks for 128 MiB for each thread that calls it, again and again until it gets them.
  static func threadsWithRoom(upTo wanted: Int) -> Int {
    guard addressSpace != nil else { return wanted }
    let besides = 64 << 20
    let each = 160 << 20
    return (0...wanted).last { kindred_has_address_space(UInt(besides + $0 * each)) == 1 } ?? 0
  }

  /// How many of the threads that are wanted can be made beside this one, tried out.
  ///
  /// Dispatch waits for ever for a thread that the system refuses.
  static func threads(upTo wanted: Int) -> Int {
    Int(kindred_possible_threads(Int32(wanted)))
  }
}
