internal import Clustering
internal import Matrices
internal import Synchronization
internal import TestSupport
internal import Testing

@Suite("K-Means")
struct KMeansTests {
  /// Two pairs of points.
  let pairs = DenseMatrix(rowCount: 4, columnCount: 2, elements: [0, 0, 0, 2, 10, 0, 10, 2])

  func fit(
    _ points: FeatureMatrix, centers: DenseMatrix, kernel: ProductKernel = .automatic
  ) throws -> KMeansModel {
    var settings = KMeans(clusterCount: centers.rowCount)
    settings.relativeTolerance = 0
    settings.kernel = kernel
    return try settings.fit(points, initialCenters: centers)
  }

  @Test("Two pairs of points, from one point of each")
  func twoPairs() throws {
    let model = try fit(.dense(pairs), centers: pairs.selecting(rows: [0, 2]))
    #expect(model.assignment.labels == [0, 0, 1, 1])
    #expect(model.centroids.elements == [0, 1, 10, 1])
    #expect(model.inertia == 4)
    #expect(model.didConverge)
    #expect(model.iterations.map(\.inertia) == [8, 4])
    #expect(model.iterations.map(\.changedLabelCount) == [4, 0])
    #expect(model.iterations.map(\.centerShift) == [2, 0])
  }

  @Test("Equal distances go to the lowest center")
  func ties() throws {
    let points = DenseMatrix(rowCount: 3, columnCount: 1, elements: [-1, 0, 1])
    let centers = points.selecting(rows: [0, 2])
    var settings = KMeans(clusterCount: 2)
    settings.iterationLimit = 1
    let model = try settings.fit(.dense(points), initialCenters: centers)
    // The middle row joins the first center, which then moves to −0.5.
    #expect(model.assignment.labels == [0, 0, 1])
    #expect(model.centroids.elements == [-0.5, 1])
  }

