internal import CKernels

/// Clusters of sparse rows that are merged two by two, and who is whose nearest by Ward's distance
/// 2·a·b/(a + b)·‖mean − mean′‖².
///
/// An index of the clusters' sums by column gives the products of one with all others in single precision;
/// what may be among the nearest few by these is measured again in double precision, the same from both sides
/// to the last bit. Each cluster keeps a list of those few and a bound that all others are at or beyond. No
/// merge brings a cluster nearer to a third one, so lists outlive merges: what they name is measured again,
/// and a merged cluster takes over those of its parts.
///
/// Use where rows share few columns. Do not use where most rows share most columns: a matrix of
/// distances takes each product once.
package final class SparseClusters: @unchecked Sendable {
  /// The number of clusters at first (m), which are named 0..<m.
  package let count: Int

  /// The number of clusters that are left.
  package private(set) var liveCount: Int

  private let columnCount: Int
  private let level: InstructionSet
  private let hasNegatives: Bool
  /// What the elements are multiplied with, a power of two, so that no row is longer than 1.
  private let scale: Double
  /// The least size that a cluster begins with.
  private let leastSize: Double

  private let sums: SparseSums
  private let sizes: Buffer<Double>
  /// ‖mean‖² of each cluster.
  private let norms: Buffer<Double>

  /// The sums by column: of each entry the place of its cluster, and its value.
  private let offsets: Buffer<Int>
  private var entryPlaces: Buffer<Int32>
  private var entryValues: Buffer<Float>
  /// By place: which cluster, 1 / size, and ‖mean‖², infinite for a cluster that is gone.
  private var names: [Int32] = []
  private let inverses: Buffer<Float>
  private let placeNorms: Buffer<Float>
  private var placeCount = 0
  /// The place of each cluster.
  private let places: Buffer<Int32>
  /// The places of the clusters that were merged since the index was made, and of what they were merged into.
  private var moves: [(from: Int32, to: Int32)] = []

  /// Into which cluster each was merged, itself while it lives, and in which round last.
  private let parents: Buffer<Int32>
  private let rounds: Buffer<Int32>
  private var round: Int32 = 0

  /// Each cluster's list, nearest first, how long it is, what all others are at or beyond, and the round of it.
  private let listed: Buffer<Listed>
  private let lengths: Buffer<Int32>
  private let bounds: Buffer<Double>
  private let listRounds: Buffer<Int32>

  private struct Listed: BitwiseCopyable {
    let id: Int32
    let value: Double
  }

  /// The neighbors in a list, and those that a search finds at least.
  private static let listWidth = 16
  private static let searchWidth: Int32 = 8

  /// Below this share of the squared norms a squared distance has under ten digits left.
  private static let nearShare = 1e-6

  /// What keeps bounds below distances whatever their last digits are.
  private static let margin = 1 - 1e-9

  /// Begins with rows as clusters of a size each.
  ///
  /// - Complexity: O(d + nnz); some 40 bytes a stored element and 350 a row.
  package init(
    _ matrix: CSRMatrix, rows: [Int32], sizes: [Double], level: InstructionSet = .best
  ) {
    precondition(sizes.count == rows.count, "each cluster needs a size")
    count = rows.count
    liveCount = rows.count
    columnCount = matrix.columnCount
    self.level = level
    hasNegatives = matrix.values.contains { $0 < 0 }
    let points = FeatureMatrix.sparse(matrix)
    let greatest = rows.reduce(0.0) { max($0, points.squaredNorm(of: Int($1))) }.squareRoot()
    scale = greatest > 0 ? Double(sign: .plus, exponent: -greatest.exponent - 1, significand: 1) : 1
    leastSize = sizes.min() ?? 1
    self.sizes = Buffer(sizes, orEmpty: 1)
    sums = SparseSums(matrix, rows: rows, factors: sizes)
    norms = Buffer(unwritten: rows.count)
    for cluster in 0..<rows.count {
      norms[cluster] = sums.squaredNorm(of: cluster, size: sizes[cluster])
    }
    offsets = Buffer(count: matrix.columnCount + 2, repeating: 0)
    entryPlaces = Buffer(unwritten: 0)
    entryValues = Buffer(unwritten: 0)
    let padded = (rows.count + 15) / 16 * 16
    inverses = Buffer(count: padded, repeating: 1)
    placeNorms = Buffer(count: padded, repeating: .infinity)
    places = Buffer(count: rows.count, repeating: -1)
    parents = Buffer((0..<Int32(rows.count)).map { $0 }, orEmpty: 0)
    rounds = Buffer(count: rows.count, repeating: 0)
    listed = Buffer(unwritten: rows.count * Self.listWidth)
    lengths = Buffer(count: rows.count, repeating: 0)
    bounds = Buffer(count: rows.count, repeating: 0)
    listRounds = Buffer(count: rows.count, repeating: 0)
    makeIndex()
  }

  /// One thread's room for searches.
  package struct Scratch: Sendable {
    fileprivate let dots: Buffer<Float>
    fileprivate let least: Buffer<Float>
    fileprivate let found: Buffer<Int32>
    /// The sum of the cluster at work, written out, d; all 0 between two.
    fileprivate let sum: Buffer<Double>
  }

  /// Room for one thread's searches.
  package func makeScratch() -> Scratch {
    let padded = inverses.count
    return Scratch(
      dots: Buffer(count: padded, repeating: 0), least: Buffer(unwritten: padded),
      found: Buffer(unwritten: padded), sum: Buffer(count: columnCount, repeating: 0))
  }

  /// Searches all clusters for the nearest of one; nil when it is the only one.
  ///
  /// Equal distances are decided by a number of the pair that has nothing to do with order.
  ///
  /// - Complexity: O(entries of the clusters that share columns with it + m).
  package func search(for cluster: Int, scratch: Scratch) -> Neighbor? {
    guard liveCount > 1 else { return nil }
    let (found, limit) = candidates(for: cluster, scratch)
    let measure = Measure(self, cluster, scratch)
    var list = NearestFew()
    for index in 0..<found {
      let mark = scratch.found.base[index]
      let place = Int(mark < 0 ? -1 - mark : mark)
      let other = Int(names[place])
      guard other != cluster else { continue }
      list.insert(
        other, measure.value(of: other, isApart: mark < 0 && !hasNegatives), for: cluster)
    }
    measure.finish()
    guard let best = list.first else { return nil }
    keep(list, of: cluster, bound: limit)
    return best
  }

  /// Measures again what a cluster's list names after merges; nil when its nearest is not certain.
  ///
  /// - Complexity: O(elements of what was merged).
  package func renew(_ cluster: Int, scratch: Scratch) -> Neighbor? {
    let measure = Measure(self, cluster, scratch)
    var list = NearestFew()
    add(listOf: cluster, to: &list, of: cluster, measuredIn: listRounds.base[cluster], measure)
    measure.finish()
    return keep(list, of: cluster, bound: bounds.base[cluster])
  }

  /// Makes the list of a merged cluster of those of its parts; nil when its nearest is not certain.
  ///
  /// - Complexity: O(elements of what they name).
  package func join(_ kept: Int, _ joined: Int, scratch: Scratch) -> Neighbor? {
    let measure = Measure(self, kept, scratch)
    var list = NearestFew()
    // Every distance is one of the new cluster: none measured before can stay.
    add(listOf: kept, to: &list, of: kept, measuredIn: -1, measure)
    add(listOf: joined, to: &list, of: kept, measuredIn: -1, measure)
    measure.finish()
    return keep(list, of: kept, bound: bounds.base[kept])
  }

  /// Distances of one cluster, whose sum is written out when it is first needed.
  private final class Measure {
    private let clusters: SparseClusters
    private let own: Int
    private let sum: UnsafeMutablePointer<Double>
    private var isWritten = false

    init(_ clusters: SparseClusters, _ own: Int, _ scratch: Scratch) {
      self.clusters = clusters
      self.own = own
      sum = scratch.sum.base
    }

    /// The distance of another cluster; `isApart`: they share no column.
    func value(of other: Int, isApart: Bool = false) -> Double {
      guard !isApart else { return clusters.value(own, other, dot: 0) }
      if !isWritten {
        clusters.sums.write(own, to: sum)
        isWritten = true
      }
      return clusters.value(own, other, dot: clusters.sums.product(other, with: sum))
    }

    func finish() { if isWritten { clusters.sums.clear(own, in: sum) } }
  }

  /// Adds what a list names, as it is after merges.
  private func add(
    listOf source: Int, to list: inout NearestFew, of cluster: Int, measuredIn since: Int32,
    _ measure: Measure
  ) {
    for place in 0..<Int(lengths.base[source]) {
      let entry = listed.base[source * Self.listWidth + place]
      var other = entry.id
      while parents.base[Int(other)] != other { other = parents.base[Int(other)] }
      guard Int(other) != cluster, !list.contains(other) else { continue }
      let isKnown = other == entry.id && rounds.base[Int(other)] <= since
      list.insert(
        Int(other), isKnown ? entry.value : measure.value(of: Int(other)), for: cluster)
    }
  }

  /// Keeps a list and returns its first when that is certain.
  @discardableResult
  private func keep(_ list: NearestFew, of cluster: Int, bound: Double) -> Neighbor? {
    let bound = min(bound, list.dropped * Self.margin)
    var length = 0
    for entry in list.entries where entry.value < bound {
      listed.base[cluster * Self.listWidth + length] = Listed(id: entry.id, value: entry.value)
      length += 1
    }
    lengths.base[cluster] = Int32(length)
    bounds.base[cluster] = bound
    listRounds.base[cluster] = round
    return length > 0 ? list.first : nil
  }

  /// The nearest few of a cluster among those that are offered.
  private struct NearestFew {
    private(set) var entries: [Neighbor] = []
    /// The least distance that was not kept.
    private(set) var dropped = Double.infinity

    var first: Neighbor? { entries.first }

    func contains(_ id: Int32) -> Bool { entries.contains { $0.id == id } }

    mutating func insert(_ other: Int, _ value: Double, for cluster: Int) {
      let isFull = entries.count == SparseClusters.listWidth
      if isFull, let last = entries.last, value > last.value {
        dropped = min(dropped, value)
        return
      }
      var place = entries.count
      while place > 0, entries[place - 1].value >= value {
        let rival = entries[place - 1]
        if rival.value == value,
          SparseClusters.comesFirst(Int(rival.id), than: other, for: cluster)
        {
          break
        }
        place -= 1
      }
      entries.insert(Neighbor(id: Int32(other), value: value), at: place)
      if isFull, let last = entries.popLast() { dropped = min(dropped, last.value) }
    }
  }

  /// Whether of two clusters at the same distance one is taken for the nearer one.
  private static func comesFirst(_ first: Int, than second: Int, for cluster: Int) -> Bool {
    let ties = (tie(cluster, first), tie(cluster, second))
    return ties.0 != ties.1 ? ties.0 < ties.1 : first < second
  }

  private static func tie(_ left: Int, _ right: Int) -> UInt32 {
    kindred_pair_tie(Int32(min(left, right)), Int32(max(left, right)))
  }

  /// Writes the candidates' places to `found`, as `kindred_nearest_merges` marks them; returns how many, and
  /// what all others are at or beyond.
  private func candidates(for cluster: Int, _ scratch: Scratch) -> (count: Int, limit: Double) {
    let own = sums.elements(of: cluster)
    let dots = scratch.dots.base
    let (offsets, entryPlaces, entryValues) = (offsets.base, entryPlaces.base, entryValues.base)
    for index in 0..<own.count {
      let value = Float(own.values[index] * scale)
      let column = Int(own.columns[index])
      for entry in offsets[column]..<offsets[column + 1] {
        dots[Int(entryPlaces[entry])] += value * entryValues[entry]
      }
    }
    for move in moves {
      dots[Int(move.to)] += dots[Int(move.from)]
      dots[Int(move.from)] = 0
    }
    let place = Int(places.base[cluster])
    dots[place] = -.infinity
    var clusters = kindred_merge_clusters(
      inverse: inverses.base, norm: placeNorms.base, count: Int64((placeCount + 15) / 16 * 16))
    // Each element, product and sum rounds once; norms and factors round some times more.
    let error = Float(own.count + moves.count + 16) * 0x1p-23
    var limit: Float = 0
    let count = kindred_nearest_merges(
      level.rawValue, &clusters, inverses.base[place], placeNorms.base[place], error,
      Self.searchWidth, dots, scratch.least.base, scratch.found.base, &limit)
    return (Int(count), Double(limit) / (scale * scale) * Self.margin)
  }

  /// Ward's distance of two clusters whose sums have a product.
  private func value(_ left: Int, _ right: Int, dot: Double) -> Double {
    let (a, b) = (sizes.base[left], sizes.base[right])
    let both = norms.base[left] + norms.base[right]
    var squared = both - 2 * (dot / (a * b))
    if squared < Self.nearShare * both {
      squared = sums.squaredDifference(left, a, right, b)
    }
    return 2 * (a * b) / (a + b) * squared
  }

  /// A pair of clusters to be merged, and their distance.
  package struct Merge: Sendable {
    /// The cluster that stands for both from then on.
    package let kept: Int
    package let joined: Int
    package let value: Double

    package init(kept: Int, joined: Int, value: Double) {
      self.kept = kept
      self.joined = joined
      self.value = value
    }
  }

  /// Merges pairs of clusters, none of which is in two of them; `join` then makes their lists.
  ///
  /// - Complexity: O(stored elements of the pairs), at times O(d + stored elements of all).
  package func merge(_ pairs: [Merge], pool: WorkerPool) {
    round += 1
    sums.merge(pairs.map { ($0.kept, $0.joined) }, pool: pool)
    for pair in pairs {
      let (kept, joined) = (pair.kept, pair.joined)
      bounds[kept] = bound(of: pair)
      sizes[kept] += sizes[joined]
      norms[kept] = sums.squaredNorm(of: kept, size: sizes[kept])
      parents[joined] = Int32(kept)
      rounds[kept] = round
      moves.append((places[joined], places[kept]))
      placeNorms[Int(places[joined])] = .infinity
      describe(kept)
      places[joined] = -1
    }
    liveCount -= pairs.count
    if liveCount * 5 < placeCount * 4 { makeIndex() }
  }

  /// What the distance of a merged cluster is at least to those that neither of its parts lists.
  private func bound(of pair: Merge) -> Double {
    let (a, b) = (sizes[pair.kept], sizes[pair.joined])
    let (left, right) = (bounds[pair.kept], bounds[pair.joined])
    // ((a + x)·A + (b + x)·B − x·value) / (a + b + x) is monotone in the size x of the other cluster.
    let rise = left + right - pair.value
    let least = (a * left + b * right + leastSize * rise) / (a + b + leastSize)
    let bound = min(least, rise) * Self.margin
    return bound.isNaN ? 0 : bound
  }

  /// Writes what searches read of a cluster.
  private func describe(_ cluster: Int) {
    let place = Int(places[cluster])
    inverses[place] = Float(1 / sizes[cluster])
    placeNorms[place] = Float(norms[cluster] * scale * scale)
  }

  /// Numbers the clusters that are left and sorts their sums by column.
  private func makeIndex() {
    names = placeCount == 0 ? Array(0..<Int32(count)) : names.filter { places[Int($0)] >= 0 }
    placeCount = names.count
    moves = []
    for (place, name) in names.enumerated() {
      places[Int(name)] = Int32(place)
      describe(Int(name))
    }
    for place in placeCount..<(placeCount + 15) / 16 * 16 { placeNorms[place] = .infinity }
    let offsets = offsets.base
    // Counts stand two places on, so that filling in leaves each column's begin in its place.
    for column in 0..<columnCount + 2 { offsets[column] = 0 }
    var total = 0
    for name in names {
      let own = sums.elements(of: Int(name))
      total += own.count
      for index in 0..<own.count { offsets[Int(own.columns[index]) + 2] += 1 }
    }
    for column in 1..<columnCount + 2 { offsets[column] += offsets[column - 1] }
    if total > entryPlaces.count {
      entryPlaces = Buffer(unwritten: total)
      entryValues = Buffer(unwritten: total)
    }
    let (entryPlaces, entryValues) = (entryPlaces.base, entryValues.base)
    for (place, name) in names.enumerated() {
      let own = sums.elements(of: Int(name))
      for index in 0..<own.count {
        let column = Int(own.columns[index])
        let entry = offsets[column + 1]
        offsets[column + 1] = entry + 1
        entryPlaces[entry] = Int32(place)
        entryValues[entry] = Float(own.values[index] * scale)
      }
    }
  }
}
