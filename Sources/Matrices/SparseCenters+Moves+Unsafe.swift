internal import CKernels

extension SparseCenters {
  /// Leads are kept once fewer than one row in so many changes its label: more changes than that touch the
  /// terms of nearly all rows.
  private static let leastSettledShare = 16

  package func moveCenters(
    to labels: Buffer<Int32>, changes: LabelChanges?, pool: WorkerPool
  ) -> Double {
    let move = beginMove(
      to: labels, changes: changes, keepsLeads: pool.threadCount == 1, pool: pool)
    let changes = pool.map(
      points.termChunks.count, makeScratch: { SumScratch(stride: stride) },
      { chunk, scratch in updateSums(ofChunk: chunk, by: move, scratch: scratch) })
    return finish(move, changes: changes[...])
  }

  /// What a move of the centers needs to know before it.
  struct SumMove {
    let labels: Buffer<Int32>
    let changes: LabelChanges
    /// What that changes on each term; nil when the sums are to be written afresh.
    let postings: ChangedPostings?
    let oldScale: [Double]
    let oldNorms: [Double]
    /// What the sums will be multiplied with, `stride`.
    let newScale: Buffer<Float>
    let scalesChanged: Bool
    /// What the sums will be multiplied with in double precision, `stride`, when rows are to be charged for it.
    let leadScale: Buffer<Double>?
  }

  /// A worker's room for the sums of one term.
  struct SumScratch {
    let sums: Buffer<Double>
    let lane: Buffer<Float>
    let stamps: Buffer<Int64>

    init(stride: Int) {
      sums = Buffer(count: stride, repeating: 0)
      lane = Buffer(unwritten: stride)
      stamps = Buffer(count: stride, repeating: 0)
    }
  }

  /// Compares labels with those that the sums belong to.
  ///
  /// `keepsLeads`: one thread alone updates the sums, and may charge rows for what moves.
  func beginMove(
    to labels: Buffer<Int32>, changes known: LabelChanges?, keepsLeads: Bool = false,
    pool: WorkerPool
  ) -> SumMove {
    precondition(labels.count == rowCount, "labels need one place a row")
    // Sums that are written afresh do not tell how far they moved.
    if !holdsSums { forgetBounds() }
    let changes =
      holdsSums
      ? LabelChanges(
        labels, since: summedLabels, sizes: sizes.elements, known: known, pool: pool)
      : LabelChanges(labels, clusterCount: clusterCount)
    if !holdsSums && exactSums == nil && kernel != .gemm {
      exactSums = Buffer(count: exactCount * stride, repeating: 0)
    }
    let leads = keepsLeads ? leads : nil
    if leads == nil { self.leads?.forget() }
    leads?.isUseful =
      holdsSums && clusterCount > 1 && changes.rows.count * Self.leastSettledShare < rowCount
    // Where half of the rows change their label, looking for those that do not is a loss; with few centers
    // the kernel is so fast that it is one until nearly all rows keep theirs.
    let leastShare = stride <= 32 ? 64 : 2
    drift?.isUseful =
      leads == nil && clusterCount > 1 && changes.rows.count * leastShare < rowCount
    let newScale = Buffer<Float>(count: stride, repeating: 0)
    for (cluster, size) in changes.sizes.enumerated() where size > 0 {
      newScale[cluster] = Float(1 / Double(size))
    }
    var leadScale: Buffer<Double>?
    if leads?.isHeld == true {
      let scales = Buffer<Double>(count: stride, repeating: 0)
      for (cluster, size) in changes.sizes.enumerated() where size > 0 {
        scales[cluster] = 1 / Double(size)
      }
      leadScale = scales
    }
    return SumMove(
      labels: labels, changes: changes,
      postings: holdsSums
        ? ChangedPostings(
          of: changes.rows, among: points, clusterCount: clusterCount, before: summedLabels,
          after: labels, share: pool.threadCount == 1 ? 4 : 16) : nil,
      oldScale: exactScale.array(), oldNorms: sumNorms.array(), newScale: newScale,
      scalesChanged: !scale.elements.elementsEqual(newScale.elements), leadScale: leadScale)
  }

