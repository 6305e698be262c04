/// The seconds that each phase of a run took.
public struct PhaseSeconds: Sendable {
  /// The phases, in the order in which reports list them.
  public enum Phase: String, Sendable, CaseIterable {
    /// Reading and checking the input.
    case read
    /// Turning texts into numbers.
    case features
    /// Choosing start centers.
    case seed
    /// The clustering alone.
    case fit
    /// All scores together.
    case score
    /// Writing results.
    case write
  }

  private var seconds: [Phase: Double] = [:]
  private let begins: (@Sendable (Phase) -> Void)?

  /// Starts with no time spent.
  ///
  /// - Parameter begins: hears of each piece of work before it is measured.
  public init(begins: (@Sendable (Phase) -> Void)? = nil) { self.begins = begins }

  /// The seconds of a phase.
  public subscript(phase: Phase) -> Double { seconds[phase] ?? 0 }

  /// Runs work and adds its time to a phase.
  public mutating func measure<Result, Failure: Error>(
    _ phase: Phase, _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    begins?(phase)
    let start = ContinuousClock.now
    defer { add(ContinuousClock.now - start, to: phase) }
    return try work()
  }

  /// Adds time to a phase.
  public mutating func add(_ duration: Duration, to phase: Phase) {
    seconds[phase, default: 0] += duration / .seconds(1)
  }

  /// An object with every phase's seconds, to the microsecond.
  public var json: JSONValue {
    .object(
      Phase.allCases.map { phase in
        (phase.rawValue, .number((self[phase] * 1e6).rounded() / 1e6))
      })
  }
}
