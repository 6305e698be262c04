internal import CKernels

/// Where several clusterings keep their clusters in one row of sums.
///
/// The clusters of all runs lie side by side as slots; a row of points has one slot in every run.
package struct LabelSlots: Sendable {
  /// The slot of each row in each run, `n×runs`, row-major.
  let slots: Buffer<UInt32>

  /// The number of rows (n).
  package let rowCount: Int

  /// The number of runs.
  package let runCount: Int

  /// The number of slots of all runs.
  package let slotCount: Int

  /// Where the slots of each run begin, runs + 1 of them.
  let runStarts: Buffer<UInt32>

  /// The number of rows of each slot.
  let sizes: [Double]

  /// Takes over slots, `n×runs`, row-major; `runStarts` holds each run's first slot and the end.
  package init(_ slots: [UInt32], runStarts: [Int]) {
    let runCount = runStarts.count - 1
    let slotCount = runStarts.last ?? 0
    precondition(runCount > 0 && slots.count % runCount == 0, "each row needs a slot in every run")
    var sizes = [Double](repeating: 0, count: slotCount)
    for (position, slot) in slots.enumerated() {
      let run = position % runCount
      precondition(
        (runStarts[run]..<runStarts[run + 1]).contains(Int(slot)), "a slot lies outside its run")
      sizes[Int(slot)] += 1
    }
    self.slots = Buffer(slots, orEmpty: 0)
    self.runStarts = Buffer(runStarts.map { UInt32($0) }, orEmpty: 0)
    self.sizes = sizes
    self.runCount = runCount
    self.slotCount = slotCount
    rowCount = slots.count / runCount
  }

  /// The sum over the rows of each slot of one number a row, in row order.
  ///
  /// - Complexity: O(n·runs).
  package func sums(of numbers: [Double]) -> [Double] {
    precondition(numbers.count == rowCount, "each row needs a number")
    var sums = [Double](repeating: 0, count: slotCount)
    for row in 0..<rowCount {
      for run in 0..<runCount { sums[Int(slots[row * runCount + run])] += numbers[row] }
    }
    return sums
  }
}

/// For each of some points the sum of its distances to the rows of every slot.
package final class LabelSums: @unchecked Sendable {
  private let labels: LabelSlots
  private let points: Range<Int>
  private let level: InstructionSet

  /// The sums in groups of 16 points, each group slots×16.
  private let sums: Buffer<Double>

  private static let lanes = Int(KINDRED_SUM_LANES)

  /// Makes sums of 0 for the points; `labels` belongs to the rows that the points are compared with.
  package init(of points: Range<Int>, labels: LabelSlots, level: InstructionSet = .best) {
    self.level = level
    self.labels = labels
    self.points = points
    let groups = points.pieceCount(size: Self.lanes)
    sums = Buffer(count: groups * Self.lanes * labels.slotCount, repeating: 0)
  }

  /// Adds a tile to the sums of the points of its columns, by the labels of its rows.
  package func addToColumns(_ tile: DistanceTile) {
    kindred_add_tile_columns(
      level.rawValue, tile.elements.base, Int64(tile.stride), Int32(tile.rows.count),
      Int32(tile.columns.count),
      slots(of: tile.rows), Int32(labels.runCount), labels.runStarts.base, tile.isSparse ? 1 : 0,
      sums(of: tile.columns))
  }

  /// Adds a tile to the sums of the points of its rows, by the labels of its columns.
  package func addToRows(_ tile: DistanceTile) {
    kindred_add_tile_rows(
      level.rawValue, tile.elements.base, Int64(tile.stride), Int32(tile.rows.count),
      Int32(tile.columns.count),
      slots(of: tile.columns), Int32(labels.runCount), labels.runStarts.base, tile.isSparse ? 1 : 0,
      sums(of: tile.rows))
  }

  /// Copies the sums of one point's distances, as many as there are slots.
  ///
  /// All rows must have been compared with the point, in tiles with this offset.
  package func copySums(of point: Int, offset: Float, to target: Buffer<Double>) {
    precondition(points.contains(point), "a point lies outside the sums")
    precondition(target.count >= labels.slotCount, "a row of sums needs one number a slot")
    let (group, lane) = (point - points.lowerBound).quotientAndRemainder(dividingBy: Self.lanes)
    let first = sums.base + group * labels.slotCount * Self.lanes + lane
    let target = target.base
    for slot in 0..<labels.slotCount {
      target[slot] = first[slot * Self.lanes] + Double(offset) * labels.sizes[slot]
    }
  }

  private func slots(of rows: Range<Int>) -> UnsafePointer<UInt32> {
    precondition(rows.upperBound <= labels.rowCount, "a tile has rows without a label")
    return UnsafePointer(labels.slots.base + rows.lowerBound * labels.runCount)
  }

  private func sums(of rows: Range<Int>) -> UnsafeMutablePointer<Double> {
    precondition(
      rows.lowerBound >= points.lowerBound && rows.upperBound <= points.upperBound
        && (rows.lowerBound - points.lowerBound) % Self.lanes == 0,
      "a tile has points without a sum")
    return sums.base + (rows.lowerBound - points.lowerBound) * labels.slotCount
  }
}
