import Clustering
import Experiments
import Matrices
import TestSupport
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

  @Test(arguments: [true, false], [1, 2, 7])
  func listsAreThoseOfEachRow(latent: Bool, threadCount: Int) throws {
    try checkLists(
      latent: latent, threadCount: threadCount, rowCount: 300, columnCount: 400, length: 3)
  }

  /// Nearly all words are common here, and rows fill several blocks.
  @Test(arguments: [true, false])
  func listsOfCommonWordsAreThoseOfEachRow(latent: Bool) throws {
    try checkLists(latent: latent, threadCount: 3, rowCount: 900, columnCount: 50, length: 12)
  }

  private func checkLists(
    latent: Bool, threadCount: Int, rowCount: Int, columnCount: Int, length: Int
  ) throws {
    var model = try self.model(latent: latent)
    // Rows without words, equal rows and short ones: ties, and relatives that share no word.
    let terms = RandomPoints.text(
      seed: 5, rowCount: rowCount, columnCount: columnCount, length: length)
    let rows = RandomPoints.blobs(seed: 6, rowCount: rowCount, columnCount: 6, blobCount: 4)
    model.features = latent ? .dense(rows) : .sparse(terms)
    model.termFeatures = latent ? terms : nil
    let recommender = Recommender(model)
    let asked = Array(stride(from: 0, to: rowCount, by: 2))
    let lists = recommender.lists(
      ofRows: asked, count: 10, wordLimit: 3, pool: WorkerPool(threadCount: threadCount))
    #expect(lists.listLength == 10)
    for (place, row) in asked.enumerated() {
      let expected = recommender.relatives(ofRow: row, count: 10)
      let own = place * 10..<(place + 1) * 10
      #expect(lists.rows[own].map(Int.init) == expected.map(\.row), "row \(row)")
      #expect(Array(lists.similarities[own]) == expected.map(\.similarity), "row \(row)")
    }
    // Sparse rows alone have no words; those behind latent rows have.
    for relative in lists.rows.indices where latent {
      let (row, other) = (asked[relative / 10], Int(lists.rows[relative]))
      let weights = (0..<columnCount).map { weight(terms, row, $0) * weight(terms, other, $0) }
      let shared = weights.indices.filter { weights[$0] > 0 }
        .sorted { (-weights[$0], $0) < (-weights[$1], $1) }.prefix(3)
      let own = lists.sharedOffsets[relative]..<lists.sharedOffsets[relative + 1]
      #expect(lists.sharedColumns[own].map(Int.init) == Array(shared), "row \(row), \(other)")
    }
    #expect(latent == !lists.sharedColumns.isEmpty)
  }

  private func weight(_ terms: CSRMatrix, _ row: Int, _ column: Int) -> Double {
    let entries = terms.entries(ofRow: row)
    let place = entries.first { terms.columnIndices[$0] == Int32(column) }
    return place.map { Double(terms.values[$0]) } ?? 0
  }

  @Test func listsOfFewRowsAreShorter() throws {
    let lists = Recommender(try model(latent: true)).lists(
      ofRows: [0, 4], count: 10, wordLimit: 5, pool: WorkerPool(threadCount: 1))
    #expect(lists.listLength == 4)
    #expect(lists.rows == [1, 3, 2, 4, 0, 1, 2, 3])
    #expect(lists.sharedOffsets == [0, 1, 1, 1, 1, 1, 1, 1, 1])
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
