public import Matrices

/// A fitted vocabulary together with the rows that it was fitted on.
public struct FittedTextFeatures: Sendable {
  /// The vocabulary and its weights, for unseen texts.
  public let model: TextFeatureModel

  /// The TF-IDF weights of the texts: `n×d`, every row of length one, or empty.
  public let termMatrix: CSRMatrix

  /// The rows in the latent space when the options ask for LSA: `n×r`, every row of length one, or 0.
  public let latent: DenseMatrix?

  /// The rows without any term of the vocabulary, ascending; they are zero in `matrix`.
  public let rowsWithoutWords: [Int]

  /// The variance of the rows along each latent dimension; empty without LSA.
  public let explainedVariances: [Double]

  /// The share of the rows' whole variance along each latent dimension; empty without LSA.
  public let explainedVarianceRatios: [Double]

  /// What to cluster: the latent rows if there are any, else the TF-IDF rows.
  public var matrix: FeatureMatrix {
    if let latent { .dense(latent) } else { .sparse(termMatrix) }
  }
}
