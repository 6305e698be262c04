internal import Catalogue
internal import Foundation
import Testing

/// A table of text as a test writes it.
func table(
  _ text: String, name: String = "films.csv", limits: ReadLimits = ReadLimits()
) throws -> CatalogueTable {
  try CatalogueTable(
    reading: InputFile(name: name, storedBytes: Array(text.utf8)), limits: limits)
}

/// All cells of a table, row by row.
func rows(_ table: CatalogueTable) -> [[String]] {
  (0..<table.rowCount).map { row in
    (0..<table.columnCount).map { table.cell(row: row, column: $0) }
  }
}

/// The complaint with which `body` ends.
func complaint(
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws -> InputError {
  do {
    try body()
  } catch let error as InputError {
    return error
  }
  Issue.record("nothing was refused", sourceLocation: sourceLocation)
  throw CancellationError()
}

/// A complaint about text, and what it says.
func refusal(
  _ text: String, name: String = "films.csv", limits: ReadLimits = ReadLimits(),
  sourceLocation: SourceLocation = #_sourceLocation
) throws -> InputError {
  try complaint(sourceLocation: sourceLocation) { _ = try table(text, name: name, limits: limits) }
}

/// Reads a golden file.
func golden<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
  let url = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../TestSupport/Golden/\(name)")
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

/// The bytes of base64 text.
func bytes(_ text: String) throws -> [UInt8] {
  Array(try #require(Data(base64Encoded: text), "not base64"))
}

/// A folder that is removed when `body` ends.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appending(
    path: "catalogue-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}
