internal import Matrices

/// Merges of small clusters that lists of each row's nearest few tell of, before there is any matrix.
///
/// A cluster's candidates are the clusters of its rows' neighbors, measured row by row in double
/// precision. Whatever is not among them is at least a bound away, which follows from those of the rows:
/// the greater of two for complete linkage, their mean for the others. A candidate within the bound is the
/// nearest of all, and two clusters that are each other's nearest are merged. What lists cannot decide is
/// left to the matrix, which then has only the clusters that are left.
///
/// Use for complete, average and weighted linkage of many dense rows. Do not use for few: the lists take
/// as long as a matrix.
struct EarlyMerges: Sendable {
  /// The merges so far.
  private(set) var found: [LinkageTree.RowMerge] = []

  private let points: LinkagePoints
  private let linkage: Linkage

  /// The rows of each cluster, by the row that it is named after; none for what was merged.
  private var members: [[Int32]]

  /// What each row counts in its cluster's mean distances.
  private var weights: [Double]

  /// For each row, the name of its cluster.
  private var names: [Int32]

  private var candidates: [[Candidate]]
  private var bounds: [Double]

  /// The nearest cluster of each; −1 where it is not certain.
  private var nearest: [Int32]

  /// The round in which each cluster was last merged, and that in which it was last looked at.
  private var mergeRounds: [Int32]
  private var lookRounds: [Int32]

  private var round: Int32 = 0
  private var clusterCount: Int

  /// The neighbors of a row that lists hold, and the candidates that a cluster keeps.
  private static let listWidth = 16
  private static let candidateLimit = 32

  /// Rounds end when they merge less than this share of the clusters.
  private static let leastShare = 1.0 / 256

  private struct Candidate: Sendable {
    let name: Int32
    /// NaN where it is not known.
    let distance: Double
  }

  /// What is new about a cluster.
  private struct News: Sendable {
    let candidates: [Candidate]
    let bound: Double
    let nearest: Int32
  }

  /// Takes rows and their lists.
  init(_ tree: StoredLinkage, lists: PairLists) {
    points = tree.points
    linkage = tree.linkage
    let count = tree.points.rows.rowCount
    clusterCount = count
    members = (0..<Int32(count)).map { [$0] }
    weights = [Double](repeating: 1, count: count)
    names = Array(0..<Int32(count))
    nearest = [Int32](repeating: -1, count: count)
    mergeRounds = [Int32](repeating: -1, count: count)
    lookRounds = [Int32](repeating: 0, count: count)
    candidates = []
    candidates.reserveCapacity(count)
    bounds = []
    bounds.reserveCapacity(count)
    for row in 0..<count {
      candidates.append(
        lists.partners(of: row).map { Candidate(name: Int32($0), distance: .nan) })
      let square = lists.leastSquare(beyond: row)
      bounds.append((points.isSquared ? square : square.squareRoot()) * (1 - 1e-12))
    }
  }

  /// Looks for each row's nearest few; nil when products of the rows do not fit single precision.
  static func lists(_ tree: StoredLinkage, tiles: TilePoints, pool: WorkerPool) -> PairLists? {
    PairLists(of: tiles, width: listWidth, level: tree.level, pool: pool)
  }

  /// Merges for as long as it pays.
  mutating func run(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) {
    var open = Array(names)
    while true {
      guard !Task.isCancelled else { throw .cancelled }
      for (cluster, news) in zip(open, Self.look(self, at: open, pool: pool)) {
        candidates[Int(cluster)] = news.candidates
        bounds[Int(cluster)] = news.bound
        nearest[Int(cluster)] = news.nearest
        lookRounds[Int(cluster)] = round
      }
      var mergeCount = 0
      for cluster in open where mergeRounds[Int(cluster)] != round {
        let other = nearest[Int(cluster)]
        guard other >= 0, nearest[Int(other)] == cluster, mergeRounds[Int(other)] != round,
          members[Int(cluster)].count + members[Int(other)].count <= PairGroups.greatestSize
        else { continue }
        merge(Int(min(cluster, other)), Int(max(cluster, other)))
        mergeCount += 1
      }
      clusterCount -= mergeCount
      progress?(LinkageProgress(remainingCount: clusterCount, rowCount: names.count))
      if Double(mergeCount) < Self.leastShare * Double(clusterCount) { return }
      // Whoever lost its nearest one looks again; the others keep theirs.
      open = names.indices.compactMap { row in
        guard !members[row].isEmpty else { return nil }
        let own = nearest[row]
        let isNew = mergeRounds[row] == round
        return isNew || (own >= 0 && mergeRounds[Int(own)] == round) ? Int32(row) : nil
      }
      round += 1
    }
  }

