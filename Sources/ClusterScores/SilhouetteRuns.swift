internal import Clustering
internal import Matrices

/// The clusterings that have silhouettes, their occupied clusters side by side as slots.
///
/// A clustering whose clusters are made of whole clusters of another, as a higher cut of the same tree, needs
/// no sums of its own: they are those of the finer one, added up.
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

  /// A clustering whose sums are those of finer clusters.
  struct Merged: Sendable {
    /// Its slots.
    let slots: Range<Int>
    /// The slots of the finer clustering.
    let parts: Range<Int>
    /// For each of those the slot that it is a part of.
    let wholes: [Int]
  }

  /// The clusterings, in the order in which they were asked for.
  let runs: [Run]

  /// Those among them that have sums of their own; their slots come first, and are those of `labels`.
  let summed: [Run]

  /// Those whose sums are added up from finer ones, in the order of their slots.
  let merged: [Merged]

  /// The number of rows in each slot.
  let sizes: [Double]

  /// The slot of each row in each run of `summed`.
  let labels: LabelSlots

  /// Puts clusterings side by side.
  init(_ assignments: [Assignment], indices: [Int]) {
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
      let parent = own.lazy.compactMap { finer in
        Self.wholes(of: coarse, in: assignments[indices[finer]]).map { (place, finer, $0) }
      }.first
      if let parent { parents.append(parent) } else { own.append(place) }
    }

    var sizes: [Double] = []
    var runOfPlace: [Int: Run] = [:]
    own.sort()
    for place in own + parents.map(\.place) {
      let first = sizes.count
      var slotOfCluster = [Int](repeating: -1, count: counts[place].count)
      for (cluster, size) in counts[place].enumerated() where size > 0 {
        slotOfCluster[cluster] = sizes.count
        sizes.append(size)
      }
      runOfPlace[place] = Run(
        index: indices[place], slots: first..<sizes.count, slotOfCluster: slotOfCluster)
    }
    runs = indices.indices.compactMap { runOfPlace[$0] }
    let summed = own.compactMap { runOfPlace[$0] }
    merged = parents.compactMap { place, finer, wholes in
      guard let run = runOfPlace[place], let parts = runOfPlace[finer] else { return nil }
      var slots = [Int](repeating: 0, count: parts.slots.count)
      for (cluster, slot) in parts.slotOfCluster.enumerated() where slot >= 0 {
        slots[slot - parts.slots.lowerBound] = run.slotOfCluster[Int(wholes[cluster])]
      }
      return Merged(slots: run.slots, parts: parts.slots, wholes: slots)
    }
    let rowCount = indices.first.map { assignments[$0].labels.count } ?? 0
    var slots = [UInt32](repeating: 0, count: rowCount * summed.count)
    for (position, run) in summed.enumerated() {
      for (row, label) in assignments[run.index].labels.enumerated() {
        slots[row * summed.count + position] = UInt32(run.slotOfCluster[Int(label)])
      }
    }
    self.summed = summed
    self.sizes = sizes
    let end = summed.last?.slots.upperBound ?? 0
    labels = LabelSlots(slots, runStarts: summed.map(\.slots.lowerBound) + [end])
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
