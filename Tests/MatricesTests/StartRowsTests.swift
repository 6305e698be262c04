internal import Matrices
internal import TestSupport
internal import Testing

/// Centers that are rows, as at the start of a fit: most rows share no term with any of them.
@Suite("Centers that are rows")
struct StartRowsTests {
  @Test("rows that share no term with a center get the nearest one all the same", arguments: 1...8)
  func apart(seed: UInt64) {
    // Rows of few terms among many, some of them of other lengths, so that lengths decide.
    var generator = CounterGenerator(seed: seed, purpose: 0x57A)
    let unit = RandomPoints.text(seed: seed, rowCount: 900, columnCount: 4_000, length: 4)
    var values = unit.values
    for row in stride(from: 0, to: unit.rowCount, by: 3) {
      let factor = Float(0.5 + generator.nextUnit())
      for entry in unit.entries(ofRow: row) { values[entry] *= factor }
    }
    let points = CSRMatrix(
      rowCount: unit.rowCount, columnCount: unit.columnCount, rowOffsets: unit.rowOffsets,
      columnIndices: unit.columnIndices, values: values)
    let full = points.dense()
    for clusterCount in [2, 7, 29, 70] {
      let rows = (0..<clusterCount).map { _ in generator.nextIndex(below: points.rowCount) }
      let centers = DenseMatrix(
        rowCount: clusterCount, columnCount: full.columnCount,
        elements: rows.flatMap { Array(full.row($0)) })
      let expected = SlowKMeans(full, centers: centers).labels()
      for threads in [1, 2, 3] {
        let pool = WorkerPool(threadCount: threads)
        let space = EnginePoints(.sparse(points), pool: pool).space(
          clusterCount: clusterCount, kernel: .sparse, pool: pool)
        // The second time the panel is no longer a fresh one.
        for _ in 0..<2 {
          space.setCenters(toRows: rows, pool: pool)
          let standings = Standings(rowCount: points.rowCount)
          space.assign(into: standings, pool: pool)
          #expect(standings.labels.array() == expected, "seed \(seed), k \(clusterCount)")
          _ = space.moveCenters(to: standings.labels, pool: pool)
        }
      }
    }
  }

  @Test("distances to own centers are the same row by row and term by term")
  func distances() {
    let points = RandomPoints.text(seed: 6, rowCount: 700, columnCount: 600)
    for clusterCount in [1, 16, 29, 200] {
      let labels = Buffer((0..<Int32(700)).map { $0 % Int32(clusterCount) }, orEmpty: 0)
      let found = [1, 2].map { threads in
        let pool = WorkerPool(threadCount: threads)
        let space = EnginePoints(.sparse(points), pool: pool).space(
          clusterCount: clusterCount, kernel: .sparse, pool: pool)
        space.setCenters(toRows: Array(0..<clusterCount), pool: pool)
        _ = space.moveCenters(to: labels, pool: pool)
        return space.squaredDistances(to: labels, pool: pool)
      }
      #expect(found[0] == found[1])
    }
  }
}
