internal import Matrices

/// Rounds that merge all pairs of clusters that are each other's nearest.
///
/// A cluster whose nearest one was merged is searched anew only when it is itself the nearest one of a
/// cluster: nothing else can pair it. Merging brings no cluster nearer to a third, so all others keep
/// their nearest one; where rounding or a tie has it otherwise, the merged cluster's row tells.
struct LinkageRounds {
  private let matrix: PairMatrix
  private let measure: PairMeasure
  private let rowCount: Int

  private let judge: NeighborJudge

  private var lists: PointerLists
  private var isLive: [Bool]
  private var liveCount: Int
  private var columnCount: Int

  /// Columns whose nearest one is new, and so may be each other's.
  private var changed: [Int]

  /// Columns to be searched.
  private var wanted: [Int] = []

  private var found: [LinkageTree.RowMerge] = []
  private let scratch: PairMatrix.Scratch

  /// Elements below which a round stays on one thread, and those that a thread takes at a time.
  private static let soloWork = 1 << 17
  private static let workTogether = 1 << 15

  init(
    _ tree: StoredLinkage, _ matrix: PairMatrix, _ measure: PairMeasure,
    nearest: [PairMatrix.Neighbor]
  ) {
    self.matrix = matrix
    self.measure = measure
    rowCount = matrix.rowCount
    judge = NeighborJudge(
      matrix: matrix, measure: measure,
      decidesNearTies: tree.linkage == .ward && !tree.points.rows.isSparse)
    lists = PointerLists(columnCount: rowCount)
    isLive = [Bool](repeating: true, count: rowCount)
    liveCount = rowCount
    columnCount = rowCount
    changed = Array(0..<rowCount)
    scratch = matrix.makeScratch()
    found.reserveCapacity(rowCount - 1)
    for (column, neighbor) in nearest.enumerated() {
      point(column, judge.decided(column, neighbor, scratch: scratch))
    }
  }

  /// Runs all rounds.
  mutating func run(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    var reported = rowCount
    while liveCount > 1 {
      guard !Task.isCancelled else { throw .cancelled }
      round(pool: pool)
      if liveCount <= reported - max(1, reported / 100) {
        reported = liveCount
        progress?(LinkageProgress(remainingCount: liveCount, rowCount: rowCount))
      }
    }
    return found
  }

  private mutating func point(_ column: Int, _ neighbor: PairMatrix.Neighbor?) {
    lists.set(column, neighbor?.column)
    matrix.setLimit(column, neighbor)
  }

  private mutating func round(pool: WorkerPool) {
    let pairs = takePairs()
    let merges = pairs.map { pair in
      measure.merge(pair.left, pair.right, code: pair.code)
    }
    found += pairs.map { measure.found($0.left, $0.right, code: $0.code) }
    let first = matrix.begin(merges)
    for merge in merges { measure.mergeMeans(merge) }
    detach(pairs)
    let searched = takeWanted()
    let news = work(merges, first: first, searched: searched, pool: pool)
    take(news)
    matrix.end(merges)
    if columnCount > 32, Double(liveCount) < StoredLinkage.keptShare * Double(columnCount) {
      compact()
    }
  }

  /// A pair to be merged; `left` is the lower column.
  private struct Pair {
    let left: Int
    let right: Int
    let code: UInt32
  }

