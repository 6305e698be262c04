extension DenseCenters {
  package func absorb(batch: Buffer<Int32>, labels: Buffer<Int32>) {
    bounds?.forget()
    points.matrix.elements.withUnsafeBufferPointer { elements in
      for place in 0..<batch.count {
        let row = Int(batch.base[place])
        let cluster = Int(labels.base[row])
        let weight = absorbedWeights.base[cluster] + 1
        absorbedWeights.base[cluster] = weight
        // c ← c + (x − c) / w, the running mean; w = 1 forgets the start position.
        let share = Float(1 / weight)
        let center = centers.base + cluster * columnCount
        for column in 0..<columnCount {
          center[column] += share * (elements[row * columnCount + column] - center[column])
        }
      }
    }
    for place in 0..<batch.count {
      setLane(Int(labels.base[Int(batch.base[place])]), isIdle: false)
    }
  }

  package func replaceCenter(_ cluster: Int, withRow row: Int, weight: Double) {
    bounds?.forget()
    for (column, value) in points.matrix.row(row).enumerated() {
      centers.base[cluster * columnCount + column] = value
    }
    absorbedWeights.base[cluster] = weight
    setLane(cluster, isIdle: false)
  }
}
