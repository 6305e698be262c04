internal import Clustering
internal import Matrices

extension SilhouetteRuns {
  /// The silhouettes of consecutive rows; `writeSums` gives a row's sums in the slots of `labels`.
  ///
  /// `completeSums` adds to the sums of all slots what needs no look at other rows.
  func block(
    _ rows: Range<Int>, assignments: [Assignment], isMember: Bool,
    writeSums: (_ row: Int, _ sums: Buffer<Double>) -> Void,
    completeSums: (_ row: Int, _ sums: Buffer<Double>) -> Void = { _, _ in }
  ) -> SilhouetteBlock {
    let tables = RunTables(self, rows: rows, assignments: assignments)
    for place in 0..<rows.count {
      writeSums(rows.lowerBound + place, tables.sums)
      expansion.expand(tables.sums, scratch: tables.scratch)
      completeSums(rows.lowerBound + place, tables.sums)
      tables.writeSilhouettes(place, isMember: isMember)
    }
    return (0..<runs.count).map { run in
      Array(tables.silhouettes.elements[run * rows.count..<(run + 1) * rows.count])
    }
  }
}

/// The clusterings of a block of rows as the innermost loop reads them: one after another, without arrays
/// of arrays.
private struct RunTables {
  /// What has been found, one run after the other.
  let silhouettes: Buffer<Double>
  /// The slot of each row's own cluster in each run, row by row; −1 for a cluster without rows.
  private let own: Buffer<Int32>
  /// Where the slots of each run begin and end.
  private let begins: Buffer<Int32>
  private let ends: Buffer<Int32>
  private let sizes: Buffer<Double>
  /// The sums of all slots.
  let sums: Buffer<Double>
  /// Room to add up grids.
  let scratch: Buffer<Double>
  private let rowCount: Int

  init(_ runs: SilhouetteRuns, rows: Range<Int>, assignments: [Assignment]) {
    let runCount = runs.runs.count
    rowCount = rows.count
    silhouettes = Buffer(count: runCount * rowCount, repeating: 0)
    own = Buffer(count: runCount * rowCount, repeating: -1)
    for (position, run) in runs.runs.enumerated() {
      let labels = assignments[run.index].labels
      for place in 0..<rowCount {
        own[place * runCount + position] = Int32(
          run.slotOfCluster[Int(labels[rows.lowerBound + place])])
      }
    }
    begins = Buffer(runs.runs.map { Int32($0.slots.lowerBound) }, orEmpty: 0)
    ends = Buffer(runs.runs.map { Int32($0.slots.upperBound) }, orEmpty: 0)
    sizes = Buffer(runs.sizes, orEmpty: 0)
    sums = Buffer(count: runs.sizes.count, repeating: 0)
    scratch = runs.expansion.makeScratch()
  }

  /// The silhouettes of a row in all runs, from the sums of its distances to the rows of each slot.
  ///
  /// For a row of the clustering itself a = sum / (size − 1), and 0 is the answer for a cluster of
  /// one row. For an unseen row a = sum / size, and 0 is the answer when its cluster has no rows.
  func writeSilhouettes(_ place: Int, isMember: Bool) {
    let runCount = begins.count
    let (sums, sizes, begins, ends) = (sums.base, sizes.base, begins.base, ends.base)
    let own = own.base + place * runCount
    let result = silhouettes.base + place
    for run in 0..<runCount {
      let slot = Int(own[run])
      guard slot >= 0, !isMember || sizes[slot] > 1 else { continue }
      var nearest = Double.infinity
      for other in Int(begins[run])..<Int(ends[run]) where other != slot {
        let mean = sums[other] / sizes[other]
        if mean < nearest { nearest = mean }
      }
      let inside = sums[slot] / (isMember ? sizes[slot] - 1 : sizes[slot])
      let larger = max(inside, nearest)
      result[run * rowCount] = larger > 0 ? (nearest - inside) / larger : 0
    }
  }
}
