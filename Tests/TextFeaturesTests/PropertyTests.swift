import Matrices
import Testing
import TextFeatures

@Suite struct PropertyTests {
  /// Texts of a small random vocabulary, every thirteenth of them empty, enough for several chunks.
  private static func randomTexts(count: Int, seed: UInt64 = 7) -> PackedStrings {
    var generator = CounterGenerator(seed: seed)
    let syllables = ["ba", "ko", "ñu", "ri", "sta", "Mo", "ing", "ers", "ly", "é"]
    return PackedStrings(
      (0..<count).map { row in
        guard row % 13 != 5 else { return row % 2 == 0 ? "" : "a - !" }
        let wordCount = 1 + generator.nextIndex(below: row % 97 == 0 ? 80 : 12)
        return (0..<wordCount).map { _ in
          (0...generator.nextIndex(below: 4)).map { _ in
            syllables[generator.nextIndex(below: syllables.count)]
          }.joined()
        }.joined(separator: ["  ", ", ", "'", " "][generator.nextIndex(below: 4)])
      })
  }

  private static let optionSets: [TextFeatureOptions] = {
    var plain = TextFeatureOptions()
    plain.usesSublinearTermFrequency = true
    var stemmed = TextFeatureOptions()
    stemmed.stemLanguage = "english"
    stemmed.longestNGram = 2
    stemmed.minimumDocumentFrequency = .count(2)
    stemmed.featureLimit = 500
    var notebook = TextFeatureOptions.notebook
    notebook.featureLimit = 100
    var latent = TextFeatureOptions()
    latent.minimumDocumentFrequency = .count(2)
    latent.latentDimensionCount = 20
    return [plain, stemmed, notebook, latent]
  }()

  @Test(arguments: optionSets)
  func rowsHaveLengthOneOrNone(options: TextFeatureOptions) throws {
    let fitted = try TextFeatureModel.fit(
      Self.randomTexts(count: 3_000), options: options, pool: WorkerPool(threadCount: 2))
    var empty: [Int] = []
    for row in 0..<fitted.termMatrix.rowCount {
      let entries = fitted.termMatrix.entries(ofRow: row)
      if entries.isEmpty {
        empty.append(row)
        continue
      }
      let squares = entries.reduce(0.0) {
        $0 + Double(fitted.termMatrix.values[$1]) * Double(fitted.termMatrix.values[$1])
      }
      #expect(abs(squares - 1) < 1e-6)
    }
    #expect(!empty.isEmpty && empty == fitted.rowsWithoutWords)
  }

  @Test(arguments: optionSets)
  func threadsDoNotMatter(options: TextFeatureOptions) throws {
    let texts = Self.randomTexts(count: 9_000)
    let alone = try TextFeatureModel.fit(texts, options: options, pool: WorkerPool(threadCount: 1))
    for threads in [2, 3, 8] {
      let pool = WorkerPool(threadCount: threads)
      let together = try TextFeatureModel.fit(texts, options: options, pool: pool)
      #expect(together.model == alone.model)
      #expect(together.matrix == alone.matrix)
    }
  }

  @Test(arguments: optionSets)
  func unseenTextsAreTreatedAsSeenOnes(options: TextFeatureOptions) throws {
    let texts = Self.randomTexts(count: 5_000)
    let pool = WorkerPool(threadCount: 2)
    let fitted = try TextFeatureModel.fit(texts, options: options, pool: pool)
    #expect(try fitted.model.termMatrix(for: texts, pool: pool) == fitted.termMatrix)
    let rows = [4_999, 0, 18, 970, 970]
    let some = try fitted.model.termMatrix(for: PackedStrings(rows.map { texts[$0] }), pool: pool)
    #expect(some == fitted.termMatrix.selecting(rows: rows))
    #expect(try fitted.model.features(for: texts, pool: pool) == fitted.matrix)
  }

  @Test func wordsOutsideTheVocabularyDoNotCount() throws {
    let pool = WorkerPool(threadCount: 1)
    let fitted = try TextFeatureModel.fit(
      PackedStrings(["red fish", "blue fish"]), options: TextFeatureOptions(), pool: pool)
    let rows = try fitted.model.termMatrix(
      for: PackedStrings(["fish fish tank", "tank", "the red, RED door"]), pool: pool)
    #expect(fitted.model.terms == ["blue", "fish", "red"])
    #expect(rows.rowOffsets == [0, 1, 1, 2])
    #expect(rows.columnIndices == [1, 2])
    #expect(rows.values == [1, 1])
  }
}
