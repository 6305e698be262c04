/// A complaint about input: what is wrong, where, and the next step.
///
/// The one shape in which every reader refuses data. A command prints `report` and ends with
/// `kind.exitCode`.
public struct InputError: Error, Sendable, Equatable {
  /// What sort of trouble it is; it decides the exit code.
  public enum Kind: String, Sendable, Equatable {
    /// The data breaks the rules of its format.
    case malformed
    /// There is no such file, or it is a folder.
    case missing
    /// The file has no bytes, or none that count.
    case empty
    /// The system refuses to open the file.
    case permission
    /// The request does not fit the data, such as a column that is not there.
    case usage
    /// The data needs more memory than a limit allows.
    case resource
    /// The system failed while reading or writing.
    case readFailed

    /// The exit code of a command that stops for this reason.
    public var exitCode: Int32 {
      switch self {
      case .malformed: 65
      case .missing, .empty: 66
      case .permission: 77
      case .usage: 64
      case .resource: 71
      case .readFailed: 74
      }
    }
  }

  /// What sort of trouble it is.
  public var kind: Kind

  /// A stable name for programs, such as `csv.unterminated-quote`.
  public var code: String

  /// The file's base name, or "standard input".
  public var file: String

  /// The line, counted from 1.
  public var line: Int?

  /// The column in Unicode scalars of that line, counted from 1.
  public var column: Int?

  /// The offset in bytes from the start of the (expanded) file, counted from 0.
  public var byte: Int?

  /// What was expected and what was found: lower case, no full stop.
  public var message: String

  /// The source line around the column, at most about 80 columns, control characters escaped.
  public var excerpt: String?

  /// The number of columns before the offending character in `excerpt`.
  public var caret: Int?

  /// The next step.
  public var hint: String?

  /// Makes a complaint; control characters in its words are escaped.
  public init(
    kind: Kind, code: String, file: String, line: Int? = nil, column: Int? = nil, byte: Int? = nil,
    message: String, excerpt: String? = nil, caret: Int? = nil, hint: String? = nil
  ) {
    self.kind = kind
    self.code = code
    self.file = VisibleText.escaping(file)
    self.line = line
    self.column = column
    self.byte = byte
    self.message = VisibleText.escaping(message)
    self.excerpt = excerpt
    self.caret = caret
    self.hint = hint.map(VisibleText.escaping)
  }
}

extension InputError: CustomStringConvertible {
  /// One line: `films.csv:412:12: this quoted field is never closed`.
  public var description: String {
    var place = file
    if let line {
      place += ":\(line)"
      if let column { place += ":\(column)" }
    }
    return "\(place): \(message)"
  }

  /// The whole complaint as lines: code and place, the source line, a caret, the next step.
  ///
  /// No newline at the end.
  public var report: String {
    var lines = ["error[\(code)]: \(description)"]
    if let line, let excerpt {
      let number = String(line)
      lines.append("  \(number) | \(excerpt)")
      if let caret {
        let margin = String(repeating: " ", count: number.count)
        lines.append("  \(margin) | \(String(repeating: " ", count: caret))^")
      }
    }
    if let hint { lines.append("  help: \(hint)") }
    return lines.joined(separator: "\n")
  }
}
