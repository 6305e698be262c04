internal import Clustering
internal import Matrices

extension Sweep {
  /// The rows up to which trees can grow beside fits: one thread is soon done with them.
  private static let rowsBesideFits = 20_000

  /// The bytes of trees that one thread builds while others fit; nil where trees get all threads after the fits.
  ///
  /// The rounds of a tree of few short rows are too small to be shared by threads.
  static func bytesOfTreesBesideFits(
    _ configuration: RunConfiguration, points: FeatureMatrix, fitCount: Int, threadCount: Int
  ) -> Int? {
    let linkages = configuration.algorithms.compactMap(\.linkage)
    guard !linkages.isEmpty, points.isSparse, points.rowCount <= rowsBesideFits,
      fitCount >= 4 * threadCount
    else { return nil }
    var bytes = 0
    for linkage in linkages {
      let grower = TreeGrower(configuration: configuration, linkage: linkage, memoryLimit: nil)
      guard let plan = try? grower.plan(points), plan.method == .free else { return nil }
      bytes = max(bytes, plan.byteCount)
    }
    return bytes
  }

  /// Builds the tree of each linkage that is asked for.
  func grow(
    _ points: FeatureMatrix, pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [GrownTree] {
    var trees: [GrownTree] = []
    for linkage in configuration.algorithms.compactMap(\.linkage) {
      let grower = TreeGrower(
        configuration: configuration, linkage: linkage, memoryLimit: treeMemoryLimit)
      if let unit = units?.tree(linkage) {
        units?.tookOver(linkage)
        trees.append(try grower.tree(of: unit, over: points))
        continue
      }
      let tree = try grower.grow(points, pool: pool, progress: progress)
      units?.add(tree)
      trees.append(tree)
    }
    return trees
  }

  /// All fits in the order of the algorithms that were asked for: those of K-Means, and the cuts of trees at
  /// every k, or at one height.
  func ordered(
    _ fits: [Fit], cutting trees: [GrownTree], clusterCounts: [Int], of points: FeatureMatrix,
    notes: inout [String], seconds: inout PhaseSeconds
  ) throws(ClusteringError) -> [Fit] {
    guard !trees.isEmpty else { return fits }
    var all: [Fit] = []
    for algorithm in configuration.algorithms {
      guard let tree = trees.first(where: { Algorithm($0.linkage) == algorithm }) else {
        all += fits.filter { $0.algorithm == algorithm }
        continue
      }
      let cuts = try seconds.measure(.fit) { () throws(ClusteringError) in
        try self.cuts(
          of: tree, at: clusterCounts, columnCount: points.columnCount, notes: &notes)
      }
      let models = seconds.measure(.score) { tree.models(cuts, of: points, pool: pool) }
      all += models.map { Fit(algorithm: algorithm, model: $0, restartLabels: []) }
    }
    return all
  }

  /// The rows' clusters at every k that the tree has, or at the height.
  private func cuts(
    of tree: GrownTree, at clusterCounts: [Int], columnCount: Int, notes: inout [String]
  ) throws(ClusteringError) -> [Assignment] {
    if let height = configuration.cutHeight {
      let cut = tree.assignment(ofLeaves: tree.tree.assignment(height: height))
      // How many clusters a height makes is known only now.
      let needed = cut.clusterCount.saturatingProduct(columnCount, 16)
      if let treeMemoryLimit, needed > treeMemoryLimit {
        throw .centersOverMemoryLimit(
          clusterCount: cut.clusterCount, required: needed, limit: treeMemoryLimit)
      }
      return [cut]
    }
    let leafCount = tree.tree.leafCount
    let fitting = clusterCounts.filter { $0 <= leafCount }
    if fitting.count < clusterCounts.count {
      guard !fitting.isEmpty else {
        throw .invalidParameter(
          name: "micro",
          reason: "only \(leafCount) micro-clusters came out, too few for \(clusterCounts[0])")
      }
      notes.append(
        "k above \(leafCount) left out of the tree: only \(leafCount) micro-clusters came out")
    }
    var cuts: [Assignment] = []
    for count in fitting {
      cuts.append(tree.assignment(ofLeaves: try tree.tree.assignment(clusterCount: count)))
    }
    return cuts
  }
}

extension GrownTree {
  /// Cuts as clusterings, one a thread.
  func models(
    _ cuts: [Assignment], of points: FeatureMatrix, pool: WorkerPool
  ) -> [KMeansModel] {
    let prepared = EnginePoints(points, pool: pool)
    return pool.mapJobs(cuts.count) { job, pool in
      model(cuts[job], of: points, prepared: prepared, pool: pool)
    }
  }
}
