internal import Matrices
internal import Testing

/// Whether workers are at work at once: else no sanitizer could find a race between them.
@Suite("Overlapping workers", .enabled(if: WorkerPool.activeCoreCount >= 2, "one core"))
struct OverlapTests {
  private let pool = WorkerPool(threadCount: 2)

  @Test("Two chunks of a loop")
  func loop() {
    let meeting = Meeting()
    let met = pool.map(2) { _ in meeting.arrive() }
    #expect(met == [true, true])
  }

  @Test("Two chunks of many")
  func longLoop() {
    let meeting = Meeting()
    let met = pool.map(1_000) { $0 > 1 || meeting.arrive() }
    #expect(met.allSatisfy { $0 })
  }

  @Test("Two jobs that could use threads themselves")
  func jobs() {
    let meeting = Meeting()
    let met = pool.mapJobs(4) { job, own in
      #expect(own.threadCount == 1)
      return job > 1 || meeting.arrive()
    }
    #expect(met.allSatisfy { $0 })
  }

  @Test("Two tiles of distances")
  func tiles() {
    let rowCount = 1_024
    let matrix = DenseMatrix(
      rowCount: rowCount, columnCount: 2, elements: (0..<2 * rowCount).map { Float($0 % 7) })
    let points = TilePoints(.dense(matrix), pool: pool)
    let meeting = Meeting()
    let met = Buffer<Bool>(count: rowCount, repeating: true)
    DistanceTiles.reducePairs(of: points, pool: pool) { Waiting(meeting: meeting, met: met) }
    #expect(met.elements.allSatisfy { $0 })
  }

  @Test("Two empty arrays, which share no length")
  func emptyArrays() {
    let meeting = Meeting()
    let made = pool.map(2) { _ in
      let capacity = meeting.arrive() ? 0 : 1
      return (0..<1_000).map { _ in [Float](writing: capacity) { $1 = $0.count } }
    }
    #expect(made.allSatisfy { $0.allSatisfy(\.isEmpty) })
  }
}

/// Waits at the first tile of each of the first two blocks.
private struct Waiting: TileReducer {
  let meeting: Meeting
  let met: Buffer<Bool>

  func reduce(_ tile: DistanceTile) {
    // The second block meets itself in the round of the first.
    if tile.rows == tile.columns { met[tile.rows.lowerBound] = meeting.arrive() }
  }
}