  @Test("One cluster ends at the mean; as many clusters as rows end at the rows")
  func extremes() throws {
    let points = RandomPoints.text(seed: 1, rowCount: 40, columnCount: 30, isOdd: false)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      let mean = try KMeans(clusterCount: 1).fit(matrix)
      var sums = [Double](repeating: 0, count: 30)
      for row in 0..<40 {
        for column in 0..<30 { sums[column] += Double(points.dense()[row, column]) / 40 }
      }
      for column in 0..<30 {
        #expect(isClose(Double(mean.centroids[0, column]), sums[column], relative: 1e-6))
      }
      let all = try KMeans(clusterCount: 40).fit(matrix)
      #expect(all.inertia < 1e-9)
      #expect(all.assignment.sizes() == [Int](repeating: 1, count: 40))
    }
  }

  @Test("More clusters than distinct rows: inertia 0, and every label in range")
  func duplicates() throws {
    let points = RandomPoints.text(seed: 2, rowCount: 3, columnCount: 9, isOdd: false)
      .selecting(rows: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    for seeding in KMeans.Seeding.allCases {
      for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
        var settings = KMeans(clusterCount: 7)
        settings.seeding = seeding
        settings.restartCount = 3
        let model = try settings.fit(matrix)
        #expect(model.inertia < 1e-9)
        #expect(Set(model.assignment.labels).count == 3)
        #expect(model.centroids.firstNonFinite() == nil)
        #expect(
          isSamePartition(
            model.assignment.labels, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]))
      }
    }
  }

  @Test("All rows equal, or all rows empty")
  func allEqual() throws {
    let zeros = CSRMatrix(
      rowCount: 5, columnCount: 4, rowOffsets: [0, 0, 0, 0, 0, 0], columnIndices: [], values: [])
    let ones = DenseMatrix(
      rowCount: 5, columnCount: 2, elements: [Float](repeating: 1, count: 10))
    for matrix in [FeatureMatrix.sparse(zeros), .dense(zeros.dense()), .dense(ones)] {
      for seeding in KMeans.Seeding.allCases {
        var settings = KMeans(clusterCount: 3)
        settings.seeding = seeding
        let model = try settings.fit(matrix)
        #expect(model.inertia == 0)
        #expect(model.assignment.labels == [0, 0, 0, 0, 0])
        #expect(model.didConverge)
      }
    }
  }

  @Test("An empty cluster takes the farthest row")
  func emptyCluster() throws {
    let points = DenseMatrix(rowCount: 4, columnCount: 1, elements: [0, 1, 2, 9])
    let centers = DenseMatrix(rowCount: 2, columnCount: 1, elements: [1, 1_000])
    var settings = KMeans(clusterCount: 2)
    settings.iterationLimit = 1
    let model = try settings.fit(.dense(points), initialCenters: centers)
    #expect(model.centroids.elements == [1, 9])
    #expect(model.assignment.labels == [0, 0, 0, 1])
    #expect(model.inertia == 2)
  }

  @Test("Settings and points that cannot work are refused with the reason")
  func refusals() {
    let points = FeatureMatrix.dense(pairs)
    func error(
      _ points: FeatureMatrix, centers: DenseMatrix? = nil, _ change: (inout KMeans) -> Void
    ) -> ClusteringError? {
      var settings = KMeans(clusterCount: 2)
      change(&settings)
      do throws(ClusteringError) {
        _ = try settings.fit(points, initialCenters: centers)
        return nil
      } catch { return error }
    }
    func name(_ error: ClusteringError?) -> String? {
      if case .invalidParameter(let name, _) = error { name } else { nil }
    }
    #expect(error(points) { _ in } == nil)
    #expect(name(error(points) { $0.clusterCount = 0 }) == "k")
    #expect(name(error(points) { $0.restartCount = 0 }) == "n-init")
    #expect(name(error(points) { $0.iterationLimit = 0 }) == "max-iter")
    #expect(name(error(points) { $0.relativeTolerance = -1 }) == "tol")
    #expect(name(error(points) { $0.relativeTolerance = .nan }) == "tol")
    #expect(
      name(
        error(points) {
          var batch = KMeans.MiniBatch()
          batch.rowCount = 0
          $0.variant = .miniBatch(batch)
        }) == "batch-size")
    for ratio in [-0.5, .nan, .infinity] {
      #expect(
        name(
          error(points) {
            var batch = KMeans.MiniBatch()
            batch.reassignmentRatio = ratio
            $0.variant = .miniBatch(batch)
          }) == "reassignment-ratio")
    }
    #expect(
      name(
        error(points) {
          var batch = KMeans.MiniBatch()
          batch.noImprovementLimit = -1
          $0.variant = .miniBatch(batch)
        }) == "max-no-improvement")
    #expect(error(points) { $0.clusterCount = 5 } == .tooFewRows(found: 4, required: 5))
    #expect(
      error(.dense(DenseMatrix(rowCount: 2, columnCount: 2, elements: [0, 1, .nan, 2]))) { _ in }
        == .nonFiniteValue(row: 1, column: 0))
    #expect(
      error(points, centers: DenseMatrix(zeros: 2, 3)) { _ in }
        == .columnMismatch(expected: 2, found: 3))
    #expect(name(error(points, centers: DenseMatrix(zeros: 3, 2)) { _ in }) == "initial centers")
    let infinite = DenseMatrix(rowCount: 2, columnCount: 2, elements: [0, 1, 2, .infinity])
    #expect(error(points, centers: infinite) { _ in } == .nonFiniteValue(row: 1, column: 1))
  }

  @Test("Rows whose products would overflow are refused by number, at the limit they are not")
  func longRows() throws {
    let limit = Float(KMeans.greatestRowLength)
    for matrix in [
      DenseMatrix(rowCount: 3, columnCount: 2, elements: [1, 0, 0, 2, limit, limit]),
      DenseMatrix(rowCount: 3, columnCount: 1, elements: [1, 2, .greatestFiniteMagnitude]),
    ] {
      for points in [FeatureMatrix.dense(matrix), .sparse(matrix.sparse())] {
        let length = matrix.row(2).reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let expected = ClusteringError.rowTooLong(row: 2, length: length)
        #expect(throws: expected) { try KMeans(clusterCount: 2).fit(points) }
        #expect(throws: expected) {
          try CenterAssignment(
            of: points, to: DenseMatrix(zeros: 2, matrix.columnCount), pool: WorkerPool())
        }
      }
    }
    let fitting = DenseMatrix(
      rowCount: 4, columnCount: 1, elements: [limit.nextDown, -limit.nextDown, 1, 2])
    for points in [FeatureMatrix.dense(fitting), .sparse(fitting.sparse())] {
      let model = try KMeans(clusterCount: 3).fit(points)
      #expect(Set(model.assignment.labels).count == 3)
      #expect(model.assignment.labels[2] == model.assignment.labels[3])
    }
  }

  @Test("A cancelled task stops between iterations")
  func cancellation() async {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 1, rowCount: 500, columnCount: 4))
    let task = Task<ClusteringError?, Never> {
      // The fit begins only once the cancellation below has arrived.
      while !Task.isCancelled { await Task.yield() }
      do throws(ClusteringError) {
        _ = try KMeans(clusterCount: 9).fit(points)
        return nil
      } catch { return error }
    }
    task.cancel()
    #expect(await task.value == .cancelled)
  }

  @Test("Progress is told once an iteration, restart by restart")
  func progress() throws {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 2, rowCount: 300, columnCount: 4))
    let heard = Heard()
    var settings = KMeans(clusterCount: 4)
    settings.restartCount = 3
    let model = try settings.fit(points) { heard.append($0) }
    let told = heard.all
    #expect(Set(told.map(\.restart)) == [0, 1, 2])
    let winner = told.filter { $0.restart == model.winningRestart }
    #expect(winner.map(\.iteration) == Array(model.iterations.indices))
    #expect(winner.map(\.inertia) == model.iterations.map(\.inertia))
  }
}

/// Collects what a progress handler hears.
private final class Heard: Sendable {
  private let progress = Mutex<[FitProgress]>([])

  func append(_ one: FitProgress) { progress.withLock { $0.append(one) } }

  var all: [FitProgress] { progress.withLock { $0 } }
}
