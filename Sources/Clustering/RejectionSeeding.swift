internal import Matrices

extension KMeans {
  /// Rows drawn one by one by the D² law; `count` distinct rows while there are that many distinct points.
  ///
  /// A row is proposed by the distances to the first seeds, which are never less than those to all, and
  /// accepted with the probability of the one over the other: what is accepted follows the D² law
  /// exactly, and only proposed rows are compared with the newer seeds. Once the proposals have cost about
  /// as much as a pass over all rows, the pass is made and they start anew from up-to-date distances.
  ///
  /// Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007; by rejection:
  /// Shah, Agrawal and Jaiswal, "A new rejection sampling approach to k-means++ with improved trade-offs",
  /// arXiv 2502.02085.
  ///
  /// - Complexity: O(1 + (proposals for each seed)·k²·d) after the first pass over the rows, where
  ///   proposals are few while the distances fall slowly.
  func drawnRows(
    _ count: Int, points: EnginePoints, generator: inout CounterGenerator, pool: WorkerPool
  ) -> [Int] {
    let distances = points.seedDistances()
    var lottery = SeedLottery()
    var rows = [generator.nextIndex(below: points.rowCount)]
    distances.start(at: rows[0], pool: pool)
    lottery.update(distances.closest, pool: pool)
    // Comparisons of a row with a seed since the last pass.
    var comparisons = 0
    while rows.count < count && lottery.total > 0 {
      let postponed = distances.postponed.count
      // A pass compares at least sixteen times as fast as single proposals do.
      if postponed > 0 && comparisons > points.rowCount + points.rowCount * postponed / 16 {
        distances.settle(pool: pool)
        lottery.update(distances.closest, pool: pool)
        comparisons = 0
        continue
      }
      let row = lottery.row(at: generator.nextUnit(), in: distances.closest)
      let bound = generator.nextUnit() * distances.closest[row]
      comparisons += postponed + 1
      if distances.postponedAreFarther(fromRow: row, than: bound) {
        rows.append(row)
        distances.postpone(row)
      }
    }
    // Every row equals a chosen one: the rest can only repeat points.
    return rows + unusedRows(count - rows.count, except: rows)
  }
}
