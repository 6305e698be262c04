internal import Clustering
internal import Matrices
internal import Synchronization
internal import TestSupport
internal import Testing

@Suite("Restarts that go through the rows together")
struct TogetherTests {
  /// Restarts of many k, from rows that may repeat and so leave clusters empty.
  private func starts(_ matrix: FeatureMatrix, kernel: ProductKernel) -> [KMeans.Start] {
    var generator = CounterGenerator(seed: 3, purpose: 0x706)
    return (0..<23).map { place in
      var settings = KMeans(clusterCount: 1 + place * 2)
      settings.relativeTolerance = place % 3 == 0 ? 1e-2 : 0
      settings.iterationLimit = place % 5 == 0 ? 3 : 300
      settings.kernel = kernel
      let rows = (0..<settings.clusterCount).map { _ in
        generator.nextIndex(below: matrix.rowCount)
      }
      return KMeans.Start(settings, restart: place % 4, seeds: rows)
    }
  }

  private func models(
    _ starts: [KMeans.Start], _ prepared: PreparedPoints, liveLimit: Int, threads: Int
  ) throws -> [KMeansModel?] {
    let found = Mutex([KMeansModel?](repeating: nil, count: starts.count))
    try KMeans.fitTogether(
      starts, prepared: prepared, liveLimit: liveLimit, pool: WorkerPool(threadCount: threads),
      finish: { place, outcome in
        guard case .whole(let model) = outcome else { return }
        found.withLock { $0[place] = model }
      })
    return found.withLock { $0 }
  }

  @Test("Each goes exactly as it would alone", arguments: [ProductKernel.sparse, .gemm])
  func goesAsAlone(kernel: ProductKernel) throws {
    let text = RandomPoints.text(seed: 12, rowCount: 2_600, columnCount: 500)
    let dense = RandomPoints.blobs(seed: 12, rowCount: 1_300, columnCount: 9)
    for matrix in [FeatureMatrix.sparse(text), .dense(dense)] {
      let pool = WorkerPool(threadCount: 2)
      let prepared = PreparedPoints(matrix, pool: pool)
      let starts = starts(matrix, kernel: kernel)
      let alone = try starts.map {
        try $0.settings.fitRestart($0.restart, prepared: prepared, seeds: $0.seeds, pool: pool)
      }
      #expect(Set(alone.map(\.iterations.count)).count > 5, "runs should end at different times")
      for (liveLimit, threads) in [(1, 1), (2, 2), (5, 1), (16, 1), (16, 3)] {
        let together = try models(starts, prepared, liveLimit: liveLimit, threads: threads)
        #expect(together == alone, "\(liveLimit) at once, \(threads) threads")
      }
    }
  }

  @Test("A stop ends all that has not finished") func stopped() throws {
    let matrix = FeatureMatrix.sparse(RandomPoints.text(seed: 1, rowCount: 300, columnCount: 90))
    let pool = WorkerPool(threadCount: 2)
    let starts = starts(matrix, kernel: .sparse)
    let finishedCount = Mutex(0)
    #expect(throws: ClusteringError.cancelled) {
      try KMeans.fitTogether(
        starts, prepared: PreparedPoints(matrix, pool: pool), liveLimit: 4, pool: pool,
        isStopped: { finishedCount.withLock { $0 } >= 3 },
        finish: { _, _ in finishedCount.withLock { $0 += 1 } })
    }
    // Those that end in the same pass are all heard of.
    #expect((3..<starts.count) ~= finishedCount.withLock { $0 })
  }

  @Test("A cancelled task ends all") func cancelled() async {
    let matrix = FeatureMatrix.sparse(RandomPoints.text(seed: 1, rowCount: 300, columnCount: 90))
    let starts = starts(matrix, kernel: .sparse)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      let prepared = PreparedPoints(matrix, pool: WorkerPool(threadCount: 1))
      return try self.models(starts, prepared, liveLimit: 4, threads: 1)
    }
    await #expect(throws: ClusteringError.cancelled) { try await task.value }
  }
}
