extension SparseCenters {
  package func setCenters(_ centers: DenseMatrix, pool: WorkerPool) {
    precondition(
      centers.rowCount == clusterCount && centers.columnCount == columnCount,
      "centers must be k×d")
    forgetBounds()
    clearSums(pool: pool)
    let cells = centers.elements.withUnsafeBufferPointer { source in
      writeSums(of: SharedPointer(source), pool: pool)
    }
    let needed = Buffer<Int>(count: rareTerms.count, repeating: 0)
    for cell in cells.joined() { needed[Int(cell.term) - rareTerms.head] += 1 }
    rareTerms.reserve { needed[$0] }
    for cell in cells.joined() {
      rareTerms.append(term: Int(cell.term), lane: Int(cell.lane), sum: cell.sum)
    }
    for cluster in 0..<clusterCount {
      exactScale.base[cluster] = 1
      isIdle.base[cluster] = false
      laneRows[cluster] = nil
    }
    holdsSums = false
    recomputeNorms(pool: pool)
  }

  /// What a center has on a rare term.
  private struct RareCell {
    let term: Int32
    let lane: Int32
    let sum: Float
  }

  /// Writes the centers' values on frequent terms into the panel, and returns those on rare ones.
  ///
  /// Centers of texts are mostly zeros, so they are read as they lie; sixteen at a time, whose lanes
  /// make up one cache line of every panel row.
  private func writeSums(of source: SharedPointer<Float>, pool: WorkerPool) -> [[RareCell]] {
    let (lanes, width) = (16, 8_192)
    let pieceCount = (0..<columnCount).pieceCount(size: width)
    return pool.map((0..<clusterCount).pieceCount(size: lanes) * pieceCount) { unit in
      var cells: [RareCell] = []
      let columns = (0..<columnCount).piece(unit % pieceCount, size: width)
      for cluster in (0..<clusterCount).piece(unit / pieceCount, size: lanes) {
        let center = source.advanced(to: cluster * columnCount)
        var column = columns.lowerBound
        while let next = Self.nextStored(in: center, column..<columns.upperBound) {
          let term = Int(points.termOfColumn[next])
          if term < rareTerms.head {
            panel.base[term * stride + cluster] = center[next]
          } else {
            cells.append(
              RareCell(term: Int32(term), lane: Int32(cluster), sum: center[next]))
          }
          column = next + 1
        }
      }
      return cells
    }
  }

  /// The first of some columns whose value is not zero.
  private static func nextStored(
    in values: UnsafePointer<Float>, _ columns: Range<Int>
  ) -> Int? {
    var column = columns.lowerBound
    while column + 16 <= columns.upperBound {
      let words = UnsafeRawPointer(values + column).loadUnaligned(as: SIMD8<UInt64>.self)
      let halves = words.lowHalf | words.highHalf
      let quarters = halves.lowHalf | halves.highHalf
      if quarters[0] | quarters[1] != 0 { break }
      column += 16
    }
    while column < columns.upperBound {
      if values[column] != 0 { return column }
      column += 1
    }
    return nil
  }

  package func setCenters(toRows rows: [Int], pool: WorkerPool) {
    precondition(rows.count == clusterCount, "centers must be k rows")
    forgetBounds()
    clearSums(pool: pool)
    let activeTerms = Buffer<UInt8>(count: columnCount, repeating: 0)
    self.activeTerms = activeTerms
    // A row that is listed twice needs more cells than its terms have rows.
    if Set(rows).count < rows.count { rareTerms.reserve { _ in clusterCount } }
    for (cluster, row) in rows.enumerated() {
      for entry in points.entries(ofRow: row) {
        let (term, value) = (Int(points.terms.base[entry]), points.values.base[entry])
        activeTerms.base[term] = 1
        if term < rareTerms.head {
          panel.base[term * stride + cluster] = value
        } else {
          rareTerms.append(term: term, lane: cluster, sum: value)
        }
      }
      sumNorms.base[cluster] = points.squaredNorms.base[row]
      setLane(cluster, scale: 1, isIdle: false)
      laneRows[cluster] = [Int32(row)]
    }
    updateGreatestNorm()
    holdsSums = false
  }

  /// Makes all sums zero.
  private func clearSums(pool: WorkerPool) {
    activeTerms = nil
    guard !isFresh else {
      isFresh = false
      return
    }
    pool.forEach(points.termChunks.count) { chunk in
      let terms = split(points.termChunks[chunk]).head
      (panel.base + terms.lowerBound * stride).update(repeating: 0, count: terms.count * stride)
    }
    rareTerms.removeAll()
    share.elements.update(repeating: 0)
  }
}
