internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import ModelStore

/// The work of `kindred tree` after its input has been read.
struct TreeWork {
  let configuration: RunConfiguration
  let prepared: PreparedInput
  /// The known classes of the rows, when there are any.
  let truth: TrueClasses?
  let memoryLimit: Int
  let isCut: Bool
  let hasCopheneticCorrelation: Bool
  let pool: WorkerPool

  /// A tree, its cut, and what is told of them.
  struct Result {
    let grown: GrownTree
    let order: [Int]
    let copheneticCorrelation: Double?
    /// The scored cut.
    let cut: SweepResult?
  }

  func run(
    seconds: inout PhaseSeconds, progress: @escaping LinkageProgressHandler
  ) throws -> Result {
    var cut: SweepResult?
    let grown: GrownTree
    if isCut {
      let sweep = Sweep(
        configuration: configuration, treeMemoryLimit: memoryLimit, truth: truth, pool: pool)
      let result = try sweep.run(
        prepared.features, heldOut: nil, distinctRowCount: prepared.features.rowCount,
        seconds: &seconds, treeProgress: progress)
      cut = result
      grown = result.trees[0]
    } else {
      let grower = TreeGrower(
        configuration: configuration, linkage: configuration.algorithms[0].linkage ?? .ward,
        memoryLimit: memoryLimit)
      grown = try seconds.measure(.fit) {
        try grower.grow(prepared.features, pool: pool, progress: progress)
      }
    }
    let correlation =
      hasCopheneticCorrelation
      ? seconds.measure(.score) { self.copheneticCorrelation(grown) } : nil
    let leaves = try seconds.measure(.score) { try leafOrder(grown) }
    return Result(grown: grown, order: leaves, copheneticCorrelation: correlation, cut: cut)
  }

  /// The metric of the tree.
  var metric: LinkageMetric {
    TreeGrower.metric(of: configuration.algorithms[0].linkage ?? .ward, in: configuration)
  }

  private func leafOrder(_ grown: GrownTree) throws -> [Int] {
    guard configuration.leafOrder == .optimal else { return grown.tree.leafOrder() }
    return try grown.tree.optimalLeafOrder(of: leafPoints(grown), metric: metric, pool: pool)
  }

  private func copheneticCorrelation(_ grown: GrownTree) -> Double? {
    grown.tree.copheneticCorrelation(with: leafPoints(grown), metric: metric, pool: pool)
  }

  /// What the leaves are: the rows, or the means of micro-clusters.
  private func leafPoints(_ grown: GrownTree) -> FeatureMatrix {
    guard let leafOfRow = grown.leafOfRow else { return prepared.features }
    let leaves = Assignment(trusted: leafOfRow, clusterCount: grown.tree.leafCount)
    return .dense(ClusterMeans.means(of: leaves, points: prepared.features))
  }
}

extension TreeWork.Result {
  /// Prints the tree and its cut.
  func print(_ format: CommonOptions.Format, work: TreeWork, seconds: PhaseSeconds) {
    let tree = grown.tree
    let highest = tree.merges.last?.height ?? 0
    var facts: [(String, JSONValue)] = [
      ("rows", .int(work.prepared.features.rowCount)),
      ("columns", .int(work.prepared.features.columnCount)),
      ("nonzeros", .int(work.prepared.nonzeroCount)),
      ("linkage", .string(grown.linkage.rawValue)),
      ("metric", .string(work.metric.rawValue)),
      ("method", .string(grown.plan.method.rawValue)),
    ]
    if grown.leafOfRow != nil { facts.append(("micro_clusters", .int(tree.leafCount))) }
    facts.append(("greatest_height", .number(highest)))
    if work.hasCopheneticCorrelation {
      facts.append(("cophenetic_correlation", .optional(copheneticCorrelation)))
      if copheneticCorrelation == nil {
        facts.append(("cophenetic_reason", .string("all heights, or all distances, are equal")))
      }
    }
    if let run = cut?.best {
      facts += [
        ("k", .int(run.clusterCount)), ("inertia", .number(run.model.inertia)),
        ("silhouette", .optional(run.silhouette.mean)),
      ]
      if let reason = run.silhouette.undefinedReason {
        facts.append(("silhouette_reason", .string(reason)))
      }
      facts += [
        ("calinski_harabasz", .optional(run.dispersion.calinskiHarabasz)),
        ("davies_bouldin", .optional(run.dispersion.daviesBouldin)),
      ]
      if let reason = run.dispersion.undefinedReason {
        facts.append(("dispersion_reason", .string(reason)))
      }
      facts += [
        (
          "sizes",
          .object([
            ("min", .int(run.dispersion.sizes.min)),
            ("median", .number(run.dispersion.sizes.median)),
            ("max", .int(run.dispersion.sizes.max)),
            ("singletons", .int(run.dispersion.sizes.singletonCount)),
          ])
        )
      ]
    }
    if let truth = cut?.best.truth {
      facts += zip(AgreementScores.names, truth.values).map { ($0, .number($1)) }
    }
    facts += [
      ("threads", .int(work.pool.threadCount)), ("blas_core", .string(BLAS.coreName)),
      ("isa", .string(InstructionSet.best.name)),
      ("peak_memory_bytes", .int(Terminal.peakMemory)), ("seconds", seconds.json),
    ]
    Facts.print(facts, format: format)
  }
}
