internal import Glibc
public import Matrices

extension TextFeatureModel {
  /// Learns the vocabulary of the texts and turns them into rows.
  ///
  /// Use when the texts are a catalogue's descriptions: TF-IDF weighs a word by how often the text
  /// has it and how few texts have it. Weights, norms and their sums are in `Double` and rounded once.
  ///
  /// - Parameters:
  ///   - texts: one a row, n of them.
  ///   - options: how they become rows.
  ///   - latentLimit: the most latent dimensions, where the options leave LSA out: so many, or as many as
  ///     the texts and terms allow; none where they allow none. The model's options hold what it came to.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `FeatureError` when an option is out of range, no text has any text or word, or LSA
  ///   asks for too many dimensions.
  /// - Complexity: O(total bytes + d log d), and for LSA O((nnz + (n + d)·r)·r).
  public static func fit(
    _ texts: PackedStrings, options: TextFeatureOptions, latentLimit: Int? = nil, pool: WorkerPool
  ) throws(FeatureError) -> FittedTextFeatures {
    var options = options
    try options.validate()
    guard hasText(texts) else { throw .noText }
    try options.validate(rowCount: texts.count)

    let counts = TermCounts(texts, options: options, pool: pool)
    let merged = MergedTerms(counts.counters)
    let vocabulary = try Vocabulary(merged, options: options, rowCount: texts.count)

    let weights = TermWeights(
      inverseDocumentFrequencies: vocabulary.termNumbers.map { term in
        log(Double(1 + texts.count) / Double(1 + merged.documentFrequencies[term])) + 1
      },
      usesSublinearTermFrequency: options.usesSublinearTermFrequency)
    let matrix = weights.matrix(
      counts, columns: merged.columns(of: vocabulary.columnOfTerm), pool: pool)

    let terms = vocabulary.termNumbers.map { merged.string($0) }
    var displayTerms = terms
    if options.stemLanguage != nil {
      let display = DisplayTerms(counts.counters)
      displayTerms = terms.map { display.display(of: $0) }
      display.deallocate()
    }
    if options.latentDimensionCount == nil, let latentLimit {
      let count = min(latentLimit, matrix.rowCount - 1, matrix.columnCount - 1)
      options.latentDimensionCount = count >= 1 ? count : nil
    }
    let latent = try decomposition(of: matrix, options: options, pool: pool)
    let model = TextFeatureModel(
      options: options, terms: terms, displayTerms: displayTerms,
      inverseDocumentFrequencies: weights.inverseDocumentFrequencies, latentBasis: latent?.basis,
      singularValues: latent?.singularValues ?? [])
    return FittedTextFeatures(
      model: model, termMatrix: matrix,
      latent: latent == nil ? nil : model.latent(matrix, pool: pool),
      rowsWithoutWords: matrix.emptyRows, explainedVariances: latent?.explainedVariances ?? [],
      explainedVarianceRatios: latent?.explainedVarianceRatios ?? [])
  }

  private static func decomposition(
    of matrix: CSRMatrix, options: TextFeatureOptions, pool: WorkerPool
  ) throws(FeatureError) -> TruncatedSVD? {
    guard let count = options.latentDimensionCount else { return nil }
    do throws(TruncatedSVD.ComponentLimitError) {
      return try TruncatedSVD.fit(matrix, componentCount: count, seed: options.seed, pool: pool)
    } catch {
      throw .tooManyLatentDimensions(requested: error.requested, limit: error.limit)
    }
  }

  /// True when some text holds a byte that is neither ASCII white space nor a control character.
  private static func hasText(_ texts: PackedStrings) -> Bool {
    texts.bytes.contains { $0 > 0x20 && $0 != 0x7F }
  }
}

extension CSRMatrix {
  /// The rows without entries, ascending.
  var emptyRows: [Int] { (0..<rowCount).filter { rowOffsets[$0] == rowOffsets[$0 + 1] } }
}
