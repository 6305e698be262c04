internal import Clustering
internal import Matrices

/// The clusterings that have silhouettes, their occupied clusters side by side as slots.
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

  /// The clusterings.
  let runs: [Run]

  /// The number of rows in each slot.
  let sizes: [Double]

  /// The slot of each row in each run.
  let labels: LabelSlots

  /// Puts clusterings side by side.
  init(_ assignments: [Assignment], indices: [Int]) {
    var runs: [Run] = []
    var sizes: [Double] = []
    for index in indices {
      let first = sizes.count
      var slotOfCluster = [Int](repeating: -1, count: assignments[index].clusterCount)
      for (cluster, size) in assignments[index].sizes().enumerated() where size > 0 {
        slotOfCluster[cluster] = sizes.count
        sizes.append(Double(size))
      }
      runs.append(Run(index: index, slots: first..<sizes.count, slotOfCluster: slotOfCluster))
    }
    let rowCount = indices.first.map { assignments[$0].labels.count } ?? 0
    var slots = [UInt32](repeating: 0, count: rowCount * runs.count)
    for (position, run) in runs.enumerated() {
      for (row, label) in assignments[run.index].labels.enumerated() {
        slots[row * runs.count + position] = UInt32(run.slotOfCluster[Int(label)])
      }
    }
    self.runs = runs
    self.sizes = sizes
    labels = LabelSlots(slots, runStarts: runs.map(\.slots.lowerBound) + [sizes.count])
  }

  /// The silhouette of a row in one run, from the sums of its distances to the rows of each slot.
  ///
  /// For a row of the clustering itself a = sum / (size − 1), and 0 is the answer for a cluster of
  /// one row. For an unseen row a = sum / size, and 0 is the answer when its cluster has no rows.
  func silhouette(_ run: Run, cluster: Int32, isMember: Bool, sums: [Double]) -> Double {
    let own = run.slotOfCluster[Int(cluster)]
    guard own >= 0, !isMember || sizes[own] > 1 else { return 0 }
    var nearest = Double.infinity
    for slot in run.slots where slot != own {
      let mean = sums[slot] / sizes[slot]
      if mean < nearest { nearest = mean }
    }
    let inside = sums[own] / (isMember ? sizes[own] - 1 : sizes[own])
    let larger = max(inside, nearest)
    return larger > 0 ? (nearest - inside) / larger : 0
  }
}

/// The silhouettes of some consecutive rows, one list a run.
typealias SilhouetteBlock = [[Double]]

extension SilhouetteRuns {
  /// The silhouettes of consecutive rows; `writeSums` gives a row's sums.
  func block(
    _ rows: Range<Int>, assignments: [Assignment], isMember: Bool, sums: inout [Double],
    writeSums: (_ row: Int, _ sums: inout [Double]) -> Void
  ) -> SilhouetteBlock {
    var block = SilhouetteBlock(repeating: [], count: runs.count)
    for row in rows {
      writeSums(row, &sums)
      for (position, run) in runs.enumerated() {
        block[position].append(
          silhouette(
            run, cluster: assignments[run.index].labels[row], isMember: isMember, sums: sums))
      }
    }
    return block
  }
}
