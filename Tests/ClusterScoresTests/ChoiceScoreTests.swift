internal import ClusterScores
internal import Matrices
internal import TestSupport
internal import Testing

/// The knee, the gap statistic and its reference rows.
@Suite struct ChoiceScoreTests {
  @Test func theKneeSagsMost() throws {
    // By hand: the fall of 10 is done to 0.6, 0.9 and 1 at 1/4, 1/2 and 3/4 of the way.
    let knee = try #require(
      InertiaKnee(clusterCounts: [1, 2, 3, 4, 5], inertias: [20, 14, 11, 10, 10]))
    #expect(knee.index == 2)
    for (found, expected) in zip(knee.depths, [0, 0.35, 0.4, 0.25, 0]) {
      #expect(isNear(found, expected, relative: 1e-12, absolute: 1e-15))
    }
    // What k is counts, not its place in the list.
    let sparse = try #require(InertiaKnee(clusterCounts: [1, 3, 5], inertias: [20, 11, 10]))
    #expect(isNear(sparse.depths[1], 0.4, relative: 1e-12, absolute: 0))
    #expect(InertiaKnee(clusterCounts: [2, 3], inertias: [2, 1]) == nil)
    #expect(InertiaKnee(clusterCounts: [2, 3, 4], inertias: [1, 2, 1]) == nil)
  }

  @Test func theKneeDependsOnNoScale() throws {
    let inertias = [91.0, 47, 33, 29, 28, 27.5, 27.25]
    let counts = [2, 3, 4, 5, 6, 7, 8]
    let knee = try #require(InertiaKnee(clusterCounts: counts, inertias: inertias))
    let scaled = try #require(
      InertiaKnee(clusterCounts: counts, inertias: inertias.map { 7 * $0 + 1_000 }))
    #expect(knee.index == scaled.index && knee.index == 2)
    for (left, right) in zip(knee.depths, scaled.depths) {
      #expect(isNear(left, right, relative: 1e-9, absolute: 1e-12))
    }
  }

  @Test func theGapIsThePapersFormula() throws {
    // ln of the references: 2, 4 and 6; mean 4, variance 8/3.
    let references = [2.0, 4, 6].map { exponential($0) }
    let gap = try #require(GapStatistic(within: exponential(1), references: references))
    #expect(isNear(gap.value, 3, relative: 1e-12, absolute: 0))
    let expected = (8.0 / 3 * (1 + 1.0 / 3)).squareRoot()
    #expect(isNear(gap.standardError, expected, relative: 1e-12, absolute: 0))
    #expect(GapStatistic(within: 0, references: references) == nil)
    #expect(GapStatistic(within: 1, references: [1, 0]) == nil)
    #expect(GapStatistic(within: 1, references: []) == nil)
  }

  @Test func theFirstGapThatSufficesIsTaken() throws {
    let curve = { (values: [Double?]) in
      // References of two values around the gap: the error is a tenth times √1.5.
      values.map { value in
        value.flatMap {
          GapStatistic(within: 1, references: [exponential($0 - 0.1), exponential($0 + 0.1)])
        }
      }
    }
    #expect(GapStatistic.firstSufficient(curve([0.1, 0.5, 1, 1.1, 2])) == 2)
    #expect(GapStatistic.firstSufficient(curve([nil, 0.5, nil, 0.2])) == 1)
    #expect(GapStatistic.firstSufficient(curve([0.1, 0.5, 1, 2])) == nil)
    #expect(GapStatistic.firstSufficient(curve([])) == nil)
  }

  @Test func referenceRowsKeepEachColumn() throws {
    let sparse = RandomPoints.text(seed: 5, rowCount: 60, columnCount: 25)
    let dense = DenseMatrix(
      rowCount: 60, columnCount: 25, elements: sparse.dense().elements.map { $0 + 1 })
    for points in [FeatureMatrix.sparse(sparse), .dense(dense)] {
      let first = ReferenceRows.permutingColumns(of: points, seed: 1, number: 0)
      #expect(columns(of: first) == columns(of: points))
      #expect(first != points)
      #expect(first == ReferenceRows.permutingColumns(of: points, seed: 1, number: 0))
      #expect(first != ReferenceRows.permutingColumns(of: points, seed: 1, number: 1))
      #expect(first != ReferenceRows.permutingColumns(of: points, seed: 2, number: 0))
    }
  }

  @Test func referenceRowsAreAsLikelyAsEachOther() throws {
    // One value in one of four rows, two in another column: every placement comes about equally often.
    let matrix = CSRMatrix(
      rowCount: 4, columnCount: 2, rowOffsets: [0, 2, 3, 3, 3], columnIndices: [0, 1, 1],
      values: [1, 2, 3])
    var counts: [[Float]: Int] = [:]
    for number in 0..<4_800 {
      let rows = ReferenceRows.permutingColumns(of: .sparse(matrix), seed: 9, number: number)
      guard case .sparse(let sparse) = rows else { continue }
      counts[sparse.dense().elements, default: 0] += 1
    }
    // 4 places of the 1 times 12 of the 2 and the 3.
    #expect(counts.count == 48)
    #expect(counts.values.allSatisfy { (50...160).contains($0) })
  }

  /// The values of each column, ascending.
  private func columns(of points: FeatureMatrix) -> [[Float]] {
    let dense =
      switch points {
      case .sparse(let matrix): matrix.dense()
      case .dense(let matrix): matrix
      }
    return (0..<dense.columnCount).map { column in
      (0..<dense.rowCount).map { dense.elements[$0 * dense.columnCount + column] }.sorted()
    }
  }

  /// e^x, by its series.
  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for step in 1..<60 {
      term *= x / Double(step)
      sum += term
    }
    return sum
  }
}
