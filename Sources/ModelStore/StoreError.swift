/// Why a model or runs file could not be written or read: a sentence, the file and the next step.
public struct StoreError: Error, Sendable, Equatable {
  /// What kind of failure it is; decides the exit code.
  public enum Kind: Sendable, Hashable {
    /// The file is not of the kind asked for, is damaged, or says things that cannot all be true.
    case malformed

    /// There is no such file.
    case missing

    /// The file has no bytes.
    case empty

    /// The system forbids it.
    case permission

    /// The system failed to read the file.
    case readFailed

    /// The file cannot be created.
    case cannotCreate

    /// The system failed to write the file, for example because the disk is full.
    case writeFailed
  }

  /// What kind of failure it is.
  public var kind: Kind

  /// The name of the failure, such as `model.truncated`; it does not change between versions.
  public var code: String

  /// The file as the caller named it.
  public var file: String

  /// What is wrong, without the file's name.
  public var message: String

  /// The next step, or nil when there is none to give.
  public var hint: String?

  /// Makes an error.
  public init(kind: Kind, code: String, file: String, message: String, hint: String? = nil) {
    self.kind = kind
    self.code = code
    self.file = file
    self.message = message
    self.hint = hint
  }

  /// A failure of one kind of file, whose name begins the code.
  init(_ kind: Kind, _ code: String, _ file: StoredFile, _ message: String, hint: String? = nil) {
    self.init(
      kind: kind, code: "\(file.kind.rawValue).\(code)", file: file.path, message: message,
      hint: hint)
  }

  /// The file's content is refused.
  static func malformed(_ code: String, _ file: StoredFile, _ message: String) -> StoreError {
    malformed(
      code, file, message, hint: "make it again; a run writes it as \(file.usualName)")
  }

  /// The file's content is refused, with a next step of its own or none.
  static func malformed(_ code: String, _ file: StoredFile, _ message: String, hint: String?)
    -> StoreError
  {
    StoreError(.malformed, code, file, message, hint: hint)
  }
}
