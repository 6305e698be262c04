/// Clusterings that are summed together: a cell for each choice of one cluster from each of them.
///
/// A row adds its distance to one cell instead of one sum a clustering; the cells of a cluster add up to
/// its sum. Shape: the counts of occupied clusters of the members, row-major.
package struct RunGrid: Sendable {
  /// The places of the members, the coarsest first.
  package let members: [Int]
  /// The number of occupied clusters of each.
  package let counts: [Int]

  /// The number of cells.
  package var cellCount: Int { counts.reduce(1, *) }

  /// What adding a cell up costs beside adding a distance to a sum, which cannot be foreseen.
  ///
  /// Measured on the reference catalogue, 0.6 to 1.2 are alike; below 0.3 cells leave the innermost cache.
  private static let cellCost = 1.0

  /// Clusterings with `counts` occupied clusters in grids, each in one; some grids have a single member.
  ///
  /// A row adds to every grid once for each of `visits` others, and then adds up its cells.
  ///
  /// - Complexity: O(m log m) for m clusterings.
  package static func grids(_ counts: [Int], visits: Double) -> [RunGrid] {
    // The coarsest add the fewest cells to the finest.
    var left = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }[...]
    var grids: [RunGrid] = []
    while let finest = left.popLast() {
      var members: [Int] = []
      var cost = 0.0
      var cells = counts[finest]
      while let coarsest = left.first {
        let (finer, overflow) = cells.multipliedReportingOverflow(by: counts[coarsest])
        let more = cellCost * Double(finer)
        // A grid less is worth a row's visits.
        guard !overflow, more - cost < visits else { break }
        (cells, cost) = (finer, more)
        members.append(coarsest)
        left.removeFirst()
      }
      members.append(finest)
      grids.append(RunGrid(members: members, counts: members.map { counts[$0] }))
    }
    return grids
  }
}
