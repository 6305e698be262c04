internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Sums of sparse rows after labels changed")
struct SumUpdateTests {
  /// Values whose sums are exact in double precision, or nearly all lose digits.
  static let spreads: [(name: String, least: Float, most: Float)] = [
    ("alike", 0.1, 1), ("far apart", 1e-12, 1e6), ("tiny", 7 * .leastNonzeroMagnitude, 1e-38),
  ]

  @Test("Sums kept over many moves equal sums made anew", arguments: 0..<3)
  func keptOverManyMoves(spread: Int) {
    let (name, least, most) = Self.spreads[spread]
    let pool = WorkerPool(threadCount: 2)
    let text = RandomPoints.text(seed: 8, rowCount: 1_500, columnCount: 200)
    var generator = CounterGenerator(seed: 9, purpose: 0x5D)
    let values = text.values.map { _ in
      generator.nextIndex(below: 2) == 0 ? least * Float(1 + generator.nextUnit()) : -most
    }
    let points = EnginePoints(
      .sparse(
        CSRMatrix(
          rowCount: text.rowCount, columnCount: text.columnCount, rowOffsets: text.rowOffsets,
          columnIndices: text.columnIndices, values: values)), pool: pool)
    for clusterCount in [3, 40] {
      let kept = points.space(clusterCount: clusterCount, kernel: .sparse)
      kept.setCenters(toRows: Array(0..<clusterCount), pool: pool)
      let labels = Buffer<Int32>(
        (0..<1_500).map { Int32($0 % clusterCount) }, orEmpty: 0)
      // Many rows change their label at once, then few, then none.
      for changedCount in [0, 700, 60, 9, 400, 1, 0] {
        for _ in 0..<changedCount {
          labels[generator.nextIndex(below: 1_500)] = Int32(
            generator.nextIndex(below: clusterCount))
        }
        _ = kept.moveCenters(to: labels, pool: pool)
      }
      let fresh = points.space(clusterCount: clusterCount, kernel: .sparse)
      fresh.setCenters(toRows: Array(0..<clusterCount), pool: pool)
      _ = fresh.moveCenters(to: labels, pool: pool)
      #expect(kept.publish(pool: pool) == fresh.publish(pool: pool), "\(name) k=\(clusterCount)")
    }
  }

  @Test("Centers given as a matrix equal the same centers given as rows")
  func centersAsMatrix() {
    let pool = WorkerPool(threadCount: 2)
    let text = RandomPoints.text(seed: 4, rowCount: 600, columnCount: 9_000)
    let points = EnginePoints(.sparse(text), pool: pool)
    for clusterCount in [1, 16, 37, 330] {
      let rows = (0..<clusterCount).map { ($0 * 7) % 600 }
      let asRows = points.space(clusterCount: clusterCount, kernel: .sparse)
      asRows.setCenters(toRows: rows, pool: pool)
      let asMatrix = points.space(clusterCount: clusterCount, kernel: .sparse)
      // Whatever stood there before must be gone.
      asMatrix.setCenters(toRows: rows.map { ($0 + 100) % 600 }, pool: pool)
      asMatrix.setCenters(text.dense().selecting(rows: rows), pool: pool)
      for (ours, theirs) in zip(asMatrix.squaredNorms.array(), asRows.squaredNorms.array()) {
        #expect(isClose(ours, theirs, relative: 1e-12))
      }
      let (left, right) = (Standings(rowCount: 600), Standings(rowCount: 600))
      asMatrix.assign(into: left, pool: pool)
      asRows.assign(into: right, pool: pool)
      #expect(left.labels.array() == right.labels.array())
      #expect(asMatrix.publish(pool: pool) == asRows.publish(pool: pool))
    }
  }
}
