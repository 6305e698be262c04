internal import CKernels

extension DenseCenters {
  package func absorb(
    batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool
  ) -> Absorption {
    assign(batch: batch, into: standings, pool: pool)
    holdsSums = false
    let labels = standings.labels
    let gained = Buffer<Double>(count: clusterCount, repeating: 0)
    var inertia = 0.0
    points.matrix.elements.withUnsafeBufferPointer { elements in
      guard let data = elements.baseAddress else { return }
      for place in 0..<batch.count {
        let row = Int(batch.base[place])
        let cluster = Int(labels.base[row])
        inertia += kindred_squared_distance(
          instructionSet.rawValue, data + row * columnCount, centers.base + cluster * columnCount,
          Int64(columnCount))
      }
      for place in 0..<batch.count {
        let cluster = Int(labels.base[Int(batch.base[place])])
        let sum = sums.base + cluster * columnCount
        // The start position counts for nothing once a center absorbs its first row.
        if absorbedWeights.base[cluster] == 0 { sum.update(repeating: 0, count: columnCount) }
        absorbedWeights.base[cluster] += 1
        gained.base[cluster] += 1
        kindred_sum_rows(
          instructionSet.rawValue, data, Int64(columnCount), batch.base + place, 1, 1, sum)
      }
    }
    var shift = 0.0
    for cluster in 0..<clusterCount where gained.base[cluster] > 0 {
      let center = centers.base + cluster * columnCount
      let sum = sums.base + cluster * columnCount
      for column in 0..<columnCount {
        let moved = Float(sum[column] / absorbedWeights.base[cluster])
        let difference = Double(moved) - Double(center[column])
        shift += difference * difference
        center[column] = moved
      }
      setLane(cluster, isIdle: false)
    }
    return Absorption(inertia: inertia, centerShift: shift)
  }

  package func replaceCenter(_ cluster: Int, withRow row: Int, weight: Double) {
    bounds?.forget()
    for (column, value) in points.matrix.row(row).enumerated() {
      centers.base[cluster * columnCount + column] = value
      sums.base[cluster * columnCount + column] = Double(value) * weight
    }
    absorbedWeights.base[cluster] = weight
    setLane(cluster, isIdle: false)
  }
}
