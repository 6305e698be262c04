internal import ClusterScores
public import Clustering
public import Matrices

/// Builds the trees of a run.
public struct TreeGrower: Sendable {
  /// The options of the run.
  public let configuration: RunConfiguration

  /// The linkage.
  public let linkage: Linkage

  /// The bytes that a tree may take beside the rows; nil for what it needs.
  public let memoryLimit: Int?

  /// Prepares a tree of a linkage.
  public init(configuration: RunConfiguration, linkage: Linkage, memoryLimit: Int?) {
    self.configuration = configuration
    self.linkage = linkage
    self.memoryLimit = memoryLimit
  }

  /// The distance of a linkage's tree; linkages that are made of means take Euclidean distances whatever the
  /// metric of the scores.
  public static func metric(
    of linkage: Linkage, in configuration: RunConfiguration
  ) -> LinkageMetric {
    linkage.isGeometric
      ? .euclidean : LinkageMetric(rawValue: configuration.metric.rawValue) ?? .euclidean
  }

  /// The settings of the tree.
  private var settings: Agglomerative {
    var settings = Agglomerative(linkage: linkage)
    settings.metric = Self.metric(of: linkage, in: configuration)
    settings.memory = configuration.linkageMemory
    settings.memoryLimit = memoryLimit
    return settings
  }

  /// How the tree of some rows would be built.
  ///
  /// - Throws: `ClusteringError.overMemoryLimit`, `.invalidParameter`.
  /// - Complexity: O(1).
  public func plan(_ points: FeatureMatrix) throws(ClusteringError) -> Agglomerative.Plan {
    let leaves = leafCount(points)
    guard leaves < points.rowCount else { return try settings.plan(for: LinkageShape(points)) }
    // Means of clusters are dense.
    return try settings.plan(
      for: LinkageShape(
        rowCount: leaves, columnCount: points.columnCount,
        storedCount: leaves.saturatingProduct(points.columnCount), isSparse: false))
  }

  /// The linkages whose trees of the same rows would stay within the limit, with the bytes they take.
  ///
  /// - Complexity: O(1).
  public func fittingLinkages(_ points: FeatureMatrix) -> [(linkage: Linkage, byteCount: Int)] {
    Linkage.allCases.compactMap { other in
      var grower = configuration
      grower.linkageMemory = .automatic
      let plan = try? TreeGrower(
        configuration: grower, linkage: other, memoryLimit: memoryLimit
      ).plan(points)
      return plan.map { (other, $0.byteCount) }
    }
  }

  /// The most leaves that the tree of some rows can have.
  public func leafCount(_ points: FeatureMatrix) -> Int {
    min(points.rowCount, configuration.microClusterCount ?? points.rowCount)
  }

  /// Builds the tree over rows, or over the means of micro-clusters of them.
  ///
  /// The tree over micro-clusters is an approximation: what K-Means put together stays together.
  ///
  /// - Throws: `ClusteringError`.
  /// - Complexity: that of `Agglomerative`, over the micro-clusters after one mini-batch K-Means.
  public func grow(
    _ points: FeatureMatrix, pool: WorkerPool, progress: LinkageProgressHandler? = nil
  ) throws(ClusteringError) -> GrownTree {
    guard let count = configuration.microClusterCount, count < points.rowCount else {
      let plan = try plan(points)
      return GrownTree(
        linkage: linkage, tree: try settings.tree(of: points, pool: pool, progress: progress),
        plan: plan, leafOfRow: nil, rowCount: points.rowCount)
    }
    guard linkage == .ward else {
      throw .invalidParameter(
        name: "micro", reason: "a tree over the means of micro-clusters has Ward's linkage")
    }
    var micro = configuration.kMeans(.minibatch, clusterCount: count)
    micro.restartCount = 1
    micro.seeding = .kMeansPlusPlus
    let model = try micro.fit(points, pool: pool)
    let leaves = Self.withoutEmpty(model.assignment)
    let means = FeatureMatrix.dense(ClusterMeans.means(of: leaves, points: points))
    let plan = try settings.plan(for: LinkageShape(means))
    let tree = try settings.tree(
      of: means, weights: leaves.sizes(), pool: pool, progress: progress)
    return GrownTree(
      linkage: linkage, tree: tree, plan: plan, leafOfRow: leaves.labels,
      rowCount: points.rowCount)
  }

  /// The same clustering with its clusters numbered by their lowest row, and none without rows.
  private static func withoutEmpty(_ assignment: Assignment) -> Assignment {
    var number = [Int32](repeating: -1, count: assignment.clusterCount)
    var count: Int32 = 0
    let labels = assignment.labels.map { label in
      if number[Int(label)] < 0 {
        number[Int(label)] = count
        count += 1
      }
      return number[Int(label)]
    }
    return Assignment(trusted: labels, clusterCount: Int(count))
  }
}
