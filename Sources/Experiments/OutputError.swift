/// Why results could not be written: what, where, and the next step.
public struct OutputError: Error, Sendable, Equatable {
  /// What sort of trouble it is; it decides the exit code.
  public enum Kind: Sendable, Equatable {
    /// The output cannot be created, or something is there already.
    case cannotCreate
    /// Another process holds the folder.
    case inUse
    /// The system refuses.
    case permission
    /// The system failed while writing.
    case writeFailed
    /// A limit on open files or memory is reached.
    case resource

    /// The exit code of a command that stops for this reason.
    public var exitCode: Int32 {
      switch self {
      case .cannotCreate: 73
      case .inUse: 75
      case .permission: 77
      case .writeFailed: 74
      case .resource: 71
      }
    }
  }

  /// What sort of trouble it is.
  public var kind: Kind
  /// A stable name for programs, such as `output.exists`.
  public var code: String
  /// The file or folder as it was given.
  public var path: String
  /// What was expected and what was found: lower case, no full stop.
  public var message: String
  /// The next step.
  public var hint: String

  /// Makes a complaint.
  public init(kind: Kind, code: String, path: String, message: String, hint: String) {
    self.kind = kind
    self.code = code
    self.path = path
    self.message = message
    self.hint = hint
  }
}
