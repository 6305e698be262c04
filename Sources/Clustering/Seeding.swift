internal import Matrices

extension KMeans {
  /// Rows drawn by the D² law, the best of `candidates` draws at each step; `count` distinct rows while
  /// there are that many distinct points.
  ///
  /// Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; the greedy form
  /// with several candidates is the one in scikit-learn, but for sparse rows without any value. Those are at
  /// distance 1 from all rows of unit length, which are at √2 from each other: one among the candidates
  /// would always win, and then hold nearly all rows. Here they are drawn only when no other row is left.
  func spreadRows(
    _ count: Int, candidates candidateCount: Int, points: EnginePoints,
    generator: inout CounterGenerator, pool: WorkerPool
  ) -> [Int] {
    let distances = points.seedDistances()
    let avoided = points.emptyRows
    var lottery = SeedLottery(avoiding: avoided, rowCount: points.rowCount)
    var rows = [generator.nextIndex(below: points.rowCount)]
    while avoided.count < points.rowCount && !lottery.mayBeDrawn(rows[0]) {
      rows[0] = generator.nextIndex(below: points.rowCount)
    }
    distances.start(at: rows[0], pool: pool)
    while rows.count < count {
      lottery.update(distances.closest, pool: pool)
      if lottery.total == 0 {
        lottery = SeedLottery()
        lottery.update(distances.closest, pool: pool)
      }
      guard lottery.total > 0 else {
        // Every row equals a chosen one: the rest can only repeat points.
        rows.append(contentsOf: unusedRows(count - rows.count, except: rows))
        break
      }
      let drawn = (0..<candidateCount).map { _ in
        lottery.row(at: generator.nextUnit(), in: distances.closest)
      }
      let reductions = distances.reductions(for: drawn, pool: pool)
      var best = 0
      for place in reductions.indices where reductions[place] > reductions[best] { best = place }
      distances.accept(best, pool: pool)
      rows.append(drawn[best])
    }
    return rows
  }

  /// The lowest rows that are not in a list.
  func unusedRows(_ count: Int, except used: [Int]) -> [Int] {
    let used = Set(used)
    var rows: [Int] = []
    var row = 0
    while rows.count < count {
      if !used.contains(row) { rows.append(row) }
      row += 1
    }
    return rows
  }

  /// `count` distinct rows, each as likely as any other, by Floyd's sampling.
  func distinctRows(_ count: Int, below limit: Int, using generator: inout CounterGenerator)
    -> [Int]
  {
    var chosen = Set<Int>()
    var rows: [Int] = []
    for bound in (limit - count)..<limit {
      let drawn = generator.nextIndex(below: bound + 1)
      let row = chosen.contains(drawn) ? bound : drawn
      chosen.insert(row)
      rows.append(row)
    }
    return rows
  }
}
