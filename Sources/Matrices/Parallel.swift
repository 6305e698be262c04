internal import CKernels
internal import Dispatch
internal import Synchronization

/// The one owner of threads: runs numbered chunks of work on a fixed number of them.
///
/// The grid of chunks belongs to the data and never to the number of threads, and results come back
/// in chunk order, so a result cannot depend on how many threads there were or which finished first.
public struct WorkerPool: Sendable, Hashable {
  /// The number of threads that work at once, at least 1.
  public let threadCount: Int

  /// Makes a pool; without a number, of as many threads as there are active cores.
  ///
  /// The first pool also tells BLAS to keep to the thread that calls it.
  public init(threadCount: Int? = nil) {
    self.threadCount = max(1, threadCount ?? Self.activeCoreCount)
    BLAS.keepToCallingThread()
  }

  /// The number of cores that this process may use.
  public static var activeCoreCount: Int { Int(kindred_available_cores()) }

  /// Calls `body` once for each chunk, on all threads, in no particular order, and waits.
  ///
  /// - Complexity: O(`chunkCount`) calls.
  package func forEach(_ chunkCount: Int, _ body: @Sendable (_ chunk: Int) -> Void) {
    forEach(chunkCount, makeScratch: { () }) { chunk, _ in body(chunk) }
  }

  /// Calls `body` once for each chunk with scratch space that belongs to one thread at a time.
  ///
  /// - Complexity: O(`chunkCount`) calls and at most `threadCount` scratch spaces.
  package func forEach<Scratch>(
    _ chunkCount: Int, makeScratch: @Sendable () -> Scratch,
    _ body: @Sendable (_ chunk: Int, _ scratch: inout Scratch) -> Void
  ) {
    guard chunkCount > 0 else { return }
    let workerCount = min(threadCount, chunkCount)
    if workerCount == 1 {
      var scratch = makeScratch()
      for chunk in 0..<chunkCount { body(chunk, &scratch) }
      return
    }
    let next = ChunkCounter()
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      var chunk = next.take()
      guard chunk < chunkCount else { return }
      var scratch = makeScratch()
      while chunk < chunkCount {
        body(chunk, &scratch)
        chunk = next.take()
      }
    }
  }

  /// Calls `body` once for each chunk and returns the results in chunk order.
  ///
  /// - Complexity: O(`chunkCount`) calls.
  package func map<Result: Sendable>(
    _ chunkCount: Int, _ body: @Sendable (_ chunk: Int) -> Result
  ) -> [Result] {
    map(chunkCount, makeScratch: { () }) { chunk, _ in body(chunk) }
  }

  /// Calls `body` once for each chunk with scratch space and returns the results in chunk order.
  ///
  /// - Complexity: O(`chunkCount`) calls and at most `threadCount` scratch spaces.
  package func map<Result: Sendable, Scratch>(
    _ chunkCount: Int, makeScratch: @Sendable () -> Scratch,
    _ body: @Sendable (_ chunk: Int, _ scratch: inout Scratch) -> Result
  ) -> [Result] {
    let results = ResultSlots<Result>(count: chunkCount)
    forEach(chunkCount, makeScratch: makeScratch) { chunk, scratch in
      results.fill(chunk, with: body(chunk, &scratch))
    }
    return results.take()
  }

  /// Does a few jobs that can use threads themselves: each on one thread when there are plenty, else one
  /// after another on all threads.
  ///
  /// - Complexity: O(`count`) calls.
  package func forEachJob(
    _ count: Int, _ body: @Sendable (_ job: Int, _ pool: WorkerPool) -> Void
  ) {
    guard count >= 2 * threadCount else {
      for job in 0..<count { body(job, self) }
      return
    }
    let alone = WorkerPool(threadCount: 1)
    forEach(count) { body($0, alone) }
  }

  /// Does a few jobs that can use threads themselves and returns the results in order.
  ///
  /// - Complexity: O(`count`) calls.
  package func mapJobs<Result: Sendable>(
    _ count: Int, _ body: @Sendable (_ job: Int, _ pool: WorkerPool) -> Result
  ) -> [Result] {
    let results = ResultSlots<Result>(count: count)
    forEachJob(count) { job, pool in results.fill(job, with: body(job, pool)) }
    return results.take()
  }
}

/// Hands out 0, 1, 2, … to whichever thread asks next.
private final class ChunkCounter: Sendable {
  private let next = Atomic<Int>(0)

  func take() -> Int { next.wrappingAdd(1, ordering: .relaxed).oldValue }
}

extension Range<Int> {
  /// The n-th of the fixed pieces of at most `size` that this range is cut into.
  package func piece(_ index: Int, size: Int) -> Range<Int> {
    let start = lowerBound + index * size
    return start..<Swift.min(start + size, upperBound)
  }

  /// The number of pieces of at most `size` that this range is cut into.
  package func pieceCount(size: Int) -> Int { (count + size - 1) / size }
}
