internal import ClusterScores
internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite struct DispersionTests {
  let pool = WorkerPool(threadCount: 2)

  @Test func agreesWithScikitLearn() throws {
    for golden in try GoldenScores.read().cases {
      let assignments = try golden.clusterings.map { try $0.assignment() }
      for points in [golden.points, .dense(golden.csr.dense()), .sparse(golden.csr)] {
        let scores = Dispersion.scores(points, assignments, pool: pool)
        for (score, expected) in zip(scores, golden.clusterings) {
          #expect(
            isNear(
              score.calinskiHarabasz ?? .nan, expected.calinskiHarabasz, relative: 1e-9,
              absolute: 0), "\(golden.name)")
          // scikit-learn is off by up to 1e-8 where a distance to a mean is 0.
          #expect(
            isNear(
              score.daviesBouldin ?? .nan, expected.daviesBouldin, relative: 1e-7, absolute: 0),
            "\(golden.name)")
        }
      }
    }
  }

  @Test(arguments: 0..<20)
  func agreesWithTheFormulas(seed: Int) throws {
    var data = ScoreData(seed: seed)
    let matrices: [FeatureMatrix] = [
      .sparse(data.sparse(rowCount: 120, columnCount: 60, isUnit: seed % 2 == 0)),
      .dense(data.dense(rowCount: 120, columnCount: 5)),
    ]
    let assignments = try [3, 8, 30].map {
      try data.assignment(rowCount: 120, clusterCount: $0)
    }
    for points in matrices {
      let scores = Dispersion.scores(points, assignments, pool: pool)
      for (score, assignment) in zip(scores, assignments) {
        let expected = [
          ScoreOracles.calinskiHarabasz(points, labels: assignment.labels),
          ScoreOracles.daviesBouldin(points, labels: assignment.labels),
          ScoreOracles.withinSumOfSquares(points, labels: assignment.labels),
        ]
        let found = [
          score.calinskiHarabasz ?? .nan, score.daviesBouldin ?? .nan, score.withinSumOfSquares,
        ]
        for (found, expected) in zip(found, expected) {
          #expect(isNear(found, expected, relative: 1e-10, absolute: 0))
        }
      }
      for count in [1, 3, 8] {
        let other = Dispersion.scores(points, assignments, pool: WorkerPool(threadCount: count))
        #expect(other == scores)
      }
    }
  }

  @Test func degenerateClusterings() throws {
    let same = DenseMatrix(
      rowCount: 6, columnCount: 2, elements: [Float](repeating: 0.3, count: 12))
    let split = try Assignment(labels: [0, 0, 1, 1, 3, 3], clusterCount: 4)
    let single = try Assignment(labels: [0, 0, 0, 0, 0, 0], clusterCount: 1)
    for points in [FeatureMatrix.dense(same), .sparse(same.sparse())] {
      let scores = Dispersion.scores(points, [split, single], pool: pool)
      #expect(scores[0].calinskiHarabasz == 1)
      #expect(scores[0].daviesBouldin == 0)
      #expect(scores[0].withinSumOfSquares == 0)
      #expect(scores[0].sizes.min == 0 && scores[0].sizes.max == 2 && scores[0].sizes.median == 2)
      #expect(scores[1].calinskiHarabasz == nil && scores[1].daviesBouldin == nil)
      #expect(scores[1].undefinedReason != nil)
      #expect(scores[1].sizes.median == 6)
    }
  }

  @Test func equalMeansOfSpreadClusters() throws {
    // Two clusters with one mean and a third apart: the pair at distance 0 does not count.
    let matrix = DenseMatrix(rowCount: 6, columnCount: 1, elements: [-1, 1, -2, 2, 9, 11])
    let assignment = try Assignment(labels: [0, 0, 1, 1, 2, 2], clusterCount: 3)
    for points in [FeatureMatrix.dense(matrix), .sparse(matrix.sparse())] {
      let score = Dispersion.scores(points, [assignment], pool: pool)[0]
      #expect(
        isNear(score.daviesBouldin ?? .nan, (0.2 + 0.3 + 0.3) / 3, relative: 1e-12, absolute: 0))
    }
  }
}
