import Benchmark

/// Every kernel by shape: rows n, columns d, stored elements a row m, clusters k, dimensions r.
let benchmarks: @Sendable () -> Void = {
  registerLimits()
  registerAssignment()
  registerUpdates()
  registerTiles()
  registerLatentProducts()
}
