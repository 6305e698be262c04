internal import CKernels

/// Clusters of sparse rows that are merged two by two, and the search for each one's nearest by Ward's
/// distance 2·a·b/(a + b)·‖mean − mean′‖².
///
/// Each cluster keeps the sum of its rows, sparse, in double precision. An index of the sums by column gives
/// the products of one with all others in single precision; what may be the nearest by these is measured
/// again in double precision, the same from both sides to the last bit. The sums of merged clusters add
/// up, so the index serves until a fifth of its clusters are gone.
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

  private var sums: [SparseRowSum]
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

  /// Below this share of the squared norms a squared distance has under ten digits left.
  private static let nearShare = 1e-6

  /// Begins with rows as clusters of a size each.
  ///
  /// - Complexity: O(d + nnz); 24 bytes a stored element and 80 a row.
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
    self.sizes = Buffer(sizes, orEmpty: 1)
    norms = Buffer(unwritten: rows.count)
    sums = zip(rows, sizes).map { row, size in
      let entries = matrix.entries(ofRow: Int(row))
      return SparseRowSum(
        columns: Array(matrix.columnIndices[entries]),
        values: matrix.values[entries].map { Double($0) * size })
    }
    offsets = Buffer(count: matrix.columnCount + 1, repeating: 0)
    entryPlaces = Buffer(unwritten: 0)
    entryValues = Buffer(unwritten: 0)
    let padded = (rows.count + 15) / 16 * 16
    inverses = Buffer(count: padded, repeating: 1)
    placeNorms = Buffer(count: padded, repeating: .infinity)
    places = Buffer(count: rows.count, repeating: -1)
    for cluster in 0..<rows.count { norms[cluster] = squaredNorm(of: cluster) }
    makeIndex()
  }

  /// One thread's products.
  package struct Scratch: Sendable {
    fileprivate let dots: Buffer<Float>
    fileprivate let least: Buffer<Float>
    fileprivate let found: Buffer<Int32>
    /// The sum of the cluster that is searched for, written out, d; all 0 between two.
    fileprivate let sum: Buffer<Double>
  }

  /// Room for one thread's searches.
  package func makeScratch() -> Scratch {
    let padded = inverses.count
    return Scratch(
      dots: Buffer(count: padded, repeating: 0), least: Buffer(unwritten: padded),
      found: Buffer(unwritten: padded), sum: Buffer(count: columnCount, repeating: 0))
  }

  /// The nearest of a cluster by Ward's distance, and that; nil when it is the only one.
  ///
  /// Equal distances are decided by a number of the pair that has nothing to do with order.
  ///
  /// - Complexity: O(entries of the clusters that share columns with it + m).
  package func nearest(of cluster: Int, scratch: Scratch) -> Neighbor? {
    guard liveCount > 1 else { return nil }
    let found = candidates(for: cluster, scratch)
    guard found > 0 else { return nil }
    let own = sums[cluster]
    var isWritten = false
    var best: Neighbor?
    for index in 0..<found {
      let mark = scratch.found[index]
      let place = Int(mark < 0 ? -1 - mark : mark)
      let other = Int(names[place])
      var dot = 0.0
      if mark >= 0 || hasNegatives {
        if !isWritten {
          own.write(to: scratch.sum.base)
          isWritten = true
        }
        dot = sums[other].product(with: scratch.sum.base)
      }
      let value = value(cluster, other, dot: dot)
      guard value <= best?.value ?? .infinity else { continue }
      if let best, value == best.value, !Self.comesFirst(other, than: Int(best.id), for: cluster) {
        continue
      }
      best = Neighbor(id: Int32(other), value: value)
    }
    if isWritten { own.clear(scratch.sum.base) }
    return best
  }

  /// Whether of two clusters at the same distance one is taken for the nearer one.
  package static func comesFirst(_ first: Int, than second: Int, for cluster: Int) -> Bool {
    let ties = (tie(cluster, first), tie(cluster, second))
    return ties.0 != ties.1 ? ties.0 < ties.1 : first < second
  }

  private static func tie(_ left: Int, _ right: Int) -> UInt32 {
    kindred_pair_tie(Int32(min(left, right)), Int32(max(left, right)))
  }

  /// Writes the candidates' places to `found`, as `kindred_nearest_merges` marks them; returns how many.
  private func candidates(for cluster: Int, _ scratch: Scratch) -> Int {
    let sum = sums[cluster]
    let dots = scratch.dots.base
    let (offsets, entryPlaces, entryValues) = (offsets.base, entryPlaces.base, entryValues.base)
    for (column, element) in zip(sum.columns, sum.values) {
      let value = Float(element * scale)
      for entry in offsets[Int(column)]..<offsets[Int(column) + 1] {
        dots[Int(entryPlaces[entry])] += value * entryValues[entry]
      }
    }
    for move in moves {
      dots[Int(move.to)] += dots[Int(move.from)]
      dots[Int(move.from)] = 0
    }
    let own = Int(places[cluster])
    dots[own] = -.infinity
    var clusters = kindred_merge_clusters(
      inverse: inverses.base, norm: placeNorms.base, count: Int64((placeCount + 15) / 16 * 16))
    // Each element, product and sum rounds once; norms and factors round some times more.
    let error = Float(sum.columns.count + moves.count + 16) * 0x1p-23
    return Int(
      kindred_nearest_merges(
        level.rawValue, &clusters, inverses[own], placeNorms[own], error, dots,
        scratch.least.base, scratch.found.base))
  }

  /// Ward's distance of two clusters whose sums have a product.
  private func value(_ left: Int, _ right: Int, dot: Double) -> Double {
    let (a, b) = (sizes[left], sizes[right])
    let both = norms[left] + norms[right]
    var squared = both - 2 * (dot / (a * b))
    if squared < Self.nearShare * both {
      squared = sums[left].squaredDifference(of: a, sums[right], b)
    }
    return 2 * (a * b) / (a + b) * squared
  }

  /// Puts the unions of pairs of clusters in the places of the first ones, which keep their names.
  ///
  /// - Complexity: O(stored elements of the pairs), at times O(d + stored elements of all).
  package func merge(_ pairs: [(kept: Int, joined: Int)], pool: WorkerPool) {
    let all = 0..<pairs.count
    let size = 64
    let unions = pool.map(all.pieceCount(size: size)) { [sums] chunk in
      all.piece(chunk, size: size).map { sums[pairs[$0].kept].adding(sums[pairs[$0].joined]) }
    }
    for (pair, union) in zip(pairs, unions.joined()) {
      let (kept, joined) = (pair.kept, pair.joined)
      sums[kept] = union
      sums[joined] = SparseRowSum(columns: [], values: [])
      sizes[kept] += sizes[joined]
      norms[kept] = squaredNorm(of: kept)
      moves.append((places[joined], places[kept]))
      placeNorms[Int(places[joined])] = .infinity
      describe(kept)
      places[joined] = -1
    }
    liveCount -= pairs.count
    if liveCount * 5 < placeCount * 4 { makeIndex() }
  }

  private func squaredNorm(of cluster: Int) -> Double {
    let size = sizes[cluster]
    return sums[cluster].values.reduce(0) { $0 + ($1 / size) * ($1 / size) }
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
    for column in 0...columnCount { offsets[column] = 0 }
    var total = 0
    for name in names {
      total += sums[Int(name)].columns.count
      for column in sums[Int(name)].columns where Int(column) + 2 <= columnCount {
        offsets[Int(column) + 2] += 1
      }
    }
    if columnCount >= 2 {
      for column in 2...columnCount { offsets[column] += offsets[column - 1] }
    }
    if total > entryPlaces.count {
      entryPlaces = Buffer(unwritten: total)
      entryValues = Buffer(unwritten: total)
    }
    let (entryPlaces, entryValues) = (entryPlaces.base, entryValues.base)
    for (place, name) in names.enumerated() {
      let sum = sums[Int(name)]
      for (column, value) in zip(sum.columns, sum.values) {
        let entry = offsets[Int(column) + 1]
        offsets[Int(column) + 1] = entry + 1
        entryPlaces[entry] = Int32(place)
        entryValues[entry] = Float(value * scale)
      }
    }
  }
}

