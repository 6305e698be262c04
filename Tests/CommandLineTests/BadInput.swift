import Foundation
import Testing

/// One thing a user can get wrong, and the answer the command owes.
///
/// Not among the cases, because there is no such option or format: another encoding (`--encoding`), delimiters and
/// quotes to choose (a header's own delimiter is found), rows to skip or pad, files without a header, a strict mode,
/// `--linkage` of a sweep, svmlight files. Bare quotes are refused, as the reader is strict. What the
/// system refuses (disks, limits, signals, streams) is in `Tests/Faults`.
struct BadInput: Sendable, CustomTestStringConvertible {
  let name: String
  /// Contents by file name, put into an empty folder before the run.
  var files: [String: Data] = [:]
  var arguments: [String]
  /// Allowed exit codes; more than one where the system decides.
  let exitCodes: Set<Int32>
  /// What the message must hold, in any case.
  var fragments: [String] = []

  var testDescription: String { name }
}

/// Small files that the cases are made of.
enum Sample {
  static let header = "id,title,description\n"

  /// Twelve rows in three families with shared words, lines 2...13 of the file.
  static let rows: [String] = [
    "detective follows a killer through the rainy harbor city",
    "detective hunts a killer who calls the harbor police",
    "young police detective and the killer of the rainy city",
    "harbor police and a detective chase one killer",
    "baker teaches bread and cake in a village kitchen",
    "village baker bakes cake for the kitchen contest",
    "kitchen contest of bread and cake with a village cook",
    "cook and baker share bread in a village kitchen",
    "astronaut crew repairs a spaceship near a distant moon",
    "spaceship crew finds a signal from the distant moon",
    "crew of a spaceship and the astronaut left on a moon",
    "distant signal leads an astronaut and crew to a spaceship",
  ].enumerated().map { index, text in "s\(index + 1),Title \(index + 1),\(text)\n" }

  static let catalogue = Data((header + rows.joined()).utf8)

  static let identical = Data(
    (header
      + (1...12).map { "s\($0),Title \($0),detective follows a killer\n" }.joined()).utf8)

  static let withoutTexts = Data((header + (1...12).map { "s\($0),Title \($0),\n" }.joined()).utf8)

  /// The catalogue with one line replaced; `line` counts from 1 as editors do.
  static func catalogue(replacing line: Int, with bytes: [UInt8]) -> Data {
    var lines = [header] + rows
    lines[line - 1] = ""
    let before = lines[..<(line - 1)].joined()
    let after = lines[line...].joined()
    return Data(before.utf8) + Data(bytes) + Data(after.utf8)
  }

  static func catalogue(replacing line: Int, with text: String) -> Data {
    catalogue(replacing: line, with: Array(text.utf8))
  }

  /// A .npy file of version 1.0 with this header dictionary, whatever the data.
  static func npy(_ dictionary: String, data: [UInt8]) -> Data {
    // NumPy pads the header with spaces until the data start at a multiple of 64 bytes.
    let unpadded = 10 + dictionary.utf8.count + 1
    let padding = (64 - unpadded % 64) % 64
    let text = dictionary + String(repeating: " ", count: padding) + "\n"
    let count = text.utf8.count
    return Data([0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(count & 0xFF), UInt8(count >> 8)])
      + Data(text.utf8) + Data(data)
  }

  static let npyHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }"

  /// A zip archive without entries: its end record alone.
  static let emptyZip = Data([0x50, 0x4B, 0x05, 0x06] + [UInt8](repeating: 0, count: 18))

  /// A gzip header (deflate, no name, no time) and the start of a stored block of 100 bytes.
  static let truncatedGzip = Data(
    [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 100, 0, 155, 255] + Array("id,title".utf8))

  /// The eight bytes every HDF5 file starts with, and nothing valid after them.
  static let truncatedHDF5 = Data(
    [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + [UInt8](repeating: 0, count: 24))

  static func matrixMarket(_ text: String) -> Data {
    Data(("%%MatrixMarket matrix coordinate real general\n" + text).utf8)
  }
}
