/// Something that takes any bytes and must neither trap nor hang, nor give what its law forbids.
struct FuzzTarget: Sendable {
  /// The name on the command line.
  let name: String

  /// The longest input that is worth trying, in bytes.
  let byteLimit: Int

  /// Takes one input; a broken law traps.
  let run: @Sendable ([UInt8]) -> Void

  init(
    _ name: String, byteLimit: Int = 4_096,
    _ run: @escaping @Sendable ([UInt8]) -> Void
  ) {
    self.name = name
    self.byteLimit = byteLimit
    self.run = run
  }

  /// Every target, by what it reads.
  static let all: [FuzzTarget] =
    [
      FuzzTarget("csv", TableTargets.csv), FuzzTarget("jsonl", TableTargets.jsonl),
      FuzzTarget("csv-round-trip", TableTargets.roundTrip),
      FuzzTarget("mtx", MatrixTargets.matrixMarket), FuzzTarget("npy", MatrixTargets.array),
      FuzzTarget("npz", MatrixTargets.archive), FuzzTarget("labels", MatrixTargets.labels),
      FuzzTarget("model", byteLimit: 65_536, StoreTargets.model),
      FuzzTarget("runs", byteLimit: 65_536, StoreTargets.runs),
      FuzzTarget("units", StoreTargets.units),
      FuzzTarget("tree", byteLimit: 384, StoreTargets.tree),
      FuzzTarget("configuration", OptionTargets.configuration),
      FuzzTarget("numbers", byteLimit: 64, OptionTargets.numbers),
      FuzzTarget("arguments", byteLimit: 512, OptionTargets.arguments),
      FuzzTarget("tokens", byteLimit: 256, TextTargets.tokens),
      FuzzTarget("escapes", byteLimit: 512, TextTargets.escapes),
    ]
}

/// Traps with a sentence where a law does not hold, in release builds too.
func law(_ holds: Bool, _ sentence: @autoclosure () -> String) {
  if !holds { fatalError(sentence()) }
}
