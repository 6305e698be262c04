internal import Catalogue
internal import ClusterScores
internal import Clustering
public import Matrices

/// How much memory a run will need, told before it starts.
///
/// Fits, trees, scores, other fits and the writing of files come one after another, and what one of them
/// takes is given back before the next: the plan is that of the stage that takes most. Trees of sparse rows
/// that grow beside the fits are counted with these too.
public struct MemoryPlan: Sendable, Equatable {
  /// What a process has in memory when its input has been read and turned into features.
  public struct Standing: Sendable, Equatable {
    /// The bytes in memory now.
    public let residentByteCount: Int
    /// The most bytes that have been in memory so far.
    public let peakByteCount: Int

    /// Says what is in memory.
    public init(residentByteCount: Int, peakByteCount: Int) {
      self.residentByteCount = residentByteCount
      self.peakByteCount = max(residentByteCount, peakByteCount)
    }

    /// An estimate for a process that holds these features and nothing else.
    public init(holding features: FeatureMatrix) {
      let own = 32 << 20
      self.init(
        residentByteCount: own.saturatingSum(features.byteCount), peakByteCount: 0)
    }
  }

  /// A part of a plan.
  public struct Part: Sendable, Equatable {
    /// What it is for.
    public let name: String
    /// Its bytes.
    public let byteCount: Int
  }

  /// The parts that are in memory throughout the run.
  private var lasting: [Part]
  /// The parts of each stage beside them.
  private var stages: [[Part]]
  /// The most that reading took.
  private let peakByteCount: Int
  /// The rows of the fits that are made of other rows, when there are any.
  private let otherRowsByteCount: Int

  /// The parts of the stage that takes most, with what is in memory throughout.
  public var parts: [Part] {
    let stage = stages.max { Self.sum($0) < Self.sum($1) } ?? []
    let all = (lasting + stage).filter { $0.byteCount > 0 }
    return Self.sum(all) < peakByteCount
      ? [Part(name: "reading and features", byteCount: peakByteCount)] : all
  }

  /// The bytes of the whole run.
  public var totalBytes: Int { Self.sum(parts) }

  /// The bytes that are in memory beside a tree while it is built.
  public var besideTreesBytes: Int { Self.sum(lasting).saturatingSum(otherRowsByteCount) }

  /// The part that takes most, in words.
  public var largestPart: String {
    guard let part = parts.max(by: { $0.byteCount < $1.byteCount }) else { return "" }
    return "most of it, \(VisibleText.byteCount(part.byteCount)), is for \(part.name)"
  }

  private static func sum(_ parts: [Part]) -> Int {
    parts.reduce(0) { $0.saturatingSum($1.byteCount) }
  }

  /// Plans the run of a configuration over features that are already in memory.
  ///
  /// `liveLimit` is that of the sweep: how many fits of many rows may be under way at once; `termRows` are
  /// the TF-IDF rows of texts, behind latent features or the features themselves.
  ///
  /// - Complexity: O(nnz + numbers of clusters).
  public init(
    features: FeatureMatrix, heldOut: FeatureMatrix?, termRows: CSRMatrix? = nil,
    configuration: RunConfiguration, standing: Standing? = nil, liveLimit: Int? = nil,
    threadCount: Int
  ) {
    self.init(
      RunShape(
        features: features, heldOut: heldOut, termRows: termRows, configuration: configuration,
        threadCount: threadCount),
      standing: standing ?? Standing(holding: features), liveLimit: liveLimit)
  }

  init(_ shape: RunShape, standing: Standing, liveLimit: Int?) {
    lasting = [
      Part(name: "the program and its input", byteCount: standing.residentByteCount),
      Part(name: "the clusterings", byteCount: shape.clusteringByteCount),
    ]
    stages = shape.stages(liveLimit: liveLimit ?? shape.liveLimit)
    peakByteCount = standing.peakByteCount
    otherRowsByteCount = shape.otherRowsByteCount
  }

  /// The plan with the most fits under way at once that a limit in bytes allows, and their number; with one
  /// when no number does.
  ///
  /// - Complexity: O(nnz + numbers of clusters).
  package static func fitting(
    _ limit: Int?, features: FeatureMatrix, heldOut: FeatureMatrix?, termRows: CSRMatrix?,
    configuration: RunConfiguration, standing: Standing, threadCount: Int
  ) -> (plan: MemoryPlan, liveLimit: Int) {
    let shape = RunShape(
      features: features, heldOut: heldOut, termRows: termRows, configuration: configuration,
      threadCount: threadCount)
    var count = shape.liveLimit
    while true {
      let plan = MemoryPlan(shape, standing: standing, liveLimit: count)
      guard let limit, plan.totalBytes > limit, count > 1 else { return (plan, count) }
      count -= 1
    }
  }

  /// The same plan with a tree of the rows, and of other rows where other fits are asked for.
  package func adding(tree name: String, bytes: Int) -> MemoryPlan {
    var plan = self
    plan.stages.append([
      Part(name: name, byteCount: bytes),
      Part(name: "the rows of other fits", byteCount: otherRowsByteCount),
    ])
    return plan
  }

  /// The same plan with a stage more.
  package func adding(_ name: String, bytes: Int) -> MemoryPlan {
    var plan = self
    plan.stages.append([Part(name: name, byteCount: bytes)])
    return plan
  }
}
