internal import CKernels

/// The centers of several runs among the same points, which take their steps together.
///
/// One pass over the rows tells for all runs which rows rest; each run then meets only those left to it.
/// Runs may join and leave between steps. Every run goes exactly as it would alone.
package final class CenterGroup: @unchecked Sendable {
  /// The most runs that one pass over the rows serves: one for each place of a register.
  package static let memberLimit = 16

  /// The fewest runs for which a shared pass costs less than a pass each.
  private static let leastShared = 3

  /// One run.
  package struct Member: Sendable {
    let space: any CenterSpace
    let standings: Standings

    /// Takes part with these centers and standings.
    package init(space: any CenterSpace, standings: Standings) {
      self.space = space
      self.standings = standings
    }
  }

  private let points: EnginePoints
  /// What moved on each term in each run, `d×16`; empty until it is needed.
  private var spans = Buffer<Float>(unwritten: 0)
  /// The rows of each chunk that may not rest, n for each place.
  private var unsettled: [Buffer<Int32>] = []
  /// How many those are, a chunk after another for each place.
  private var counts: [Buffer<Int>] = []

  /// Makes a group among some points.
  package init(_ points: EnginePoints) { self.points = points }

  /// Labels every row of every member.
  ///
  /// - Complexity: O(nnz·Σk).
  package func assign(_ members: [Member], pool: WorkerPool) {
    precondition(members.count <= Self.memberLimit, "a group has at most 16 members")
    guard let (points, runs) = sparseRuns(members), members.count > 1 else {
      return pool.forEachJob(members.count) { place, pool in
        members[place].space.assign(into: members[place].standings, pool: pool)
      }
    }
    let isPruning = Buffer<Bool>(count: runs.count, repeating: false)
    pool.forEachJob(runs.count) { place, pool in
      isPruning.base[place] =
        runs[place].space.drift?.resume(runs[place].standings, pool: pool) ?? false
    }
    let pruning = runs.indices.filter { isPruning[$0] }
    findUnsettled(pruning.map { runs[$0] }, among: points, pool: pool)

    // Run by run, so that the panel of a run stays in the caches while its rows pass.
    var listOf = [Int?](repeating: nil, count: runs.count)
    for (list, place) in pruning.enumerated() { listOf[place] = list }
    let lists = listOf
    let stride = runs.reduce(0) { max($0, $1.space.stride) }
    pool.forEach(
      runs.count * points.chunkCount,
      makeScratch: { Buffer<Float>(count: 4 * stride, repeating: 0) },
      { unit, tails in
        let (place, chunk) = (unit / points.chunkCount, unit % points.chunkCount)
        let rows = points.rows(ofChunk: chunk)
        let (space, standings) = runs[place]
        guard let list = lists[place] else {
          return space.assign(rows: rows, into: standings, tails: tails)
        }
        space.assign(
          unsettled: self.unsettled[list].base + rows.lowerBound,
          count: self.counts[list].base[chunk], into: standings, tails: tails)
      })
  }

  /// Moves the centers of every member to the means of their rows; returns the summed squared distances
  /// moved.
  ///
  /// `changes`: for each member how its labels differ from those of the last move, or nil.
  ///
  /// - Complexity: as of the spaces one by one.
  package func moveCenters(
    of members: [Member], to labels: [Buffer<Int32>], changes: [LabelChanges?], pool: WorkerPool
  ) -> [Double] {
    precondition(
      labels.count == members.count && changes.count == members.count,
      "every member needs labels")
    let shifts = Buffer<Double>(count: members.count, repeating: 0)
    guard let (points, runs) = sparseRuns(members), members.count > 1 else {
      pool.forEachJob(members.count) { place, pool in
        shifts.base[place] = members[place].space.moveCenters(
          to: labels[place], changes: changes[place], pool: pool)
      }
      return shifts.array()
    }
    let moves = pool.mapJobs(runs.count) { place, pool in
      runs[place].space.beginMove(to: labels[place], changes: changes[place], pool: pool)
    }
    let chunkCount = points.termChunks.count
    let sums = pool.map(
      runs.count * chunkCount,
      makeScratch: { (place: -1, sums: SparseCenters.SumScratch(stride: 0)) },
      { unit, scratch in
        let place = unit / chunkCount
        if scratch.place != place {
          scratch = (place, SparseCenters.SumScratch(stride: runs[place].space.stride))
        }
        return runs[place].space.updateSums(
          ofChunk: unit % chunkCount, by: moves[place], scratch: scratch.sums)
      })
    pool.forEach(runs.count) { place in
      let first = place * chunkCount
      shifts.base[place] = runs[place].space.finish(
        moves[place], changes: sums[first..<first + chunkCount])
    }
    return shifts.array()
  }

  /// The members, when all of them are sparse and meet their rows term by term.
  private func sparseRuns(
    _ members: [Member]
  ) -> (SparsePoints, [(space: SparseCenters, standings: Standings)])? {
    guard case .sparse(let points) = points else { return nil }
    var runs: [(SparseCenters, Standings)] = []
    for member in members {
      guard let space = member.space as? SparseCenters, space.kernel != .gemm else { return nil }
      precondition(space.points === points, "a group's members belong to its points")
      precondition(
        member.standings.labels.count == points.rowCount, "standings need one place a row")
      runs.append((space, member.standings))
    }
    return (points, runs)
  }

  /// Lists the rows of each run that may not rest.
  private func findUnsettled(
    _ runs: [(space: SparseCenters, standings: Standings)], among points: SparsePoints,
    pool: WorkerPool
  ) {
    while unsettled.count < runs.count {
      unsettled.append(Buffer(unwritten: points.rowCount))
      counts.append(Buffer(unwritten: points.chunkCount))
    }
    let isShared = runs.count >= Self.leastShared
    if isShared { gatherSpans(runs.map(\.space), among: points, pool: pool) }
    pool.forEach(
      points.chunkCount,
      makeScratch: { Buffer<Float>(unwritten: isShared ? 16 * SparsePoints.chunkSize : 0) },
      { chunk, moved in
        let rows = points.rows(ofChunk: chunk)
        let (first, last) = (Int64(rows.lowerBound), Int64(rows.upperBound))
        var kernelRows = points.kernelRows
        if isShared {
          kindred_drift_movements(
            runs[0].space.instructionSet.rawValue, self.spans.base, &kernelRows, first, last,
            moved.base)
        }
        for (place, (space, standings)) in runs.enumerated() {
          guard var drift = space.kernelDrift else {
            preconditionFailure("rows cannot rest without bounds")
          }
          let list = self.unsettled[place].base + rows.lowerBound
          let level = space.instructionSet.rawValue
          let count =
            isShared
            ? kindred_drift_unsettled_by(
              level, &drift, &kernelRows, first, last, moved.base + place,
              standings.labels.base, space.bias.base, list)
            : kindred_drift_unsettled(
              level, &drift, &kernelRows, first, last, standings.labels.base, space.bias.base,
              list)
          self.counts[place].base[chunk] = Int(count)
        }
      })
  }

  /// Lays the runs' spans side by side.
  private func gatherSpans(
    _ spaces: [SparseCenters], among points: SparsePoints, pool: WorkerPool
  ) {
    if spans.count == 0 { spans = Buffer(count: 16 * points.columnCount, repeating: 0) }
    let size = 1_024
    pool.forEach((0..<points.columnCount).pieceCount(size: size)) { piece in
      let terms = (0..<points.columnCount).piece(piece, size: size)
      for (place, space) in spaces.enumerated() {
        guard let span = space.drift?.span else { continue }
        let target = self.spans.base + place
        for term in terms { target[16 * term] = span[term] }
      }
    }
  }
}
