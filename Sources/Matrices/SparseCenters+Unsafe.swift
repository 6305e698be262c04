internal import CKernels

/// Centers among sparse points, as one panel of cluster sums laid out term by term.
///
/// Lane j of the panel holds S_j, the sum of the rows of cluster j, and the center is S_j times a scale:
/// when rows move, only the cells of their terms are rewritten, although every mean changes.
package final class SparseCenters: CenterSpace, @unchecked Sendable {
  let points: SparsePoints
  package let clusterCount: Int
  let kernel: ProductKernel
  let instructionSet: InstructionSet

  /// Lanes to a panel row: k rounded up to whole registers.
  let stride: Int
  /// The sums of the frequent terms, `rareTerms.head×stride`, in the points' numbering of terms.
  let panel: Buffer<Float>
  /// The sums of the other terms.
  let rareTerms: RareTerms
  /// How many entries of each row are of frequent terms, n.
  private let headLengths: Buffer<Int32>
  /// The rows of each chunk ordered by that number, n.
  private let rowsByHead: Buffer<Int32>
  /// What each lane's sum is multiplied with, in single precision for the kernel, `stride`.
  let scale: Buffer<Float>
  /// −‖c‖²/2 of each lane, −∞ for a lane out of use, `stride`.
  let bias: Buffer<Float>
  /// What a value of a row at least counts for in the center that it was last summed into, `stride`.
  let share: Buffer<Float>
  /// The exact multiplier of each lane, `stride`.
  let exactScale: Buffer<Double>
  /// −‖c‖²/2 of each lane in double precision, −∞ for a lane out of use, `stride`.
  let exactBias: Buffer<Double>
  /// ‖S‖² of each lane, k.
  let sumNorms: Buffer<Double>
  /// The greatest ‖S‖² of each lane since it was last summed afresh, k.
  let peakNorms: Buffer<Double>
  /// ‖c‖² of each lane, k.
  package let squaredNorms: Buffer<Double>
  /// True for each lane that has no rows, k.
  let isIdle: Buffer<Bool>
  /// The greatest of the squared norms in use, of the centers and of their sums.
  var greatestSquaredNorm = 0.0
  var greatestSumNorm = 0.0
  /// The number of rows of each lane at the last move, k.
  let sizes: Buffer<Int>
  /// The labels that the panel's sums belong to; meaningless until the first move.
  let summedLabels: Buffer<Int32>
  var holdsSums = false
  /// The panel's sums of the most frequent terms in double precision, `exactCount×stride`; nil before the first
  /// move.
  var exactSums: Buffer<Double>?
  /// How many terms those are: adding a few postings up again costs less than keeping sums in the caches.
  let exactCount: Int
  /// How many rows each center has absorbed, k.
  package let absorbedWeights: Buffer<Double>
  /// The rows whose terms are all that a lane may hold, or nil when they are many or not known, k.
  var laneRows: [[Int32]?]
  /// 1 for each term that any center has while the centers are rows, d; nil later.
  var activeTerms: Buffer<UInt8>?
  /// True until anything is written to the panel.
  var isFresh: Bool
  /// Centers row by row for BLAS, `k×d`, in the points' numbering; empty unless BLAS is asked for.
  let rowMajor: Buffer<Float>
  let batchRows: BatchRows
  /// ⟨x, S⟩ of each row that the last batch listed, n; nil before the first batch.
  var batchProducts: Buffer<Double>?
  /// What single precision cannot hold of the panel's sums, `d×stride`; nil until a lane is long.
  var remainders: Buffer<Float>?
  let drift: TermDrift?
  /// What is known of the rows when one thread does all; nil when several may.
  let leads: RowLeads?
  package internal(set) var movedScoreSum = 0.0
  package internal(set) var movedDistances: [Double] = []

  package var rowCount: Int { points.rowCount }
  package var columnCount: Int { points.columnCount }

  /// The number of postings from which a term's sums are worth keeping.
  private static let leastExactPostingCount = 32

  /// Makes room for the centers, all zero.
  ///
  /// `keepsLanes`: every term gets a lane for every cluster, so that centers may absorb batches.
  /// `other`: centers of the same form that are done with their panel, which these take over.
  init(
    _ points: SparsePoints, clusterCount: Int, kernel: ProductKernel,
    instructionSet: InstructionSet, keepsLanes: Bool = false,
    panelOf other: SparseCenters? = nil, pool: WorkerPool
  ) {
    precondition(clusterCount > 0, "a space needs at least one center")
    precondition(instructionSet <= .best, "this processor lacks \(instructionSet.name)")
    self.points = points
    self.clusterCount = clusterCount
    self.instructionSet = instructionSet
    let cells = max(1, points.rowCount) * max(1, points.columnCount)
    self.kernel = kernel.resolved(storedShare: Double(points.storedCount) / Double(cells))
    let lanes = (clusterCount + 15) / 16 * 16
    // A power-of-two row length would map the same lane of every term to the same cache set.
    stride = lanes % 1_024 == 0 ? lanes + 16 : lanes
    let ownHead =
      keepsLanes || self.kernel == .gemm
      ? points.columnCount
      : RareTerms.head(postingOffsets: points.postingOffsets, stride: stride)
    let head = other?.rareTerms.head ?? ownHead
    rareTerms = RareTerms(head: head, postingOffsets: points.postingOffsets)
    let exactHead = RareTerms.head(
      postingOffsets: points.postingOffsets, leastCount: Self.leastExactPostingCount)
    exactCount = min(head, exactHead)
    let byHead = points.rowsByHead(head, pool: pool)
    (headLengths, rowsByHead) = (byHead.lengths, byHead.order)
    panel = other?.panel ?? Buffer(count: head * stride, repeating: 0)
    scale = Buffer(count: stride, repeating: 0)
    bias = Buffer(count: stride, repeating: -.infinity)
    share = Buffer(count: stride, repeating: 0)
    exactScale = Buffer(count: stride, repeating: 1)
    exactBias = Buffer(count: stride, repeating: -.infinity)
    sumNorms = Buffer(count: clusterCount, repeating: 0)
    peakNorms = Buffer(count: clusterCount, repeating: 0)
    squaredNorms = Buffer(count: clusterCount, repeating: 0)
    isIdle = Buffer(count: clusterCount, repeating: false)
    sizes = Buffer(count: clusterCount, repeating: 0)
    summedLabels = Buffer(count: points.rowCount, repeating: 0)
    absorbedWeights = Buffer(count: clusterCount, repeating: 0)
    laneRows = [[Int32]?](repeating: nil, count: clusterCount)
    isFresh = other == nil
    batchRows = BatchRows(rowCount: points.rowCount)
    drift = TermDrift(rowCount: points.rowCount, columnCount: points.columnCount)
    leads =
      pool.threadCount == 1 && self.kernel != .gemm && !keepsLanes
      ? RowLeads(rowCount: points.rowCount) : nil
    rowMajor = Buffer(
      count: self.kernel == .gemm ? clusterCount * points.columnCount : 0, repeating: 0)
  }

  /// The panel as the kernel takes it.
  var kernelCenters: kindred_centers {
    kindred_centers(
      panel: panel.base, scale: scale.base, bias: bias.base, stride: Int64(stride),
      cells: rareTerms.kernelCells)
  }

  package func assign(into standings: Standings, pool: WorkerPool) {
    precondition(standings.labels.count == rowCount, "standings need one place a row")
    switch kernel {
    case .gemm: assignByProducts(batch: nil, into: standings, pool: pool)
    case .automatic, .sparse:
      assignByRows(into: standings, pool: pool)
    }
  }

  /// Labels all rows but those that are known to keep their label.
  private func assignByRows(into standings: Standings, pool: WorkerPool) {
    if let leads, leads.isUseful, pool.threadCount == 1 {
      return assign(into: standings, keeping: leads)
    }
    let isPruning = drift?.resume(standings, pool: pool) ?? false
    pool.forEach(
      points.chunkCount,
      makeScratch: {
        (
          unsettled: Buffer<Int32>(unwritten: SparsePoints.chunkSize),
          tails: Buffer<Float>(count: 4 * stride, repeating: 0)
        )
      },
      { chunk, scratch in
        let rows = points.rows(ofChunk: chunk)
        guard isPruning, var drift = kernelDrift else {
          return assign(rows: rows, into: standings, tails: scratch.tails)
        }
        var kernelRows = points.kernelRows
        let count = kindred_drift_unsettled(
          instructionSet.rawValue, &drift, &kernelRows, Int64(rows.lowerBound),
          Int64(rows.upperBound), standings.labels.base, bias.base, scratch.unsettled.base)
        assign(
          unsettled: scratch.unsettled.base, count: Int(count), into: standings,
          tails: scratch.tails)
      })
  }

  /// Labels the rows whose lead is gone, all of them at first.
  private func assign(into standings: Standings, keeping leads: RowLeads) {
    let isPruning = leads.resume(standings)
    if isPruning {
      // What many small losses may add up to by rounding is a small part of what a score may be off by.
      leads.takeCharges(
        of: 0..<rowCount, slack: Double(greatestScoreError) / 8, level: instructionSet,
        clusterCount: clusterCount)
    }
    let unsettled = Buffer<Int32>(unwritten: SparsePoints.chunkSize)
    let tails = Buffer<Float>(count: 4 * stride, repeating: 0)
    for chunk in 0..<points.chunkCount {
      let rows = points.rows(ofChunk: chunk)
      guard isPruning else {
        assign(rows: rows, into: standings, tails: tails)
        continue
      }
      let count = leads.list(
        unsettledOf: rowsByHead.base + rows.lowerBound, count: rows.count, into: unsettled)
      assignSparse(
        list: unsettled.base, count: count, tails: tails, keepsBounds: true, into: standings)
    }
    leads.settle()
  }

  /// Labels the rows of a chunk.
  func assign(rows: Range<Int>, into standings: Standings, tails: Buffer<Float>) {
    assignSparse(
      list: rowsByHead.base + rows.lowerBound, count: rows.count, tails: tails,
      keepsBounds: true, into: standings)
  }

  /// Labels rows whose lead may be gone, after a closer look at it, which overwrites the list.
  func assign(
    unsettled: UnsafeMutablePointer<Int32>, count: Int, into standings: Standings,
    tails: Buffer<Float>
  ) {
    guard count > 0, var drift = kernelDrift else { return }
    var kernelRows = points.kernelRows
    var centers = kernelCenters
    let left = kindred_drift_tighten(
      instructionSet.rawValue, &drift, &kernelRows, &centers,
      points.hasNegatives ? nil : share.base, summedLabels.base, unsettled, Int64(count),
      standings.labels.base)
    assignSparse(
      list: unsettled, count: Int(left), tails: tails, keepsBounds: true, into: standings)
  }

  /// What is known of the rows' leads, for the kernels; nil when nothing is.
  var kernelDrift: kindred_drift? {
    drift?.kernelDrift(squaredNorms: points.squaredNorms, centerNorm: scoreError.centerNorm)
  }

  /// Labels listed rows by the term-major kernel.
  func assignSparse(
    list: UnsafePointer<Int32>, count: Int, tails: Buffer<Float>, keepsBounds: Bool,
    into standings: Standings
  ) {
    guard count > 0 else { return }
    let level = instructionSet.rawValue
    var kernelRows = points.kernelRows
    var centers = kernelCenters
    kindred_assign_sparse(
      level, &kernelRows, list, Int64(count), headLengths.base, &centers, tails.base,
      standings.best.base, standings.second.base, standings.labels.base,
      keepsBounds ? drift?.scores : nil)
    if keepsBounds, var kernelDrift {
      kindred_drift_store(
        level, &kernelDrift, &kernelRows, list, Int64(count), standings.best.base,
        standings.labels.base, bias.base, drift?.isFresh == true ? 1 : 0)
    }
    decideNearTies(list, count: count, keepsBounds: keepsBounds, standings: standings)
  }

  /// Labels all rows, or listed ones, by writing blocks of rows out and multiplying them by BLAS.
  func assignByProducts(
    batch: Buffer<Int32>?, into standings: Standings, pool: WorkerPool
  ) {
    fillRowMajor(pool: pool)
    let unit = Buffer<Float>(count: stride, repeating: 0)
    for cluster in 0..<clusterCount { unit[cluster] = 1 }
    // A block of written-out rows stays at about 4 MiB.
    let blockSize = Swift.max(8, Swift.min(256, (1 << 20) / Swift.max(1, columnCount)))
    let places = 0..<(batch?.count ?? rowCount)
    pool.forEach(
      places.pieceCount(size: blockSize),
      makeScratch: { WrittenBlock(rowCount: blockSize, width: columnCount, stride: stride) },
      { block, scratch in
        let places = places.piece(block, size: blockSize)
        for (position, place) in places.enumerated() {
          let row = batch.map { Int($0.base[place]) } ?? place
          let target = scratch.rows.base + position * columnCount
          for entry in points.entries(ofRow: row) {
            target[Int(points.terms.base[entry])] = points.values.base[entry]
          }
        }
        BLAS.multiplyTransposed(
          scratch.rows.base, rowMajor.base, rows: places.count, columns: clusterCount,
          depth: columnCount, into: scratch.tile.base, stride: stride)
        kindred_fold_tile(
          instructionSet.rawValue, scratch.tile.base, Int64(places.count), Int64(stride),
          unit.base, bias.base, scratch.standings.best.base, scratch.standings.second.base,
          scratch.standings.labels.base)
        for (position, place) in places.enumerated() {
          let row = batch.map { Int($0.base[place]) } ?? place
          let target = scratch.rows.base + position * columnCount
          for entry in points.entries(ofRow: row) { target[Int(points.terms.base[entry])] = 0 }
          standings.best.base[row] = scratch.standings.best.base[position]
          standings.second.base[row] = scratch.standings.second.base[position]
          standings.labels.base[row] = scratch.standings.labels.base[position]
          withUnsafePointer(to: Int32(row)) {
            decideNearTies($0, count: 1, keepsBounds: false, standings: standings)
          }
        }
      })
  }

  /// A worker's block of rows written out, their products and their standings.
  private struct WrittenBlock {
    /// `rowCount×width`, zero between uses.
    let rows: Buffer<Float>
    /// `rowCount×stride`.
    let tile: Buffer<Float>
    let standings: Standings

    init(rowCount: Int, width: Int, stride: Int) {
      rows = Buffer(count: rowCount * width, repeating: 0)
      tile = Buffer(count: rowCount * stride, repeating: 0)
      standings = Standings(rowCount: rowCount)
    }
  }

  /// Decides every row again whose best two scores are closer than single precision can tell.
  private func decideNearTies(
    _ rows: UnsafePointer<Int32>, count: Int, keepsBounds: Bool, standings: Standings
  ) {
    guard clusterCount > 1 else { return }
    let leads = keepsBounds && leads?.isHeld == true ? leads : nil
    // No row can err by more than this, which spares most rows the closer look.
    let most = greatestScoreError
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { near in
      guard let near = near.baseAddress else { return }
      let nearCount =
        leads?.begin(rows, count: count, in: standings, error: most, near: near)
        ?? Int(
          kindred_begin_leads(
            nil, rows, Int64(count), standings.best.base, standings.second.base, most, near))
      guard nearCount > 0 else { return }
      let scoreError = scoreError
      let scores = Buffer<Double>(unwritten: stride)
      let alone = activeTerms.map { _ in greatestBias }
      var kernelRows = points.kernelRows
      var centers = kernelCenters
      for row in (0..<nearCount).lazy.map({ Int(near[$0]) }) {
        let entries = points.entries(ofRow: row)
        let best = standings.best.base[row]
        let second = standings.second.base[row]
        let error = scoreError.bound(
          productCount: entries.count, rowNorm: points.norm(ofRow: row))
        guard ScoreError.isNearTie(best, second, error: error) else {
          leads?.set(row, best: best, second: second, error: error)
          continue
        }
        if let alone, let activeTerms,
          !entries.contains(where: { activeTerms.base[Int(points.terms.base[$0])] != 0 })
        {
          standings.labels.base[row] = alone
        } else {
          standings.labels.base[row] = kindred_exact_sparse(
            instructionSet.rawValue, &kernelRows, Int32(row), &centers, exactScale.base,
            exactBias.base, scores.base)
        }
        if keepsBounds { drift?.unsettle(row) }
        leads?.unsettle(row)
      }
    }
  }

  /// The center of a row that shares no term with any.
  private var greatestBias: Int32 {
    var best = 0
    for cluster in 1..<clusterCount where exactBias.base[cluster] > exactBias.base[best] {
      best = cluster
    }
    return Int32(best)
  }

  /// What no row's score errs by more than.
  private var greatestScoreError: Float {
    scoreError.bound(productCount: points.longestRow, rowNorm: points.greatestNorm)
  }

  /// Forgets what is known of the rows: centers were put elsewhere.
  func forgetBounds() {
    drift?.forget()
    leads?.forget()
  }

  /// How far scores may be off.
  private var scoreError: ScoreError {
    ScoreError(
      rowNorm: Double(points.greatestNorm), centerNorm: greatestSquaredNorm.squareRoot(),
      factorNorm: greatestSumNorm.squareRoot(),
      packedUnits: Int(kindred_packed_units(Int64(stride))))
  }

  /// Finds the greatest norm again; whoever changes lanes calls it when done.
  func updateGreatestNorm() {
    greatestSquaredNorm = 0
    greatestSumNorm = 0
    for cluster in 0..<clusterCount where !isIdle.base[cluster] {
      greatestSumNorm = Swift.max(greatestSumNorm, sumNorms.base[cluster])
      greatestSquaredNorm = Swift.max(greatestSquaredNorm, squaredNorms.base[cluster])
    }
  }

  package func squaredDistances(to labels: Buffer<Int32>, pool: WorkerPool) -> [Double] {
    precondition(labels.count == rowCount, "labels need one place a row")
    if pool.threadCount == 1, rowCount * 20 < rareTerms.head * stride * 4 {
      return squaredDistancesByTerm(to: labels)
    }
    let distances = Buffer<Double>(count: rowCount, repeating: 0)
    pool.forEach(points.chunkCount) { chunk in
      let rows = points.rows(ofChunk: chunk)
      var kernelRows = points.kernelRows
      var centers = kernelCenters
      kindred_exact_distances(
        &kernelRows, Int64(rows.lowerBound), Int64(rows.upperBound), labels.base, &centers,
        exactScale.base, squaredNorms.base, distances.base)
    }
    return distances.array()
  }

  /// The same term by term on one thread, for rows of which less is touched at random than of the panel.
  private func squaredDistancesByTerm(to labels: Buffer<Int32>) -> [Double] {
    let shared = Buffer<Double>(count: rowCount, repeating: 0)
    var centers = kernelCenters
    return [Double](writing: rowCount) { distances, initialized in
      distances.initialize(repeating: 0)
      initialized = rowCount
      kindred_exact_distances_by_term(
        points.postingOffsets.base, points.postingRows.base, points.postingValues.base,
        Int64(rowCount), Int64(columnCount), labels.base, &centers, exactScale.base,
        squaredNorms.base, shared.base, distances.baseAddress)
    }
  }
}
