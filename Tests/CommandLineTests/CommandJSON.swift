import Foundation
import Testing

extension CommandResult {
  /// The one JSON object that the command printed.
  func object(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    try #require(exitCode == 0, "\(self)", sourceLocation: sourceLocation)
    return try Self.object(output, sourceLocation: sourceLocation)
  }

  /// The object under `error` that the command wrote for programs.
  func errorObject(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
    let object = try Self.object(errors, sourceLocation: sourceLocation)
    return try #require(object["error"] as? [String: Any], sourceLocation: sourceLocation)
  }

  private static func object(
    _ text: String, sourceLocation: SourceLocation
  ) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(value as? [String: Any], "\(text)", sourceLocation: sourceLocation)
  }
}

/// The JSON types that the contract names.
enum JSONKind: String {
  case whole, number, text, truth, list, object

  func holds(_ value: Any?) -> Bool {
    switch self {
    case .whole: (value as? Double).map { $0 == $0.rounded() } ?? false
    case .number: value is Double
    case .text: value is String
    case .truth: value is Bool
    case .list: value is [Any]
    case .object: value is [String: Any]
    }
  }
}

/// Expects members with their types; more may be there.
func expectMembers(
  _ object: [String: Any], _ kinds: [String: JSONKind],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  for (name, kind) in kinds {
    #expect(
      kind.holds(object[name]), "\(name) is no \(kind): \(String(describing: object[name]))",
      sourceLocation: sourceLocation)
  }
}
