import Foundation

/// Files that h5py made, and what reading each must say.
struct GoldenFiles {
  /// One file; the code is empty when it must be read.
  struct Case: Decodable {
    var name: String
    var byteCount: Int
    var blocks: [Int]
    var code: String
    var words: String
  }

  private struct Stored: Decodable {
    var cases: [Case]
    var blocks: [String]
  }

  /// The cases in order.
  let cases: [Case]

  private let blocks: [[UInt8]]

  /// Reads the files of one area, such as `model.json`.
  init(_ name: String) throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("TestSupport/Golden/\(name)")
    let stored = try JSONDecoder().decode(Stored.self, from: Data(contentsOf: file))
    cases = stored.cases
    blocks = try stored.blocks.map { text in
      guard let block = Data(base64Encoded: text) else { throw CocoaError(.coderReadCorrupt) }
      return [UInt8](block)
    }
  }

  /// The bytes of a case.
  func bytes(of item: Case) -> [UInt8] {
    var bytes: [UInt8] = []
    for place in item.blocks {
      bytes += place < 0 ? [UInt8](repeating: 0, count: -32 * place) : blocks[place]
    }
    return Array(bytes.prefix(item.byteCount))
  }
}
