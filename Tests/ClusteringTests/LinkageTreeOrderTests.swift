internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Leaf orders of trees")
struct LinkageTreeOrderTests {
  let pool = WorkerPool(threadCount: 2)

  /// The least sum over all ways to turn every merge around.
  func leastSum(_ tree: LinkageTree, _ points: FeatureMatrix, metric: LinkageMetric) -> Double {
    var least = Double.infinity
    for turns in 0..<1 << tree.merges.count {
      var orders = (0..<tree.leafCount).map { [$0] }
      for (index, merge) in tree.merges.enumerated() {
        let (left, right) = (orders[merge.left], orders[merge.right])
        orders.append(turns >> index & 1 == 0 ? left + right : right + left)
      }
      least = min(least, sum(of: orders[orders.count - 1], points, metric: metric))
    }
    return least
  }

  func sum(of order: [Int], _ points: FeatureMatrix, metric: LinkageMetric) -> Double {
    zip(order, order.dropFirst()).reduce(0) {
      $0 + SampleTrees.distance(points, $1.0, $1.1, metric: metric)
    }
  }

  /// Whether the rows of every cluster stand together.
  func isOrder(_ order: [Int], of tree: LinkageTree) -> Bool {
    guard order.sorted() == Array(0..<tree.leafCount) else { return false }
    var place = [Int](repeating: 0, count: tree.leafCount)
    for (index, row) in order.enumerated() { place[row] = index }
    var ranges = place.map { $0...$0 }
    for merge in tree.merges {
      let (left, right) = (ranges[merge.left], ranges[merge.right])
      let both =
        min(left.lowerBound, right.lowerBound)...max(left.upperBound, right.upperBound)
      guard both.count == left.count + right.count else { return false }
      ranges.append(both)
    }
    return true
  }

  @Test("The best order is the best of all", arguments: 1...9)
  func small(leafCount: Int) throws {
    for seed in 0..<6 as Range<UInt64> {
      let tree = SampleTrees.random(seed: seed, leafCount: leafCount)
      let matrix = RandomPoints.blobs(seed: seed, rowCount: leafCount, columnCount: 3)
      for points in [FeatureMatrix.dense(matrix), .sparse(matrix.sparse())] {
        for metric in LinkageMetric.allCases {
          let order = try tree.optimalLeafOrder(of: points, metric: metric, pool: pool)
          #expect(isOrder(order, of: tree))
          let found = sum(of: order, points, metric: metric)
          let least = leastSum(tree, points, metric: metric)
          #expect(isClose(found, least, relative: 1e-6, absolute: 1e-7))
        }
      }
    }
  }

  @Test("Large trees are done in blocks, the same on any number of threads")
  func large() throws {
    let tree = SampleTrees.random(seed: 5, leafCount: 1_300)
    let points = FeatureMatrix.dense(
      RandomPoints.blobs(seed: 5, rowCount: 1_300, columnCount: 2, blobCount: 40))
    let order = try tree.optimalLeafOrder(of: points, pool: WorkerPool(threadCount: 1))
    #expect(isOrder(order, of: tree))
    let given = sum(of: tree.leafOrder(), points, metric: .euclidean)
    #expect(sum(of: order, points, metric: .euclidean) < 0.95 * given)
    for threads in [2, 3, 8] {
      let other = try tree.optimalLeafOrder(of: points, pool: WorkerPool(threadCount: threads))
      #expect(other == order)
    }
  }

  @Test("Rows on a line come in the order of the line")
  func line() throws {
    let count = 1_500
    var generator = CounterGenerator(seed: 12)
    var values: [Float] = []
    for row in 0..<count { values.append(Float(row) + Float(generator.nextUnit() * 0.5)) }
    var shuffled = Array(0..<count)
    for row in 0..<count { shuffled.swapAt(row, generator.nextIndex(below: row + 1)) }
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: count, columnCount: 1, elements: shuffled.map { values[$0] }))
    // Runs of neighbors are merged, so that the line is among the orders.
    var live = (0..<count).map { [$0] }
    var place = [Int](repeating: 0, count: count)
    for (row, value) in shuffled.enumerated() { place[value] = row }
    var found: [LinkageTree.RowMerge] = []
    while live.count > 1 {
      let index = generator.nextIndex(below: live.count - 1)
      found.append(
        .init(place[live[index][0]], place[live[index + 1][0]], height: Double(found.count)))
      live[index] += live.remove(at: index + 1)
    }
    let tree = LinkageTree(leafCount: count, found: found, isMonotonic: true)
    let order = try tree.optimalLeafOrder(of: points, pool: pool).map { shuffled[$0] }
    let line = Array(0..<count)
    #expect(order == line || order == line.reversed())
  }

  @Test("Chains need no stack and no cubic time")
  func chain() throws {
    let long = SampleTrees.chain(leafCount: 100_000)
    #expect(long.leafOrder().prefix(2) == [99_999, 99_998])
    let chain = SampleTrees.chain(leafCount: 5_000)
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: 5_000, columnCount: 1, elements: (0..<5_000).map { Float($0 % 71) }))
    let order = try chain.optimalLeafOrder(of: points, pool: pool)
    #expect(isOrder(order, of: chain))
  }

  @Test("Too many rows are refused")
  func limit() {
    let tree = SampleTrees.chain(leafCount: 5_001)
    let points = FeatureMatrix.dense(DenseMatrix(zeros: 5_001, 1))
    #expect(throws: ClusteringError.self) {
      try tree.optimalLeafOrder(of: points, pool: pool)
    }
  }
}
