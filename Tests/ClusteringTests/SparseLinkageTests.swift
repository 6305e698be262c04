internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

/// Ward's trees of sparse rows without a matrix of distances.
@Suite("Trees of sparse rows without a matrix")
struct SparseLinkageTests {
  static func tree(
    _ points: FeatureMatrix, weights: [Int]? = nil, level: InstructionSet = .best, threads: Int = 2
  ) throws -> LinkageTree {
    guard case .sparse(let matrix) = points else { preconditionFailure("rows must be sparse") }
    let found = try SparseLinkage(matrix, weights: weights, level: level).merges(
      pool: WorkerPool(threadCount: threads), progress: nil)
    return LinkageTree(leafCount: points.rowCount, found: found, isMonotonic: true)
  }

  /// Rows of few of many columns, some of them equal, some empty.
  static func texts(_ count: Int, seed: UInt64) -> CSRMatrix {
    var generator = CounterGenerator(seed: seed, run: UInt64(count), purpose: 0x5BA)
    var rows: [[Float]] = []
    for row in 0..<count {
      if row > 0, generator.nextUnit() < 0.1 {
        rows.append(rows[generator.nextIndex(below: row)])
        continue
      }
      var values = [Float](repeating: 0, count: 60)
      for _ in 0..<generator.nextIndex(below: 6) {
        values[generator.nextIndex(below: 60)] = Float(generator.nextUnit())
      }
      rows.append(values)
    }
    return DenseMatrix(rowCount: count, columnCount: 60, elements: rows.flatMap { $0 }).sparse()
  }

  @Test(
    "equals the slow way, with and without weights", arguments: [1, 2, 3, 5, 16, 17, 33, 100, 260])
  func equalsPlain(count: Int) throws {
    for weights in [nil, StoredLinkageTests.weights(count)] {
      let points = StoredLinkageTests.rows(count, seed: 5, isSparse: true)
      try StoredLinkageTests.expectSame(
        Self.tree(points, weights: weights),
        StoredLinkageTests.plain(points, .ward, weights: weights), tolerance: 1e-9,
        "\(count) rows, weights \(weights != nil)")
    }
  }

  @Test("merges nearest pairs of texts of which some are equal or empty", arguments: 1...6)
  func texts(seed: UInt64) throws {
    let texts = Self.texts(240, seed: seed)
    let tree = try Self.tree(.sparse(texts))
    let audit = MergeAudit(
      tree: tree, rows: texts.dense(), linkage: .ward, metric: .euclidean)
    #expect(audit.worst < 1e-12, "seed \(seed)")
  }

  @Test("merges nearest pairs where all rows are equally far apart")
  func ties() throws {
    let count = 200
    let axes = CSRMatrix(
      rowCount: count, columnCount: count, rowOffsets: Array(0...count),
      columnIndices: (0..<Int32(count)).map { $0 },
      values: [Float](repeating: 1, count: count))
    let tree = try Self.tree(.sparse(axes))
    let audit = MergeAudit(tree: tree, rows: axes.dense(), linkage: .ward, metric: .euclidean)
    #expect(audit.worst < 1e-12)
  }

  @Test("is the same for any number of threads and every instruction set")
  func sameEverywhere() throws {
    let points = FeatureMatrix.sparse(Self.texts(900, seed: 8))
    let expected = try Self.tree(points, threads: 1)
    for threads in [2, 3, 8] {
      #expect(try Self.tree(points, threads: threads) == expected, "\(threads) threads")
    }
    for level in InstructionSet.allCases where level <= .best {
      #expect(try Self.tree(points, level: level) == expected, "\(level)")
    }
  }

