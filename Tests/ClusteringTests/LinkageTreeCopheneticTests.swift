internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Cophenetic correlation of trees")
struct LinkageTreeCopheneticTests {
  /// Pearson's correlation by its definition.
  func correlation(
    _ tree: LinkageTree, _ points: FeatureMatrix, metric: LinkageMetric
  ) -> Double {
    let heights = SampleTrees.copheneticHeights(tree)
    var pairs: [(Double, Double)] = []
    for row in 0..<tree.leafCount {
      for other in 0..<row {
        pairs.append(
          (SampleTrees.distance(points, row, other, metric: metric), heights[row][other]))
      }
    }
    let count = Double(pairs.count)
    let mean = pairs.reduce((0, 0)) { ($0.0 + $1.0 / count, $0.1 + $1.1 / count) }
    var sums = (0.0, 0.0, 0.0)
    for (x, y) in pairs {
      sums.0 += (x - mean.0) * (x - mean.0)
      sums.1 += (y - mean.1) * (y - mean.1)
      sums.2 += (x - mean.0) * (y - mean.1)
    }
    return sums.2 / (sums.0 * sums.1).squareRoot()
  }

  @Test("It is the correlation over all pairs", arguments: [3, 4, 17, 256, 257, 258, 600, 1100])
  func plain(leafCount: Int) throws {
    let dense = RandomPoints.blobs(seed: 3, rowCount: leafCount, columnCount: 7)
    let text = RandomPoints.text(seed: 4, rowCount: leafCount, columnCount: 40)
    let metrics = leafCount < 300 ? LinkageMetric.allCases : [.euclidean]
    for isMonotonic in [true, false] {
      let tree = SampleTrees.random(
        seed: UInt64(leafCount), leafCount: leafCount, isMonotonic: isMonotonic)
      for points in [FeatureMatrix.dense(dense), .sparse(text)] {
        for metric in metrics {
          let expected = correlation(tree, points, metric: metric)
          let found = try #require(
            tree.copheneticCorrelation(
              with: points, metric: metric, pool: WorkerPool(threadCount: 2)))
          #expect(isClose(found, expected, relative: 1e-6, absolute: 1e-6))
          for threads in [1, 3, 8] {
            let other = tree.copheneticCorrelation(
              with: points, metric: metric, pool: WorkerPool(threadCount: threads))
            #expect(other == found)
          }
        }
      }
    }
  }

  @Test("Rows too large or too small for single precision are summed by differences")
  func extremes() throws {
    let tree = SampleTrees.random(seed: 9, leafCount: 90)
    let usual = RandomPoints.blobs(seed: 9, rowCount: 90, columnCount: 4)
    let expected = correlation(tree, .dense(usual), metric: .euclidean)
    for factor in [0x1p-70 as Float, 0x1p60] {
      let points = FeatureMatrix.dense(
        DenseMatrix(rowCount: 90, columnCount: 4, elements: usual.elements.map { $0 * factor }))
      let found = try #require(
        tree.copheneticCorrelation(with: points, pool: WorkerPool(threadCount: 2)))
      #expect(isClose(found, expected, relative: 1e-9))
    }
  }

  @Test("Equal distances or equal heights have no correlation")
  func undefined() {
    let pool = WorkerPool(threadCount: 2)
    let axes = DenseMatrix(
      rowCount: 5, columnCount: 5,
      elements: (0..<25).map { $0 % 6 == 0 ? 1 : 0 })
    let tree = SampleTrees.random(seed: 1, leafCount: 5)
    #expect(tree.copheneticCorrelation(with: .dense(axes), pool: pool) == nil)
    #expect(tree.copheneticCorrelation(with: .sparse(axes.sparse()), pool: pool) == nil)
    let flat = LinkageTree(
      leafCount: 5, found: (1..<5).map { .init(0, $0, height: 2) }, isMonotonic: true)
    let points = RandomPoints.blobs(seed: 2, rowCount: 5, columnCount: 2)
    #expect(flat.copheneticCorrelation(with: .dense(points), pool: pool) == nil)
    let single = LinkageTree(leafCount: 1, found: [], isMonotonic: true)
    #expect(
      single.copheneticCorrelation(with: .dense(DenseMatrix(zeros: 1, 1)), pool: pool) == nil)
  }

  @Test("A long chain over a line has the correlation of its closed form")
  func chain() throws {
    let count = 20_000
    let tree = SampleTrees.chain(leafCount: count)
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: count, columnCount: 1, elements: (0..<count).map { Float($0) }))
    // Rows i < j are j − i apart and meet at height j.
    var sums = (pairs: 0.0, x: 0.0, y: 0.0, xx: 0.0, yy: 0.0, xy: 0.0)
    for index in 1..<count {
      let j = Double(index)
      let x = j * (j + 1) / 2
      sums.pairs += j
      sums.x += x
      sums.y += j * j
      sums.xx += j * (j + 1) * (2 * j + 1) / 6
      sums.yy += j * j * j
      sums.xy += j * x
    }
    let covariance = sums.xy - sums.x * sums.y / sums.pairs
    let spread =
      (sums.xx - sums.x * sums.x / sums.pairs) * (sums.yy - sums.y * sums.y / sums.pairs)
    let found = try #require(
      tree.copheneticCorrelation(with: points, pool: WorkerPool(threadCount: 2)))
    #expect(isClose(found, covariance / spread.squareRoot(), relative: 1e-5))
  }
}
