internal import ClusterScores
internal import Clustering
internal import Matrices

/// The sizes of a run that its memory follows from, counted once.
struct RunShape {
  private let features: FeatureMatrix
  private let heldOutCount: Int
  private let heldOutStored: Int
  /// The TF-IDF rows behind latent features.
  private let termByteCount: Int
  /// The search for the relatives that `report.html` tells.
  private let relativesByteCount: Int
  private let configuration: RunConfiguration
  private let threadCount: Int
  /// The k that these rows allow.
  private let counts: [Int]
  /// The bytes of one fit of each k, the most clusters first.
  private let fitByteCounts: [Int]
  private let silhouetteByteCount: Int

  /// Measures a run.
  ///
  /// - Complexity: O(nnz + numbers of clusters).
  init(
    features: FeatureMatrix, heldOut: FeatureMatrix?, termRows: CSRMatrix?,
    configuration: RunConfiguration, threadCount: Int
  ) {
    self.features = features
    self.configuration = configuration
    self.threadCount = threadCount
    heldOutCount = heldOut?.rowCount ?? 0
    heldOutStored = heldOut?.storedCount ?? 0
    termByteCount =
      features.isSparse ? 0 : termRows.map { FeatureMatrix.sparse($0).byteCount } ?? 0
    relativesByteCount =
      termRows.map {
        RelativeSearch.byteCount(
          terms: $0, latentCount: features.isSparse ? 0 : features.columnCount,
          threadCount: threadCount)
      } ?? 0
    counts = configuration.clusterCounts.filter { $0 <= features.rowCount }
    // No more than a group goes through the rows together, the largest first.
    let largest = counts.sorted(by: >).prefix(CenterGroup.memberLimit)
    fitByteCounts = (largest.isEmpty ? [1] : Array(largest)).map {
      features.centersByteCount(clusterCount: $0, kernel: configuration.kernel)
    }
    let scored = configuration.algorithms.flatMap { [counts] _ in counts }
    let own = Silhouette.byteCount(
      features, rowCount: features.rowCount, clusterCounts: scored, metric: configuration.metric,
      threadCount: threadCount)
    let unseen =
      heldOut.map {
        Silhouette.byteCount(
          features, rowCount: $0.rowCount, clusterCounts: scored, metric: configuration.metric,
          threadCount: threadCount)
      } ?? 0
    silhouetteByteCount = max(own, unseen)
  }

  private var rowCount: Int { features.rowCount }
  private var columnCount: Int { features.columnCount }
  private var storedCount: Int { features.storedCount }
  private var most: Int { counts.max() ?? 1 }
  private var centersByteCount: Int { fitByteCounts[0] }
  private var runCount: Int { counts.count.saturatingProduct(configuration.algorithms.count) }
  private var flat: [Algorithm] { configuration.algorithms.filter { $0.linkage == nil } }

  /// The centers of every clustering.
  private var centersKept: Int {
    counts.reduce(0) { $0.saturatingSum($1) }
      .saturatingProduct(configuration.algorithms.count, columnCount, 4)
  }

  /// The restarts of every algorithm and k.
  private var fitCount: Int {
    flat.reduce(0) {
      $0.saturatingSum(counts.count.saturatingProduct(configuration.restartCount(of: $1)))
    }
  }

  /// How many fits may be under way when nothing limits them but a GiB.
  var liveLimit: Int {
    max(1, min(CenterGroup.memberLimit, (1 << 30) / max(1, centersByteCount)))
  }

  /// What is kept of every clustering from its fit on: centers and labels, of all restarts if asked for.
  var clusteringByteCount: Int {
    let restarts = configuration.stabilityMeasure == .restarts ? fitCount : 0
    return centersKept.saturatingSum(
      rowCount.saturatingProduct(runCount.saturatingSum(restarts), 4))
  }

  /// What is kept of every clustering once it has scores.
  private var scores: MemoryPlan.Part {
    MemoryPlan.Part(
      name: "the scores of rows",
      byteCount: rowCount.saturatingProduct(runCount, 8)
        .saturatingSum(heldOutCount.saturatingProduct(runCount, 20)))
  }

