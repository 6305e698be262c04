internal import CKernels

/// How the sums of slots that rows add to become those of the clusters of every clustering.
package struct SlotExpansion: Sendable {
  /// A grid's slots, its counts, and where the slots of each member begin.
  package struct Grid: Sendable {
    let slots: Range<Int>
    let counts: [Int]
    let members: [Int]

    /// `slots` has one for each choice of a number below each of `counts`, row-major.
    package init(slots: Range<Int>, counts: [Int], members: [Int]) {
      self.slots = slots
      self.counts = counts
      self.members = members
    }
  }

  /// A clustering whose sums are those of finer clusters.
  package struct Merged: Sendable {
    let parts: Range<Int>
    let wholes: [Int]

    /// `parts`: the slots of the finer clustering; `wholes`: for each of them the slot that it is a part of.
    package init(parts: Range<Int>, wholes: [Int]) {
      self.parts = parts
      self.wholes = wholes
    }
  }

  /// The number of slots that rows add to; they come first.
  private let summedCount: Int
  /// The number of slots.
  private let slotCount: Int
  private let grids: [Grid]
  /// The slots whose sums are added to others, and those others, in an order in which all are known.
  private let parts: Buffer<Int32>
  private let wholes: Buffer<Int32>
  /// The most sums that a grid has on its way to the clusters of its last two members.
  private let scratchCount: Int
  private let level = InstructionSet.best.rawValue

  /// `merged` may be made of slots of grids' members, and of one another's that come earlier.
  package init(summedCount: Int, slotCount: Int, grids: [Grid], merged: [Merged]) {
    precondition(summedCount <= slotCount, "the runs with sums have slots of their own")
    for grid in grids {
      precondition(
        grid.counts.count > 1 && grid.counts.count == grid.members.count
          && grid.slots.upperBound <= summedCount && grid.slots.count == grid.counts.reduce(1, *)
          && zip(grid.members, grid.counts).allSatisfy { $0 >= summedCount && $0 + $1 <= slotCount },
        "a grid has a slot for each choice of clusters, and its members have slots behind all grids"
      )
    }
    self.summedCount = summedCount
    self.slotCount = slotCount
    self.grids = grids
    parts = Buffer(merged.flatMap { $0.parts.map(Int32.init) }, orEmpty: 0)
    wholes = Buffer(merged.flatMap { $0.wholes.map(Int32.init) }, orEmpty: 0)
    precondition(parts.count == wholes.count, "each part belongs to one whole")
    scratchCount = grids.reduce(0) { most, grid in
      var count = grid.slots.count
      let room = grid.counts.dropLast(2).reduce(0) { total, size in
        count /= size
        return total + count
      }
      return max(most, room)
    }
  }

  /// Room for `expand`.
  package func makeScratch() -> Buffer<Double> { Buffer(unwritten: scratchCount) }

  /// Completes `slotCount` sums of which the first `summedCount` are known.
  ///
  /// - Complexity: O(slots).
  package func expand(_ sums: Buffer<Double>, scratch: Buffer<Double>) {
    precondition(sums.count == slotCount, "each slot has a sum")
    precondition(scratch.count >= scratchCount, "the scratch space is another expansion's")
    let base = sums.base
    for slot in summedCount..<slotCount { base[slot] = 0 }
    for grid in grids {
      var cells = UnsafePointer(base + grid.slots.lowerBound)
      var count = grid.slots.count
      var room = scratch.base
      for (member, size) in grid.counts.dropLast().enumerated() {
        count /= size
        let isLast = member == grid.counts.count - 2
        let rest = isLast ? base + grid.members[member + 1] : room
        kindred_split_grid(
          level, cells, Int64(size), Int64(count), base + grid.members[member], rest)
        cells = UnsafePointer(rest)
        room += count
      }
    }
    let (parts, wholes) = (parts.base, wholes.base)
    for place in 0..<self.parts.count { base[Int(wholes[place])] += base[Int(parts[place])] }
  }
}