  /// Looks at the candidates of some clusters.
  private static func look(_ state: EarlyMerges, at open: [Int32], pool: WorkerPool) -> [News] {
    let all = 0..<open.count
    let chunks = pool.map(all.pieceCount(size: 64)) { chunk in
      all.piece(chunk, size: 64).map { state.news(of: Int(open[$0])) }
    }
    return chunks.flatMap { $0 }
  }

  private func news(of cluster: Int) -> News {
    var found: [Candidate] = []
    found.reserveCapacity(candidates[cluster].count)
    for candidate in candidates[cluster] {
      let name = names[Int(candidate.name)]
      guard name != Int32(cluster), !found.contains(where: { $0.name == name }) else { continue }
      let isKnown =
        name == candidate.name && !candidate.distance.isNaN
        && mergeRounds[Int(name)] < lookRounds[cluster]
      found.append(
        Candidate(
          name: name, distance: isKnown ? candidate.distance : distance(cluster, Int(name))))
    }
    var bound = bounds[cluster]
    if found.count > Self.candidateLimit {
      found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
      bound = min(bound, found[Self.candidateLimit].distance)
      found.removeSubrange(Self.candidateLimit...)
    }
    var best: (distance: Double, tie: UInt32, name: Int32) = (.infinity, 0, -1)
    for candidate in found where candidate.distance <= min(best.distance, bound) {
      let tie = PairMatrix.tie(UInt32(cluster), UInt32(candidate.name))
      if best.name < 0 || (candidate.distance, tie) < (best.distance, best.tie) {
        best = (candidate.distance, tie, candidate.name)
      }
    }
    return News(candidates: found, bound: bound, nearest: best.name)
  }

  /// The distance of two clusters from those of their rows.
  private func distance(_ left: Int, _ right: Int) -> Double {
    var (greatest, sum) = (0.0, 0.0)
    for a in members[left] {
      for b in members[right] {
        let squared = points.rows.squaredDifference(Int(a), points.rows, Int(b))
        let distance = points.isSquared ? squared : squared.squareRoot()
        greatest = max(greatest, distance)
        sum += weights[Int(a)] * weights[Int(b)] * distance
      }
    }
    return linkage == .complete ? greatest : sum
  }

  private mutating func merge(_ left: Int, _ right: Int) {
    found.append(.init(left, right, height: distance(left, right)))
    let sizes = (Double(members[left].count), Double(members[right].count))
    let share = linkage == .weighted ? 0.5 : sizes.1 / (sizes.0 + sizes.1)
    switch linkage {
    case .complete: bounds[left] = max(bounds[left], bounds[right])
    default: bounds[left] = (1 - share) * bounds[left] + share * bounds[right]
    }
    for row in members[left] { weights[Int(row)] *= 1 - share }
    for row in members[right] {
      weights[Int(row)] *= share
      names[Int(row)] = Int32(left)
    }
    members[left] += members[right]
    members[right] = []
    candidates[left] = (candidates[left] + candidates[right]).map {
      Candidate(name: $0.name, distance: .nan)
    }
    candidates[right] = []
    mergeRounds[left] = round
    mergeRounds[right] = round
  }

  /// The clusters that are left, in the order of their names: their rows side by side.
  func clusters() -> (rows: [Int], groups: PairGroups, names: [Int], sizes: [Double]) {
    var rows: [Int] = []
    var starts = [0]
    var kept: [Int] = []
    for (name, own) in members.enumerated() where !own.isEmpty {
      rows += own.map(Int.init)
      starts.append(rows.count)
      kept.append(name)
    }
    let groups = PairGroups(
      starts: starts, weights: linkage == .complete ? nil : rows.map { weights[$0] })
    return (rows, groups, kept, kept.map { Double(members[$0].count) })
  }
}
