/// True when two numbers differ by at most the absolute or the relative tolerance.
package func isClose(
  _ left: Double, _ right: Double, relative: Double, absolute: Double = 0
) -> Bool {
  abs(left - right) <= max(absolute, relative * max(abs(left), abs(right)))
}

/// True when two labelings group the rows alike, whatever the clusters are called.
package func isSamePartition(_ left: [Int32], _ right: [Int32]) -> Bool {
  guard left.count == right.count else { return false }
  var forth: [Int32: Int32] = [:]
  var back: [Int32: Int32] = [:]
  for (a, b) in zip(left, right) {
    if forth[a, default: b] != b || back[b, default: a] != a { return false }
    forth[a] = b
    back[b] = a
  }
  return true
}
