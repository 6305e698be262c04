internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// Trees from a stored matrix against the slow, obvious way.
@Suite("Stored linkage")
struct StoredLinkageTests {
  static let pool = WorkerPool(threadCount: 2)

  /// Rows without ties, dense or with half of their values 0.
  static func rows(
    _ count: Int, _ columnCount: Int = 12, seed: UInt64 = 1, isSparse: Bool
  ) -> FeatureMatrix {
    var generator = CounterGenerator(seed: seed, run: UInt64(count), purpose: 0x7EE)
    let elements = (0..<count * columnCount).map { _ in
      let value = Float(generator.nextUnit() * 2 - 1)
      return isSparse && generator.nextUnit() < 0.5 ? 0 : value
    }
    let matrix = DenseMatrix(rowCount: count, columnCount: columnCount, elements: elements)
    return isSparse ? .sparse(matrix.sparse()) : .dense(matrix)
  }

  static func weights(_ count: Int) -> [Int] {
    var generator = CounterGenerator(seed: 3, purpose: 0x3E1)
    return (0..<count).map { _ in 1 + generator.nextIndex(below: 9) }
  }

  static func stored(
    _ points: FeatureMatrix, _ linkage: Linkage, metric: LinkageMetric = .euclidean,
    weights: [Int]? = nil, level: InstructionSet = .best, earlyRowCount: Int = 4_096,
    pool: WorkerPool = Self.pool
  ) throws -> LinkageTree {
    let prepared = LinkagePoints(points, metric: metric)
    let tree = StoredLinkage(
      prepared, linkage: linkage, weights: weights, level: level, earlyRowCount: earlyRowCount)
    return LinkageTree(
      leafCount: points.rowCount, found: try tree.merges(pool: pool, progress: nil),
      isMonotonic: linkage.isReducible)
  }

  static func plain(
    _ points: FeatureMatrix, _ linkage: Linkage, metric: LinkageMetric = .euclidean,
    weights: [Int]? = nil
  ) throws -> LinkageTree {
    let prepared = LinkagePoints(points, metric: metric)
    let found = try PlainLinkage(points: prepared, linkage: linkage, weights: weights).merges(
      pool: pool, progress: nil)
    return LinkageTree(
      leafCount: points.rowCount, found: found, isMonotonic: linkage.isReducible)
  }

  /// Expects equal heights, and equal clusterings at every k that no near-tie of heights decides.
  static func expectSame(
    _ tree: LinkageTree, _ expected: LinkageTree, tolerance: Double = 1e-6,
    _ comment: @autoclosure () -> Comment
  ) throws {
    let heights = (tree.merges.map(\.height).sorted(), expected.merges.map(\.height).sorted())
    for (height, other) in zip(heights.0, heights.1) {
      #expect(isClose(height, other, relative: tolerance), comment())
    }
    for k in 1...expected.leafCount {
      let cut = expected.leafCount - k
      if cut > 0, cut < expected.merges.count,
        isClose(
          expected.merges[cut - 1].height, expected.merges[cut].height, relative: 4 * tolerance)
      {
        continue
      }
      let same =
        try tree.assignment(clusterCount: k).labels
        == expected.assignment(clusterCount: k).labels
      #expect(same, "\(comment()), k \(k)")
    }
  }

  @Test(
    "equals the slow way for every linkage, dense and sparse", arguments: Linkage.allCases,
    [false, true])
  func equalsPlain(linkage: Linkage, isSparse: Bool) throws {
    for count in [1, 2, 3, 5, 16, 17, 33, 100, 260, 400] {
      let points = Self.rows(count, isSparse: isSparse)
      try Self.expectSame(
        Self.stored(points, linkage), Self.plain(points, linkage),
        "\(linkage) of \(count) rows, sparse \(isSparse)")
    }
  }

