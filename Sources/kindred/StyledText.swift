/// Text for people, parts of which stand out where the stream has colors.
///
/// It holds no control sequences: `Terminal` adds them when it writes, after it has escaped what the text
/// itself may have brought.
struct StyledText {
  /// What a part of a text is.
  enum Style {
    /// What was chosen or asked for.
    case chosen
    /// The word that begins a complaint, and the caret under the fault.
    case fault
    /// A name that introduces what follows.
    case label

    /// The terminal's sequence that turns it on.
    var sequence: String {
      switch self {
      case .chosen: "\u{1B}[1;32m"
      case .fault: "\u{1B}[1;31m"
      case .label: "\u{1B}[1m"
      }
    }
  }

  private(set) var parts: [(text: String, style: Style?)] = []

  /// A text of one style.
  init(_ text: String = "", _ style: Style? = nil) { add(text, style) }

  /// Adds a part.
  mutating func add(_ text: String, _ style: Style? = nil) {
    if !text.isEmpty { parts.append((text, style)) }
  }

  /// Adds another text.
  mutating func add(_ text: StyledText) { parts += text.parts }

  /// The text without styles.
  var plain: String { parts.map(\.text).joined() }

  /// The text with the terminal's sequences, every part passed through `escaping` first.
  func rendered(colored: Bool, escaping: (String) -> String) -> String {
    parts.map { text, style in
      let shown = escaping(text)
      guard colored, let style else { return shown }
      return "\(style.sequence)\(shown)\u{1B}[0m"
    }.joined()
  }
}