  /// The parts of each stage of the run beside what is there throughout.
  func stages(liveLimit: Int) -> [[MemoryPlan.Part]] {
    var stages = [scoring, writing]
    if !flat.isEmpty {
      let trees = Sweep.bytesOfTreesBesideFits(
        configuration, points: features, fitCount: fitCount, threadCount: threadCount)
      stages.append(
        fits(liveLimit: liveLimit, share: 1)
          + [MemoryPlan.Part(name: "trees beside them", byteCount: trees ?? 0)])
    }
    if configuration.cutHeight == nil {
      if configuration.stabilityMeasure == .samples {
        stages.append(
          [scores]
            + otherFits("the samples", share: Sweep.sampleShare, kept: 2, liveLimit: liveLimit))
      }
      if configuration.gapReferenceCount != nil {
        stages.append([
          scores,
          MemoryPlan.Part(
            name: "making a reference set",
            byteCount: storedCount.saturatingProduct(features.isSparse ? 32 : 8)
              .saturatingSum((rowCount + columnCount).saturatingProduct(24))),
        ])
        stages.append(
          [scores] + otherFits("the reference set", share: 1, kept: 1, liveLimit: liveLimit))
      }
      if heldOutCount > 0, configuration.heldOutShare != nil, !flat.isEmpty {
        stages.append(
          [
            scores,
            MemoryPlan.Part(
              name: "the models of second fits", byteCount: modelByteCount(share: 1)),
          ] + fits(liveLimit: liveLimit, share: 1))
      }
    }
    return stages
  }

  /// The rows of samples or reference sets; 0 without them.
  var otherRowsByteCount: Int {
    guard configuration.cutHeight == nil,
      configuration.stabilityMeasure == .samples || configuration.gapReferenceCount != nil
    else { return 0 }
    return features.byteCount.saturatingSum(rowCount.saturatingProduct(16))
  }

  /// The models of all clusterings of a part of the rows.
  private func modelByteCount(share: Double) -> Int {
    centersKept.saturatingSum(
      Int(share * Double(rowCount)).saturatingProduct(runCount, 4))
  }

  /// Fits of other rows of the same kind, while the models of `kept` sets of them are kept.
  private func otherFits(
    _ name: String, share: Double, kept: Int, liveLimit: Int
  ) -> [MemoryPlan.Part] {
    [
      MemoryPlan.Part(
        name: "the rows of \(name)",
        byteCount: Int(share * Double(otherRowsByteCount))),
      MemoryPlan.Part(
        name: "the models of \(name)",
        byteCount: modelByteCount(share: share).saturatingProduct(kept)),
    ] + (flat.isEmpty ? [] : fits(liveLimit: liveLimit, share: share))
  }

  /// The engine's form of a share of the rows, and the fits that are under way.
  private func fits(liveLimit: Int, share: Double) -> [MemoryPlan.Part] {
    func shared(_ bytes: Int) -> Int { Int(share * Double(min(bytes, 1 << 60))) }
    let goesTogether = Sweep.goesTogether(
      rowCount: shared(rowCount), fitCount: fitCount, threadCount: threadCount)
    // Sparse rows are renumbered and held by term, too; dense ones rounded to bytes for seeding.
    let points =
      features.isSparse
      ? storedCount.saturatingProduct(16).saturatingSum(
        rowCount.saturatingProduct(20), columnCount.saturatingProduct(32))
      : storedCount.saturatingSum(rowCount.saturatingProduct(24))
    let candidates = 2 + most.bitWidth - most.leadingZeroBitCount
    let seeding = rowCount.saturatingProduct(
      features.isSparse ? 12 + 12 * candidates : 12, goesTogether ? 1 : threadCount)
    var fits = 0
    if flat.contains(.kmeans) {
      let lloydCount = counts.count.saturatingProduct(configuration.restartCount(of: .kmeans))
      let together = min(lloydCount, goesTogether ? liveLimit : threadCount)
      // A fit that is done writes its centers out while the others go on.
      let restarts = configuration.restartCount(of: .kmeans)
      fits = (0..<together).reduce(0) {
        $0.saturatingSum(fitByteCounts[min($1 / restarts, fitByteCounts.count - 1)])
      }.saturatingSum(finishing.saturatingProduct(min(threadCount, together)))
        .saturatingSum(features.isSparse && goesTogether ? columnCount.saturatingProduct(64) : 0)
    }
    if flat.contains(.minibatch) {
      fits = max(fits, batchByteCount.saturatingProduct(goesTogether ? 1 : threadCount))
    }
    return [
      MemoryPlan.Part(name: "the points of the fits", byteCount: shared(points)),
      MemoryPlan.Part(
        name: "the fits under way", byteCount: shared(max(seeding, fits))),
      // Blocks too small to go back at once leave holes; measured, on the arrays of 117,659 rows.
      MemoryPlan.Part(name: "holes between blocks", byteCount: shared(max(seeding, fits)) / 16),
    ]
  }

