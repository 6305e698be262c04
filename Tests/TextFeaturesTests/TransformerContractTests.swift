import Matrices
import Testing
import TextFeatures

/// What turning texts into rows owes, with and without latent dimensions, over seeds.
@Suite struct TransformerContractTests {
  static let seeds: Range<UInt64> = 0..<8

  private static func texts(_ seed: UInt64, count: Int = 60) -> [String] {
    var generator = CounterGenerator(seed: seed, purpose: 0x7F)
    let words = [
      "harbor", "detective", "killer", "baker", "village", "bread", "moon", "crew", "signal",
      "naïve", "Straße", "月", "don't", "U.S.A.", "x1",
    ]
    return (0..<count).map { row in
      guard row % 11 != 10 else { return "" }
      return (0...generator.nextIndex(below: 9)).map { _ in
        words[generator.nextIndex(below: words.count)]
      }.joined(separator: " ")
    }
  }

  private static func options(latent: Int?) -> TextFeatureOptions {
    var options = TextFeatureOptions()
    options.latentDimensionCount = latent
    return options
  }

  private static func fit(
    _ texts: [String], latent: Int?, threads: Int = 2
  ) throws -> FittedTextFeatures {
    try TextFeatureModel.fit(
      PackedStrings(texts), options: options(latent: latent),
      pool: WorkerPool(threadCount: threads))
  }

  @Test(arguments: seeds, [nil, 4])
  func aFitAgainIsTheSame(seed: UInt64, latent: Int?) throws {
    let texts = Self.texts(seed)
    let first = try Self.fit(texts, latent: latent, threads: 1)
    for threads in [1, 2, 3, 8] {
      let again = try Self.fit(texts, latent: latent, threads: threads)
      #expect(again.matrix == first.matrix, "seed \(seed), \(threads) threads")
      #expect(again.model.terms == first.model.terms, "seed \(seed), \(threads) threads")
    }
  }

  @Test(arguments: seeds, [nil, 4])
  func textsOfTheFitHaveTheSameRowsWhenSeenAgain(seed: UInt64, latent: Int?) throws {
    let texts = Self.texts(seed)
    let fitted = try Self.fit(texts, latent: latent)
    let pool = WorkerPool(threadCount: 3)
    #expect(
      try fitted.model.features(for: PackedStrings(texts), pool: pool) == fitted.matrix,
      "seed \(seed)")
    // One text alone has the row that it has among others.
    let alone = try fitted.model.termMatrix(for: PackedStrings([texts[7]]), pool: pool)
    let entries = fitted.termMatrix.entries(ofRow: 7)
    #expect(alone.values == Array(fitted.termMatrix.values[entries]), "seed \(seed)")
    #expect(alone.columnIndices == Array(fitted.termMatrix.columnIndices[entries]), "seed \(seed)")
  }

  @Test(arguments: seeds)
  func textsInAnotherOrderHaveTheirOwnRows(seed: UInt64) throws {
    let texts = Self.texts(seed)
    let first = try Self.fit(texts, latent: nil)
    let turned = try Self.fit(texts.reversed(), latent: nil)
    #expect(turned.model.terms == first.model.terms, "seed \(seed)")
    for row in texts.indices {
      let (here, there) = (
        first.termMatrix.entries(ofRow: row),
        turned.termMatrix.entries(ofRow: texts.count - 1 - row)
      )
      #expect(
        first.termMatrix.values[here] == turned.termMatrix.values[there]
          && first.termMatrix.columnIndices[here] == turned.termMatrix.columnIndices[there],
        "seed \(seed), row \(row)")
    }
  }

  @Test(arguments: seeds, [nil, 4])
  func equalTextsHaveEqualRows(seed: UInt64, latent: Int?) throws {
    let texts = Self.texts(seed)
    let fitted = try Self.fit(texts + texts, latent: latent)
    switch fitted.matrix {
    case .dense(let matrix):
      let half = matrix.elements.count / 2
      #expect(matrix.elements[..<half].elementsEqual(matrix.elements[half...]), "seed \(seed)")
    case .sparse(let matrix):
      let half = matrix.storedCount / 2
      #expect(matrix.values[..<half].elementsEqual(matrix.values[half...]), "seed \(seed)")
    }
  }

  @Test func emptyAndSingleTextsAreAnswered() throws {
    #expect(throws: FeatureError.noText) { try Self.fit([], latent: nil) }
    #expect(throws: FeatureError.noText) { try Self.fit(["", " \n"], latent: nil) }
    let one = try Self.fit(["bread and bread"], latent: nil)
    #expect(one.model.terms == ["bread"])
    #expect(one.termMatrix.values == [1])
    #expect(throws: FeatureError.self) { try Self.fit(["bread and bread"], latent: 1) }
  }
}
