internal import CKernels

extension SparseCenters {
  /// Lanes that have absorbed so many rows keep what single precision cannot hold of their sums.
  ///
  /// Up to there a sum of equal values is right to 0.4 %; without an end it would stop to grow.
  static let longLaneWeight = 65_536.0

  package func assign(batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool) {
    assign(batch: batch, into: standings, products: nil, pool: pool)
  }

  /// Labels the listed rows, and multiplies each with the sum of its label while both are in the caches.
  private func assign(
    batch: Buffer<Int32>, into standings: Standings, products: Buffer<Double>?, pool: WorkerPool
  ) {
    precondition(standings.labels.count == rowCount, "standings need one place a row")
    forgetBounds()
    let batch = batchRows.distinct(batch, lengths: points.rowOffsets)
    if kernel == .gemm { assignByProducts(batch: batch, into: standings, pool: pool) }
    let size = 64
    let pieceCount = (0..<batch.count).pieceCount(size: size)
    pool.forEach(
      pieceCount, makeScratch: { Buffer<Float>(count: 4 * stride, repeating: 0) },
      { chunk, tails in
        // The longest rows come last, and would leave the other threads without work.
        let places = (0..<batch.count).piece(pieceCount - 1 - chunk, size: size)
        let list = batch.base + places.lowerBound
        if kernel != .gemm {
          assignSparse(
            list: list, count: places.count, tails: tails, keepsBounds: false, into: standings)
        }
        guard let products else { return }
        var kernelRows = points.kernelRows
        kindred_batch_products(
          &kernelRows, list, Int64(places.count), standings.labels.base, Int64(stride), panel.base,
          products.base)
      })
  }

  package func absorb(
    batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool
  ) -> Absorption {
    precondition(rareTerms.count == 0, "centers that absorb batches need a lane for every term")
    let products = batchProducts ?? Buffer(count: rowCount, repeating: 0)
    batchProducts = products
    assign(batch: batch, into: standings, products: products, pool: pool)
    holdsSums = false
    activeTerms = nil
    let labels = standings.labels
    let gained = Buffer<Double>(count: clusterCount, repeating: 0)
    let inner = Buffer<Double>(count: clusterCount, repeating: 0)
    var inertia = 0.0
    var kernelRows = points.kernelRows
    for place in 0..<batch.count {
      let row = Int(batch.base[place])
      let cluster = Int(labels.base[row])
      let product = products.base[row]
      gained.base[cluster] += 1
      inner.base[cluster] += product
      let distance =
        points.squaredNorms.base[row] - 2 * exactScale.base[cluster] * product
        + squaredNorms.base[cluster]
      inertia += Swift.max(0, distance)
    }

    // The start position counts for nothing once a center absorbs its first row.
    let oldNorms = sumNorms.array()
    let started = (0..<clusterCount).filter { gained.base[$0] > 0 && absorbedWeights.base[$0] == 0 }
    for cluster in 0..<clusterCount where absorbedWeights.base[cluster] > 0 {
      inner.base[cluster] += oldNorms[cluster]
    }
    clearLanes(started)
    let isLong = longLanes()
    let normChange = Buffer<Double>(count: clusterCount, repeating: 0)
    kindred_absorb_rows(
      &kernelRows, batch.base, Int64(batch.count), labels.base, Int64(stride), isLong?.base,
      panel.base, remainders?.base, normChange.base)
    for place in 0..<batch.count {
      let row = Int(batch.base[place])
      note(row, in: Int(labels.base[row]))
    }

    var shift = 0.0
    for cluster in 0..<clusterCount where gained.base[cluster] > 0 {
      absorbedWeights.base[cluster] += gained.base[cluster]
      sumNorms.base[cluster] += normChange.base[cluster]
      let oldScale = exactScale.base[cluster]
      let newScale = 1 / absorbedWeights.base[cluster]
      // ‖c′ − c‖² from the sums' inner products, so that only cells that changed are visited.
      let moved =
        newScale * newScale * sumNorms.base[cluster] + oldScale * oldScale * oldNorms[cluster]
        - 2 * newScale * oldScale * inner.base[cluster]
      shift += Swift.max(0, moved)
      setLane(cluster, scale: newScale, isIdle: false)
    }
    updateGreatestNorm()
    return Absorption(inertia: inertia, centerShift: shift)
  }

  package func replaceCenter(_ cluster: Int, withRow row: Int, weight: Double) {
    precondition(rareTerms.count == 0, "centers that absorb batches need a lane for every term")
    holdsSums = false
    activeTerms = nil
    forgetBounds()
    clearLanes([cluster])
    var norm = 0.0
    for entry in points.entries(ofRow: row) {
      let cell = points.values.base[entry] * Float(weight)
      panel.base[Int(points.terms.base[entry]) * stride + cluster] = cell
      norm += Double(cell) * Double(cell)
    }
    note(row, in: cluster)
    sumNorms.base[cluster] = norm
    absorbedWeights.base[cluster] = weight
    setLane(cluster, scale: 1 / weight, isIdle: false)
    updateGreatestNorm()
  }

  /// Marks the lanes that need remainders, and makes room for those; nil when no lane does.
  private func longLanes() -> Buffer<UInt8>? {
    let isLong = { self.absorbedWeights.base[$0] >= Self.longLaneWeight }
    guard (0..<clusterCount).contains(where: isLong) else { return nil }
    if remainders == nil { remainders = Buffer(count: panel.count, repeating: 0) }
    let marks = Buffer<UInt8>(count: clusterCount, repeating: 0)
    for cluster in 0..<clusterCount { marks.base[cluster] = isLong(cluster) ? 1 : 0 }
    return marks
  }

  /// Remembers that a lane holds a row's terms, as long as the lane has few rows.
  private func note(_ row: Int, in cluster: Int) {
    guard let count = laneRows[cluster]?.count else { return }
    if count < 256 { laneRows[cluster]?.append(Int32(row)) } else { laneRows[cluster] = nil }
  }

  /// Makes lanes' cells zero; where their rows are known only those with entries.
  private func clearLanes(_ clusters: [Int]) {
    var unknown: [Int] = []
    for cluster in clusters {
      if let rows = laneRows[cluster] {
        for row in rows {
          for entry in points.entries(ofRow: Int(row)) {
            let cell = Int(points.terms.base[entry]) * stride + cluster
            panel.base[cell] = 0
            remainders?.base[cell] = 0
          }
        }
      } else {
        unknown.append(cluster)
      }
      laneRows[cluster] = []
      sumNorms.base[cluster] = 0
    }
    guard !unknown.isEmpty else { return }
    for term in 0..<columnCount {
      for cluster in unknown {
        panel.base[term * stride + cluster] = 0
        remainders?.base[term * stride + cluster] = 0
      }
    }
  }
}
