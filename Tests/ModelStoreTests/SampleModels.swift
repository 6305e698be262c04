import Clustering
import Experiments
import Foundation
import Matrices
import TextFeatures

/// Models that differ in what they hold.
enum SampleModels {
  /// Titles that are hard to store: empty, long, with line ends, NUL and letters of many bytes.
  static let titles = [
    "Amélie", "", "月世界", "a\nb\r\n", String(repeating: "long ", count: 4_000), "zero\0inside",
    "e\u{301} is not é", "🧛🏽‍♀️",
  ]

  /// TF-IDF of 8 rows and 5 terms in 3 clusters.
  static func sparse(titles: [String] = titles, terms: [String]? = nil) throws -> FittedModel {
    let matrix = try sparseMatrix(columnCount: 5)
    let terms = terms ?? ["astro", "moon", "sea", "żółw", "月"]
    var options = TextFeatureOptions()
    options.stemLanguage = "english"
    options.stopWords = .list(["the", "a/b", "\"ö\""])
    options.seed = .max
    options.minimumDocumentFrequency = .count(2)
    options.maximumDocumentFrequency = .fraction(0.95)
    let features = TextFeatureModel(
      options: options, terms: terms, displayTerms: terms.map { $0.uppercased() },
      inverseDocumentFrequencies: [1, 1.1, 1.0 / 3, 2.5, 1e-300], latentBasis: nil,
      singularValues: [])
    return try model(features: .sparse(matrix), termFeatures: nil, features, titles: titles)
  }

  /// The same rows in 2 latent dimensions.
  static func latent() throws -> FittedModel {
    let terms = try sparseMatrix(columnCount: 5)
    var options = TextFeatureOptions()
    options.latentDimensionCount = 2
    let features = TextFeatureModel(
      options: options, terms: ["a", "b", "c", "d", "e"], displayTerms: ["a", "b", "c", "d", "e"],
      inverseDocumentFrequencies: [1, 2, 3, 4, 5],
      latentBasis: DenseMatrix(
        rowCount: 5, columnCount: 2, elements: (0..<10).map { Float($0) / 7 }),
      singularValues: [3.25, 0.1])
    let rows = DenseMatrix(rowCount: 8, columnCount: 2, elements: (0..<16).map { Float($0) / 3 })
    return try model(features: .dense(rows), termFeatures: terms, features, titles: titles)
  }

  /// Rows that came as a matrix: no terms, no titles, no silhouettes.
  static func matrixOnly() throws -> FittedModel {
    var result = try model(
      features: .sparse(try sparseMatrix(columnCount: 4)), termFeatures: nil, nil, titles: [])
    result.silhouettes = []
    result.scores = []
    return result
  }

  private static func sparseMatrix(columnCount: Int) throws -> CSRMatrix {
    CSRMatrix(
      rowCount: 8, columnCount: columnCount, rowOffsets: [0, 2, 2, 3, 5, 6, 7, 8, 9],
      columnIndices: [0, 3, 1, 0, 2, 3, 1, 2, 0],
      values: [0.5, 1.0 / 3, 1, 0.25, -0.75, 1e-30, 1, 1, 0.125])
  }

  private static func model(
    features: FeatureMatrix, termFeatures: CSRMatrix?, _ featureModel: TextFeatureModel?,
    titles: [String]
  ) throws -> FittedModel {
    let columnCount = features.columnCount
    return FittedModel(
      algorithm: "kmeans",
      centroids: DenseMatrix(
        rowCount: 3, columnCount: columnCount,
        elements: (0..<3 * columnCount).map { Float($0) / 9 }),
      assignment: try Assignment(labels: [0, 2, 1, 0, 2, 2, 1, 0], clusterCount: 3),
      inertia: 1.0 / 7, iterationCount: 12, didConverge: true, featureModel: featureModel,
      features: features, termFeatures: termFeatures,
      rowNumbers: [1, 2, 4, 5, 6, 9, 10, 7_787],
      rowIdentifiers: (1...8).map { "s\($0)" }, titles: titles,
      scores: [
        FittedModel.Score(name: "davies_bouldin", value: nil),
        FittedModel.Score(name: "silhouette", value: 0.1 + 0.2),
      ],
      silhouettes: [0, 0.5, -1, 1, 0.1, 0.2, 0.3, 1.0 / 3],
      provenance: FittedModel.Provenance(
        inputName: "films ü.csv", inputSHA256: String(repeating: "0f", count: 32),
        options: #"{"k":3,"text":["plot"]}"#, programVersion: "0.1.0",
        textColumns: ["plot", "cast, \"crew\""]))
  }
}

/// A folder that is removed when the value goes away.
final class ScratchFolder {
  private let folder: URL

  /// Makes an empty folder.
  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("kindred-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// The path of a file in the folder.
  func path(_ name: String = "model.h5") -> String { folder.appendingPathComponent(name).path }

  /// Writes a file and returns its path.
  func file(_ bytes: [UInt8], _ name: String = "model.h5") throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: path(name)))
    return path(name)
  }

  /// The bytes of a file in the folder.
  func bytes(_ name: String = "model.h5") throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }
}
