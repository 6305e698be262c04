internal import Foundation

/// Reads the answers of other programs that lie beside this file.
package enum GoldenFile {
  /// The decoded content of `Golden/<name>`.
  package static func read<Content: Decodable>(_ name: String, as: Content.Type) throws -> Content {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(
      path: "Golden/\(name)")
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
  }
}
