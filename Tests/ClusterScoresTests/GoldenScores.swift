internal import Clustering
internal import Foundation
internal import Matrices

/// What scikit-learn computed: `scores.json`.
struct GoldenScores: Decodable {
  struct Clustering: Decodable {
    let labels: [Int32]
    let silhouettes: [String: [Double]]
    let calinskiHarabasz: Double
    let daviesBouldin: Double

    func assignment() throws -> Assignment {
      try Assignment(labels: labels, clusterCount: Int(labels.max() ?? -1) + 1)
    }
  }

  struct Case: Decodable {
    let name: String
    let rows: Int
    let columns: Int
    let sparse: Bool
    let offsets: [Int]
    let indices: [Int32]
    let values: [Float]
    let clusterings: [Clustering]

    var csr: CSRMatrix {
      CSRMatrix(
        rowCount: rows, columnCount: columns, rowOffsets: offsets, columnIndices: indices,
        values: values)
    }

    var points: FeatureMatrix { sparse ? .sparse(csr) : .dense(csr.dense()) }
  }

  struct Agreement: Decodable {
    let first: [Int32]
    let second: [Int32]
    let adjustedRandIndex: Double
    let normalizedMutualInformation: Double
    let homogeneity: Double
    let completeness: Double
    let vMeasure: Double
    let mutualInformation: Double
  }

  let cases: [Case]
  let agreements: [Agreement]

  static func read() throws -> GoldenScores {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TestSupport/Golden/scores.json")
    return try JSONDecoder().decode(GoldenScores.self, from: Data(contentsOf: file))
  }
}
