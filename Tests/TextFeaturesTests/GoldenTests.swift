internal import Foundation
import Matrices
import Testing
import TextFeatures

@Suite struct GoldenTests {
  @Test func equalsScikitLearn() throws {
    let golden: Golden.File = try Golden.read("features_tfidf.json")
    let texts = PackedStrings(golden.texts)
    for expected in golden.cases {
      let fitted = try TextFeatureModel.fit(
        texts, options: expected.options.features, pool: WorkerPool(threadCount: 2))
      let name = Comment(rawValue: expected.name)
      let missing = Set(expected.terms).subtracting(fitted.model.terms)
      let extra = Set(fitted.model.terms).subtracting(expected.terms)
      #expect(missing.isEmpty && extra.isEmpty, name)
      let isSame = fitted.model.terms.elementsEqual(expected.terms) {
        // Strings that differ only in how marks are composed are equal; bytes are not.
        $0.utf8.elementsEqual($1.utf8)
      }
      #expect(isSame, name)
      #expect(fitted.termMatrix.rowOffsets == expected.rowOffsets, name)
      #expect(fitted.termMatrix.columnIndices == expected.columns, name)
      #expect(
        largestDifference(fitted.termMatrix.values.map(Double.init), expected.values) < 1e-6, name)
      #expect(
        largestDifference(
          fitted.model.inverseDocumentFrequencies, expected.inverseDocumentFrequencies) < 1e-11,
        name)
    }
  }

  private static let catalogue = Golden.packageRoot.appending(
    path: "../shared/data/netflix_titles_2019.csv")

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: catalogue.path),
      "the reference catalogue is not on this machine"))
  func equalsTheNotebook() throws {
    let golden: Golden.Notebook = try Golden.read("features_notebook.json")
    let records = splitRecords(try Data(contentsOf: Self.catalogue))
    let header = records[0]
    let date = try #require(header.firstIndex(of: "date_added"))
    let rating = try #require(header.firstIndex(of: "rating"))
    let description = try #require(header.firstIndex(of: "description"))
    let texts = records.dropFirst().filter {
      // The line that ends the file may follow an empty one.
      $0.count == header.count && !$0[date].isEmpty && !$0[rating].isEmpty
    }.map { $0[description] }

    let fitted = try TextFeatureModel.fit(
      PackedStrings(texts), options: .notebook, pool: WorkerPool(threadCount: 2))
    let matrix = fitted.termMatrix
    #expect(matrix.rowCount == golden.rows && golden.rows == 7_770)
    #expect(matrix.columnCount == golden.columns && golden.columns == 5_000)
    #expect(matrix.storedCount == golden.stored)
    #expect(Golden.hash(fitted.model.terms.joined(separator: "\n").utf8) == golden.termsHash)
    #expect(
      Golden.hash(Golden.littleEndian(matrix.rowOffsets.map(Int32.init))) == golden.offsetsHash)
    #expect(Golden.hash(Golden.littleEndian(matrix.columnIndices)) == golden.columnsHash)
    #expect(fitted.rowsWithoutWords.count == golden.emptyRows)
    let idfSum = fitted.model.inverseDocumentFrequencies.reduce(0, +)
    #expect(abs(idfSum - golden.inverseDocumentFrequencySum) < 1e-6)
    #expect(abs(matrix.values.reduce(0.0) { $0 + Double($1) } - golden.sum) < 1e-2)
    for expected in golden.rowSums {
      let entries = matrix.entries(ofRow: Int(expected[0]))
      let sum = entries.reduce(0.0) { $0 + Double(matrix.values[$1]) }
      let moment = entries.reduce(0.0) {
        $0 + Double(matrix.values[$1]) * Double(matrix.columnIndices[$1] + 1)
      }
      #expect(entries.count == Int(expected[1]))
      #expect(abs(sum - expected[2]) < 1e-6 && abs(moment - expected[3]) < 1e-2)
    }
  }
}

/// The largest absolute difference of two sequences, infinite when their lengths differ.
func largestDifference(_ first: [Double], _ second: [Double]) -> Double {
  guard first.count == second.count else { return .infinity }
  return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
