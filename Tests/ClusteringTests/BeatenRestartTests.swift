import Clustering
import Matrices
import TestSupport
import Testing

@Suite("Restarts that another has beaten")
struct BeatenRestartTests {
  /// Restarts of one setting over the same points, each to its end.
  private func restarts(
    of settings: KMeans, over matrix: FeatureMatrix, kernel: ProductKernel
  ) throws -> (settings: KMeans, prepared: PreparedPoints, pool: WorkerPool, whole: [KMeansModel]) {
    var settings = settings
    settings.kernel = kernel
    let pool = WorkerPool(threadCount: 1)
    let prepared = try settings.prepare(matrix, initialCenters: nil, pool: pool)
    let whole = try (0..<settings.restartCount).map {
      try settings.fitRestart($0, prepared: prepared, pool: pool)
    }
    return (settings, prepared, pool, whole)
  }

  private func matrices() -> [FeatureMatrix] {
    [
      .sparse(RandomPoints.text(seed: 21, rowCount: 700, columnCount: 150)),
      .dense(RandomPoints.blobs(seed: 21, rowCount: 600, columnCount: 7)),
    ]
  }

  @Test("A restart is given up only when its model would have lost", arguments: [3, 12, 40])
  func losersOnly(clusterCount: Int) throws {
    var settings = KMeans(clusterCount: clusterCount)
    settings.restartCount = 6
    for matrix in matrices() {
      for kernel in [ProductKernel.sparse, .gemm] {
        let (settings, prepared, pool, whole) = try restarts(
          of: settings, over: matrix, kernel: kernel)
        var beatenCount = 0
        for (restart, model) in whole.enumerated() {
          for other in whole {
            let outcome = try settings.outcome(
              ofRestart: restart, prepared: prepared, pool: pool, against: { other.inertia })
            switch outcome {
            case .whole(let found): #expect(found == model)
            case .beaten(let named, let inertia):
              beatenCount += 1
              #expect(named == restart)
              #expect(other.inertia < inertia && inertia <= model.inertia)
            }
          }
        }
        #expect(beatenCount > whole.count, "restarts should differ")
      }
    }
  }

  @Test("A fit finds the model that restarts to their end would give")
  func fitIsTheSame() throws {
    var settings = KMeans(clusterCount: 9)
    settings.seed = 5
    for matrix in matrices() {
      let (settings, _, pool, whole) = try restarts(of: settings, over: matrix, kernel: .automatic)
      let best = whole.min { $0.inertia < $1.inertia }
      #expect(try settings.fit(matrix, pool: pool) == best)
    }
  }

  @Test("A restart that was cut off or lacks rows for a cluster is never given up")
  func uncertainOnes() throws {
    var settings = KMeans(clusterCount: 12)
    settings.iterationLimit = 2
    settings.restartCount = 3
    let matrix = matrices()[0]
    let (cut, prepared, pool, _) = try restarts(of: settings, over: matrix, kernel: .sparse)
    for restart in 0..<3 {
      let outcome = try cut.outcome(
        ofRestart: restart, prepared: prepared, pool: pool, against: { -1 })
      guard case .whole = outcome else {
        Issue.record("restart \(restart) was given up before it converged")
        continue
      }
    }

    // Two places for three clusters: one stays empty whatever is done.
    let few = DenseMatrix(
      rowCount: 6, columnCount: 1, elements: [0, 0, 0, 5, 5, 5])
    var three = KMeans(clusterCount: 3)
    three.seeding = .random
    let points = try three.prepare(.dense(few), initialCenters: nil, pool: pool)
    for restart in 0..<4 {
      let outcome = try three.outcome(
        ofRestart: restart, prepared: points, pool: pool, against: { -1 })
      guard case .whole = outcome else {
        Issue.record("restart \(restart) with an empty cluster was given up")
        continue
      }
    }
  }
}
