internal import Catalogue
internal import Clustering
internal import ClusterScores
public import Matrices
internal import TextFeatures

/// The files of a finished run, in memory or ready to be written.
public struct RunPublication: Sendable {
  /// What is published.
  public let input: PreparedInput
  /// The options of the run.
  public let configuration: RunConfiguration
  /// The clusterings and the choice.
  public let result: SweepResult
  /// The command that ran, such as `sweep`.
  public let command: String
  /// The unseen rows, when there were any.
  public let heldOut: PreparedInput?

  /// The most rows that the page of a run holds.
  public static let pageRowLimit = 10_000

  /// Collects a finished run.
  public init(
    input: PreparedInput, configuration: RunConfiguration, result: SweepResult, command: String,
    heldOut: PreparedInput?
  ) {
    self.input = input
    self.configuration = configuration
    self.result = result
    self.command = command
    self.heldOut = heldOut
  }

  /// The chosen clustering with its rows, as `model.h5` holds it.
  public var model: FittedModel {
    FittedModel(
      input: input, record: RunRecord(result.best), options: configuration.json.text)
  }

  /// Every clustering, as `runs.h5` holds them.
  public var records: [RunRecord] { result.runs.map(RunRecord.init) }

  /// What the files tell of the chosen clusters.
  public struct Details: Sendable {
    /// The squared distance of each row to its center, n of them.
    public let squaredDistances: [Double]
    /// One summary a cluster.
    public let summaries: [ClusterSummary]
  }

  /// Describes the chosen clusters.
  ///
  /// - Complexity: O(n·k) in the worst case, for the summaries.
  public func details(pool: WorkerPool) throws -> Details {
    let best = result.best
    let distances = try CenterAssignment(
      of: input.features, to: best.model.centroids, labels: best.model.assignment, pool: pool
    ).squaredDistances
    return Details(
      squaredDistances: distances,
      summaries: ClusterSummary.summaries(
        of: best.model.assignment, squaredDistances: distances,
        silhouettes: best.silhouette.samples, source: .init(input)))
  }

  /// The files of the run folder, without those that another module writes.
  ///
  /// - Complexity: O(nnz + k·d).
  public func files(_ details: Details) -> [RunFolder.File] {
    let best = result.best
    let (distances, summaries) = (details.squaredDistances, details.summaries)
    return evidenceFiles(squaredDistances: distances) + [
      RunFolder.File(
        "result.txt",
        Array(
          ResultText.text(
            input: input, configuration: configuration, result: result, summaries: summaries,
            heldOutName: heldOutName, heldOutNotes: heldOut?.notes ?? []
          ).utf8)),
      RunFolder.File("no_of_clusters.txt", Array("\(best.clusterCount)\n".utf8)),
      RunFolder.File(
        "labels.csv",
        Array(
          LabelTable.csv(
            rowNumbers: input.rowNumbers, identifiers: input.identifiers, titles: input.titles,
            labels: best.model.assignment.labels, silhouettes: best.silhouette.samples,
            squaredDistances: distances
          ).utf8)),
      RunFolder.File(
        "clusters.json",
        ClusterDescriptions.json(
          summaries, input: input, run: best, squaredDistances: distances
        ).prettyBytes),
      RunFolder.File("labels.npy", MatrixFile.npyBytes(best.model.assignment.labels)),
      RunFolder.File(
        "sweep.csv", Array(SweepTables.csv(result, seed: configuration.seed).utf8)),
      RunFolder.File(
        "sweep.json", SweepTables.json(result, seed: configuration.seed).prettyBytes),
      RunFolder.File(
        "run.json",
        Array(
          RunDescription.json(
            command: command, input: input, configuration: configuration, heldOut: heldOut
          ).utf8)),
    ]
  }
}

extension PreparedInput {
  /// The TF-IDF rows, when the input was text.
  public var termRows: CSRMatrix? {
    if let termFeatures { return termFeatures }
    if case .sparse(let matrix) = features, featureModel != nil { return matrix }
    return nil
  }
}
