/// Random numbers by position: Philox 4×64 with ten rounds.
///
/// The n-th number of a (seed, run, step) is a function of its position alone, so any thread can draw
/// the number that belongs to its row, and the order in which threads run cannot change a result.
/// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", DOI 10.1145/2063384.2063405.
public struct CounterGenerator: RandomNumberGenerator, Sendable {
  private let key: (UInt64, UInt64)
  private let run: UInt64
  private let step: UInt64
  private var block: UInt64 = 0
  private var lane = 4
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  /// Makes the generator of one step of one run; it starts at the step's first number.
  public init(seed: UInt64, run: UInt64 = 0, step: UInt64 = 0, purpose: UInt64 = 0) {
    key = (seed, purpose)
    self.run = run
    self.step = step
  }

  /// The next 64 random bits of this step.
  ///
  /// - Complexity: O(1).
  public mutating func next() -> UInt64 {
    if lane == 4 {
      words = Self.philox(counter: (block, step, run, 0), key: key)
      block &+= 1
      lane = 0
    }
    lane += 1
    switch lane {
    case 1: return words.0
    case 2: return words.1
    case 3: return words.2
    default: return words.3
    }
  }

  /// The next number in `0..<1`, with 53 random bits.
  ///
  /// - Complexity: O(1).
  public mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The next index in `0..<bound`, by Lemire's multiplication without bias.
  ///
  /// - Complexity: O(1) expected.
  public mutating func nextIndex(below bound: Int) -> Int {
    precondition(bound > 0, "an index needs a positive bound")
    return Int(next(upperBound: UInt64(bound)))
  }

  /// The four words of one counter and key.
  ///
  /// - Complexity: O(1).
  public static func philox(
    counter: (UInt64, UInt64, UInt64, UInt64), key: (UInt64, UInt64)
  ) -> (UInt64, UInt64, UInt64, UInt64) {
    var counter = counter
    var key = key
    for round in 0..<10 {
      if round > 0 {
        key.0 &+= 0x9E37_79B9_7F4A_7C15
        key.1 &+= 0xBB67_AE85_84CA_A73B
      }
      let first = counter.0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
      let second = counter.2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
      counter = (
        second.high ^ counter.1 ^ key.0, second.low,
        first.high ^ counter.3 ^ key.1, first.low
      )
    }
    return counter
  }
}
