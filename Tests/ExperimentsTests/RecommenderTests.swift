import Clustering
import Experiments
import Matrices
import Testing

/// Likeness by words, and by words and latent dimensions together.
@Suite struct RecommenderTests {
  static let words: [[Double]] = [
    [1, 0, 0, 0], [0.6, 0.8, 0, 0], [0, 0.6, 0.8, 0], [0, 0, 0, 1], [0, 0, 0, 0],
  ]
  static let latent: [[Double]] = [[1, 0], [0.8, 0.6], [0.6, 0.8], [0.96, -0.28], [0, 0]]

  @Test func wordsAndLatentRowsBothCount() throws {
    let relatives = Recommender(try model(latent: true)).relatives(ofRow: 0, count: 9)
    let expected = (1..<5).map { row in
      (row, (cosine(Self.words, 0, row) + 0.25 * cosine(Self.latent, 0, row)) / 1.25)
    }.sorted { $0.1 > $1.1 }
    #expect(relatives.map(\.row) == expected.map(\.0))
    #expect(relatives.map(\.row) == [1, 3, 2, 4])
    for (relative, (_, similarity)) in zip(relatives, expected) {
      #expect(abs(relative.similarity - similarity) < 1e-6)
    }
  }

  @Test func withoutLatentRowsOnlyWordsCount() throws {
    let relatives = Recommender(try model(latent: false)).relatives(ofRow: 1, count: 2)
    #expect(relatives.map(\.row) == [0, 2])
    #expect(abs(relatives[0].similarity - 0.6) < 1e-6)
    #expect(abs(relatives[1].similarity - 0.48) < 1e-6)
  }

  private func cosine(_ rows: [[Double]], _ left: Int, _ right: Int) -> Double {
    zip(rows[left], rows[right]).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func model(latent: Bool) throws -> FittedModel {
    let terms = CSRMatrix(
      rowCount: 5, columnCount: 4, rowOffsets: [0, 1, 3, 5, 6, 6],
      columnIndices: [0, 0, 1, 1, 2, 3], values: [1, 0.6, 0.8, 0.6, 0.8, 1])
    let rows = DenseMatrix(
      rowCount: 5, columnCount: 2, elements: Self.latent.flatMap { $0.map(Float.init) })
    return FittedModel(
      algorithm: "kmeans", centroids: DenseMatrix(zeros: 1, latent ? 2 : 4),
      assignment: try Assignment(labels: [0, 0, 0, 0, 0], clusterCount: 1), inertia: 0,
      iterationCount: 1, didConverge: true, featureModel: nil,
      features: latent ? .dense(rows) : .sparse(terms), termFeatures: latent ? terms : nil,
      rowNumbers: [1, 2, 3, 4, 5], rowIdentifiers: ["1", "2", "3", "4", "5"], titles: [],
      scores: [], silhouettes: [],
      provenance: FittedModel.Provenance(
        inputName: "", inputSHA256: "", options: "{}", programVersion: "", textColumns: []))
  }
}
