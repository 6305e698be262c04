internal import ClusterScores
internal import Clustering
internal import Matrices
internal import Testing

/// The laws that each score of agreement keeps, in one table.
@Suite struct AgreementTests {
  struct Score: Sendable, CustomTestStringConvertible {
    let name: String
    let isSymmetric: Bool
    let lowerBound: Double
    let value: @Sendable (ContingencyTable) -> Double

    var testDescription: String { name }
  }

  static let scores = [
    Score(name: "adjusted Rand index", isSymmetric: true, lowerBound: -0.5) {
      $0.adjustedRandIndex
    },
    Score(name: "normalized mutual information", isSymmetric: true, lowerBound: 0) {
      $0.normalizedMutualInformation
    },
    Score(name: "homogeneity", isSymmetric: false, lowerBound: 0) { $0.homogeneity },
    Score(name: "completeness", isSymmetric: false, lowerBound: 0) { $0.completeness },
    Score(name: "V-measure", isSymmetric: true, lowerBound: 0) { $0.vMeasure },
    Score(name: "purity", isSymmetric: false, lowerBound: 0) { $0.purity },
  ]

  private func pair(seed: Int) throws -> (Assignment, Assignment) {
    var generator = CounterGenerator(seed: UInt64(seed))
    let rowCount = 1 + generator.nextIndex(below: 80)
    let pair = try (0..<2).map { _ in
      let clusterCount = 1 + generator.nextIndex(below: 12)
      return try Assignment(
        labels: (0..<rowCount).map { _ in Int32(generator.nextIndex(below: clusterCount)) },
        clusterCount: clusterCount)
    }
    return (pair[0], pair[1])
  }

  /// The same partition with other names, and a cluster without rows.
  private func renamed(_ assignment: Assignment) throws -> Assignment {
    let k = Int32(assignment.clusterCount)
    return try Assignment(labels: assignment.labels.map { k - $0 }, clusterCount: Int(k) + 1)
  }

  @Test(arguments: scores)
  func keepsTheLaws(score: Score) throws {
    for seed in 0..<200 {
      let (first, second) = try pair(seed: seed)
      let value = score.value(ContingencyTable(first, second))
      #expect(value >= score.lowerBound && value <= 1 + 1e-12, "seed \(seed)")
      let relabeled = score.value(ContingencyTable(try renamed(first), try renamed(second)))
      #expect(isNear(value, relabeled, relative: 1e-12, absolute: 1e-14), "seed \(seed)")
      if score.isSymmetric {
        let reversed = score.value(ContingencyTable(second, first))
        #expect(isNear(value, reversed, relative: 1e-12, absolute: 1e-14), "seed \(seed)")
      }
      let perfect = score.value(ContingencyTable(first, try renamed(first)))
      #expect(isNear(perfect, 1, relative: 1e-12, absolute: 0), "seed \(seed)")
    }
  }

  @Test(arguments: scores)
  func scoresNoRowsAsPerfect(score: Score) throws {
    let none = try Assignment(labels: [], clusterCount: 3)
    #expect(score.value(ContingencyTable(none, none)) == 1)
  }

  @Test func independentClusteringsScoreNothing() throws {
    let first = try Assignment(labels: [0, 0, 1, 1], clusterCount: 2)
    let second = try Assignment(labels: [0, 1, 0, 1], clusterCount: 2)
    #expect(first.adjustedRandIndex(comparedTo: second) == -0.5)
    #expect(first.normalizedMutualInformation(comparedTo: second) == 0)
    #expect(first.vMeasure(comparedTo: second) == 0)
    #expect(first.homogeneity(comparedTo: second) == 0)
    #expect(first.completeness(comparedTo: second) == 0)
    #expect(first.purity(comparedTo: second) == 0.5)
  }

  @Test func countsCells() throws {
    let first = try Assignment(labels: [0, 0, 2, 2, 2], clusterCount: 3)
    let second = try Assignment(labels: [1, 1, 1, 0, 0], clusterCount: 2)
    let table = ContingencyTable(first, second)
    #expect(
      table.cells.map { [$0.first, $0.second, $0.rowCount] } == [
        [0, 1, 2], [2, 0, 2], [2, 1, 1],
      ])
    #expect(table.firstSizes == [2, 0, 3] && table.secondSizes == [2, 3] && table.rowCount == 5)
    #expect(table.purity == 0.8)
  }

  @Test func agreesWithScikitLearn() throws {
    for golden in try GoldenScores.read().agreements {
      let pair = try [golden.first, golden.second].map {
        try Assignment(labels: $0, clusterCount: Int($0.max() ?? -1) + 1)
      }
      let table = ContingencyTable(pair[0], pair[1])
      let values = [
        (table.adjustedRandIndex, golden.adjustedRandIndex),
        (table.normalizedMutualInformation, golden.normalizedMutualInformation),
        (table.homogeneity, golden.homogeneity), (table.completeness, golden.completeness),
        (table.vMeasure, golden.vMeasure), (table.mutualInformation, golden.mutualInformation),
      ]
      for (found, expected) in values {
        #expect(isNear(found, expected, relative: 1e-12, absolute: 1e-14))
      }
    }
  }
}
