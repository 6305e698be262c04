public import Matrices

extension LinkageTree {
  /// How well the tree tells the distances of its rows: the correlation, −1 to 1, of the distance of two
  /// rows with the height of the smallest cluster that has both, over all pairs; as SciPy's `cophenet`.
  ///
  /// Sokal, Rohlf, "The comparison of dendrograms by objective methods", 1962, DOI 10.2307/1217208.
  ///
  /// Use to choose among linkages. Do not use to choose the number of clusters: it looks at the whole tree.
  ///
  /// - Parameters:
  ///   - points: the rows, `n×d`.
  ///   - metric: how far apart two rows are.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Returns: the correlation to about six digits, or nil when all distances or all heights are equal.
  /// - Complexity: O(n²·d) time, O(n·d) bytes.
  public func copheneticCorrelation(
    with points: FeatureMatrix, metric: LinkageMetric = .euclidean, pool: WorkerPool
  ) -> Double? {
    precondition(points.rowCount == leafCount, "a tree and its rows must be of one number")
    guard let first = merges.first, merges.contains(where: { $0.height != first.height }) else {
      return nil
    }
    let pairCounts = merges.map { merge in
      [merge.left, merge.right].reduce(1.0) { product, part in
        product * Double(part < leafCount ? 1 : merges[part - leafCount].size)
      }
    }
    let pairCount = pairCounts.reduce(0, +)
    let mean = zip(merges, pairCounts).reduce(0) { $0 + $1.0.height * $1.1 } / pairCount
    let heightSpread = zip(merges, pairCounts).reduce(0) { sum, pair in
      let deviation = pair.0.height - mean
      return sum + deviation * deviation * pair.1
    }

    let order = leafOrder()
    let between = mergesBetween(order)
    let prepared = LinkagePoints(points.selecting(rows: order), metric: metric)
    let moments = TreeMoments(
      merges: between, heights: between.map { merges[Int($0)].height - mean },
      isSquared: prepared.isSquared)
    let tiles = TilePoints(prepared.rows, pool: pool)
    let sums =
      tiles.fitsTiles
      ? moments.sums(over: tiles, pool: pool) : moments.exactSums(over: prepared.rows, pool: pool)
    let offset = tiles.fitsTiles ? moments.offset(of: tiles) : 0
    let average = sums.distances / pairCount
    let spread = sums.squares - sums.distances * average
    // Below this the rounding of single precision is all that differs.
    let least = 1e-13 * (average + offset) * (average + offset) * pairCount
    guard spread > least, heightSpread > 0 else { return nil }
    return min(1, max(-1, sums.products / (spread.squareRoot() * heightSpread.squareRoot())))
  }

  /// The merge that joins each row with the next one, n − 1 numbers from 0.
  private func mergesBetween(_ order: [Int]) -> [Int32] {
    var firsts = [Int](repeating: 0, count: leafCount)
    for (place, row) in order.enumerated() { firsts[row] = place }
    var between = [Int32](repeating: 0, count: merges.count)
    for (index, merge) in merges.enumerated() {
      between[firsts[merge.right] - 1] = Int32(index)
      firsts.append(firsts[merge.left])
    }
    return between
  }
}