  @Test("scales with rows that are tiny beside an outlier")
  func tinyRows() throws {
    func heights(scale: Float, outlier: Float) throws -> [Double] {
      let near = Self.texts(60, seed: 3)
      let matrix = CSRMatrix(
        rowCount: 62, columnCount: 60,
        rowOffsets: [0, 1, 2] + near.rowOffsets.dropFirst().map { $0 + 2 },
        columnIndices: [0, 1] + near.columnIndices,
        values: [outlier, outlier] + near.values.map { $0 * scale })
      let tree = try Self.tree(
        .sparse(matrix), weights: [1, 1] + [Int](repeating: 20_000, count: 60))
      return tree.merges.prefix(59).map { $0.height / Double(scale) }
    }
    // A power of two scales without rounding: the tree must be the same.
    let expected = try heights(scale: 1, outlier: 1e9)
    for found in try [heights(scale: 0x1p-68, outlier: 1), heights(scale: 0x1p-70, outlier: 1)] {
      for (a, b) in zip(found, expected) { #expect(abs(a - b) <= 1e-9 * b) }
    }
  }

  @Test("finds each cluster's nearest before and after merges", arguments: InstructionSet.allCases)
  func nearest(level: InstructionSet) throws {
    guard level <= .best else { return }
    let matrix = Self.texts(150, seed: 12)
    let rows = DistinctRows(.sparse(matrix), pool: WorkerPool(threadCount: 1)).distinct
    let clusters = SparseClusters(
      matrix, rows: rows, sizes: [Double](repeating: 1, count: rows.count), level: level)
    var parts = rows.map { [Int($0)] }
    var generator = CounterGenerator(seed: 2, purpose: 0x9A)
    let scratch = clusters.makeScratch()
    while clusters.liveCount > 1 {
      let live = parts.indices.filter { !parts[$0].isEmpty }
      let means = parts.map { Self.mean(of: $0, matrix) }
      for cluster in live {
        let found = try #require(clusters.search(for: cluster, scratch: scratch))
        let distances = live.filter { $0 != cluster }.map {
          Self.distance(means[cluster], means[$0], parts[cluster].count, parts[$0].count)
        }
        let own = Self.distance(
          means[cluster], means[Int(found.id)], parts[cluster].count, parts[Int(found.id)].count)
        let least = try #require(distances.min())
        #expect(isClose(found.value, least, relative: 1e-10))
        #expect(isClose(own, least, relative: 1e-10))
      }
      // Any pair may be merged, not only the nearest.
      let kept = live[generator.nextIndex(below: live.count - 1)]
      let joined = live[live.count - 1]
      let value = Self.distance(
        means[kept], means[joined], parts[kept].count, parts[joined].count)
      clusters.merge(
        [.init(kept: kept, joined: joined, value: value)], pool: WorkerPool(threadCount: 1))
      parts[kept] += parts[joined]
      parts[joined] = []
    }
    #expect(clusters.search(for: parts.firstIndex { !$0.isEmpty } ?? 0, scratch: scratch) == nil)
  }

  static func mean(of rows: [Int], _ matrix: CSRMatrix) -> [Double] {
    var mean = [Double](repeating: 0, count: matrix.columnCount)
    for row in rows {
      for entry in matrix.entries(ofRow: row) {
        mean[Int(matrix.columnIndices[entry])] += Double(matrix.values[entry]) / Double(rows.count)
      }
    }
    return mean
  }

  static func distance(_ left: [Double], _ right: [Double], _ a: Int, _ b: Int) -> Double {
    let squared = zip(left, right).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return 2 * Double(a * b) / Double(a + b) * squared
  }

  @Test("is chosen for short rows, and for long ones where a matrix does not fit")
  func plan() throws {
    var settings = Agglomerative(linkage: .ward)
    let short = LinkageShape(
      rowCount: 10_000, columnCount: 5_000, storedCount: 200_000, isSparse: true)
    let long = LinkageShape(
      rowCount: 10_000, columnCount: 5_000, storedCount: 2_000_000, isSparse: true)
    #expect(try settings.plan(for: short).method == .free)
    #expect(try settings.plan(for: long).method == .stored)
    settings.memoryLimit = 200 << 20
    #expect(try settings.plan(for: long).method == .free)
    #expect(try settings.plan(for: short).byteCount < 20 << 20)
    settings.linkage = .average
    settings.metric = .cosine
    settings.memory = .free
    #expect(throws: ClusteringError.self) { try settings.plan(for: short) }
  }
}
