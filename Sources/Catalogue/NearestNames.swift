/// The names closest to a mistyped one, the closest first, ties in the order given.
///
/// Letters are compared without case. A name counts as close when turning one into the other takes
/// at most a third of the longer one's letters (at least one) in insertions, deletions, replacements
/// and swaps of neighbours, or when one begins with the other.
///
/// - Complexity: O(total length of the names × length of `name`).
public func nearestNames(to name: String, in names: [String], limit: Int = 3) -> [String] {
  // A megabyte of mistyped title is not worth a comparison with every other.
  let lengthLimit = 256
  let wanted = Array(name.lowercased().unicodeScalars.prefix(lengthLimit))
  guard !wanted.isEmpty, limit > 0 else { return [] }
  var found: [(distance: Int, index: Int)] = []
  for (index, candidate) in names.enumerated() {
    let letters = Array(candidate.lowercased().unicodeScalars.prefix(lengthLimit))
    guard !letters.isEmpty else { continue }
    let shorter = min(letters.count, wanted.count)
    let allowed = max(1, max(letters.count, wanted.count) / 3)
    if shorter >= 3, letters.prefix(shorter).elementsEqual(wanted.prefix(shorter)) {
      found.append((min(allowed, abs(letters.count - wanted.count)), index))
    } else if abs(letters.count - wanted.count) <= allowed {
      let distance = editDistance(wanted, letters)
      if distance <= allowed, distance < max(letters.count, wanted.count) {
        found.append((distance, index))
      }
    }
  }
  found.sort { ($0.distance, $0.index) < ($1.distance, $1.index) }
  return found.prefix(limit).map { names[$0.index] }
}

/// The optimal string alignment distance: edits that never touch the same letters twice.
private func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
  var beforeLast = [Int](repeating: 0, count: second.count + 1)
  var last = Array(0...second.count)
  for i in 1...first.count {
    var current = [i]
    current.reserveCapacity(second.count + 1)
    for j in 1...second.count {
      let replaced = last[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1)
      var best = min(replaced, last[j] + 1, current[j - 1] + 1)
      if i > 1, j > 1, first[i - 1] == second[j - 2], first[i - 2] == second[j - 1] {
        best = min(best, beforeLast[j - 2] + 1)
      }
      current.append(best)
    }
    beforeLast = last
    last = current
  }
  return last[second.count]
}
