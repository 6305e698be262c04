internal import Clustering
internal import Matrices

/// The clusterings that have silhouettes, their occupied clusters side by side as slots.
///
/// A clustering whose clusters are made of whole clusters of another, as a higher cut of the same tree, needs
/// no sums of its own: they are those of the finer one, added up. So do those of clusterings in a grid.
struct SilhouetteRuns: Sendable {
  /// One clustering.
  struct Run: Sendable {
    /// Its place among the clusterings that were asked for.
    let index: Int

    /// Its slots.
    let slots: Range<Int>

    /// The slot of each of its clusters, or −1 for a cluster without rows.
    let slotOfCluster: [Int]
  }

  /// The clusterings, in the order in which they were asked for.
  let runs: [Run]

  /// Those among them that have sums of their own; their slots come after those of grids.
  let summed: [Run]

  /// The number of slots that are cells of grids, not clusters; they come first.
  let cellCount: Int

  /// How the sums of all slots come from those of `labels`.
  let expansion: SlotExpansion

  /// The number of rows in each slot of a clustering; 0 for the cells of grids.
  let sizes: [Double]

  /// The slot of each row in each grid, then in each run of `summed`.
  let labels: LabelSlots

  /// Puts clusterings side by side.
  ///
  /// - Parameter visits: how many other rows a row adds to its sums one by one; 0 where sums come otherwise.
  ///   Where they are many, grids of clusterings have sums in their place.
  init(_ assignments: [Assignment], indices: [Int], visits: Double = 0) {
    let counts = indices.map { assignments[$0].sizes().map(Double.init) }
    let occupied = counts.map { $0.count { $0 > 0 } }
    // The finest come first, so that what they are made of has been seen before.
    let order = indices.indices.sorted {
      occupied[$0] != occupied[$1] ? occupied[$0] > occupied[$1] : $0 < $1
    }
    var own: [Int] = []
    var parents: [(place: Int, finer: Int, wholes: [Int32])] = []
    for place in order {
      let coarse = assignments[indices[place]]
      // The coarsest of them has the fewest clusters to add up.
      let parent = (own + parents.map(\.place)).reversed().lazy.compactMap { finer in
        Self.wholes(of: coarse, in: assignments[indices[finer]]).map { (place, finer, $0) }
      }.first
      if let parent { parents.append(parent) } else { own.append(place) }
    }
    own.sort()
    let grids =
      visits > 0
      ? RunGrid.grids(own.map { occupied[$0] }, visits: visits).filter { $0.members.count > 1 } : []
    let within = Set(grids.flatMap(\.members).map { own[$0] })

    var slots = SlotList()
    let cells = grids.map { slots.append($0.cellCount) }
    cellCount = slots.sizes.count
    let summed = own.filter { !within.contains($0) }.map { place in
      slots.append(counts[place], of: place, index: indices[place])
    }
    let summedCount = slots.sizes.count
    for place in own where within.contains(place) {
      slots.append(counts[place], of: place, index: indices[place])
    }
    var merged: [SlotExpansion.Merged] = []
    for (place, finer, wholes) in parents {
      let run = slots.append(counts[place], of: place, index: indices[place])
      guard let parts = slots.runs[finer] else { continue }
      var ofParts = [Int](repeating: 0, count: parts.slots.count)
      for (cluster, slot) in parts.slotOfCluster.enumerated() where slot >= 0 {
        ofParts[slot - parts.slots.lowerBound] = run.slotOfCluster[Int(wholes[cluster])]
      }
      merged.append(SlotExpansion.Merged(parts: parts.slots, wholes: ofParts))
    }
    let members = grids.map { $0.members.compactMap { slots.runs[own[$0]] } }
    runs = indices.indices.compactMap { slots.runs[$0] }
    self.summed = summed
    sizes = slots.sizes
    expansion = SlotExpansion(
      summedCount: summedCount, slotCount: slots.sizes.count,
      grids: zip(zip(grids, cells), members).map { grid, members in
        SlotExpansion.Grid(
          slots: grid.1, counts: grid.0.counts, members: members.map(\.slots.lowerBound))
      }, merged: merged)

    let columns =
      zip(members, cells).map { Column(members: $0, first: $1.lowerBound) }
      + summed.map { Column(members: [$0], first: $0.slots.lowerBound) }
    labels = LabelSlots(
      Self.slots(of: columns, assignments), runStarts: columns.map(\.first) + [summedCount])
  }

  /// Clusterings whose clusters give a row one slot together.
  private struct Column {
    let members: [Run]
    /// The slot of their first clusters.
    let first: Int
  }

  /// The slot of each row in each column, row-major.
  private static func slots(of columns: [Column], _ assignments: [Assignment]) -> [UInt32] {
    guard let first = columns.first?.members.first else { return [] }
    let width = columns.count
    var slots = [UInt32](repeating: 0, count: assignments[first.index].labels.count * width)
    for (position, column) in columns.enumerated() {
      for run in column.members {
        for (row, label) in assignments[run.index].labels.enumerated() {
          let cluster = run.slotOfCluster[Int(label)] - run.slots.lowerBound
          let place = row * width + position
          slots[place] = slots[place] * UInt32(run.slots.count) + UInt32(cluster)
        }
      }
      for place in stride(from: position, to: slots.count, by: width) {
        slots[place] += UInt32(column.first)
      }
    }
    return slots
  }

  /// The cluster of `coarse` that each cluster of `fine` is a part of, or nil when one is in several.
  ///
  /// - Complexity: O(n), a few steps where the clusterings have nothing to do with each other.
  private static func wholes(of coarse: Assignment, in fine: Assignment) -> [Int32]? {
    var wholes = [Int32](repeating: -1, count: fine.clusterCount)
    for (part, whole) in zip(fine.labels, coarse.labels) where wholes[Int(part)] != whole {
      guard wholes[Int(part)] < 0 else { return nil }
      wholes[Int(part)] = whole
    }
    return wholes
  }
}

/// The silhouettes of some consecutive rows, one list a run.
typealias SilhouetteBlock = [[Double]]

/// Slots as they are given out.
private struct SlotList {
  /// The number of rows in each slot.
  private(set) var sizes: [Double] = []
  /// The runs that have got slots, by their places.
  private(set) var runs: [Int: SilhouetteRuns.Run] = [:]

  /// Gives out slots that are no clusters.
  mutating func append(_ count: Int) -> Range<Int> {
    let first = sizes.count
    sizes += [Double](repeating: 0, count: count)
    return first..<sizes.count
  }

  /// Gives out a slot for each cluster that has rows.
  @discardableResult
  mutating func append(_ counts: [Double], of place: Int, index: Int) -> SilhouetteRuns.Run {
    var next = sizes.count
    let slotOfCluster = counts.map { size in
      guard size > 0 else { return -1 }
      defer { next += 1 }
      return next
    }
    let run = SilhouetteRuns.Run(
      index: index, slots: sizes.count..<next, slotOfCluster: slotOfCluster)
    sizes += counts.filter { $0 > 0 }
    runs[place] = run
    return run
  }
}
