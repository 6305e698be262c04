internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices
internal import TextFeatures

/// What a tree may be built over and in which memory.
struct LinkageMemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Distances of a tree: auto, stored (a matrix of n² floats) or free (none).",
      valueName: "way"), completion: .values(LinkageMemory.self))
  var linkageMemory: String?

  @Option(
    help: ArgumentHelp(
      "Build a Ward tree over the means of N mini-batch clusters: approximate, for millions of rows.",
      valueName: "n"))
  var micro: String?

  func apply(to configuration: inout RunConfiguration) throws {
    if let linkageMemory {
      configuration.linkageMemory = try OptionParsing.choice(
        linkageMemory, option: "--linkage-memory")
    }
    if let micro {
      configuration.microClusterCount = try OptionParsing.wholeNumber(
        micro, option: "--micro", 2...10_000_000)
    }
    guard let count = configuration.microClusterCount else { return }
    let linkages = configuration.algorithms.filter { $0.linkage != nil }
    if let other = linkages.first(where: { $0 != .ward }) {
      throw OptionParsing.refuse(
        "--micro", String(count), "\(other.rawValue) linkage needs the rows themselves",
        hint: "use --micro with ward")
    }
  }
}

/// How a tree is built, cut and shown.
struct TreeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "ward, average, complete, single, weighted, centroid or median; ward without it.",
      valueName: "name"), completion: .values(Linkage.self))
  var linkage: String?

  @Option(
    help: ArgumentHelp(
      "Distance of two rows: euclidean, sqeuclidean or cosine; Ward, centroid and median: euclidean.",
      valueName: "name"), completion: .values(SilhouetteMetric.self))
  var metric: String?

  @Option(help: ArgumentHelp("Cut the tree into this many clusters.", valueName: "k"))
  var cut: String?

  @Option(help: ArgumentHelp("Cut the tree at this height.", valueName: "h"))
  var height: String?

  @OptionGroup var memory: LinkageMemoryOptions

  @Option(
    help: ArgumentHelp(
      "Order of the leaves: tree, or optimal (neighbors alike; up to 5000 rows).",
      valueName: "rule"), completion: .values(LeafOrder.self))
  var leafOrder: String?

  @Flag(
    help: "Tell how well heights agree with distances (cophenetic correlation); takes n² distances."
  )
  var cophenetic = false

  @Option(help: ArgumentHelp("Leaves of dendrogram.svg; 30.", valueName: "p"))
  var leaves: String?

  @Option(help: ArgumentHelp("Seed of --micro and --lsa; 0.", valueName: "n"))
  var seed: String?

  func apply(to configuration: inout RunConfiguration) throws {
    if let linkage {
      let choice: Linkage = try OptionParsing.choice(linkage, option: "--linkage")
      configuration.algorithms = [Algorithm(choice)]
    } else if configuration.algorithms.count != 1 || configuration.algorithms[0].linkage == nil {
      configuration.algorithms = [.ward]
    }
    if let metric {
      configuration.metric = try OptionParsing.choice(metric, option: "--metric")
      if configuration.metric != .euclidean, let own = configuration.algorithms[0].linkage,
        own.isGeometric
      {
        throw OptionParsing.refuse(
          "--metric", metric, "\(own.rawValue) linkage takes euclidean distances only",
          hint: "for cosine give --linkage average, complete, weighted or single")
      }
    }
    try memory.apply(to: &configuration)
    if let leafOrder {
      configuration.leafOrder = try OptionParsing.choice(leafOrder, option: "--leaf-order")
    }
    if let leaves {
      configuration.pictureLeafCount = try OptionParsing.wholeNumber(
        leaves, option: "--leaves", 2...1_000)
    }
    if cut != nil, height != nil {
      throw Complaint(
        code: "usage.cut", exitCode: 64, message: "--cut and --height both say where to cut",
        hint: "give one of them")
    }
    if let cut {
      configuration.clusterCounts = [
        try OptionParsing.wholeNumber(cut, option: "--cut", 1...Int(Int32.max))
      ]
      configuration.cutHeight = nil
    }
    if let height {
      configuration.cutHeight = try OptionParsing.nonNegative(
        height, option: "--height", hint: "give a height such as 1.5")
      configuration.clusterCounts = [1]
    }
    if let seed {
      guard let value = UInt64(seed) else {
        throw OptionParsing.refuse(
          "--seed", seed, "not a whole number of 64 bits", hint: "give 0...18446744073709551615")
      }
      configuration.seed = value
      configuration.features.seed = value
    }
  }
}

/// Whether trees fit into memory, in words when they do not.
enum TreeMemory {
  /// The bytes that trees may take beside the rest of a run: what the limit leaves, or the machine.
  static func limit(beside plan: MemoryPlan, asked: Int?) -> Int {
    max(0, (asked ?? Terminal.physicalMemory) - plan.besideTreesBytes)
  }

  /// The plan with the largest of the trees, or a complaint that says what would fit.
  static func plan(
    adding configuration: RunConfiguration, to plan: MemoryPlan, points: FeatureMatrix, limit: Int
  ) throws -> MemoryPlan {
    var greatest: (linkage: Linkage, plan: Agglomerative.Plan)?
    for linkage in configuration.algorithms.compactMap(\.linkage) {
      let grower = TreeGrower(configuration: configuration, linkage: linkage, memoryLimit: limit)
      do {
        let own = try grower.plan(points)
        if own.byteCount > greatest?.plan.byteCount ?? -1 { greatest = (linkage, own) }
      } catch {
        throw complaint(error, grower: grower, points: points)
      }
    }
    guard let greatest else { return plan }
    return plan.adding(
      tree: greatest.plan.method == .stored
        ? "the distances of the \(greatest.linkage.rawValue) tree"
        : "the \(greatest.linkage.rawValue) tree", bytes: greatest.plan.byteCount)
  }

  private static func complaint(
    _ error: ClusteringError, grower: TreeGrower, points: FeatureMatrix
  ) -> Complaint {
    guard case .overMemoryLimit(let required, let limit, let fitting) = error else {
      return Complaint(error)
    }
    let leaves = grower.leafCount(points)
    let rows =
      VisibleText.grouped(leaves) + (leaves < points.rowCount ? " micro-clusters" : " rows")
    let others = grower.fittingLinkages(points).map {
      "\($0.linkage.rawValue) (\(VisibleText.byteCount($0.byteCount)))"
    }
    let dense =
      points.isSparse && !others.contains { $0.hasPrefix("ward") }
      ? "; --lsa 100 makes rows that ward needs no matrix for" : ""
    return Complaint(
      code: "tree.over-memory", exitCode: 71,
      message: "\(grower.linkage.rawValue) linkage of \(rows) needs"
        + " \(VisibleText.byteCount(required)), and \(VisibleText.byteCount(limit)) are left",
      hint: "\(VisibleText.grouped(fitting)) would fit"
        + (others.isEmpty ? "" : "; these linkages would: \(others.joined(separator: ", "))")
        + dense)
  }
}
