extension LaneSorter {
  /// Ranges up to this length are left for the last pass of insertions.
  private static let insertionSize = 16

  /// Sorts a range that was split too often, in the order of `std::sort` of GNU's C++ library.
  ///
  /// Counts with few distinct values reach it: a pivot that is the smallest key splits nothing off.
  ///
  /// Musser, "Introspective sorting and selection algorithms", DOI
  /// 10.1002/(SICI)1097-024X(199708)27:8<983::AID-SPE117>3.0.CO;2-#.
  ///
  /// - Complexity: O(n log n).
  mutating func introsort(_ range: Range<Int>) {
    guard range.count > 1 else { return }
    quicksort(range, splitsLeft: 2 * floorOfLog2(range.count))
    for index in range.lowerBound + 1..<range.upperBound {
      insert(index, notBefore: range.lowerBound)
    }
  }

  private func isBelow(_ first: Int, _ second: Int) -> Bool {
    keys[order[first]] < keys[order[second]]
  }

  /// Sorts down to runs of at most 16 that later insertions put in order.
  private mutating func quicksort(_ range: Range<Int>, splitsLeft: Int) {
    var range = range
    var splitsLeft = splitsLeft
    while range.count > Self.insertionSize {
      if splitsLeft == 0 { return heapsort(range) }
      splitsLeft -= 1
      let middle = split(range)
      quicksort(middle..<range.upperBound, splitsLeft: splitsLeft)
      range = range.lowerBound..<middle
    }
  }

  /// Splits a range around the median of three keys; returns where its upper part starts.
  private mutating func split(_ range: Range<Int>) -> Int {
    let first = range.lowerBound
    let median = medianIndex(
      first + 1, range.lowerBound + range.count / 2, range.upperBound - 1)
    order.swapAt(first, median)
    var lower = first + 1
    var upper = range.upperBound
    while true {
      while isBelow(lower, first) { lower += 1 }
      upper -= 1
      while isBelow(first, upper) { upper -= 1 }
      guard lower < upper else { return lower }
      order.swapAt(lower, upper)
      lower += 1
    }
  }

  /// The one of three indices whose key is the median; of equal keys, as GNU's library chooses.
  private func medianIndex(_ first: Int, _ second: Int, _ third: Int) -> Int {
    if isBelow(first, second) {
      if isBelow(second, third) { return second }
      return isBelow(first, third) ? third : first
    }
    if isBelow(first, third) { return first }
    return isBelow(second, third) ? third : second
  }

  /// Moves the position at `index` down past all greater keys.
  private mutating func insert(_ index: Int, notBefore start: Int) {
    let position = order[index]
    var hole = index
    while hole > start, keys[position] < keys[order[hole - 1]] {
      order[hole] = order[hole - 1]
      hole -= 1
    }
    order[hole] = position
  }
}

// MARK: - Heap

extension LaneSorter {
  private mutating func heapsort(_ range: Range<Int>) {
    let start = range.lowerBound
    for root in stride(from: range.count / 2 - 1, through: 0, by: -1) {
      sink(order[start + root], from: root, start: start, count: range.count)
    }
    for last in stride(from: range.count - 1, to: 0, by: -1) {
      let position = order[start + last]
      order[start + last] = order[start]
      sink(position, from: 0, start: start, count: last)
    }
  }

  /// Puts a position into the heap: the hole falls to a leaf, then the position rises from there.
  private mutating func sink(_ position: Int, from root: Int, start: Int, count: Int) {
    var hole = root
    while 2 * hole + 1 < count {
      let right = 2 * hole + 2
      let left = right - 1
      let child = right < count && !isBelow(start + right, start + left) ? right : left
      order[start + hole] = order[start + child]
      hole = child
    }
    while hole > root {
      let parent = (hole - 1) / 2
      guard keys[order[start + parent]] < keys[position] else { break }
      order[start + hole] = order[start + parent]
      hole = parent
    }
    order[start + hole] = position
  }
}
