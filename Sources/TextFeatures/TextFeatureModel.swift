public import Matrices

/// A fitted vocabulary and its weights: turns texts, seen or unseen, into rows of numbers.
public struct TextFeatureModel: Sendable, Equatable {
  /// The options that the model was fitted with.
  public let options: TextFeatureOptions

  /// The terms in the order of the columns, ascending by their UTF-8 bytes; d of them.
  public let terms: [String]

  /// For each term the word that people read: the commonest surface form of a stem.
  public let displayTerms: [String]

  /// The inverse document frequency of each term: ln((1 + n) / (1 + df)) + 1.
  public let inverseDocumentFrequencies: [Double]

  /// The latent basis when the options ask for LSA: `d×r`, one row a term.
  public let latentBasis: DenseMatrix?

  /// The singular value of each latent dimension, descending; empty without LSA.
  public let singularValues: [Double]

  /// Puts a model together, as read from a file; the arrays must fit together.
  ///
  /// - Complexity: O(1).
  public init(
    options: TextFeatureOptions, terms: [String], displayTerms: [String],
    inverseDocumentFrequencies: [Double], latentBasis: DenseMatrix?, singularValues: [Double]
  ) {
    precondition(
      displayTerms.count == terms.count && inverseDocumentFrequencies.count == terms.count,
      "a vocabulary's terms, display terms and weights must agree")
    precondition(
      latentBasis.map { $0.rowCount == terms.count && $0.columnCount == singularValues.count }
        ?? singularValues.isEmpty,
      "a latent basis needs a row a term and a singular value a column")
    self.options = options
    self.terms = terms
    self.displayTerms = displayTerms
    self.inverseDocumentFrequencies = inverseDocumentFrequencies
    self.latentBasis = latentBasis
    self.singularValues = singularValues
  }
}
