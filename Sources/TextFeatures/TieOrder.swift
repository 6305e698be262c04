/// The order in which scikit-learn lists equally frequent terms when it cuts a vocabulary.
///
/// `TfidfVectorizer(max_features=)` keeps the first terms of NumPy's `argsort` of the negated counts.
/// That sort is not stable, and its order of equal counts differs between processors and NumPy
/// releases. This type reproduces one of them exactly: the sort of 64-bit integers with eight lanes
/// which NumPy 2 runs on x86-64 processors with AVX-512 under Linux, as of NumPy 2.4.6. On a
/// processor without AVX-512, scikit-learn itself keeps other terms of the last tied count.
///
/// Use when a vocabulary must equal scikit-learn's; do not use to rank terms for people, to whom the
/// order of equal counts looks arbitrary.
package enum TieOrder {
  /// The positions of `counts` from the highest count to the lowest, equal counts in NumPy's order.
  ///
  /// - Parameter counts: n numbers of at least zero, in the order of the terms.
  /// - Returns: A permutation of `0..<n`.
  /// - Complexity: O(n log n).
  package static func descending(_ counts: [Int]) -> [Int] {
    precondition(counts.allSatisfy { $0 >= 0 }, "a count of terms is never negative")
    // NumPy leaves an array alone that is in order already.
    if zip(counts, counts.dropFirst()).allSatisfy({ $0 >= $1 }) { return Array(counts.indices) }
    var sorter = LaneSorter(keys: counts.map { -$0 })
    sorter.sort()
    return sorter.order
  }
}

/// A quicksort of positions that moves them as a processor with eight 64-bit lanes does.
///
/// Every step is a function of the keys alone: ranges of up to 256 go through a bitonic network,
/// longer ones are split around a median of eight, and a range that was split too often goes to an
/// introsort. The way of splitting: Bramas, "A novel hybrid quicksort algorithm vectorized using
/// AVX-512 on Intel Skylake", arXiv:1704.08579.
struct LaneSorter {
  /// Positions that one vector holds.
  static let lanes = 8
  /// Positions that one step of a split reads before it writes: four vectors.
  static let blockSize = 4 * lanes
  /// The longest range that the network sorts.
  static let networkSize = 256

  /// What decides the order, ascending.
  let keys: [Int]
  /// The positions of `keys`, in order once `sort()` has run.
  var order: [Int]

  private var source: [Int]
  private var networkKeys = [Int](repeating: 0, count: networkSize)
  private var networkPositions = [Int](repeating: 0, count: networkSize)

  init(keys: [Int]) {
    self.keys = keys
    order = Array(keys.indices)
    source = order
  }

  /// Sorts the positions by their keys.
  ///
  /// - Complexity: O(n log n).
  mutating func sort() {
    guard keys.count > 1 else { return }
    sort(0..<keys.count, splitsLeft: 2 * floorOfLog2(keys.count))
  }

  private mutating func sort(_ range: Range<Int>, splitsLeft: Int) {
    if splitsLeft == 0 { return introsort(range) }
    if range.count <= Self.networkSize { return sortByNetwork(range) }
    let pivot = pivotKey(of: range)
    let middle = split(range, around: pivot)
    if middle > range.lowerBound {
      sort(range.lowerBound..<middle, splitsLeft: splitsLeft - 1)
    }
    // A part of equal keys stays as the split left it.
    if order[middle..<range.upperBound].contains(where: { keys[$0] != pivot }) {
      sort(middle..<range.upperBound, splitsLeft: splitsLeft - 1)
    }
  }

  /// The upper median of eight keys at even distances.
  private func pivotKey(of range: Range<Int>) -> Int {
    let distance = (range.count - 1) / Self.lanes
    let sample = (1...Self.lanes).map { keys[order[range.lowerBound + $0 * distance]] }
    return sample.sorted()[Self.lanes / 2]
  }
}

// MARK: - Splitting

extension LaneSorter {
  /// Moves positions with keys below `pivot` to the front of `range`; returns where the others start.
  private mutating func split(_ range: Range<Int>, around pivot: Int) -> Int {
    var lower = range.lowerBound
    var upper = range.upperBound
    // The remainder goes one by one, so that whole blocks are left.
    for _ in 0..<(range.count % Self.blockSize) {
      if keys[order[lower]] < pivot {
        lower += 1
      } else {
        upper -= 1
        order.swapAt(lower, upper)
      }
    }
    for index in lower..<upper { source[index] = order[index] }

    // The outermost blocks wait until the end: their places are the room for the first writes.
    let firstBlock = lower
    let lastBlock = upper - Self.blockSize
    var gap = lower..<upper
    lower += Self.blockSize
    upper -= Self.blockSize
    while lower < upper {
      if gap.upperBound - upper < lower - gap.lowerBound {
        upper -= Self.blockSize
        gap = splitBlock(at: upper, around: pivot, into: gap)
      } else {
        gap = splitBlock(at: lower, around: pivot, into: gap)
        lower += Self.blockSize
      }
    }
    gap = splitBlock(at: firstBlock, around: pivot, into: gap)
    return splitBlock(at: lastBlock, around: pivot, into: gap).lowerBound
  }

  /// Writes a block's positions to the two ends of `gap`, vector by vector; returns what is left.
  ///
  /// Within a vector both sides keep their order, so the upper end fills by vectors from the right.
  private mutating func splitBlock(
    at start: Int, around pivot: Int, into gap: Range<Int>
  ) -> Range<Int> {
    var front = gap.lowerBound
    var back = gap.upperBound
    for vector in stride(from: start, to: start + Self.blockSize, by: Self.lanes) {
      let positions = source[vector..<vector + Self.lanes]
      let countBelow = positions.count { keys[$0] < pivot }
      back -= Self.lanes - countBelow
      var next = back
      for position in positions {
        if keys[position] < pivot {
          order[front] = position
          front += 1
        } else {
          order[next] = position
          next += 1
        }
      }
    }
    return front..<back
  }
}

// MARK: - Network

extension LaneSorter {
  /// Sorts up to 256 positions with a bitonic network that never exchanges equal keys.
  private mutating func sortByNetwork(_ range: Range<Int>) {
    var width = Self.lanes
    while width < range.count { width *= 2 }
    for (slot, position) in order[range].enumerated() {
      networkKeys[slot] = keys[position]
      networkPositions[slot] = position
    }
    // Negated counts are below this, so the filling stays at the end.
    for slot in range.count..<max(width, range.count) { networkKeys[slot] = .max }

    var run = 2
    while run <= width {
      for start in stride(from: 0, to: width, by: run) {
        for offset in 0..<run / 2 { exchange(start + offset, start + run - 1 - offset) }
      }
      var distance = run / 4
      while distance > 0 {
        for start in stride(from: 0, to: width, by: 2 * distance) {
          for slot in start..<start + distance { exchange(slot, slot + distance) }
        }
        distance /= 2
      }
      run *= 2
    }
    for (slot, index) in range.enumerated() { order[index] = networkPositions[slot] }
  }

  private mutating func exchange(_ low: Int, _ high: Int) {
    guard networkKeys[low] > networkKeys[high] else { return }
    networkKeys.swapAt(low, high)
    networkPositions.swapAt(low, high)
  }
}

/// The largest whole number not above the logarithm of `count` to base two; `count` is positive.
func floorOfLog2(_ count: Int) -> Int { Int.bitWidth - 1 - count.leadingZeroBitCount }