  /// The centers of the largest fit, row by row.
  private var finishing: Int { most.saturatingProduct(columnCount, 4) }

  /// The bytes of one fit by mini-batches.
  private var batchByteCount: Int {
    let lanes = (most + 15) / 16 * 16
    if configuration.batchGrowth == .nested {
      // The last batch but one holds half the rows.
      return centersByteCount.saturatingProduct(2)
        .saturatingSum(
          finishing.saturatingProduct(2), storedCount.saturatingProduct(features.isSparse ? 8 : 2))
    }
    // Every term has a lane for every center, and in double precision once more.
    return columnCount.saturatingProduct(lanes, features.isSparse ? 12 : 16)
      .saturatingSum(rowCount.saturatingProduct(108), finishing.saturatingProduct(2))
  }

  /// The silhouettes, or the scores from means when these take more.
  private var scoring: [MemoryPlan.Part] {
    let atOnce = min(threadCount, max(1, runCount))
    let means =
      features.isSparse
      ? storedCount.saturatingProduct(8).saturatingSum(
        rowCount.saturatingProduct(32, atOnce), most.saturatingProduct(most, 16, atOnce))
      : rowCount.saturatingProduct(16, atOnce).saturatingSum(
        most.saturatingProduct(columnCount, 8, atOnce))
    return [
      scores,
      MemoryPlan.Part(
        name: silhouetteByteCount > means ? "adding up silhouettes" : "adding up scores",
        byteCount: max(silhouetteByteCount, means)),
      // Unseen rows are brought into the form of the rows.
      MemoryPlan.Part(name: "the unseen rows", byteCount: heldOutStored.saturatingProduct(8)),
    ]
  }

  /// The page of a run: relatives, shared words and the text, several times over.
  private var report: Int {
    min(rowCount, RunPublication.pageRowLimit).saturatingProduct(1_000)
      .saturatingSum(relativesByteCount, rowCount.saturatingProduct(40))
  }

  /// The map: steps of rows, and the centers by column.
  ///
  /// More than 256 centers are placed by the largest of them, which are compared with all: those centers
  /// again, scaled, by column, and as the engine has both.
  private var map: Int {
    let copies = most > 256 ? 5 : 1
    return rowCount.saturatingProduct(80).saturatingSum(
      most.saturatingProduct(columnCount, 4, copies))
  }

  /// The files, which are made in memory: texts together, the page, and one with the model or all runs.
  private var writing: [MemoryPlan.Part] {
    let model = features.byteCount.saturatingSum(termByteCount, rowCount.saturatingProduct(96))
    let runs = rowCount.saturatingProduct(runCount, 12).saturatingSum(centersKept)
    return [
      scores,
      MemoryPlan.Part(
        name: "the files",
        byteCount: max(
          map, rowCount.saturatingProduct(160).saturatingSum(max(model, runs), report))
      ),
    ]
  }
}
