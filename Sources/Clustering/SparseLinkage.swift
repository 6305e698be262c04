package import Matrices

/// Merges nearest clusters of sparse rows by Ward's linkage without a matrix of distances.
///
/// A round merges all pairs that are each other's nearest. Lists tell the nearest of most clusters that are new
/// or lost theirs; the others wait until no pair is left, and are then searched for.
///
/// Use for rows that share few columns, of any number. Do not use for rows of which most share most
/// columns: a search then takes nearly all stored elements.
package struct SparseLinkage: Sendable {
  private let matrix: CSRMatrix
  private let weights: [Int]?
  private let level: InstructionSet

  /// The stored elements of a row up to which this is faster than a matrix of distances.
  static let fastLength = 64

  /// Prepares the tree of rows, which weights (n of them) count several times.
  package init(_ matrix: CSRMatrix, weights: [Int]?, level: InstructionSet = .best) {
    precondition(weights == nil || weights?.count == matrix.rowCount, "each row needs a weight")
    self.matrix = matrix
    self.weights = weights
    self.level = level
  }

  /// Finds all merges.
  ///
  /// - Throws: `ClusteringError.cancelled`.
  /// - Complexity: O(n² + shared columns of all pairs) time on most data, O(nnz + n) memory.
  package func merges(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    // Equal rows would make each other's nearest one by one: they go together at once.
    let equal = DistinctRows(.sparse(matrix), pool: pool)
    var found: [LinkageTree.RowMerge] = []
    found.reserveCapacity(matrix.rowCount)
    var sizes = [Double](repeating: 0, count: matrix.rowCount)
    for (row, first) in equal.first.enumerated() {
      sizes[Int(first)] += Double(weights?[row] ?? 1)
      if Int(first) != row { found.append(.init(Int(first), row, height: 0)) }
    }
    let rows = equal.distinct
    var rounds = SparseRounds(
      SparseClusters(
        matrix, rows: rows, sizes: rows.map { sizes[Int($0)] }, level: level))
    while rounds.remainingCount > 1 {
      if Task.isCancelled { throw .cancelled }
      for merge in rounds.next(pool: pool) {
        found.append(
          .init(
            Int(rows[merge.kept]), Int(rows[merge.joined]), height: merge.value.squareRoot()))
      }
      progress?(
        LinkageProgress(remainingCount: rounds.remainingCount, rowCount: matrix.rowCount))
    }
    return found
  }

  /// The most bytes that the merges take beside the rows: sums and their index, and each thread's products.
  static func byteCount(_ shape: LinkageShape) -> Int {
    shape.storedCount.saturatingProduct(56)
      .saturatingSum(shape.rowCount.saturatingProduct(400))
      .saturatingSum(
        shape.rowCount.saturatingSum(shape.columnCount).saturatingProduct(
          12, WorkerPool.activeCoreCount))
  }
}

/// The rounds of `SparseLinkage`: who is whose nearest, and who waits for a search.
private struct SparseRounds {
  private let clusters: SparseClusters
  private var lists: PointerLists
  private var values: [Double]
  private var isLive: [Bool]
  /// Clusters that have to be searched for before their nearest is known.
  private var waiting: [Int]
  /// Whether a cluster is among them, where nothing may be twice: two threads would write its list.
  private var isWaiting: [Bool]
  /// Clusters whose nearest has just become known.
  private var fresh: [Int] = []
  private let scratch: SparseClusters.Scratch

  /// The clusters that a thread takes at a time, and how many make a second thread worth while.
  private static let chunkSize = 32
  private static let soloCount = 24

  /// The number of clusters that are left.
  var remainingCount: Int { clusters.liveCount }

  init(_ clusters: SparseClusters) {
    self.clusters = clusters
    lists = PointerLists(columnCount: clusters.count)
    values = [Double](repeating: .infinity, count: clusters.count)
    isLive = [Bool](repeating: true, count: clusters.count)
    waiting = Array(0..<clusters.count)
    isWaiting = [Bool](repeating: true, count: clusters.count)
    scratch = clusters.makeScratch()
  }

