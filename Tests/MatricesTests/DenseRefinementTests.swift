internal import Matrices
internal import TestSupport
internal import Testing

/// Rows of which only some groups of centers are looked at.
@Suite("Full rows and open groups of centers")
struct DenseRefinementTests {
  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  /// Points without clear clusters, whose rows stay undecided for many steps, and many times the same.
  private func points(columnCount: Int, rowCount: Int = 2_300) -> DenseMatrix {
    let loose = RandomPoints.blobs(
      seed: 77, rowCount: rowCount - 40, columnCount: columnCount, blobCount: 90)
    let repeated = loose.selecting(rows: (0..<40).map { $0 % 8 })
    return DenseMatrix(
      rowCount: rowCount, columnCount: columnCount,
      elements: loose.elements + repeated.elements)
  }

  private func labels(_ space: any CenterSpace) -> [Int32] {
    let standings = Standings(rowCount: space.rowCount)
    space.assign(into: standings, pool: WorkerPool(threadCount: 2))
    return standings.labels.array()
  }

  @Test(
    "Every step gives the labels of a look at all centers, whatever the level and the width",
    arguments: [1, 2, 15, 16, 17, 50, 100], [3, 16, 45, 65, 130])
  func everyStep(columnCount: Int, clusterCount: Int) {
    let full = points(columnCount: columnCount)
    let pool = WorkerPool(threadCount: 2)
    let prepared = EnginePoints(.dense(full), pool: pool)
    for level in Self.levels {
      let space = prepared.space(
        clusterCount: clusterCount, kernel: .automatic, instructionSet: level)
      let fresh = prepared.space(
        clusterCount: clusterCount, kernel: .automatic, instructionSet: level)
      space.setCenters(toRows: (0..<clusterCount).map { $0 * 11 }, pool: pool)
      fresh.setCenters(toRows: (0..<clusterCount).map { $0 * 11 }, pool: pool)
      let kept = Standings(rowCount: full.rowCount)
      for step in 0..<14 {
        space.assign(into: kept, pool: pool)
        // New standings each time: this space knows no bounds and looks at every center.
        #expect(labels(fresh) == kept.labels.array(), "\(level), step \(step)")
        _ = space.moveCenters(to: kept.labels, pool: pool)
        _ = fresh.moveCenters(to: kept.labels, pool: pool)
      }
    }
  }

  @Test("A fit to the end has the labels of the slow one", arguments: [7, 40])
  func wholeFit(clusterCount: Int) {
    let full = points(columnCount: 12, rowCount: 900)
    let pool = WorkerPool(threadCount: 2)
    let rows = (0..<clusterCount).map { 3 + $0 * 20 }
    var slow = SlowKMeans(full, centers: full.selecting(rows: rows))
    let expected = slow.run(limit: 60)
    let prepared = EnginePoints(.dense(full), pool: pool)
    for level in Self.levels {
      let space = prepared.space(
        clusterCount: clusterCount, kernel: .automatic, instructionSet: level)
      space.setCenters(toRows: rows, pool: pool)
      let kept = Standings(rowCount: full.rowCount)
      for _ in 0..<60 {
        space.assign(into: kept, pool: pool)
        _ = space.moveCenters(to: kept.labels, pool: pool)
      }
      space.assign(into: kept, pool: pool)
      #expect(kept.labels.array() == expected.labels, "\(level)")
      _ = space.publish(pool: pool)
      space.assign(into: kept, pool: pool)
      #expect(kept.labels.array() == expected.labels, "\(level), published")
    }
  }

  @Test("Labels, scores and centers do not depend on the number of threads")
  func threads() {
    let full = points(columnCount: 30)
    let outcomes = [1, 2, 3, 8].map { threads in
      let pool = WorkerPool(threadCount: threads)
      let space = EnginePoints(.dense(full), pool: pool).space(
        clusterCount: 60, kernel: .automatic)
      space.setCenters(toRows: Array(0..<60), pool: pool)
      let kept = Standings(rowCount: full.rowCount)
      for _ in 0..<12 {
        space.assign(into: kept, pool: pool)
        _ = space.moveCenters(to: kept.labels, pool: pool)
      }
      let scores = kept.best.array() + kept.second.array()
      return (labels: kept.labels.array(), scores, centers: space.publish(pool: pool).elements)
    }
    for outcome in outcomes {
      #expect(outcome.labels == outcomes[0].labels)
      #expect(outcome.1 == outcomes[0].1)
      #expect(outcome.centers == outcomes[0].centers)
    }
  }

  @Test("The first value that is not finite is found wherever it lies")
  func nonFinite() throws {
    for place in [0, 4_095, 4_096, 9_998, 9_999] {
      for value in [Float.nan, .infinity, -.infinity] {
        var elements = [Float](repeating: -Float.greatestFiniteMagnitude, count: 10_000)
        elements[place] = value
        elements[9_999] = .nan
        let matrix = DenseMatrix(rowCount: 100, columnCount: 100, elements: elements)
        let found = try #require(matrix.firstNonFinite())
        #expect(found.row == place / 100 && found.column == place % 100)
      }
    }
    let whole = [Float](repeating: .greatestFiniteMagnitude, count: 10_000)
    #expect(
      DenseMatrix(rowCount: 100, columnCount: 100, elements: whole).firstNonFinite() == nil)
  }
}
