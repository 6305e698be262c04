package import Matrices

/// What the start rows of a restart follow from, beside the points.
///
/// Where it is the same, the rows for fewer centers are the first of those for more: a sweep draws them once,
/// and neighboring k differ by their k, not by their luck. For each k by itself the law is the same.
struct SeedSequence: Hashable {
  private let seed: UInt64
  private let seeding: KMeans.Seeding
  private let restart: Int
  /// How many rows each seed is chosen from, which keeps their random numbers apart; for random seeds, which
  /// are not drawn one after the other, the number of centers.
  let step: Int

  init(_ settings: KMeans, restart: Int) {
    seed = settings.seed
    seeding = settings.seeding
    self.restart = restart
    step =
      switch settings.seeding {
      case .random: settings.clusterCount
      case .kMeansPlusPlus: 1
      case .greedy: 2 + KMeans.flooredLogarithm(settings.clusterCount)
      }
  }
}

extension KMeans {
  /// The start rows of restarts over the same points, each as `startRows(restart:points:pool:)` alone has them.
  ///
  /// - Complexity: that of the most centers of each sequence.
  package static func startRows(
    of restarts: [(settings: KMeans, restart: Int)], points: EnginePoints, outer: WorkerPool,
    inner: WorkerPool
  ) -> [[Int]] {
    let sequences = restarts.map { SeedSequence($0.settings, restart: $0.restart) }
    var longest: [SeedSequence: Int] = [:]
    for (place, sequence) in sequences.enumerated() {
      if let other = longest[sequence],
        restarts[other].settings.clusterCount >= restarts[place].settings.clusterCount
      {
        continue
      }
      longest[sequence] = place
    }
    let drawn = restarts.indices.filter { longest[sequences[$0]] == $0 }
    let rows = outer.map(drawn.count) { task in
      let (settings, restart) = restarts[drawn[task]]
      return settings.startRows(restart: restart, points: points, pool: inner)
    }
    let rowsOfPlace = Dictionary(uniqueKeysWithValues: zip(drawn, rows))
    return restarts.indices.map { place in
      guard let rows = longest[sequences[place]].flatMap({ rowsOfPlace[$0] }) else { return [] }
      return Array(rows.prefix(restarts[place].settings.clusterCount))
    }
  }
}
