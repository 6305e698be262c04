internal import ClusterScores
internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite struct SilhouetteTests {
  let pool = WorkerPool(threadCount: 2)

  private func distance(_ metric: SilhouetteMetric) -> ScoreOracles.Distance {
    switch metric {
    case .euclidean: ScoreOracles.euclidean
    case .squaredEuclidean: ScoreOracles.squaredEuclidean
    case .cosine: ScoreOracles.cosine
    }
  }

  /// The largest error of one row's silhouette.
  ///
  /// Tiles hold distances in single precision, and the squares of close rows lost digits: 10⁻⁶ for
  /// a row in a cluster of one. The path `overlaps` uses tiles for rows that it cannot treat.
  private func tolerance(_ metric: SilhouetteMetric, _ path: SilhouettePath) -> Double {
    metric == .euclidean && (path == .tiles || path == .overlaps) ? 3e-6 : 1e-11
  }

  private func tuned(
    _ path: SilhouettePath, sumLimit: Int = 1 << 26, level: InstructionSet = .best
  ) -> SilhouetteTuning {
    var tuning = SilhouetteTuning()
    tuning.path = path
    tuning.sumLimit = sumLimit
    tuning.level = level
    return tuning
  }

  @Test func fourPointsByHand() throws {
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: 4, columnCount: 1, elements: [0, 1, 10, 12]))
    let halves = try Assignment(labels: [0, 0, 1, 1], clusterCount: 2)
    let result = Silhouette.score(points, [halves], metric: .euclidean, pool: pool)[0]
    let expected = [10.0 / 11, 9.0 / 10, 7.5 / 9.5, 9.5 / 11.5]
    #expect(largestDifference(result.samples, expected) < 1e-6)
    #expect(result.undefinedReason == nil)
    #expect(isNear(result.mean ?? .nan, expected.reduce(0, +) / 4, relative: 0, absolute: 1e-6))
    #expect(
      isNear(result.clusterMeans[0] ?? .nan, (10.0 / 11 + 0.9) / 2, relative: 0, absolute: 1e-6))
  }

  @Test(arguments: SilhouetteMetric.allCases, [SilhouettePath.automatic, .tiles, .overlaps])
  func agreesWithScikitLearn(metric: SilhouetteMetric, path: SilhouettePath) throws {
    for golden in try GoldenScores.read().cases {
      let assignments = try golden.clusterings.map { try $0.assignment() }
      let results = Silhouette.score(
        golden.points, assignments, metric: metric, tuning: tuned(path), pool: pool)
      let tolerance = tolerance(metric, path)
      for (result, expected) in zip(results, golden.clusterings) {
        let samples = try #require(expected.silhouettes[metric.rawValue])
        #expect(largestDifference(result.samples, samples) < tolerance, "\(golden.name)")
        let mean = samples.reduce(0, +) / Double(samples.count)
        #expect(
          isNear(result.mean ?? .nan, mean, relative: 1e-6, absolute: tolerance / 10),
          "\(golden.name)")
      }
    }
  }

  @Test func overlapsAreExactToTwelveDigits() throws {
    let golden = try #require(GoldenScores.read().cases.first)
    let assignments = try golden.clusterings.map { try $0.assignment() }
    let results = Silhouette.score(
      golden.points, assignments, metric: .euclidean, tuning: tuned(.overlaps), pool: pool)
    for (result, expected) in zip(results, golden.clusterings) {
      #expect(largestDifference(result.samples, expected.silhouettes["euclidean"] ?? []) < 1e-12)
    }
  }

  @Test(arguments: 0..<8)
  func everyPathAgreesWithAllPairs(seed: Int) throws {
    var data = ScoreData(seed: seed)
    let rowCount = [40, 130, 275, 60, 100, 30, 260, 530][seed]
    let matrices: [FeatureMatrix] = [
      .sparse(data.sparse(rowCount: rowCount, columnCount: 90, isUnit: true)),
      .sparse(data.sparse(rowCount: rowCount, columnCount: 90, isUnit: false)),
      .sparse(data.sparse(rowCount: rowCount, columnCount: 5, isUnit: true)),
      .dense(data.dense(rowCount: rowCount, columnCount: 2 + seed)),
    ]
    let assignments = try [2 + 1, 3 + 1, 17, rowCount - 1].map {
      try data.assignment(rowCount: rowCount, clusterCount: $0)
    }
    for points in matrices {
      for metric in SilhouetteMetric.allCases {
        let slow = assignments.map {
          ScoreOracles.silhouettes(points, labels: $0.labels, distance: distance(metric))
        }
        for path in [SilhouettePath.automatic, .exact, .tiles, .overlaps] {
          let fast = Silhouette.score(
            points, assignments, metric: metric, tuning: tuned(path), pool: pool)
          for (slow, fast) in zip(slow, fast) {
            #expect(
              largestDifference(slow, fast.samples) < tolerance(metric, path))
          }
        }
      }
    }
  }

  @Test(
    "Clusterings that are summed together have the silhouettes that each has alone",
    arguments: 0..<4)
  func grids(seed: Int) throws {
    var data = ScoreData(seed: 60 + seed)
    let rowCount = 300
    let points = FeatureMatrix.sparse(
      data.sparse(rowCount: rowCount, columnCount: 30, isUnit: true))
    var assignments = try [3, 3, 4, 4, 7, 12, 21, 40, 5, 3].map {
      try data.assignment(rowCount: rowCount, clusterCount: $0)
    }
    // Cuts of one tree: each is made of whole clusters of the one before it.
    for divisor in [1, 2, 4] as [Int32] {
      assignments.append(
        try Assignment(labels: assignments[7].labels.map { $0 / divisor }, clusterCount: 40))
    }
    let counts = assignments.map { assignment in assignment.sizes().count { $0 > 0 } }
    #expect(RunGrid.grids(counts, visits: 250).contains { $0.members.count > 1 })
    let together = Silhouette.score(
      points, assignments, metric: .euclidean, tuning: tuned(.overlaps), pool: pool)
    for (assignment, fast) in zip(assignments, together) {
      let slow = ScoreOracles.silhouettes(
        points, labels: assignment.labels, distance: ScoreOracles.euclidean)
      #expect(largestDifference(slow, fast.samples) < 1e-11)
      let alone = Silhouette.score(
        points, [assignment], metric: .euclidean, tuning: tuned(.overlaps), pool: pool)[0]
      #expect(largestDifference(alone.samples, fast.samples) < 1e-11)
    }
  }

  @Test("Every clustering is in one grid, and cells do not cost more than they save")
  func gridsHoldEachClusteringOnce() {
    for visits in [0.5, 10, 900, 1e6] {
      let counts = Array(2...29) + [500, 1, 3]
      let grids = RunGrid.grids(counts, visits: visits)
      #expect(grids.flatMap(\.members).sorted() == Array(counts.indices))
      for grid in grids {
        #expect(grid.counts == grid.members.map { counts[$0] })
        if grid.members.count > 1 {
          #expect(Double(grid.cellCount) <= visits * Double(grid.members.count))
        }
      }
    }
    #expect(RunGrid.grids([], visits: 9).isEmpty)
  }

  @Test(arguments: SilhouetteMetric.allCases)
  func unseenRowsAgreeWithAllPairs(metric: SilhouetteMetric) throws {
    var data = ScoreData(seed: 5)
    let pairs: [(FeatureMatrix, FeatureMatrix)] = [
      (
        .sparse(data.sparse(rowCount: 60, columnCount: 70, isUnit: true)),
        .sparse(data.sparse(rowCount: 300, columnCount: 70, isUnit: true))
      ),
      (
        .sparse(data.sparse(rowCount: 270, columnCount: 70, isUnit: false)),
        .sparse(data.sparse(rowCount: 40, columnCount: 70, isUnit: false))
      ),
      (
        .dense(data.dense(rowCount: 270, columnCount: 7)),
        .dense(data.dense(rowCount: 300, columnCount: 7))
      ),
      (
        .sparse(data.sparse(rowCount: 30, columnCount: 20, isUnit: true)),
        .dense(data.dense(rowCount: 50, columnCount: 20))
      ),
      (
        .dense(data.dense(rowCount: 30, columnCount: 70)),
        .sparse(data.sparse(rowCount: 50, columnCount: 70, isUnit: true))
      ),
    ]
    for (unseen, training) in pairs {
      let trained = try [3, 9].map {
        try data.assignment(rowCount: training.rowCount, clusterCount: $0)
      }
      // The last cluster has no training rows; labels with it score 0.
      let labels = try trained.map { trained in
        try Assignment(
          labels: (0..<unseen.rowCount).map { Int32($0 % trained.clusterCount) },
          clusterCount: trained.clusterCount)
      }
      let slow = labels.indices.map { index in
        ScoreOracles.silhouettes(
          unseen: unseen, labels: labels[index].labels, against: training,
          trainingLabels: trained[index].labels, distance: distance(metric))
      }
      for path in [SilhouettePath.automatic, .exact, .tiles, .overlaps] {
        let results = Silhouette.score(
          unseen: unseen, labels: labels, against: training, trainingAssignments: trained,
          metric: metric, tuning: tuned(path), pool: pool)
        for (slow, result) in zip(slow, results) {
          #expect(largestDifference(result.samples, slow) < tolerance(metric, path))
        }
      }
    }
  }

  @Test func memoryLimitAndInstructionSetDoNotMatter() throws {
    var data = ScoreData(seed: 21)
    let points = FeatureMatrix.dense(data.dense(rowCount: 900, columnCount: 12))
    // Slots of many, of a cache full and of more than a cache full.
    let assignments = try [3, 40, 200, 301, 500].map {
      try data.assignment(rowCount: 900, clusterCount: $0)
    }
    let whole = Silhouette.score(
      points, assignments, metric: .euclidean, tuning: tuned(.tiles), pool: pool)
    for level in InstructionSet.allCases where level <= .best {
      let other = Silhouette.score(
        points, assignments, metric: .euclidean, tuning: tuned(.tiles, level: level), pool: pool)
      #expect(other == whole, "\(level.name)")
    }
    // One run at a time, and at last every row on its own.
    for limit in [900 * 300, 1] {
      let other = Silhouette.score(
        points, assignments, metric: .euclidean, tuning: tuned(.tiles, sumLimit: limit), pool: pool)
      for (one, another) in zip(whole, other) {
        #expect(largestDifference(one.samples, another.samples) < 3e-6)
      }
    }
  }

  @Test(arguments: SilhouetteMetric.allCases)
  func threadsDoNotChangeABit(metric: SilhouetteMetric) throws {
    var data = ScoreData(seed: 9)
    let rowCount = 1500
    let matrices: [FeatureMatrix] = [
      .sparse(data.sparse(rowCount: rowCount, columnCount: 200, isUnit: true)),
      .sparse(data.sparse(rowCount: rowCount, columnCount: 40, isUnit: false)),
      .dense(data.dense(rowCount: rowCount, columnCount: 10)),
    ]
    let assignments = try [2, 5, 30, 300].map {
      try data.assignment(rowCount: rowCount, clusterCount: $0 + 1)
    }
    for points in matrices {
      for path in [SilhouettePath.exact, .tiles, .overlaps] {
        let results = [1, 2, 3, 8].map {
          Silhouette.score(
            points, assignments, metric: metric, tuning: tuned(path),
            pool: WorkerPool(threadCount: $0))
        }
        for other in results.dropFirst() { #expect(other == results[0]) }
      }
    }
  }

  @Test func aRunScoresTheSameAloneAndInASweep() throws {
    var data = ScoreData(seed: 3)
    let points = FeatureMatrix.dense(data.dense(rowCount: 700, columnCount: 8))
    let assignments = try (2...12).map { try data.assignment(rowCount: 700, clusterCount: $0 * 9) }
    let together = Silhouette.score(points, assignments, metric: .euclidean, pool: pool)
    for (assignment, result) in zip(assignments, together) {
      let alone = Silhouette.score(points, [assignment], metric: .euclidean, pool: pool)[0]
      #expect(largestDifference(alone.samples, result.samples) < 1e-9)
    }
  }

  @Test(
    "Clusters made of those of another clustering take its sums",
    arguments: SilhouetteMetric.allCases, [SilhouettePath.automatic, .tiles, .overlaps])
  func mergedClusters(metric: SilhouetteMetric, path: SilhouettePath) throws {
    let text = RandomPoints.text(seed: 12, rowCount: 600, columnCount: 150)
    var generator = CounterGenerator(seed: 3, purpose: 0x77)
    let fine = (0..<600).map { _ in Int32(generator.nextIndex(below: 12)) }
    // Halves and thirds of the same, in another order, one cluster never used; and one that cuts across.
    let labelings: [([Int32], Int)] = [
      (fine.map { ($0 * 5 % 12) / 6 }, 3), (fine, 12), (fine.map { 3 - $0 / 3 }, 4),
      ((0..<600).map { Int32($0 % 5) }, 5), (fine.map { 11 - $0 }, 12),
    ]
    let assignments = try labelings.map { try Assignment(labels: $0.0, clusterCount: $0.1) }
    let points = FeatureMatrix.sparse(text)
    let together = Silhouette.score(
      points, assignments, metric: metric, tuning: tuned(path), pool: pool)
    for (assignment, result) in zip(assignments, together) {
      let alone = Silhouette.score(
        points, [assignment], metric: metric, tuning: tuned(path), pool: pool)[0]
      #expect(largestDifference(result.samples, alone.samples) < 1e-12)
      let expected = ScoreOracles.silhouettes(
        points, labels: assignment.labels, distance: distance(metric))
      #expect(largestDifference(result.samples, expected) < tolerance(metric, path))
    }
  }

  @Test func equalRowsAreAtDistanceZero() throws {
    // With two places only, a is exactly 0 and every silhouette exactly 1.
    let labels = (0..<600).map { Int32($0 % 2) }
    let assignment = try Assignment(labels: labels, clusterCount: 2)
    let places: [[Float]] = [[0.6, 0.3, -0.7], [0.1, 0.9, 0.2]]
    let dense = DenseMatrix(
      rowCount: 600, columnCount: 3, elements: labels.flatMap { places[Int($0)] })
    for points in [FeatureMatrix.dense(dense), .sparse(dense.sparse())] {
      for metric in SilhouetteMetric.allCases {
        let result = Silhouette.score(points, [assignment], metric: metric, pool: pool)[0]
        #expect(result.samples == [Double](repeating: 1, count: 600), "\(metric)")
      }
    }
    let one = DenseMatrix(
      rowCount: 600, columnCount: 3, elements: labels.flatMap { _ in places[0] })
    for points in [FeatureMatrix.dense(one), .sparse(one.sparse())] {
      for metric in SilhouetteMetric.allCases {
        let result = Silhouette.score(points, [assignment], metric: metric, pool: pool)[0]
        #expect(result.samples == [Double](repeating: 0, count: 600), "\(metric)")
      }
    }
  }

  @Test func undefinedWithoutTwoClustersOrWithAClusterARow() throws {
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: 3, columnCount: 1, elements: [0, 1, 5]))
    let cases = try [
      Assignment(labels: [0, 0, 0], clusterCount: 1),
      Assignment(labels: [2, 2, 2], clusterCount: 4),
      Assignment(labels: [0, 1, 2], clusterCount: 3),
      Assignment(labels: [0, 0, 2], clusterCount: 3),
    ]
    let results = Silhouette.score(points, cases, metric: .euclidean, pool: pool)
    for undefined in results.dropLast() {
      #expect(undefined.mean == nil && undefined.samples.isEmpty)
      #expect(undefined.undefinedReason?.contains("2 <= k <= n-1") == true)
      #expect(undefined.clusterMeans.allSatisfy { $0 == nil })
    }
    #expect(results[3].samples.count == 3)
    #expect(results[3].samples[2] == 0)
    #expect(results[3].clusterMeans[1] == nil)
    #expect(results.map(\.clusterMeans.count) == [1, 4, 3, 3])
    let none = try Assignment(labels: [], clusterCount: 2)
    let empty = FeatureMatrix.dense(DenseMatrix(zeros: 0, 4))
    #expect(Silhouette.score(empty, [none], metric: .cosine, pool: pool)[0].mean == nil)
    #expect(Silhouette.score(empty, [], metric: .cosine, pool: pool).isEmpty)
  }

  @Test(
    "Tiles agree with exact distances at every scale", arguments: [-100, -72, -62, 0, 58, 63, 90])
  func extremeScales(exponent: Int) throws {
    let factor = Float(sign: .plus, exponent: exponent, significand: 1)
    var data = ScoreData(seed: 77)
    let dense = data.dense(rowCount: 300, columnCount: 6)
    let sparse = data.sparse(rowCount: 300, columnCount: 40, isUnit: false)
    let assignment = try data.assignment(rowCount: 300, clusterCount: 7)
    for points in [FeatureMatrix.dense(dense), .sparse(sparse)] {
      let scaled: FeatureMatrix =
        switch points {
        case .dense(let matrix):
          .dense(
            DenseMatrix(
              rowCount: 300, columnCount: 6, elements: matrix.elements.map { $0 * factor }))
        case .sparse(let matrix):
          .sparse(
            CSRMatrix(
              rowCount: 300, columnCount: 40, rowOffsets: matrix.rowOffsets,
              columnIndices: matrix.columnIndices, values: matrix.values.map { $0 * factor }))
        }
      for metric in SilhouetteMetric.allCases {
        let expected = Silhouette.score(
          points, [assignment], metric: metric, tuning: tuned(.exact), pool: pool)[0].samples
        for path in [SilhouettePath.automatic, .tiles, .exact] {
          let found = Silhouette.score(
            scaled, [assignment], metric: metric, tuning: tuned(path), pool: pool)[0].samples
          #expect(largestDifference(found, expected) < 3e-6, "\(metric) \(path)")
        }
      }
    }
  }

  @Test("A tight cluster in the middle of wide ones keeps its digits")
  func tightMiddle() throws {
    var data = ScoreData(seed: 78)
    let noise = data.dense(rowCount: 400, columnCount: 3).elements
    // The wide clusters balance, so that the tight one lies at the mean.
    let labels = (0..<400).map { (row: Int) -> Int32 in row < 10 ? 0 : row % 2 == 0 ? 1 : 2 }
    let elements = noise.indices.map { index -> Float in
      switch labels[index / 3] {
      case 0: noise[index] * 5e-3
      case 1: noise[index] * 0.1 + 5
      default: noise[index] * 0.1 - 5
      }
    }
    let points = FeatureMatrix.dense(DenseMatrix(rowCount: 400, columnCount: 3, elements: elements))
    let assignment = try Assignment(labels: labels, clusterCount: 3)
    let found = [SilhouettePath.tiles, .exact].map {
      Silhouette.score(points, [assignment], metric: .euclidean, tuning: tuned($0), pool: pool)[0]
        .samples
    }
    #expect(largestDifference(found[0], found[1]) < 3e-6)
  }
}
