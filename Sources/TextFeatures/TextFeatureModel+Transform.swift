public import Matrices

extension TextFeatureModel {
  /// The TF-IDF weights of texts, seen or unseen: `n×d`, every row of length one, or empty when the
  /// text has no term of the vocabulary.
  ///
  /// A text that the model was fitted with gets the very same row.
  ///
  /// - Throws: `FeatureError` when the model's options are out of range.
  /// - Complexity: O(total bytes + d).
  public func termMatrix(
    for texts: PackedStrings, pool: WorkerPool
  ) throws(FeatureError) -> CSRMatrix {
    try options.validate()
    let counts = TermCounts(texts, options: options, pool: pool)
    let weights = TermWeights(
      inverseDocumentFrequencies: inverseDocumentFrequencies,
      usesSublinearTermFrequency: options.usesSublinearTermFrequency)
    return weights.matrix(counts, columns: try columns(of: counts.counters), pool: pool)
  }

  /// The features of texts, seen or unseen, as the options ask for them: latent rows with LSA, else
  /// TF-IDF rows; every row of length one, or zero.
  ///
  /// - Throws: `FeatureError` when the model's options are out of range.
  /// - Complexity: O(total bytes + d), and for LSA O((nnz + n + d)·r).
  public func features(
    for texts: PackedStrings, pool: WorkerPool
  ) throws(FeatureError) -> FeatureMatrix {
    let terms = try termMatrix(for: texts, pool: pool)
    return latentBasis == nil ? .sparse(terms) : .dense(latent(terms, pool: pool))
  }

  /// TF-IDF rows in the latent space: `n×r`, every row of length one, or zero.
  ///
  /// The model must have a latent basis.
  ///
  /// - Complexity: O((nnz + n + d)·r).
  public func latent(_ terms: CSRMatrix, pool: WorkerPool) -> DenseMatrix {
    guard let latentBasis else {
      preconditionFailure("a model without a latent basis has no latent space")
    }
    return TruncatedSVD.project(.sparse(terms), onto: latentBasis, unitRows: true, pool: pool)
  }
}
