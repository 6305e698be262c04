internal import Catalogue

/// A configuration file that cannot be used.
public struct ConfigurationError: Error, Sendable, Equatable {
  /// The file's name.
  public let file: String
  /// What is wrong.
  public private(set) var message: String
  /// The line, counted from 1, where it is known.
  public private(set) var line: Int?
  /// The column in that line, counted from 1.
  public private(set) var column: Int?
  /// The source line around the column.
  public private(set) var excerpt: String?
  /// The number of columns before the place in `excerpt`.
  public private(set) var caret: Int?
  private let key: String?

  /// Makes a complaint about a file, or about one of its keys.
  init(file: String, message: String, key: String? = nil) {
    self.file = file
    self.message = message
    self.key = key
  }

  /// Finds the place of the key, or of what is no JSON.
  mutating func locate(in bytes: [UInt8]) {
    let text = ConfigurationText(bytes)
    var offset: Int?
    if let fault = text.fault {
      message = "not JSON: expected \(fault.expected)"
      offset = fault.offset
    } else if let key {
      offset = text.offset(ofKey: key)
    }
    guard let offset else { return }
    let position = SourcePosition(of: offset, in: bytes)
    (line, column) = (position.line, position.column)
    (excerpt, caret) = (position.excerpt, position.caret)
  }
}
