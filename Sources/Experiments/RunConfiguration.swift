public import Clustering
public import ClusterScores
public import Matrices
public import TextFeatures

/// How one clustering is made.
public enum Algorithm: String, Sendable, Hashable, Codable, CaseIterable {
  /// Lloyd's K-Means.
  case kmeans
  /// Mini-batch K-Means.
  case minibatch
  /// The cut of a tree with Ward's linkage.
  case ward
  /// The cut of a tree with average linkage.
  case average
  /// The cut of a tree with complete linkage.
  case complete
  /// The cut of a tree with single linkage.
  case single
  /// The cut of a tree with weighted linkage.
  case weighted
  /// The cut of a tree with centroid linkage.
  case centroid
  /// The cut of a tree with median linkage.
  case median

  /// The linkage of a tree, or nil for K-Means.
  public var linkage: Linkage? { Linkage(rawValue: rawValue) }

  /// The algorithm that cuts a tree of a linkage.
  public init(_ linkage: Linkage) {
    switch linkage {
    case .single: self = .single
    case .complete: self = .complete
    case .average: self = .average
    case .weighted: self = .weighted
    case .ward: self = .ward
    case .centroid: self = .centroid
    case .median: self = .median
    }
  }
}

/// What decides which k is the best.
public enum Selection: String, Sendable, Hashable, Codable, CaseIterable {
  /// The greatest mean silhouette if the silhouette has a peak, else the knee of the inertia.
  case automatic = "auto"
  /// The greatest mean silhouette.
  case silhouette
  /// The knee of the inertia over k.
  case knee
  /// The greatest mean agreement (ARI) of fits.
  case stability
}

/// Which fits are compared for the stability of a k.
public enum StabilityMeasure: String, Sendable, Hashable, Codable, CaseIterable {
  /// The restarts of the fit.
  case restarts
  /// Fits of random samples of the rows.
  case samples
}

/// The order of a tree's leaves.
public enum LeafOrder: String, Sendable, Hashable, Codable, CaseIterable {
  /// As the tree lies: the cluster with the lower number first.
  case tree
  /// The order in which neighbors are most alike.
  case optimal
}

/// Every option of a run that can change its results; what `run.json` holds and replays.
public struct RunConfiguration: Sendable, Hashable {
  /// The text columns, by name or number; empty to guess them, and to take the titles too.
  public var textColumns: [String] = []

  /// The title column, by name or number; nil to guess it.
  public var titleColumn: String?

  /// The identifier column, by name or number; nil to guess it.
  public var identifierColumn: String?

  /// Rows in which one of these columns is blank are dropped.
  public var requiredColumns: [String] = []

  /// The name of the preset that the options started from.
  public var preset: String?

  /// How texts become numbers.
  public var features = TextFeatureOptions()

  /// Whether texts get latent dimensions, up to `latentLimit` of them, where `features` asks for none.
  public var choosesLatentDimensions = true

  /// The latent dimensions that texts get by themselves, where there are texts and terms enough.
  ///
  /// `Documentation/QUALITY.md` has the measurements.
  public static let latentLimit = 25

  /// The algorithms that are compared.
  public var algorithms: [Algorithm] = [.kmeans]

  /// The numbers of clusters that are tried, ascending.
  public var clusterCounts: [Int] = Array(2...30)

  /// The number of restarts of each fit; nil for 10 (mini-batch: 3).
  public var restartCount: Int?

  /// The most iterations of a restart; nil for 300 (mini-batch: 100 passes, nested batches: 300).
  public var iterationLimit: Int?

  /// The tolerance on the shift of the centers; nil for 1e-4 (mini-batch: 0).
  public var relativeTolerance: Double?

  /// Whether mini-batches grow.
  public var batchGrowth: KMeans.MiniBatch.Growth = .none

  /// The rows of a mini-batch.
  public var batchRowCount = 1_024

  /// The mini-batches without a better smoothed inertia that end a fit; nil for never.
  public var noImprovementLimit: Int? = 10

