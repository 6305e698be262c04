public import Clustering
public import Matrices
public import TextFeatures

/// Everything that a finished run knows: what `model.h5` holds.
///
/// It labels unseen texts, recommends relatives and names its clusters without the catalogue.
public struct FittedModel: Sendable, Equatable {
  /// The algorithm's name, such as `kmeans`.
  public var algorithm: String

  /// The centers, `k×d`, row-major, in the space that was clustered.
  public var centroids: DenseMatrix

  /// The cluster of each training row, n labels in 0..<k.
  public var assignment: Assignment

  /// The sum of squared distances of the rows to their centers.
  public var inertia: Double

  /// How many iterations the fit took.
  public var iterationCount: Int

  /// True when the fit stopped by its own rule and not at the iteration limit.
  public var didConverge: Bool

  /// What turns texts into features; nil when the input was a matrix.
  public var featureModel: TextFeatureModel?

  /// The training rows in the space that was clustered, `n×d`.
  public var features: FeatureMatrix

  /// The TF-IDF rows behind latent features, for the reasons of a recommendation; nil otherwise.
  public var termFeatures: CSRMatrix?

  /// The number of each training row in the input, counted from 1, n of them.
  public var rowNumbers: [Int]

  /// The identifier of each training row, n of them; row numbers from 1 when there was no column.
  public var rowIdentifiers: [String]

  /// The title of each training row, n of them; empty when there was no title column.
  public var titles: [String]

  /// Scores by name, ascending by name; nil stands for an undefined score.
  public var scores: [Score]

  /// The silhouette of each training row, n of them; empty when undefined.
  public var silhouettes: [Double]

  /// Where the model comes from.
  public var provenance: Provenance

  /// A score by name.
  public struct Score: Sendable, Equatable {
    /// The name, such as `silhouette`.
    public var name: String

    /// The value, or nil where it is undefined.
    public var value: Double?

    /// Makes a score.
    public init(name: String, value: Double?) {
      self.name = name
      self.value = value
    }
  }

  /// Where a model comes from.
  public struct Provenance: Sendable, Equatable {
    /// The base name of the input.
    public var inputName: String

    /// The SHA-256 of the input's bytes, in hexadecimal.
    public var inputSHA256: String

    /// Every option of the run, as JSON with sorted keys.
    public var options: String

    /// The program's version.
    public var programVersion: String

    /// The text columns that were joined, by name.
    public var textColumns: [String]

    /// Makes a provenance.
    public init(
      inputName: String, inputSHA256: String, options: String, programVersion: String,
      textColumns: [String]
    ) {
      self.inputName = inputName
      self.inputSHA256 = inputSHA256
      self.options = options
      self.programVersion = programVersion
      self.textColumns = textColumns
    }
  }

  /// Puts a model together.
  public init(
    algorithm: String, centroids: DenseMatrix, assignment: Assignment, inertia: Double,
    iterationCount: Int, didConverge: Bool, featureModel: TextFeatureModel?,
    features: FeatureMatrix, termFeatures: CSRMatrix?, rowNumbers: [Int],
    rowIdentifiers: [String], titles: [String],
    scores: [Score], silhouettes: [Double], provenance: Provenance
  ) {
    self.algorithm = algorithm
    self.centroids = centroids
    self.assignment = assignment
    self.inertia = inertia
    self.iterationCount = iterationCount
    self.didConverge = didConverge
    self.featureModel = featureModel
    self.features = features
    self.termFeatures = termFeatures
    self.rowNumbers = rowNumbers
    self.rowIdentifiers = rowIdentifiers
    self.titles = titles
    self.scores = scores
    self.silhouettes = silhouettes
    self.provenance = provenance
  }
}