  /// Brings the sums of a chunk of terms up to date; returns Σ new² − old² and Σ old·(new − old) of each
  /// cluster, `stride` numbers each.
  func updateSums(ofChunk chunk: Int, by move: SumMove, scratch: SumScratch) -> Buffer<Double> {
    let changes = Buffer<Double>(count: 2 * stride, repeating: 0)
    let (head, rare) = split(points.termChunks[chunk])
    let labels = move.labels
    var cells = rareTerms.kernelCells
    var kernelChanges = kindred_changes(
      before: summedLabels.base, after: labels.base, moved: move.postings?.moved?.base,
      offsets: move.postings?.offsets?.base, listed: move.postings?.listed?.base)
    let keptCount = Int64(exactSums == nil ? 0 : exactCount)
    guard move.postings != nil else {
      kindred_rebuild_terms(
        instructionSet.rawValue, points.postingOffsets.base, points.postingRows.base,
        points.postingValues.base, Int64(head.lowerBound), Int64(head.upperBound), labels.base,
        Int64(stride), panel.base, exactSums?.base, keptCount, scratch.sums.base, changes.base,
        changes.base + stride)
      kindred_update_cells(
        points.postingOffsets.base, points.postingRows.base, points.postingValues.base,
        Int64(rare.lowerBound), Int64(rare.upperBound), &kernelChanges, 1, &cells,
        scratch.sums.base, scratch.stamps.base, changes.base, changes.base + stride, nil,
        nil)
      return changes
    }
    withKernelMove(move) { kernelMove, charges in
      kindred_update_terms(
        instructionSet.rawValue, points.postingOffsets.base, points.postingRows.base,
        points.postingValues.base, Int64(head.lowerBound), Int64(head.upperBound), &kernelChanges,
        points.isExact.base, Int64(stride), panel.base, exactSums?.base, keptCount,
        scratch.sums.base, changes.base, changes.base + stride, kernelMove, scratch.lane.base,
        charges)
      kindred_update_cells(
        points.postingOffsets.base, points.postingRows.base, points.postingValues.base,
        Int64(rare.lowerBound), Int64(rare.upperBound), &kernelChanges, 0, &cells,
        scratch.sums.base, scratch.stamps.base, changes.base, changes.base + stride,
        kernelMove, charges)
    }
    return changes
  }

  /// Takes in the changes of all chunks and returns the summed squared distance that the centers moved.
  func finish(_ move: SumMove, changes partials: ArraySlice<Buffer<Double>>) -> Double {
    if holdsSums {
      for row in move.changes.rows { summedLabels.base[Int(row)] = move.labels.base[Int(row)] }
    } else {
      summedLabels.copy(from: move.labels)
    }
    holdsSums = true
    activeTerms = nil
    for cluster in 0..<clusterCount { laneRows[cluster] = nil }

    var shift = 0.0
    var biasChanges = [Double](repeating: 0, count: clusterCount)
    let leadChanges = leads?.isHeld == true ? RowLeads.Changes(clusterCount: clusterCount) : nil
    movedDistances = [Double](repeating: 0, count: clusterCount)
    movedScoreSum = 0
    for cluster in 0..<clusterCount {
      var normChange = 0.0
      var crossChange = 0.0
      for partial in partials {
        normChange += partial.base[cluster]
        crossChange += partial.base[stride + cluster]
      }
      let (oldNorm, oldScale) = (move.oldNorms[cluster], move.oldScale[cluster])
      let newNorm = updatedNorm(cluster, oldNorm + normChange)
      sumNorms.base[cluster] = newNorm
      let size = move.changes.sizes[cluster]
      sizes.base[cluster] = size
      let newScale = size > 0 ? 1 / Double(size) : 0
      // Rounded down by more than the sum, its multiplier and publishing can lose.
      share.base[cluster] = Float(newScale) * (1 - 4 * Float.ulpOfOne)
      // ‖c′ − c‖² from the sums' inner products, so that only cells that changed are visited.
      let inner = oldNorm + crossChange
      let moved =
        newScale * newScale * newNorm + oldScale * oldScale * oldNorm
        - 2 * newScale * oldScale * inner
      movedScoreSum += oldScale * inner - Double(size) * squaredNorms.base[cluster] / 2
      if size > 0 {
        shift += Swift.max(0, moved)
        movedDistances[cluster] = Swift.max(0, moved).squareRoot()
      }
      if size == 0 || isIdle.base[cluster] { forgetBounds() }
      let (oldBias, oldLength) = (exactBias.base[cluster], squaredNorms.base[cluster].squareRoot())
      setLane(cluster, scale: newScale, isIdle: size == 0)
      biasChanges[cluster] = exactBias.base[cluster] - oldBias
      leadChanges?.set(
        cluster, growth: (newScale - oldScale) / oldScale, bias: oldBias,
        biasChange: biasChanges[cluster],
        product: 1.0001 * Double(points.greatestNorm) * oldLength, eitherSign: points.hasNegatives)
    }
    updateGreatestNorm()
    drift?.move(biasesBy: biasChanges)
    if let leadChanges { leads?.move(leadChanges) }
    return shift
  }

