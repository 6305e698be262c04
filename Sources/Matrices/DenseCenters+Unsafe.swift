internal import CKernels

/// Centers among dense points, multiplied tile by tile in registers with the fold on each tile.
package final class DenseCenters: CenterSpace, @unchecked Sendable {
  let points: DensePoints
  package let clusterCount: Int
  let instructionSet: InstructionSet

  /// Lanes to a tile row: k rounded up to whole registers.
  let stride: Int
  /// The centers, `k×d`.
  let centers: Buffer<Float>
  /// The centers as the kernel takes them, `d×stride` in strips.
  private let panel: Buffer<Float>
  /// The centers by groups, in which bounds are kept, each a row as wide as `groupWidth`.
  private let groupPanel: Buffer<Float>
  /// −‖c‖²/2 of each row of `groupPanel`, −∞ for a row out of use.
  private let groupBias: Buffer<Float>
  /// The rows of `groupPanel` to each of its 16 groups: k/16 rounded up to whole tiles.
  private let groupDepth: Int
  /// d rounded up to whole registers.
  private let groupWidth: Int
  /// −‖c‖²/2 of each lane, −∞ for a lane out of use, `stride`.
  let bias: Buffer<Float>
  /// ‖c‖² of each center, k.
  package let squaredNorms: Buffer<Double>
  /// True for each center that has no rows, k.
  let isIdle: Buffer<Bool>
  /// The number of rows of each center at the last move, k.
  let sizes: Buffer<Int>
  /// How many rows each center has absorbed, k.
  package let absorbedWeights: Buffer<Double>
  /// The sum of each center's rows, `k×d`.
  let sums: Buffer<Double>
  /// The labels that the sums belong to; meaningless until the first move.
  let summedLabels: Buffer<Int32>
  var holdsSums = false
  /// Σ ‖x‖ over the rows of each center's sum, about, k.
  let masses: Buffer<Double>
  /// The greatest mass of each center since its rows were last summed afresh, k.
  let peakMasses: Buffer<Double>
  private let batchRows: BatchRows
  let bounds: RowBounds?
  package internal(set) var movedScoreSum = 0.0
  package internal(set) var movedDistances: [Double] = []

  package var rowCount: Int { points.matrix.rowCount }
  package var columnCount: Int { points.matrix.columnCount }

  /// Makes room for the centers, all zero.
  init(_ points: DensePoints, clusterCount: Int, instructionSet: InstructionSet) {
    precondition(clusterCount > 0, "a space needs at least one center")
    precondition(instructionSet <= .best, "this processor lacks \(instructionSet.name)")
    self.points = points
    self.clusterCount = clusterCount
    self.instructionSet = instructionSet
    stride = (clusterCount + 15) / 16 * 16
    centers = Buffer(count: clusterCount * points.matrix.columnCount, repeating: 0)
    panel = Buffer(count: points.matrix.columnCount * stride, repeating: 0)
    groupDepth = (clusterCount + 63) / 64 * 4
    groupWidth = (points.matrix.columnCount + 15) / 16 * 16
    groupPanel = Buffer(count: 16 * groupDepth * groupWidth, repeating: 0)
    groupBias = Buffer(count: 16 * groupDepth, repeating: -.infinity)
    bias = Buffer(count: stride, repeating: -.infinity)
    squaredNorms = Buffer(count: clusterCount, repeating: 0)
    isIdle = Buffer(count: clusterCount, repeating: false)
    sizes = Buffer(count: clusterCount, repeating: 0)
    absorbedWeights = Buffer(count: clusterCount, repeating: 0)
    sums = Buffer(count: clusterCount * points.matrix.columnCount, repeating: 0)
    summedLabels = Buffer(count: points.matrix.rowCount, repeating: 0)
    masses = Buffer(count: clusterCount, repeating: 0)
    peakMasses = Buffer(count: clusterCount, repeating: 0)
    batchRows = BatchRows(rowCount: points.matrix.rowCount)
    bounds = RowBounds(rowCount: points.matrix.rowCount, clusterCount: clusterCount)
  }

  package func setCenters(_ centers: DenseMatrix, pool: WorkerPool) {
    precondition(
      centers.rowCount == clusterCount && centers.columnCount == columnCount,
      "centers must be k×d")
    bounds?.forget()
    _ = self.centers.elements.update(from: centers.elements)
    for cluster in 0..<clusterCount { setLane(cluster, isIdle: false) }
  }

  package func setCenters(toRows rows: [Int], pool: WorkerPool) {
    precondition(rows.count == clusterCount, "centers must be k rows")
    setCenters(points.matrix.selecting(rows: rows), pool: pool)
  }

  /// Brings what follows from a center up to date.
  func setLane(_ cluster: Int, isIdle idle: Bool) {
    let center = centers.base + cluster * columnCount
    var sum = 0.0
    for column in 0..<columnCount { sum += Double(center[column]) * Double(center[column]) }
    squaredNorms.base[cluster] = sum
    isIdle.base[cluster] = idle
    bias.base[cluster] = idle ? -.infinity : -Float(sum / 2)
  }

  package func assign(into standings: Standings, pool: WorkerPool) {
    precondition(standings.labels.count == rowCount, "standings need one place a row")
    packPanel(pool: pool)
    let isPruning = bounds?.resume(standings) ?? false
    if isPruning { packGroups(pool: pool) }
    let keepsBounds = bounds?.isUseful ?? false
    pool.forEach(
      (0..<rowCount).pieceCount(size: DensePoints.chunkSize),
      makeScratch: { Buffer<Int32>(count: DensePoints.chunkSize, repeating: 0) },
      { chunk, unsettled in
        let rows = (0..<rowCount).piece(chunk, size: DensePoints.chunkSize)
        let list = points.rowNumbers.base + rows.lowerBound
        guard isPruning, var bounds = kernelBounds else {
          assign(list: list, count: rows.count, keepsBounds: keepsBounds, into: standings)
          return
        }
        let count = kindred_unsettled(
          instructionSet.rawValue, &bounds, list, Int64(rows.count), standings.labels.base,
          unsettled.base)
        let (whole, refined) = refine(
          unsettled.base, count: count, bounds: &bounds, standings: standings)
        assign(list: unsettled.base, count: whole, keepsBounds: keepsBounds, into: standings)
        decideNearTies(
          list: unsettled.base + whole, count: refined, keepsBounds: keepsBounds,
          standings: standings)
      })
  }

  package func assign(batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool) {
    precondition(standings.labels.count == rowCount, "standings need one place a row")
    bounds?.forget()
    packPanel(pool: pool)
    let batch = batchRows.distinct(batch)
    let size = 128
    pool.forEach((0..<batch.count).pieceCount(size: size)) { chunk in
      let places = (0..<batch.count).piece(chunk, size: size)
      assign(
        list: batch.base + places.lowerBound, count: places.count, keepsBounds: false,
        into: standings)
    }
  }

  /// Settles listed rows by their own centers, or compares them with the groups that are left open.
  ///
  /// The list then begins with the `whole` rows to compare with every center; `refined` rows follow whose
  /// standings are up to date but for near-ties.
  private func refine(
    _ list: UnsafeMutablePointer<Int32>, count: Int64, bounds: inout kindred_bounds,
    standings: Standings
  ) -> (whole: Int, refined: Int) {
    var groups = kindred_groups(
      panel: groupPanel.base, bias: groupBias.base, depth: Int64(groupDepth),
      width: Int64(groupWidth))
    var refined: Int64 = 0
    let whole = points.matrix.elements.withUnsafeBufferPointer { elements in
      kindred_refine_dense(
        instructionSet.rawValue, &bounds, elements.baseAddress, Int64(rowCount),
        Int64(columnCount), &groups, list, count, standings.best.base, standings.second.base,
        standings.labels.base, &refined)
    }
    return (Int(whole), Int(refined))
  }

  /// What is known of the rows' distances, for the kernels.
  private var kernelBounds: kindred_bounds? {
    bounds?.kernelBounds(
      squaredNorms: points.squaredNorms, columnCount: columnCount,
      centerNorm: scoreError.centerNorm)
  }

  /// Labels listed rows.
  private func assign(
    list: UnsafePointer<Int32>, count: Int, keepsBounds: Bool, into standings: Standings
  ) {
    guard count > 0 else { return }
    let level = instructionSet.rawValue
    points.matrix.elements.withUnsafeBufferPointer { elements in
      var panel = kindred_centers(
        panel: panel.base, scale: bias.base, bias: bias.base, stride: Int64(stride),
        cells: kindred_cells())
      kindred_assign_dense(
        level, elements.baseAddress, Int64(columnCount), list, Int64(count), &panel,
        standings.best.base, standings.second.base, standings.labels.base,
        keepsBounds ? bounds?.scores : nil)
    }
    if keepsBounds, var bounds = kernelBounds {
      kindred_store_bounds(
        level, &bounds, list, Int64(count), standings.best.base, standings.labels.base)
    }
    decideNearTies(list: list, count: count, keepsBounds: keepsBounds, standings: standings)
  }

  /// Lays the centers out for the kernel: strips of 48 lanes, each column by column.
  private func packPanel(pool: WorkerPool) {
    pool.forEach((0..<stride).pieceCount(size: 48)) { index in
      let lanes = (0..<stride).piece(index, size: 48)
      let strip = panel.base + lanes.lowerBound * columnCount
      for cluster in lanes.lowerBound..<Swift.min(lanes.upperBound, clusterCount) {
        let center = centers.base + cluster * columnCount
        let lane = strip + (cluster - lanes.lowerBound)
        for column in 0..<columnCount { lane[column * lanes.count] = center[column] }
      }
    }
  }

  /// Lays the centers out by groups, center j in group j modulo 16.
  private func packGroups(pool: WorkerPool) {
    pool.forEach(Swift.min(16, clusterCount)) { group in
      for cluster in Swift.stride(from: group, to: clusterCount, by: 16) {
        let place = group * groupDepth + cluster / 16
        (groupPanel.base + place * groupWidth).update(
          from: centers.base + cluster * columnCount, count: columnCount)
        groupBias.base[place] = bias.base[cluster]
      }
    }
  }

  /// How far scores may be off.
  private var scoreError: ScoreError {
    var longest = 0.0
    for cluster in 0..<clusterCount where !isIdle.base[cluster] {
      longest = Swift.max(longest, squaredNorms.base[cluster])
    }
    let length = longest.squareRoot()
    return ScoreError(rowNorm: points.greatestNorm, centerNorm: length, factorNorm: length)
  }

  /// Decides every row again whose best two scores are closer than single precision can tell.
  private func decideNearTies(
    list: UnsafePointer<Int32>, count: Int, keepsBounds: Bool, standings: Standings
  ) {
    guard clusterCount > 1 else { return }
    let scoreError = scoreError
    for place in 0..<count {
      let row = Int(list[place])
      let error = scoreError.bound(productCount: columnCount, rowNorm: points.norm(ofRow: row))
      guard
        ScoreError.isNearTie(standings.best.base[row], standings.second.base[row], error: error)
      else { continue }
      standings.labels.base[row] = exactLabel(ofRow: row)
      if keepsBounds { bounds?.unsettle(row) }
    }
  }

  /// The nearest center in double precision, the lowest index among equals.
  private func exactLabel(ofRow row: Int) -> Int32 {
    points.matrix.elements.withUnsafeBufferPointer { elements in
      var best = -Double.infinity
      var label: Int32 = 0
      for cluster in 0..<clusterCount where !isIdle.base[cluster] {
        let center = centers.base + cluster * columnCount
        var score = 0.0
        for column in 0..<columnCount {
          score += Double(elements[row * columnCount + column]) * Double(center[column])
        }
        // Subtracted last, as for sparse rows, so that both decide alike.
        score -= squaredNorms.base[cluster] / 2
        if score > best {
          best = score
          label = Int32(cluster)
        }
      }
      return label
    }
  }

  package func squaredDistances(to labels: Buffer<Int32>, pool: WorkerPool) -> [Double] {
    precondition(labels.count == rowCount, "labels need one place a row")
    let distances = Buffer<Double>(count: rowCount, repeating: 0)
    points.matrix.elements.withUnsafeBufferPointer { elements in
      let elements = SharedPointer(elements)
      pool.forEach((0..<rowCount).pieceCount(size: DensePoints.chunkSize)) { chunk in
        for row in (0..<rowCount).piece(chunk, size: DensePoints.chunkSize) {
          let center = centers.base + Int(labels.base[row]) * columnCount
          var sum = 0.0
          for column in 0..<columnCount {
            let difference = Double(elements[row * columnCount + column]) - Double(center[column])
            sum += difference * difference
          }
          distances.base[row] = sum
        }
      }
    }
    return distances.array()
  }

  package func publish(pool: WorkerPool) -> DenseMatrix {
    let busiest = (0..<clusterCount).reduce(0) { sizes.base[$1] > sizes.base[$0] ? $1 : $0 }
    for cluster in 0..<clusterCount where isIdle.base[cluster] {
      bounds?.forget()
      for column in 0..<columnCount {
        centers.base[cluster * columnCount + column] = centers.base[busiest * columnCount + column]
      }
      setLane(cluster, isIdle: false)
    }
    return DenseMatrix(
      rowCount: clusterCount, columnCount: columnCount, elements: centers.array())
  }
}
