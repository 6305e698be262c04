internal import ClusterScores
public import Clustering
public import Matrices

/// One clustering of a sweep as the run folder keeps it, so that any k can be exported without a refit.
public struct RunRecord: Sendable, Equatable {
  /// The algorithm's name, such as `kmeans`.
  public var algorithm: String
  /// The centers, `k×d`, row-major.
  public var centroids: DenseMatrix
  /// The cluster of each row, n labels in 0..<k.
  public var assignment: Assignment
  /// The sum of squared distances of the rows to their centers.
  public var inertia: Double
  /// How many iterations the fit took.
  public var iterationCount: Int
  /// True when the fit stopped by its own rule and not at the iteration limit.
  public var didConverge: Bool
  /// The silhouette of each row, n of them; empty when undefined.
  public var silhouettes: [Double]
  /// Scores by name, ascending by name; nil stands for an undefined score.
  public var scores: [FittedModel.Score]

  /// Puts a record together.
  public init(
    algorithm: String, centroids: DenseMatrix, assignment: Assignment, inertia: Double,
    iterationCount: Int, didConverge: Bool, silhouettes: [Double], scores: [FittedModel.Score]
  ) {
    self.algorithm = algorithm
    self.centroids = centroids
    self.assignment = assignment
    self.inertia = inertia
    self.iterationCount = iterationCount
    self.didConverge = didConverge
    self.silhouettes = silhouettes
    self.scores = scores
  }

  /// The record of a run.
  public init(_ run: ScoredRun) {
    var scores = [
      FittedModel.Score(name: "calinski_harabasz", value: run.dispersion.calinskiHarabasz),
      FittedModel.Score(name: "davies_bouldin", value: run.dispersion.daviesBouldin),
      FittedModel.Score(name: "silhouette", value: run.silhouette.mean),
    ]
    if let stability = run.stability {
      scores.append(FittedModel.Score(name: "stability", value: stability))
    }
    if let gap = run.gap { scores.append(FittedModel.Score(name: "gap", value: gap.value)) }
    if let truth = run.truth {
      scores += zip(AgreementScores.names, truth.values).map {
        FittedModel.Score(name: $0, value: $1)
      }
    }
    if let heldOut = run.heldOut {
      scores.append(
        FittedModel.Score(name: "test_inertia", value: heldOut.assignment.inertia))
      scores.append(
        FittedModel.Score(name: "test_silhouette", value: heldOut.silhouette.mean))
      if let stability = heldOut.stability {
        scores.append(FittedModel.Score(name: "test_stability", value: stability))
      }
    }
    scores.sort { $0.name < $1.name }
    self.init(
      algorithm: run.algorithm.rawValue, centroids: run.model.centroids,
      assignment: run.model.assignment, inertia: run.model.inertia,
      iterationCount: run.model.iterations.count, didConverge: run.model.didConverge,
      silhouettes: run.silhouette.samples, scores: scores)
  }
}

extension FittedModel {
  /// The model of one clustering of an input.
  public init(input: PreparedInput, record: RunRecord, options: String) {
    self.init(
      algorithm: record.algorithm, centroids: record.centroids, assignment: record.assignment,
      inertia: record.inertia, iterationCount: record.iterationCount,
      didConverge: record.didConverge, featureModel: input.featureModel,
      features: input.features, termFeatures: input.termFeatures,
      rowNumbers: input.rowNumbers, rowIdentifiers: input.identifiers, titles: input.titles,
      scores: record.scores, silhouettes: record.silhouettes,
      provenance: Provenance(
        inputName: input.name, inputSHA256: input.sha256, options: options,
        programVersion: Program.version, textColumns: input.textColumns))
  }

  /// The same rows and features under another clustering of the same run.
  public func replacing(clustering record: RunRecord) -> FittedModel {
    var model = self
    model.algorithm = record.algorithm
    model.centroids = record.centroids
    model.assignment = record.assignment
    model.inertia = record.inertia
    model.iterationCount = record.iterationCount
    model.didConverge = record.didConverge
    model.scores = record.scores
    model.silhouettes = record.silhouettes
    return model
  }
}