  /// Parts terms into the frequent and the rare ones.
  func split(_ terms: Range<Int>) -> (head: Range<Int>, rare: Range<Int>) {
    let middle = Swift.min(Swift.max(rareTerms.head, terms.lowerBound), terms.upperBound)
    return (terms.lowerBound..<middle, middle..<terms.upperBound)
  }

  /// Hands over what the update of the sums needs to tell how far coordinates drift and what that takes of
  /// the rows' leads, each nil when nobody asks.
  private func withKernelMove(
    _ move: SumMove,
    _ update: (UnsafePointer<kindred_move>?, UnsafePointer<kindred_charges>?) -> Void
  ) {
    if let leads, let scale = move.leadScale {
      var charges = kindred_charges(charge: leads.charges.base, scale: scale.base)
      return withUnsafePointer(to: &charges) { update(nil, $0) }
    }
    guard let tables = drift?.moveTables else { return update(nil, nil) }
    var kernelMove = kindred_move(
      level: instructionSet.rawValue, scales_changed: move.scalesChanged ? 1 : 0,
      either_sign: points.hasNegatives ? 1 : 0, old_scale: scale.base,
      new_scale: move.newScale.base, rise: tables.rise, span: tables.span)
    withUnsafePointer(to: &kernelMove) { update($0, nil) }
  }

  /// A lane's new ‖S‖², summed afresh when so little is left of it that rounding errors would count.
  private func updatedNorm(_ cluster: Int, _ norm: Double) -> Double {
    peakNorms.base[cluster] = Swift.max(peakNorms.base[cluster], sumNorms.base[cluster])
    guard norm < 1e-4 * peakNorms.base[cluster] else { return norm }
    // Not that labels need it, as biases move with the norm: after such a fall few rows would rest.
    forgetBounds()
    var sum = 0.0
    var centers = kernelCenters
    for term in 0..<columnCount {
      let cell = Double(kindred_cell(&centers, Int64(term), Int32(cluster)))
      sum += cell * cell
    }
    peakNorms.base[cluster] = sum
    return sum
  }

  /// Sets a lane's multiplier and what follows from it.
  func setLane(_ cluster: Int, scale newScale: Double, isIdle idle: Bool) {
    exactScale.base[cluster] = newScale
    isIdle.base[cluster] = idle
    squaredNorms.base[cluster] = newScale * newScale * sumNorms.base[cluster]
    scale.base[cluster] = idle ? 0 : Float(newScale)
    exactBias.base[cluster] = idle ? -.infinity : -(squaredNorms.base[cluster] / 2)
    bias.base[cluster] = Float(exactBias.base[cluster])
  }

  /// ‖S‖² of every lane, summed over original columns in fixed pieces, and what follows from it.
  func recomputeNorms(pool: WorkerPool) {
    let size = 1_024
    let partials = pool.map((0..<columnCount).pieceCount(size: size)) { chunk in
      let sums = Buffer<Double>(count: clusterCount, repeating: 0)
      for column in (0..<columnCount).piece(chunk, size: size) {
        let term = Int(points.termOfColumn[column])
        if term < rareTerms.head {
          let lane = panel.base + term * stride
          for cluster in 0..<clusterCount {
            sums.base[cluster] += Double(lane[cluster]) * Double(lane[cluster])
          }
        } else {
          for cell in rareTerms.cells(ofTerm: term) {
            let sum = Double(rareTerms.sums.base[cell])
            sums.base[Int(rareTerms.lanes.base[cell])] += sum * sum
          }
        }
      }
      return sums
    }
    for cluster in 0..<clusterCount {
      var sum = 0.0
      for partial in partials { sum += partial.base[cluster] }
      sumNorms.base[cluster] = sum
      setLane(cluster, scale: exactScale.base[cluster], isIdle: isIdle.base[cluster])
    }
    updateGreatestNorm()
  }

