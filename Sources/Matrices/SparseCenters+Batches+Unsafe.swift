extension SparseCenters {
  package func absorb(batch: Buffer<Int32>, labels: Buffer<Int32>) {
    holdsSums = false
    drift?.forget()
    for place in 0..<batch.count {
      let row = Int(batch.base[place])
      let cluster = Int(labels.base[row])
      if absorbedWeights.base[cluster] == 0 { clearLane(cluster) }
      var normChange = 0.0
      for entry in points.entries(ofRow: row) {
        let cell = panel.base + Int(points.terms.base[entry]) * stride + cluster
        let old = Double(cell.pointee)
        cell.pointee += points.values.base[entry]
        // From the cell as it was rounded: the norm must be that of the sum in the panel.
        let new = Double(cell.pointee)
        normChange += (new - old) * (new + old)
      }
      sumNorms.base[cluster] += normChange
      absorbedWeights.base[cluster] += 1
      note(row, in: cluster)
    }
    for place in 0..<batch.count {
      let cluster = Int(labels.base[Int(batch.base[place])])
      setLane(cluster, scale: 1 / absorbedWeights.base[cluster], isIdle: false)
    }
    updateGreatestNorm()
  }

  package func replaceCenter(_ cluster: Int, withRow row: Int, weight: Double) {
    drift?.forget()
    clearLane(cluster)
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

  /// Remembers that a lane holds a row's terms, as long as the lane has few rows.
  private func note(_ row: Int, in cluster: Int) {
    guard let count = laneRows[cluster]?.count else { return }
    if count < 256 { laneRows[cluster]?.append(Int32(row)) } else { laneRows[cluster] = nil }
  }

  /// Makes a lane's cells zero; when its rows are known only where they have entries.
  private func clearLane(_ cluster: Int) {
    if let rows = laneRows[cluster] {
      for row in rows {
        for entry in points.entries(ofRow: Int(row)) {
          panel.base[Int(points.terms.base[entry]) * stride + cluster] = 0
        }
      }
    } else {
      for term in 0..<columnCount { panel.base[term * stride + cluster] = 0 }
    }
    laneRows[cluster] = []
    sumNorms.base[cluster] = 0
  }
}
