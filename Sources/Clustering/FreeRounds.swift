internal import Matrices

/// The rounds of `FreeLinkage`: who is whose nearest, who waits, and what merges change.
final class FreeRounds {
  /// A merge of two clusters, the first of which stands for both from then on.
  struct Merge {
    let kept: Int32
    let joined: Int32
    let value: Double
  }

  private let linkage: Linkage
  private let points: NeighborPoints
  private let search: NeighborSearch
  private let history: ClusterHistory
  private let sizes: Buffer<Double>
  /// The nearest of each cluster, −1 while it is not known.
  private let nearest: Buffer<Int32>
  private let nearestValues: Buffer<Double>
  private var active: [Int32]
  /// Clusters whose nearest has just become known.
  private var fresh: [Int32] = []
  /// Clusters whose nearest has to be searched for.
  private var waiting: [Int32] = []
  private var changed: [Int32] = []
  private var gone: [Int32] = []
  private var round: Int32 = 0

  private static let chunkSize = 64

  /// The number of clusters that are left.
  var remainingCount: Int { active.count }

  init(
    rows: [Int], of matrix: DenseMatrix, sizes: [Double], linkage: Linkage, pool: WorkerPool
  ) {
    self.linkage = linkage
    self.sizes = Buffer(sizes, orEmpty: 0)
    points = NeighborPoints(
      clusters: rows, of: matrix, inverses: linkage == .ward ? sizes.map { 1 / $0 } : nil,
      pool: pool)
    search = NeighborSearch(
      points, width: FreeLinkage.listWidth, mixesTies: true, pool: pool)
    history = ClusterHistory(count: rows.count)
    nearest = Buffer(count: rows.count, repeating: -1)
    nearestValues = Buffer(count: rows.count, repeating: 0)
    active = (0..<Int32(rows.count)).map { $0 }
    search.searchAll(pool: pool)
    settle(active)
  }

  /// Merges clusters that are each other's nearest.
  func next(pool: WorkerPool) -> [Merge] {
    var pairs = takePairs(fresh)
    if pairs.isEmpty, !waiting.isEmpty {
      searchForWaiting(pool: pool)
      pairs = takePairs(fresh)
    }
    // Values that differ by rounding alone can leave a ring of nearest clusters: the nearest pair of all is
    // found when each offers itself to its nearest.
    if pairs.isEmpty, waiting.isEmpty { pairs = takePairs(active) }
    fresh = []
    round += 1
    merge(pairs, pool: pool)
    return pairs
  }

  /// Notes the nearest of clusters where it is certain; the others wait.
  private func settle(_ clusters: [Int32]) {
    for cluster in clusters {
      if let neighbor = search.lists.certainNearest(of: Int(cluster)) {
        nearest[Int(cluster)] = neighbor.id
        nearestValues[Int(cluster)] = neighbor.value
        fresh.append(cluster)
      } else {
        nearest[Int(cluster)] = -1
        waiting.append(cluster)
      }
    }
  }

  /// The pairs that are each other's nearest, as far as some clusters make a difference.
  private func takePairs(_ clusters: [Int32]) -> [Merge] {
    var candidates = clusters
    var next = 0
    while next < candidates.count {
      let cluster = candidates[next]
      next += 1
      let other = nearest[Int(cluster)]
      guard other >= 0 else { continue }
      let rival = nearest[Int(other)]
      guard rival >= 0, rival != cluster else { continue }
      let value = nearestValues[Int(cluster)]
      if search.isNearer(
        (cluster, other), value, than: (other, rival), nearestValues[Int(other)])
      {
        nearest[Int(other)] = cluster
        nearestValues[Int(other)] = value
        candidates.append(other)
      }
    }
    var pairs: [Merge] = []
    for cluster in candidates {
      let other = nearest[Int(cluster)]
      guard other >= 0, nearest[Int(other)] == cluster else { continue }
      pairs.append(
        Merge(
          kept: min(cluster, other), joined: max(cluster, other),
          value: nearestValues[Int(cluster)]))
      // Both are about to change; the second of them is not to find the pair again.
      nearest[Int(cluster)] = -1
      nearest[Int(other)] = -1
    }
    return pairs
  }

