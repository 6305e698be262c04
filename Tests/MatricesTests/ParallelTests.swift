internal import Matrices
internal import Synchronization
internal import Testing

@Suite("Worker pool")
struct ParallelTests {
  @Test("Runs every chunk once and returns results in chunk order", arguments: [1, 2, 3, 8, 40])
  func order(threads: Int) {
    let pool = WorkerPool(threadCount: threads)
    for count in [0, 1, 2, 7, 1_000] {
      let calls = Atomic<Int>(0)
      let results = pool.map(count) { chunk in
        calls.wrappingAdd(1, ordering: .relaxed)
        return chunk * chunk
      }
      #expect(results == (0..<count).map { $0 * $0 })
      #expect(calls.load(ordering: .relaxed) == count)
    }
  }

  @Test("Makes at most one scratch space a thread, and none without work")
  func scratch() {
    for (threads, chunks) in [(3, 100), (8, 2), (4, 0)] {
      let made = Atomic<Int>(0)
      WorkerPool(threadCount: threads).forEach(
        chunks,
        makeScratch: {
          made.wrappingAdd(1, ordering: .relaxed)
          return 0
        },
        { _, uses in uses += 1 })
      #expect(made.load(ordering: .relaxed) <= min(threads, chunks))
    }
  }

  @Test("Takes every core unless told otherwise, and never less than one thread")
  func threadCounts() {
    #expect(WorkerPool().threadCount == WorkerPool.activeCoreCount)
    #expect(WorkerPool.activeCoreCount >= 1)
    #expect(WorkerPool(threadCount: 0).threadCount == 1)
    #expect(WorkerPool(threadCount: 5).threadCount == 5)
  }

  @Test("Pieces cover a range without gaps", arguments: [0, 1, 9, 10, 11, 30])
  func pieces(count: Int) {
    let range = 5..<5 + count
    let pieces = (0..<range.pieceCount(size: 10)).map { range.piece($0, size: 10) }
    #expect(pieces.flatMap { Array($0) } == Array(range))
    #expect(pieces.allSatisfy { !$0.isEmpty && $0.count <= 10 })
  }
}
