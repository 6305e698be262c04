internal import Synchronization

/// `--color`: whether what is written for people has colors.
enum ColorChoice: String, CaseIterable, Sendable {
  /// On a terminal that knows them, unless `NO_COLOR` is set to anything.
  case auto
  /// Always, whatever the environment says.
  case always
  /// Never.
  case never

  /// The choice of this command line.
  static var current: ColorChoice {
    get { chosen.withLock { $0 } }
    set { chosen.withLock { $0 = newValue } }
  }

  private static let chosen = Mutex(ColorChoice.auto)

  /// Takes the choice from a command line that may have other faults.
  static func read(_ arguments: [String]) throws {
    var value: String?
    for (index, argument) in arguments.enumerated() {
      if argument == "--" { break }
      if argument.hasPrefix("--color=") { value = String(argument.dropFirst(8)) }
      if argument == "--color", index + 1 < arguments.count { value = arguments[index + 1] }
    }
    if let value { current = try OptionParsing.choice(value, option: "--color") }
  }

  /// Whether a stream has colors.
  func isOn(_ stream: Terminal.Stream) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      stream.isTerminal && (Terminal.environment("NO_COLOR") ?? "").isEmpty
        && Terminal.environment("TERM") != "dumb"
    }
  }
}
