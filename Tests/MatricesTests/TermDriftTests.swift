internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Rows that rest between moves of sparse centers")
struct TermDriftTests {
  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  /// Texts whose rows all have a scale of their own, half of their values below zero when `signed`.
  private func points(signed: Bool, scale: Float) -> CSRMatrix {
    let text = RandomPoints.text(seed: 31, rowCount: 2_500, columnCount: 700)
    var generator = CounterGenerator(seed: 5, purpose: 0x51)
    return CSRMatrix(
      rowCount: text.rowCount, columnCount: text.columnCount, rowOffsets: text.rowOffsets,
      columnIndices: text.columnIndices,
      values: text.values.map {
        signed && generator.nextIndex(below: 2) == 0 ? -$0 * scale : $0 * scale
      })
  }

  @Test(
    "Standings kept over many moves equal standings made anew",
    arguments: [false, true], [Float(1), 1e-12, 1e9])
  func keptOverManyMoves(signed: Bool, scale: Float) {
    // One thread keeps the rows' leads, several keep what drifted on each term.
    for threadCount in [1, 2] {
      keptOverManyMoves(signed: signed, scale: scale, pool: WorkerPool(threadCount: threadCount))
    }
  }

  private func keptOverManyMoves(signed: Bool, scale: Float, pool: WorkerPool) {
    let points = EnginePoints(.sparse(points(signed: signed, scale: scale)), pool: pool)
    for level in Self.levels {
      for clusterCount in [2, 17, 60, 340] {
        let pruned = points.space(
          clusterCount: clusterCount, kernel: .sparse, instructionSet: level)
        // Whatever is asked of fresh standings is looked at row by row.
        let plain = points.space(
          clusterCount: clusterCount, kernel: .sparse, instructionSet: level)
        let rows = Array(0..<clusterCount)
        pruned.setCenters(toRows: rows, pool: pool)
        plain.setCenters(toRows: rows, pool: pool)
        let kept = Standings(rowCount: 2_500)
        for step in 0..<14 {
          pruned.assign(into: kept, pool: pool)
          let fresh = Standings(rowCount: 2_500)
          plain.assign(into: fresh, pool: pool)
          #expect(kept.labels.array() == fresh.labels.array(), "\(level) k=\(clusterCount) \(step)")
          // In the end only some rows come and go, now here, now there, as in a fit that settles.
          let target = Buffer(kept.labels.array(), orEmpty: 0)
          if step > 7 {
            for row in stride(from: step, to: 2_500, by: 61) {
              target[row] = (target[row] + 1) % Int32(clusterCount)
            }
          }
          let shift = pruned.moveCenters(to: target, pool: pool)
          #expect(shift == plain.moveCenters(to: target, pool: pool))
        }
        #expect(pruned.publish(pool: pool) == plain.publish(pool: pool))
        pruned.assign(into: kept, pool: pool)
        let fresh = Standings(rowCount: 2_500)
        plain.assign(into: fresh, pool: pool)
        #expect(kept.labels.array() == fresh.labels.array())
      }
    }
  }

  @Test(
    "Standings stay exact when rows that outweighed a cluster leave it",
    arguments: [Float(200), 3_000], [1, 2])
  func outweighed(factor: Float, threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let text = points(signed: false, scale: 1)
    // The norm of the sum that they leave is summed afresh, and the bias jumps with it.
    let heavy = [0, 500, 1_000]
    var values = text.values
    for row in heavy { for entry in text.entries(ofRow: row) { values[entry] *= factor } }
    let points = EnginePoints(
      .sparse(
        CSRMatrix(
          rowCount: text.rowCount, columnCount: text.columnCount, rowOffsets: text.rowOffsets,
          columnIndices: text.columnIndices, values: values)), pool: pool)
    let pruned = points.space(clusterCount: 30, kernel: .sparse)
    let plain = points.space(clusterCount: 30, kernel: .sparse)
    for space in [pruned, plain] { space.setCenters(toRows: Array(1...30), pool: pool) }
    let kept = Standings(rowCount: 2_500)
    for step in 0..<24 {
      pruned.assign(into: kept, pool: pool)
      let fresh = Standings(rowCount: 2_500)
      plain.assign(into: fresh, pool: pool)
      #expect(kept.labels.array() == fresh.labels.array(), "\(step)")
      // No cluster is ever without rows, which would make the space forget what rests.
      var labels = (0..<2_500).map { Int32($0 % 30) }
      for row in heavy { labels[row] = Int32(step / 3 * 7 % 30) }
      let moved = Buffer(labels, orEmpty: 0)
      #expect(
        pruned.moveCenters(to: moved, pool: pool) == plain.moveCenters(to: moved, pool: pool))
    }
  }

  @Test("Cells of rare terms stand for whole lanes", arguments: [3, 48, 200, 330], [1, 2])
  func rareTerms(clusterCount: Int, threadCount: Int) {
    let pool = WorkerPool(threadCount: threadCount)
    let text = points(signed: false, scale: 1)
    let points = EnginePoints(.sparse(text), pool: pool)
    let cells = points.space(clusterCount: clusterCount, kernel: .sparse)
    let lanes = points.space(clusterCount: clusterCount, kernel: .sparse, absorbsBatches: true)
    let start = CenterSpaceTests().centers(text, count: clusterCount, seed: 8)
    for startsAtRows in [false, true] {
      for space in [cells, lanes] {
        if startsAtRows {
          space.setCenters(toRows: (0..<clusterCount).map { $0 / 2 }, pool: pool)
        } else {
          space.setCenters(start, pool: pool)
        }
      }
      let (a, b) = (Standings(rowCount: 2_500), Standings(rowCount: 2_500))
      for _ in 0..<8 {
        cells.assign(into: a, pool: pool)
        lanes.assign(into: b, pool: pool)
        #expect(a.labels.array() == b.labels.array())
        // Now and then a cluster loses all rows, and later gets some again.
        for row in 0..<2_500 where a.labels[row] == 1 { a.labels[row] = 0 }
        b.labels.copy(from: a.labels)
        #expect(
          cells.moveCenters(to: a.labels, pool: pool)
            == lanes.moveCenters(to: b.labels, pool: pool))
        #expect(
          cells.squaredDistances(to: a.labels, pool: pool)
            == lanes.squaredDistances(to: b.labels, pool: pool))
      }
      #expect(cells.publish(pool: pool) == lanes.publish(pool: pool))
      cells.assign(into: a, pool: pool)
      lanes.assign(into: b, pool: pool)
      #expect(a.labels.array() == b.labels.array())
    }
  }
}