  private func merge(_ pairs: [Merge], pool: WorkerPool) {
    guard !pairs.isEmpty else { return }
    let all = 0..<pairs.count
    let size = Self.chunkSize
    let (points, search, history, sizes) = (points, search, history, sizes)
    let (nearest, round, linkage) = (nearest, round, linkage)
    for pair in pairs {
      history.parents[Int(pair.joined)] = pair.kept
      history.rounds[Int(pair.kept)] = round
    }
    pool.forEach(all.pieceCount(size: size)) { chunk in
      for pair in pairs[all.piece(chunk, size: size)] {
        let (kept, joined) = (Int(pair.kept), Int(pair.joined))
        points.merge(kept, joined, sizes: (sizes[kept], sizes[joined]))
      }
    }
    active.removeAll { history.parents[Int($0)] != $0 }
    waiting.removeAll { history.parents[Int($0)] != $0 }
    let touched = active.filter { cluster in
      let other = nearest[Int(cluster)]
      guard other >= 0 else { return false }
      return history.rounds[Int(other)] == round || history.parents[Int(other)] != other
    }
    let leastSize = active.reduce(.infinity) { min($0, sizes[Int($1)]) }
    pool.forEach(all.pieceCount(size: size)) { chunk in
      for pair in pairs[all.piece(chunk, size: size)] {
        let (kept, joined) = (Int(pair.kept), Int(pair.joined))
        let bound = Self.bound(
          linkage, pair.value, sizes: (sizes[kept], sizes[joined]),
          bounds: (search.lists.bounds[kept], search.lists.bounds[joined]), leastSize: leastSize)
        search.joinLists(of: kept, joined, bound: bound, history: history, round: round)
        sizes[kept] += sizes[joined]
      }
    }
    let others = 0..<touched.count
    pool.forEach(others.pieceCount(size: size)) { chunk in
      for cluster in touched[others.piece(chunk, size: size)] {
        search.renewList(of: Int(cluster), history: history, round: round)
      }
    }
    changed += pairs.map(\.kept)
    gone += pairs.map(\.joined)
    settle(pairs.map(\.kept))
    settle(touched)
  }

  /// What the value of a merged cluster is at least, for clusters at given bounds or beyond from its parts.
  private static func bound(
    _ linkage: Linkage, _ value: Double, sizes: (Double, Double), bounds: (Double, Double),
    leastSize: Double
  ) -> Double {
    let (a, b) = sizes
    let weighted = a * bounds.0 + b * bounds.1
    let rounding = 1 - 1e-12
    guard linkage == .ward else { return weighted / (a + b) * rounding }
    // ((a + x)·A + (b + x)·B − x·value) / (a + b + x) is monotone in the size x of the other cluster.
    let rise = bounds.0 + bounds.1 - value
    return min((weighted + leastSize * rise) / (a + b + leastSize), rise) * rounding
  }

  private func searchForWaiting(pool: WorkerPool) {
    search.update(changed: changed, gone: gone, pool: pool)
    changed = []
    gone = []
    let queries = waiting
    waiting = []
    let all = 0..<queries.count
    let size = Self.chunkSize
    let (search, history, round) = (search, history, round)
    let limits = pool.map(all.pieceCount(size: size)) { chunk in
      queries[all.piece(chunk, size: size)].map { cluster in
        let cluster = Int(cluster)
        search.renewList(of: cluster, history: history, round: round)
        let length = search.lists.length(of: cluster)
        return length == FreeLinkage.listWidth
          ? search.lists[cluster, length - 1].value : Double.infinity
      }
    }
    search.search(queries, limits: Array(limits.joined()), pool: pool)
    settle(queries)
  }
}