  /// The pairs that are each other's nearest.
  ///
  /// Where near-ties go round in a circle there may be none: then the least distance of all makes a pair.
  private mutating func takePairs() -> [Pair] {
    var pairs: [Pair] = []
    for column in changed where isLive[column] {
      let other = Int(lists.nearest[column])
      guard other >= 0, Int(lists.nearest[other]) == column else { continue }
      // Both of a pair may have changed; the lower one then stands for it.
      pairs.append(
        Pair(
          left: min(column, other), right: max(column, other),
          code: min(matrix.limit(column), matrix.limit(other))))
    }
    changed = []
    pairs.sort { $0.left < $1.left }
    var last = -1
    pairs.removeAll { pair in
      defer { last = pair.left }
      return pair.left == last
    }
    if pairs.isEmpty, wanted.isEmpty {
      var least: Pair?
      for column in 0..<columnCount where isLive[column] && lists.nearest[column] >= 0 {
        let code = matrix.limit(column)
        guard least.map({ code < $0.code }) ?? true else { continue }
        let other = Int(lists.nearest[column])
        least = Pair(left: min(column, other), right: max(column, other), code: code)
      }
      if let least { pairs = [least] }
    }
    return pairs
  }

  /// Takes merged clusters out of the lists; whoever wanted one of them must search, if wanted itself.
  private mutating func detach(_ pairs: [Pair]) {
    for pair in pairs {
      point(pair.left, nil)
      point(pair.right, nil)
      isLive[pair.right] = false
    }
    liveCount -= pairs.count
    var lost: [Int] = []
    for pair in pairs {
      for column in [pair.left, pair.right] {
        for follower in lists.followers(of: column) {
          point(follower, nil)
          lost.append(follower)
        }
      }
    }
    wanted += lost
  }

  /// The columns to be searched in this round: live, without a nearest one, and some cluster's nearest.
  private mutating func takeWanted() -> [Int] {
    let searched = wanted.filter { isLive[$0] && lists.nearest[$0] < 0 && lists.isWanted($0) }
    wanted = []
    var taken = Set<Int>()
    return searched.filter { taken.insert($0).inserted }
  }

  /// Carries out merges and searches, on all threads when there is enough to do.
  private func work(
    _ merges: [PairMatrix.Merge], first: Int, searched: [Int], pool: WorkerPool
  ) -> [RoundWork.News] {
    let count = merges.count + searched.count
    let width = max(16, columnCount)
    let work = RoundWork(
      matrix: matrix, judge: judge, merges: merges, first: first, searched: searched)
    guard (count + 2 * merges.count) * width >= Self.soloWork else {
      return (0..<count).map { work.news($0, scratch) }
    }
    let tasks = 0..<count
    let size = max(1, Self.workTogether / width)
    let chunks = pool.map(
      tasks.pieceCount(size: size), makeScratch: { [matrix] in matrix.makeScratch() }
    ) { chunk, scratch in
      tasks.piece(chunk, size: size).map { work.news($0, scratch) }
    }
    return chunks.flatMap { $0 }
  }

  /// Takes in what a round found out.
  private mutating func take(_ news: [RoundWork.News]) {
    for item in news {
      point(item.column, item.nearest.column >= 0 ? item.nearest : nil)
      changed.append(item.column)
    }
    for item in news {
      for other in item.closer where lists.nearest[other.column] >= 0 {
        let neighbor = PairMatrix.Neighbor(column: item.column, code: other.code)
        let own = PairMatrix.Neighbor(
          column: Int(lists.nearest[other.column]), code: matrix.limit(other.column))
        guard judge.isCloser(neighbor, than: own, to: other.column) else { continue }
        point(other.column, neighbor)
        changed.append(other.column)
      }
    }
    for column in changed {
      let other = Int(lists.nearest[column])
      if other >= 0, lists.nearest[other] < 0 { wanted.append(other) }
    }
  }

  private mutating func compact() {
    let kept = (0..<columnCount).filter { isLive[$0] }
    var numbers = [Int](repeating: -1, count: columnCount)
    for (new, old) in kept.enumerated() { numbers[old] = new }
    matrix.compact(keeping: kept)
    lists = lists.keeping(kept)
    isLive = [Bool](repeating: true, count: kept.count)
    columnCount = kept.count
    changed = changed.compactMap { numbers[$0] >= 0 ? numbers[$0] : nil }
    wanted = wanted.compactMap { numbers[$0] >= 0 ? numbers[$0] : nil }
  }
}
