internal import Foundation
import Matrices
import TextFeatures

/// The golden files of this module and what is needed to read them.
enum Golden {
  struct File: Decodable {
    let texts: [String]
    let cases: [Case]
  }

  struct Case: Decodable {
    let name: String
    let options: Options
    let terms: [String]
    let inverseDocumentFrequencies: [Double]
    let rowOffsets: [Int]
    let columns: [Int32]
    let values: [Double]
  }

  struct Options: Decodable {
    let tokenRule: TextFeatureOptions.TokenRule
    let stopWords: String
    let shortestNGram: Int?
    let longestNGram: Int?
    let minimumCount: Int?
    let minimumFraction: Double?
    let maximumCount: Int?
    let maximumFraction: Double?
    let sublinear: Bool?
    let featureLimit: Int?

    var features: TextFeatureOptions {
      var options = TextFeatureOptions()
      options.tokenRule = tokenRule
      options.stopWords = stopWords == "english" ? .english : .none
      options.shortestNGram = shortestNGram ?? 1
      options.longestNGram = longestNGram ?? 1
      if let minimumCount { options.minimumDocumentFrequency = .count(minimumCount) }
      if let minimumFraction { options.minimumDocumentFrequency = .fraction(minimumFraction) }
      if let maximumCount { options.maximumDocumentFrequency = .count(maximumCount) }
      if let maximumFraction { options.maximumDocumentFrequency = .fraction(maximumFraction) }
      options.usesSublinearTermFrequency = sublinear ?? false
      options.featureLimit = featureLimit
      return options
    }
  }

  /// What is known of the reference catalogue's features without quoting it.
  struct Notebook: Decodable {
    let rows: Int
    let columns: Int
    let stored: Int
    let sum: Double
    let emptyRows: Int
    let termsHash: String
    let offsetsHash: String
    let columnsHash: String
    let inverseDocumentFrequencySum: Double
    /// Row, entries, sum of values, sum of values times (column + 1).
    let rowSums: [[Double]]
  }

  static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func read<Content: Decodable>(_ name: String) throws -> Content {
    let file = packageRoot.appending(path: "Tests/TestSupport/Golden/\(name)")
    return try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
  }

  /// The descriptions of the data set that comes with the package.
  static func trainingDescriptions() throws -> PackedStrings {
    let records = splitRecords(
      try Data(contentsOf: packageRoot.appending(path: "Dataset/train.csv")))
    let column = records[0].firstIndex(of: "description") ?? 0
    return PackedStrings(records.dropFirst().filter { $0.count > column }.map { $0[column] })
  }

  /// The 64-bit FNV-1a hash, as the generator writes it.
  static func hash(_ bytes: some Sequence<UInt8>) -> String {
    var value: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  static func littleEndian(_ numbers: some Sequence<Int32>) -> [UInt8] {
    numbers.flatMap { number in
      (0..<4).map { UInt8(truncatingIfNeeded: number >> Int32($0 * 8)) }
    }
  }
}

/// Splits CSV with quoted fields, quotes doubled inside them, at commas and line ends.
func splitRecords(_ data: Data) -> [[String]] {
  var records: [[String]] = []
  var record: [String] = []
  var field: [UInt8] = []
  var isQuoted = false
  for byte in data + [0x0A] {
    switch (byte, isQuoted) {
    case (0x22, _):
      // A doubled quote closes and opens again; the second one is kept.
      if !isQuoted && field.last == 0 {
        field[field.count - 1] = 0x22
        isQuoted = true
      } else if isQuoted {
        field.append(0)
        isQuoted = false
      } else {
        isQuoted = true
      }
    case (0x2C, false), (0x0A, false):
      record.append(String(decoding: field.filter { $0 != 0 && $0 != 0x0D }, as: UTF8.self))
      field = []
      if byte == 0x0A {
        records.append(record)
        record = []
      }
    default:
      field.append(byte)
    }
  }
  return records
}