  /// A mini-batch center with fewer rows than this share of the busiest one's is moved.
  public var reassignmentRatio = 0.01

  /// Where centers start.
  public var seeding: KMeans.Seeding = .greedy

  /// The SHA-256 of the start centers' file, when there is one.
  public var initialCentersSHA256: String?

  /// The seed of every random choice.
  public var seed: UInt64 = 0

  /// Which kernel computes the products.
  public var kernel: ProductKernel = .automatic

  /// The distance of the silhouette, and of trees but those that are made of means.
  public var metric: SilhouetteMetric = .euclidean

  /// Which memory the distances of trees may take.
  public var linkageMemory: LinkageMemory = .automatic

  /// The height at which a tree is cut, instead of `clusterCounts`.
  public var cutHeight: Double?

  /// The order of a tree's leaves.
  public var leafOrder: LeafOrder = .tree

  /// The most leaves of a tree's picture.
  public var pictureLeafCount = 30

  /// The number of K-Means clusters whose means a tree is built over, or nil for a tree over the rows.
  public var microClusterCount: Int?

  /// What decides which k is the best.
  public var selection: Selection = .automatic

  /// Which fits are compared for stability; nil for none unless it decides.
  public var stability: StabilityMeasure?

  /// The column of known classes, by name or number, that clusterings are compared with.
  public var truthColumn: String?

  /// The SHA-256 of the file of known classes, when there is one.
  public var truthSHA256: String?

  /// The share of the rows that is held out of the fits, above 0 and below 1, or nil for none.
  public var heldOutShare: Double?

  /// The number of reference sets of the gap statistic, or nil for no gap.
  public var gapReferenceCount: Int?

  /// Whether CSV files are written so that a spreadsheet runs nothing in them.
  public var isSpreadsheetSafe = false

  /// The default options.
  public init() {}

  /// The options of the notebook: its features, rows without a date or a rating dropped, and the k of the
  /// greatest silhouette.
  public static var notebook: RunConfiguration {
    var configuration = RunConfiguration()
    configuration.preset = "notebook"
    configuration.textColumns = ["description"]
    configuration.requiredColumns = ["date_added", "rating"]
    configuration.features = .notebook
    configuration.selection = .silhouette
    configuration.choosesLatentDimensions = false
    return configuration
  }

  /// Which fits are compared for stability, when any are.
  public var stabilityMeasure: StabilityMeasure? {
    stability ?? (selection == .stability ? .restarts : nil)
  }

  /// The number of restarts of an algorithm: 1 for a tree.
  public func restartCount(of algorithm: Algorithm) -> Int {
    algorithm.linkage == nil ? kMeans(algorithm, clusterCount: 1).restartCount : 1
  }

  /// The settings of one fit of K-Means.
  public func kMeans(_ algorithm: Algorithm, clusterCount: Int) -> KMeans {
    var settings = KMeans(clusterCount: clusterCount)
    settings.seeding = seeding
    settings.seed = seed
    settings.kernel = kernel
    settings.relativeTolerance = relativeTolerance
    switch algorithm {
    case .kmeans:
      settings.restartCount = restartCount ?? 10
      settings.iterationLimit = iterationLimit ?? 300
    case .minibatch:
      var batch = KMeans.MiniBatch()
      batch.growth = batchGrowth
      batch.rowCount = batchRowCount
      batch.noImprovementLimit = noImprovementLimit
      batch.reassignmentRatio = reassignmentRatio
      settings.variant = .miniBatch(batch)
      settings.restartCount = restartCount ?? 3
      settings.iterationLimit = iterationLimit ?? (batchGrowth == .nested ? 300 : 100)
    case .ward, .average, .complete, .single, .weighted, .centroid, .median:
      preconditionFailure("a tree has no settings of K-Means")
    }
    return settings
  }
}

/// The program's name and version.
public enum Program {
  /// The version, as `kindred --version` prints it.
  public static let version = "0.1.0"
}
