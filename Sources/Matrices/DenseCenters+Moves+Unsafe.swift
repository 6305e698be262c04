internal import CKernels

extension DenseCenters {
  package func moveCenters(
    to labels: Buffer<Int32>, changes known: LabelChanges?, pool: WorkerPool
  ) -> Double {
    precondition(labels.count == rowCount, "labels need one place a row")
    let changes =
      holdsSums
      ? LabelChanges(
        labels, since: summedLabels, sizes: sizes.elements, known: known, pool: pool)
      : LabelChanges(labels, clusterCount: clusterCount)
    updateSums(labels, changes: changes, pool: pool)

    var shift = 0.0
    var distances = [Double](repeating: 0, count: clusterCount)
    movedScoreSum = 0
    for (cluster, size) in changes.sizes.enumerated() {
      sizes.base[cluster] = size
      if size == 0 || isIdle.base[cluster] { bounds?.forget() }
      guard size > 0 else {
        setLane(cluster, isIdle: true)
        continue
      }
      let sum = sums.base + cluster * columnCount
      let center = centers.base + cluster * columnCount
      var squared = 0.0
      var inner = 0.0
      for column in 0..<columnCount {
        let moved = Float(sum[column] / Double(size))
        let difference = Double(moved) - Double(center[column])
        squared += difference * difference
        inner += sum[column] * Double(center[column])
        center[column] = moved
      }
      movedScoreSum += inner - Double(size) * squaredNorms.base[cluster] / 2
      shift += squared
      distances[cluster] = squared.squareRoot()
      setLane(cluster, isIdle: false)
    }
    bounds?.move(by: distances)
    movedDistances = distances
    return shift
  }

  /// Brings the sums up to date: by the rows that came and went when they are few, else afresh.
  private func updateSums(_ labels: Buffer<Int32>, changes: LabelChanges, pool: WorkerPool) {
    let isSmall = holdsSums && changes.rows.count * 8 < rowCount
    bounds?.isUseful = holdsSums && changes.rows.count * 3 < rowCount
    if isSmall && !losesDigits(labels, changes.rows) {
      let from = changes.rows.map { summedLabels.base[Int($0)] }
      let to = changes.rows.map { labels.base[Int($0)] }
      add(changes.rows, labels: from, sign: -1, pool: pool)
      add(changes.rows, labels: to, sign: 1, pool: pool)
    } else {
      sumAfresh(labels, pool: pool)
    }
    summedLabels.copy(from: labels)
    holdsSums = true
  }

  /// Moves the masses of rows, and tells whether so little is left of one that what rounding left of
  /// many or long rows would be seen in the sum of the rest.
  private func losesDigits(_ labels: Buffer<Int32>, _ rows: [Int32]) -> Bool {
    for row in rows {
      let mass = points.squaredNorms.base[Int(row)].squareRoot()
      masses.base[Int(summedLabels.base[Int(row)])] -= mass
      let cluster = Int(labels.base[Int(row)])
      masses.base[cluster] += mass
      peakMasses.base[cluster] = Swift.max(peakMasses.base[cluster], masses.base[cluster])
    }
    return (0..<clusterCount).contains { masses.base[$0] * 64 < peakMasses.base[$0] }
  }

  /// Adds listed rows, times 1 or −1, to the sums of their labels, in the order of the list.
  private func add(_ rows: [Int32], labels: [Int32], sign: Double, pool: WorkerPool) {
    let order = LabelOrder(Buffer(labels, orEmpty: 0), clusterCount: clusterCount)
    let listed = Buffer(order.rows.elements.map { rows[Int($0)] }, orEmpty: 0)
    pool.forEach(clusterCount) { cluster in
      for piece in order.piecesOfCluster[cluster] {
        sum(listed, order.pieces[piece].rows, sign: sign, into: sums.base + cluster * columnCount)
      }
    }
  }

  /// Adds places of a list of rows, times 1 or −1, to a sum.
  private func sum(
    _ list: Buffer<Int32>, _ places: Range<Int>, sign: Double,
    into sum: UnsafeMutablePointer<Double>
  ) {
    guard columnCount > 0 else { return }
    points.matrix.elements.withUnsafeBufferPointer { elements in
      kindred_sum_rows(
        instructionSet.rawValue, elements.baseAddress, Int64(columnCount),
        list.base + places.lowerBound, Int64(places.count), sign, sum)
    }
  }

  /// Sums the rows of every center, in fixed pieces that are added in order.
  private func sumAfresh(_ labels: Buffer<Int32>, pool: WorkerPool) {
    let order = LabelOrder(labels, clusterCount: clusterCount)
    let partials = pool.map(order.pieces.count) { index in
      let partial = Buffer<Double>(count: columnCount, repeating: 0)
      sum(order.rows, order.pieces[index].rows, sign: 1, into: partial.base)
      return partial
    }
    for cluster in 0..<clusterCount {
      let sum = sums.base + cluster * columnCount
      sum.update(repeating: 0, count: columnCount)
      for index in order.piecesOfCluster[cluster] {
        for column in 0..<columnCount { sum[column] += partials[index].base[column] }
      }
      masses.base[cluster] = order.mass(ofCluster: cluster, squaredNorms: points.squaredNorms)
      peakMasses.base[cluster] = masses.base[cluster]
    }
  }
}