  package func publish(pool: WorkerPool) -> DenseMatrix {
    if isIdle.elements.contains(true) { forgetBounds() }
    activeTerms = nil
    // Rounding moves a coordinate by half a unit in the last place; the rest is margin.
    let length = greatestSquaredNorm.squareRoot()
    let loss = length * (Double(points.greatestNorm) + length) * Double(Float.ulpOfOne)
    let slack = 8 * loss + 4 * Double(points.longestRow) * Double(Float.leastNormalMagnitude)
    drift?.loosen(by: slack)
    leads?.loosen(by: slack)
    let busiest = (0..<clusterCount).reduce(0) { sizes.base[$1] > sizes.base[$0] ? $1 : $0 }
    let count = clusterCount * columnCount
    let centroids = [Float](writing: count) { memory, initialized in
      if let target = memory.baseAddress {
        HugePages.advise(target, byteCount: count * MemoryLayout<Float>.stride)
        publish(into: SharedTarget(target), idleAs: busiest, pool: pool)
      }
      initialized = count
    }
    for cluster in 0..<clusterCount {
      exactScale.base[cluster] = 1
      if isIdle.base[cluster] { laneRows[cluster] = nil }
      isIdle.base[cluster] = false
    }
    holdsSums = false
    recomputeNorms(pool: pool)
    return DenseMatrix(
      rowCount: clusterCount, columnCount: columnCount, elements: centroids)
  }

  /// Rounds the sums to single-precision centers, and writes those row by row.
  private func publish(into target: SharedTarget<Float>, idleAs busiest: Int, pool: WorkerPool) {
    // Sixteen columns make one cache line of every centroid.
    let width = 16
    let scales = exactScale
    let idle = (0..<clusterCount).filter { isIdle.base[$0] }
    if !idle.isEmpty { rareTerms.reserve { Int(rareTerms.counts[$0]) + idle.count } }
    pool.forEach((0..<columnCount).pieceCount(size: width)) { chunk in
      let columns = (0..<columnCount).piece(chunk, size: width)
      for cluster in 0..<clusterCount {
        (target.start + cluster * columnCount + columns.lowerBound).update(
          repeating: 0, count: columns.count)
      }
      for column in columns {
        let place = target.start + column
        let term = Int(points.termOfColumn[column])
        guard term < rareTerms.head else {
          publish(rareTerm: term, to: place, idle: idle, idleAs: busiest)
          continue
        }
        let lane = panel.base + term * stride
        for cluster in 0..<clusterCount {
          lane[cluster] = Float(Double(lane[cluster]) * scales.base[cluster])
        }
        for cluster in idle { lane[cluster] = lane[busiest] }
        for cluster in 0..<clusterCount { place[cluster * columnCount] = lane[cluster] }
      }
    }
  }

  /// The same for the cells of one term, whose column of the target is zero.
  private func publish(
    rareTerm term: Int, to place: UnsafeMutablePointer<Float>, idle: [Int], idleAs busiest: Int
  ) {
    var copied: Float?
    for cell in rareTerms.cells(ofTerm: term) {
      let cluster = Int(rareTerms.lanes.base[cell])
      // A cluster without rows may still hold a cell of the row that it began with.
      let value =
        isIdle.base[cluster]
        ? 0 : Float(Double(rareTerms.sums.base[cell]) * exactScale.base[cluster])
      rareTerms.sums.base[cell] = value
      place[cluster * columnCount] = value
      if cluster == busiest { copied = value }
    }
    guard let copied else { return }
    for cluster in idle {
      place[cluster * columnCount] = copied
      var own = rareTerms.cells(ofTerm: term).lazy.filter {
        Int(self.rareTerms.lanes.base[$0]) == cluster
      }
      .makeIterator()
      if let cell = own.next() {
        rareTerms.sums.base[cell] = copied
      } else {
        rareTerms.append(term: term, lane: cluster, sum: copied)
      }
    }
  }

  /// Copies the centers row by row for BLAS.
  func fillRowMajor(pool: WorkerPool) {
    let width = 16
    pool.forEach((0..<columnCount).pieceCount(size: width)) { chunk in
      for term in (0..<columnCount).piece(chunk, size: width) {
        let lane = panel.base + term * stride
        for cluster in 0..<clusterCount {
          rowMajor.base[cluster * columnCount + term] = Float(
            Double(lane[cluster]) * exactScale.base[cluster])
        }
      }
    }
  }
}
