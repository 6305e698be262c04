internal import CKernels

extension SparseCenters {
  package func moveCenters(to labels: Buffer<Int32>, pool: WorkerPool) -> Double {
    precondition(labels.count == rowCount, "labels need one place a row")
    let oldScale = exactScale.array()
    let oldNorms = sumNorms.array()
    let changes = LabelChanges(
      labels, since: holdsSums ? summedLabels : nil, clusterCount: clusterCount, pool: pool)
    let dirty = dirtyTerms(changes)
    let moved = Buffer<UInt8>(count: rowCount, repeating: 0)
    for row in changes.rows { moved.base[Int(row)] = 1 }
    bounds?.isUseful = holdsSums && changes.rows.count * 64 < rowCount
    let partials = pool.map(
      points.termChunks.count,
      makeScratch: { Buffer<Double>(count: stride, repeating: 0) },
      { chunk, scratch in
        let terms = points.termChunks[chunk]
        let changes = Buffer<Double>(count: 2 * clusterCount, repeating: 0)
        if holdsSums {
          kindred_update_terms(
            points.postingOffsets.base, points.postingRows.base, points.postingValues.base,
            Int64(terms.lowerBound), Int64(terms.upperBound), summedLabels.base, labels.base,
            moved.base, dirty?.base, Int64(stride), panel.base, scratch.base, changes.base,
            changes.base + clusterCount)
        } else {
          kindred_rebuild_terms(
            points.postingOffsets.base, points.postingRows.base, points.postingValues.base,
            Int64(terms.lowerBound), Int64(terms.upperBound), labels.base, Int64(stride),
            Int32(clusterCount), panel.base, scratch.base, changes.base,
            changes.base + clusterCount)
        }
        return changes
      })
    _ = summedLabels.elements.update(from: labels.elements)
    holdsSums = true
    for cluster in 0..<clusterCount { laneRows[cluster] = nil }

    var shift = 0.0
    var distances = [Double](repeating: 0, count: clusterCount)
    movedScoreSum = 0
    for cluster in 0..<clusterCount {
      var normChange = 0.0
      var crossChange = 0.0
      for partial in partials {
        normChange += partial.base[cluster]
        crossChange += partial.base[clusterCount + cluster]
      }
      let newNorm = updatedNorm(cluster, oldNorms[cluster] + normChange)
      sumNorms.base[cluster] = newNorm
      let size = changes.sizes[cluster]
      sizes.base[cluster] = size
      let newScale = size > 0 ? 1 / Double(size) : 0
      // ‖c′ − c‖² from the sums' inner products, so that only cells that changed are visited.
      let oldScale = oldScale[cluster]
      let inner = oldNorms[cluster] + crossChange
      let moved =
        newScale * newScale * newNorm + oldScale * oldScale * oldNorms[cluster]
        - 2 * newScale * oldScale * inner
      movedScoreSum += oldScale * inner - Double(size) * squaredNorms.base[cluster] / 2
      if size > 0 { shift += Swift.max(0, moved) }
      if size == 0 || isIdle.base[cluster] { bounds?.forget() }
      // A difference of nearly equal numbers: what rounding may have swallowed is added.
      let hasMoved = newScale != oldScale || normChange != 0 || crossChange != 0
      let lost = 1e-12 * (newScale * newScale * newNorm + squaredNorms.base[cluster])
      distances[cluster] = hasMoved ? (Swift.max(0, moved) + lost).squareRoot() : 0
      setLane(cluster, scale: newScale, isIdle: size == 0)
    }
    updateGreatestNorm()
    bounds?.move(by: distances)
    return shift
  }

  /// A lane's new ‖S‖², summed afresh when so little is left of it that rounding errors would count.
  private func updatedNorm(_ cluster: Int, _ norm: Double) -> Double {
    peakNorms.base[cluster] = Swift.max(peakNorms.base[cluster], sumNorms.base[cluster])
    guard norm < 1e-4 * peakNorms.base[cluster] else { return norm }
    // The old norm's errors then stay in what the center seems to have moved.
    bounds?.forget()
    var sum = 0.0
    for term in 0..<columnCount {
      let cell = Double(panel.base[term * stride + cluster])
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
    bias.base[cluster] = idle ? -.infinity : -Float(squaredNorms.base[cluster] / 2)
  }

  /// The terms of the rows that changed, or nil when so many did that looking is not worth it.
  private func dirtyTerms(_ changes: LabelChanges) -> Buffer<UInt8>? {
    guard holdsSums, changes.rows.count * 16 < rowCount else { return nil }
    let dirty = Buffer<UInt8>(count: columnCount, repeating: 0)
    for row in changes.rows {
      for entry in points.entries(ofRow: Int(row)) {
        dirty.base[Int(points.terms.base[entry])] = 1
      }
    }
    return dirty
  }

  /// ‖S‖² of every lane, summed over original columns in fixed pieces, and what follows from it.
  func recomputeNorms(pool: WorkerPool) {
    let size = 1_024
    let partials = pool.map((0..<columnCount).pieceCount(size: size)) { chunk in
      let sums = Buffer<Double>(count: clusterCount, repeating: 0)
      for column in (0..<columnCount).piece(chunk, size: size) {
        let lane = panel.base + Int(points.termOfColumn[column]) * stride
        for cluster in 0..<clusterCount {
          sums.base[cluster] += Double(lane[cluster]) * Double(lane[cluster])
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
    bounds?.forget()
    let busiest = (0..<clusterCount).reduce(0) { sizes.base[$1] > sizes.base[$0] ? $1 : $0 }
    let count = clusterCount * columnCount
    let centroids = [Float](unsafeUninitializedCapacity: count) { memory, initialized in
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

  /// Rounds the panel's cells to single-precision centers, and writes those row by row.
  private func publish(into target: SharedTarget<Float>, idleAs busiest: Int, pool: WorkerPool) {
    // Sixteen columns make one cache line of every centroid.
    let width = 16
    let scales = exactScale
    let idle = (0..<clusterCount).filter { isIdle.base[$0] }
    pool.forEach((0..<columnCount).pieceCount(size: width)) { chunk in
      for column in (0..<columnCount).piece(chunk, size: width) {
        let lane = panel.base + Int(points.termOfColumn[column]) * stride
        for cluster in 0..<clusterCount {
          lane[cluster] = Float(Double(lane[cluster]) * scales.base[cluster])
        }
        for cluster in idle { lane[cluster] = lane[busiest] }
        var place = target.start + column
        for cluster in 0..<clusterCount {
          place.pointee = lane[cluster]
          place += columnCount
        }
      }
    }
  }

  package func setCenters(toRows rows: [Int], pool: WorkerPool) {
    precondition(rows.count == clusterCount, "centers must be k rows")
    bounds?.forget()
    pool.forEach(points.termChunks.count) { chunk in
      let terms = points.termChunks[chunk]
      (panel.base + terms.lowerBound * stride).update(repeating: 0, count: terms.count * stride)
    }
    for (cluster, row) in rows.enumerated() {
      for entry in points.entries(ofRow: row) {
        panel.base[Int(points.terms.base[entry]) * stride + cluster] = points.values.base[entry]
      }
      sumNorms.base[cluster] = points.squaredNorms.base[row]
      setLane(cluster, scale: 1, isIdle: false)
      laneRows[cluster] = [Int32(row)]
    }
    updateGreatestNorm()
    holdsSums = false
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