  @Test(
    "equals the slow way for every metric",
    arguments: Linkage.allCases.filter { !$0.isGeometric }, LinkageMetric.allCases)
  func equalsPlainByMetric(linkage: Linkage, metric: LinkageMetric) throws {
    for isSparse in [false, true] {
      let points = Self.rows(150, isSparse: isSparse)
      try Self.expectSame(
        Self.stored(points, linkage, metric: metric), Self.plain(points, linkage, metric: metric),
        "\(linkage), \(metric), sparse \(isSparse)")
    }
  }

  @Test(
    "equals the slow way when small clusters are merged before there is a matrix",
    arguments: [Linkage.complete, .average, .weighted])
  func earlyMerges(linkage: Linkage) throws {
    for count in [2, 3, 16, 17, 60, 300, 520] {
      for metric in LinkageMetric.allCases {
        let points = Self.rows(count, isSparse: false)
        let tree = try Self.stored(points, linkage, metric: metric, earlyRowCount: 2)
        try Self.expectSame(
          tree, Self.plain(points, linkage, metric: metric), "\(linkage), \(metric), \(count) rows")
        for threadCount in [1, 3, 8] {
          let other = try Self.stored(
            points, linkage, metric: metric, earlyRowCount: 2,
            pool: WorkerPool(threadCount: threadCount))
          #expect(tree == other)
        }
      }
    }
    for level in InstructionSet.allCases where level <= .best {
      let points = Self.rows(300, isSparse: false)
      try Self.expectSame(
        Self.stored(points, linkage, level: level, earlyRowCount: 2),
        Self.plain(points, linkage), "\(level)")
    }
  }

  @Test("merges equal and tied rows early", arguments: [Linkage.complete, .average, .weighted])
  func tiedEarlyMerges(linkage: Linkage) throws {
    let single = Self.rows(60, isSparse: false)
    let copies = single.selecting(rows: (0..<1_500).map { $0 % 60 })
    let heights = try Self.stored(copies, linkage, earlyRowCount: 2).merges.map(\.height)
    #expect(heights.prefix(1_440).allSatisfy { $0 == 0 })
    for (height, merge) in zip(heights.dropFirst(1_440), try Self.plain(single, linkage).merges)
    where linkage != .weighted {
      #expect(isClose(height, merge.height, relative: 1e-6))
    }
    for scale: Float in [0, 1e-30, 1e13] {
      let points = DenseMatrix(
        rowCount: 400, columnCount: 3,
        elements: (0..<1_200).map { Float($0 % 5) * scale })
      let tree = try Self.stored(.dense(points), linkage, earlyRowCount: 2)
      #expect(tree.merges.last?.size == 400)
      #expect(tree.merges.allSatisfy { $0.height.isFinite && $0.height >= 0 })
    }
  }

  @Test("counts rows by their weights", arguments: [false, true])
  func weights(isSparse: Bool) throws {
    for count in [2, 30, 300] {
      let points = Self.rows(count, isSparse: isSparse)
      let weights = Self.weights(count)
      try Self.expectSame(
        Self.stored(points, .ward, weights: weights),
        Self.plain(points, .ward, weights: weights), "\(count) rows, sparse \(isSparse)")
    }
  }

  @Test("gives the same bytes for any number of threads", arguments: Linkage.allCases)
  func threads(linkage: Linkage) throws {
    let inputs: [FeatureMatrix] = [
      Self.rows(700, isSparse: false),
      .sparse(RandomPoints.text(seed: 4, rowCount: 600, columnCount: 90)),
    ]
    for points in inputs {
      let one = try Self.stored(points, linkage, pool: WorkerPool(threadCount: 1))
      for threadCount in [2, 3, 8] {
        let other = try Self.stored(points, linkage, pool: WorkerPool(threadCount: threadCount))
        #expect(one == other)
      }
    }
  }

  @Test("agrees at every instruction-set level", arguments: Linkage.allCases)
  func levels(linkage: Linkage) throws {
    let points = Self.rows(300, isSparse: false)
    let expected = try Self.plain(points, linkage)
    for level in InstructionSet.allCases where level <= .best {
      try Self.expectSame(Self.stored(points, linkage, level: level), expected, "\(level)")
    }
  }

