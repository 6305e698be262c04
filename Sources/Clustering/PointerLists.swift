/// The nearest one of each column, and for each column the list of those whose nearest one it is.
struct PointerLists {
  /// The nearest one of each column; −1 where it is not known.
  private(set) var nearest: [Int32]

  /// The first column of each column's list, and the neighbors in the list that a column is in; −1 ends.
  private var first: [Int32]
  private var next: [Int32]
  private var previous: [Int32]

  init(columnCount: Int) {
    nearest = [Int32](repeating: -1, count: columnCount)
    first = nearest
    next = nearest
    previous = nearest
  }

  /// Whether a column is the nearest one of any.
  func isWanted(_ column: Int) -> Bool { first[column] >= 0 }

  /// The columns whose nearest one a column is.
  func followers(of column: Int) -> [Int] {
    var found: [Int] = []
    var follower = first[column]
    while follower >= 0 {
      found.append(Int(follower))
      follower = next[Int(follower)]
    }
    return found
  }

  /// Sets a column's nearest one; nil when it is not known.
  mutating func set(_ column: Int, _ target: Int?) {
    let old = Int(nearest[column])
    if old >= 0 {
      if previous[column] >= 0 {
        next[Int(previous[column])] = next[column]
      } else {
        first[old] = next[column]
      }
      if next[column] >= 0 { previous[Int(next[column])] = previous[column] }
    }
    nearest[column] = Int32(target ?? -1)
    guard let target else { return }
    next[column] = first[target]
    previous[column] = -1
    if first[target] >= 0 { previous[Int(first[target])] = Int32(column) }
    first[target] = Int32(column)
  }

  /// The same lists over some of the columns, numbered anew; what points elsewhere is not known.
  func keeping(_ columns: [Int]) -> PointerLists {
    var numbers = [Int32](repeating: -1, count: nearest.count)
    for (new, old) in columns.enumerated() { numbers[old] = Int32(new) }
    var kept = PointerLists(columnCount: columns.count)
    for (new, old) in columns.enumerated() where nearest[old] >= 0 {
      let target = numbers[Int(nearest[old])]
      if target >= 0 { kept.set(new, Int(target)) }
    }
    return kept
  }
}
