internal import Experiments
internal import Glibc

/// The last resort when something breaks that should not: a sentence and an exit code instead of a dead process.
enum LastResort {
  /// The sentence and the exit code, made before they are needed: a signal handler may not allocate.
  private struct Farewell: @unchecked Sendable {
    let bytes: UnsafeMutableBufferPointer<UInt8>
    let exitCode: Int32

    init(_ complaint: Complaint, asJSON: Bool) {
      let text = Array(((asJSON ? complaint.json : complaint.text) + "\n").utf8)
      bytes = .allocate(capacity: text.count)
      _ = bytes.initialize(from: text)
      exitCode = complaint.exitCode
    }
  }

  nonisolated(unsafe) private static var farewell: Farewell?
  /// For when the system has just refused memory to the thread that stops.
  nonisolated(unsafe) private static var farewellWithoutMemory: Farewell?

  /// Gives faults of the program, and memory that a limit of the system refuses, an exit code.
  ///
  /// Where `SWIFT_BACKTRACE` is set the signals keep what Swift makes of them: people look for the fault then.
  static func prepare(asJSON: Bool) {
    guard Terminal.environment("SWIFT_BACKTRACE") == nil else { return }
    let limit = SystemLimits.addressSpace
    farewell = Farewell(limit.map(complaint(memoryLimit:)) ?? complaintOfFault, asJSON: asJSON)
    farewellWithoutMemory = Farewell(
      limit.map(complaint(memoryLimit:)) ?? complaintOfMemory, asJSON: asJSON)
    // A stack of its own, for when the stack is what has run out.
    let size = 1 << 16
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    stack.ss_size = size
    sigaltstack(&stack, nil)
    for number in [SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS, SIGFPE] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { _ in LastResort.end() }
      action.sa_flags = Int32(bitPattern: UInt32(SA_ONSTACK) | UInt32(SA_RESETHAND))
      sigaction(number, &action, nil)
    }
  }

  private static func complaint(memoryLimit: Int) -> Complaint {
    Complaint(
      code: "memory.address-space", exitCode: 71,
      message: "memory ran out under the limit of \(memoryLimit >> 10) KiB on address space",
      hint: "raise it (ulimit -v), give fewer --threads, or fewer rows")
  }

  private static var complaintOfMemory: Complaint {
    Complaint(
      code: "memory.exhausted", exitCode: 71, message: "memory ran out: the system gives no more",
      hint: "give fewer --threads or fewer rows, or run where there is more memory")
  }

  private static var complaintOfFault: Complaint {
    Complaint(
      code: "internal", exitCode: 70,
      message: "kindred has stopped on a fault of its own, or memory ran out",
      hint: "please report it with the command line; SWIFT_BACKTRACE=enable=yes shows the place")
  }

  private static func end() {
    // Swift stops the program where it gets no memory; what the system said is still there.
    let lacksMemory = errno == ENOMEM
    Interruption.cleanUp()
    guard let farewell = lacksMemory ? farewellWithoutMemory : farewell else { _exit(70) }
    _ = write(STDERR_FILENO, farewell.bytes.baseAddress, farewell.bytes.count)
    _exit(farewell.exitCode)
  }
}