  /// Merges clusters that are each other's nearest.
  mutating func next(pool: WorkerPool) -> [SparseClusters.Merge] {
    var pairs = takePairs()
    if pairs.isEmpty {
      // Only a cluster that is some other's nearest can be in a pair with it.
      search(wantedOnly: true, pool: pool)
      pairs = takePairs()
    }
    if pairs.isEmpty {
      search(wantedOnly: false, pool: pool)
      pairs = takePairs()
    }
    if pairs.isEmpty { pairs = [leastPair()] }
    merge(pairs, pool: pool)
    return pairs
  }

  private mutating func search(wantedOnly: Bool, pool: WorkerPool) {
    for cluster in waiting {
      isWaiting[cluster] = isLive[cluster] && lists.nearest[cluster] < 0
    }
    waiting.removeAll { !isWaiting[$0] }
    let queries = wantedOnly ? waiting.filter { lists.isWanted($0) } : waiting
    settle(queries, pool: pool) { $0.search(for: $1, scratch: $2) }
  }

  /// Takes in what work on some clusters says of their nearest ones; who stays without one waits.
  private mutating func settle(
    _ queries: [Int], pool: WorkerPool,
    _ work: @Sendable (SparseClusters, _ query: Int, SparseClusters.Scratch) -> Neighbor?
  ) {
    assert(Set(queries).count == queries.count, "two threads would work on one cluster")
    let all = 0..<queries.count
    let clusters = clusters
    let found: [Neighbor?]
    if queries.count < Self.soloCount {
      found = queries.map { work(clusters, $0, scratch) }
    } else {
      let size = min(Self.chunkSize, max(1, queries.count / (4 * pool.threadCount)))
      let chunks = pool.map(
        all.pieceCount(size: size), makeScratch: { clusters.makeScratch() }
      ) { chunk, scratch in
        all.piece(chunk, size: size).map { work(clusters, queries[$0], scratch) }
      }
      found = Array(chunks.joined())
    }
    for (query, neighbor) in zip(queries, found) {
      lists.set(query, neighbor.map { Int($0.id) })
      values[query] = neighbor?.value ?? .infinity
      if neighbor != nil {
        fresh.append(query)
      } else if !isWaiting[query] {
        isWaiting[query] = true
        waiting.append(query)
      }
    }
  }

  /// The pairs that are each other's nearest, as far as clusters whose nearest is new make a difference.
  private mutating func takePairs() -> [SparseClusters.Merge] {
    var pairs: [SparseClusters.Merge] = []
    for cluster in fresh where isLive[cluster] {
      let other = Int(lists.nearest[cluster])
      guard other >= 0, Int(lists.nearest[other]) == cluster else { continue }
      pairs.append(
        .init(
          kept: min(cluster, other), joined: max(cluster, other),
          value: min(values[cluster], values[other])))
    }
    fresh = []
    // Both of a pair may be new.
    pairs.sort { $0.kept < $1.kept }
    var last = -1
    pairs.removeAll { pair in
      defer { last = pair.kept }
      return pair.kept == last
    }
    return pairs
  }

  /// The nearest pair of all, for rings of clusters that differ by rounding alone.
  private func leastPair() -> SparseClusters.Merge {
    var least: SparseClusters.Merge?
    for cluster in isLive.indices where isLive[cluster] && lists.nearest[cluster] >= 0 {
      guard values[cluster] < least?.value ?? .infinity else { continue }
      let other = Int(lists.nearest[cluster])
      least = .init(
        kept: min(cluster, other), joined: max(cluster, other), value: values[cluster])
    }
    guard let least else { preconditionFailure("of several clusters two are the nearest") }
    return least
  }

  private mutating func merge(_ pairs: [SparseClusters.Merge], pool: WorkerPool) {
    var lost: [Int] = []
    var partners: [Int: Int] = [:]
    for pair in pairs {
      for cluster in [pair.kept, pair.joined] {
        lists.set(cluster, nil)
        for follower in lists.followers(of: cluster) {
          lists.set(follower, nil)
          lost.append(follower)
        }
      }
      isLive[pair.joined] = false
      partners[pair.kept] = pair.joined
    }
    clusters.merge(pairs, pool: pool)
    let joined = partners
    settle(
      pairs.map(\.kept) + lost.filter { isLive[$0] && joined[$0] == nil }, pool: pool
    ) { clusters, query, scratch in
      if let other = joined[query] {
        clusters.join(query, other, scratch: scratch)
      } else {
        clusters.renew(query, scratch: scratch)
      }
    }
  }
}