/// A sum of sparse rows: its elements by column.
private struct SparseRowSum: Sendable {
  /// The columns of the values, ascending.
  let columns: [Int32]
  let values: [Double]

  /// Writes the elements to their columns, where zeros are.
  func write(to target: UnsafeMutablePointer<Double>) {
    for (column, value) in zip(columns, values) { target[Int(column)] = value }
  }

  /// Makes what `write` wrote zero again.
  func clear(_ target: UnsafeMutablePointer<Double>) {
    for column in columns { target[Int(column)] = 0 }
  }

  /// The product with a sum that is written out: its zeros add nothing, so it is the same the other way round.
  func product(with other: UnsafeMutablePointer<Double>) -> Double {
    var total = 0.0
    for (column, value) in zip(columns, values) { total += value * other[Int(column)] }
    return total
  }

  func squaredDifference(of size: Double, _ other: SparseRowSum, _ otherSize: Double) -> Double {
    var total = 0.0
    var (i, j) = (0, 0)
    while i < columns.count || j < other.columns.count {
      let column = i < columns.count ? columns[i] : .max
      let otherColumn = j < other.columns.count ? other.columns[j] : .max
      var difference = 0.0
      if column <= otherColumn {
        difference = values[i] / size
        i += 1
      }
      if otherColumn <= column {
        difference -= other.values[j] / otherSize
        j += 1
      }
      total += difference * difference
    }
    return total
  }

  func adding(_ other: SparseRowSum) -> SparseRowSum {
    let capacity = columns.count + other.columns.count
    var (merged, sums): ([Int32], [Double]) = ([], [])
    merged.reserveCapacity(capacity)
    sums.reserveCapacity(capacity)
    var (i, j) = (0, 0)
    while i < columns.count || j < other.columns.count {
      let column = i < columns.count ? columns[i] : .max
      let otherColumn = j < other.columns.count ? other.columns[j] : .max
      var sum = 0.0
      if column <= otherColumn {
        sum = values[i]
        i += 1
      }
      if otherColumn <= column {
        sum += other.values[j]
        j += 1
      }
      merged.append(min(column, otherColumn))
      sums.append(sum)
    }
    return SparseRowSum(columns: merged, values: sums)
  }
}