  @Test("puts equal rows at exactly 0", arguments: Linkage.allCases, [false, true])
  func duplicates(linkage: Linkage, isSparse: Bool) throws {
    let single = Self.rows(90, isSparse: isSparse)
    let points = single.selecting(rows: (0..<270).map { $0 % 90 })
    let heights = try Self.stored(points, linkage).merges.map(\.height)
    #expect(heights.prefix(180).allSatisfy { $0 == 0 })
    #expect(heights.dropFirst(180).allSatisfy { $0 > 0 })
  }

  @Test("single linkage keeps its heights where most distances are tied")
  func tiedSingle() throws {
    let text = FeatureMatrix.sparse(
      RandomPoints.text(seed: 9, rowCount: 300, columnCount: 400, length: 3))
    for metric in LinkageMetric.allCases {
      let tree = try Self.stored(text, .single, metric: metric)
      let expected = try Self.plain(text, .single, metric: metric)
      for (merge, other) in zip(tree.merges, expected.merges) {
        #expect(isClose(merge.height, other.height, relative: 1e-6, absolute: 1e-12))
      }
    }
  }

  @Test("makes a tree whose heights rise from texts", arguments: Linkage.allCases)
  func tiedText(linkage: Linkage) throws {
    let text = RandomPoints.text(seed: 9, rowCount: 500, columnCount: 900, length: 3)
    let tree = try Self.stored(.sparse(text), linkage)
    #expect(tree.merges.last?.size == 500)
    #expect(tree.isMonotonic || !linkage.isReducible)
    #expect(tree.merges.allSatisfy { $0.height.isFinite && $0.height >= 0 })
  }

  /// A round of all-tied clusters must merge many pairs, not one.
  @Test("merges blocks of equal distances in few rounds", arguments: Linkage.allCases)
  func ties(linkage: Linkage) throws {
    let count = 1_500
    let same = DenseMatrix(
      rowCount: count, columnCount: 3, elements: [Float](repeating: 0.7, count: 3 * count))
    let zeros = try Self.stored(.dense(same), linkage)
    #expect(zeros.merges.allSatisfy { $0.height == 0 })
    // Every row has a column of its own: all are at √2.
    let apart = CSRMatrix(
      rowCount: count, columnCount: count, rowOffsets: Array(0...count),
      columnIndices: (0..<Int32(count)).map { $0 }, values: [Float](repeating: 1, count: count))
    let tree = try Self.stored(.sparse(apart), linkage)
    if !linkage.isGeometric {
      let root = 2.0.squareRoot()
      #expect(tree.merges.allSatisfy { isClose($0.height, root, relative: 1e-6) })
    }
    #expect(tree.merges.last?.size == count)
  }

  @Test("works on rows of zeros and on very short and very long rows")
  func extremes() throws {
    for scale: Float in [0, 1e-30, 1e-17, 1e13] {
      let base = Self.rows(40, isSparse: false)
      guard case .dense(let matrix) = base else { continue }
      let points = FeatureMatrix.dense(
        DenseMatrix(
          rowCount: 40, columnCount: matrix.columnCount,
          elements: matrix.elements.map { $0 * scale }))
      for linkage in Linkage.allCases {
        let tree = try Self.stored(points, linkage)
        #expect(tree.merges.allSatisfy { $0.height.isFinite && $0.height >= 0 })
        if scale == 1e13 {
          try Self.expectSame(tree, Self.plain(points, linkage), "\(linkage)")
        }
      }
    }
  }

  @Test("stops when its task is cancelled", arguments: [Linkage.average, .centroid])
  func cancellation(linkage: Linkage) async {
    let points = Self.rows(200, isSparse: false)
    let task = Task { () -> ClusteringError? in
      withUnsafeCurrentTask { $0?.cancel() }
      do {
        _ = try StoredLinkage(
          LinkagePoints(points, metric: .euclidean), linkage: linkage, weights: nil
        ).merges(pool: Self.pool, progress: nil)
        return nil
      } catch let error as ClusteringError {
        return error
      } catch {
        return nil
      }
    }
    #expect(await task.value == .cancelled)
  }
}
