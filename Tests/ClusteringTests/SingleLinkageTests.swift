internal import Clustering
internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Single linkage")
struct SingleLinkageTests {
  let pool = WorkerPool(threadCount: 2)

  /// The lengths of the minimum spanning tree's edges, ascending, and the tree by Prim's rule in double
  /// precision.
  func plainTree(_ points: FeatureMatrix, metric: LinkageMetric) -> LinkageTree {
    let count = points.rowCount
    let prepared = LinkagePoints(points, metric: metric)
    var nearest = [Double](repeating: .infinity, count: count)
    var partner = [Int](repeating: 0, count: count)
    var open = Array(1..<count)
    var newest = 0
    var edges: [(Int, Int, Double)] = []
    while !open.isEmpty {
      for row in open {
        let squared = prepared.rows.squaredDifference(newest, prepared.rows, row)
        if squared < nearest[row] { (nearest[row], partner[row]) = (squared, newest) }
      }
      newest = open[0]
      for row in open where nearest[row] < nearest[newest] { newest = row }
      open.removeAll { $0 == newest }
      edges.append((partner[newest], newest, nearest[newest]))
    }
    edges.sort { $0.2 < $1.2 }
    return LinkageTree(
      leafCount: count,
      found: edges.map {
        .init(
          $0.0, $0.1,
          height: prepared.scale * (prepared.isSquared ? $0.2 : $0.2.squareRoot()))
      }, isMonotonic: true)
  }

  func tree(
    _ points: FeatureMatrix, metric: LinkageMetric = .euclidean, threads: Int = 2
  ) throws -> LinkageTree {
    var settings = Agglomerative(linkage: .single)
    settings.metric = metric
    settings.memory = .free
    return try settings.tree(of: points, pool: WorkerPool(threadCount: threads))
  }

  /// The same heights, and the same clusters at every height that is not within rounding of the next.
  func expectEqual(_ tree: LinkageTree, _ other: LinkageTree, relative: Double = 1e-9) {
    #expect(tree.leafCount == other.leafCount)
    for (merge, wanted) in zip(tree.merges, other.merges) {
      #expect(isClose(merge.height, wanted.height, relative: relative, absolute: 1e-12))
    }
    let heights = other.merges.map(\.height)
    for (lower, upper) in zip(heights, heights.dropFirst())
    where upper - lower > 1e-6 * max(upper, 1e-3) {
      let cut = (lower + upper) / 2
      #expect(tree.assignment(height: cut).labels == other.assignment(height: cut).labels)
    }
  }

  @Test(
    "Full rows have the tree of plain loops",
    arguments: [1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 130, 400])
  func dense(rowCount: Int) throws {
    for (seed, columnCount) in [(1, 1), (2, 2), (3, 5), (4, 17), (5, 64)] as [(UInt64, Int)] {
      let matrix = RandomPoints.blobs(seed: seed, rowCount: rowCount, columnCount: columnCount)
      for metric in LinkageMetric.allCases {
        expectEqual(
          try tree(.dense(matrix), metric: metric), plainTree(.dense(matrix), metric: metric))
      }
    }
  }

  @Test(
    "Sparse rows have the tree of plain loops", arguments: [1, 2, 3, 7, 20, 64, 65, 130, 400])
  func sparse(rowCount: Int) throws {
    for (seed, columnCount) in [(1, 12), (2, 60), (3, 2_000)] as [(UInt64, Int)] {
      let matrix = RandomPoints.text(
        seed: seed, rowCount: rowCount, columnCount: columnCount, length: 4)
      // Rows of other lengths, too.
      var generator = CounterGenerator(seed: seed)
      var factors: [Float] = []
      for _ in 0..<rowCount { factors.append(Float(0.5 + generator.nextUnit())) }
      let scaled = CSRMatrix(
        rowCount: rowCount, columnCount: columnCount, rowOffsets: matrix.rowOffsets,
        columnIndices: matrix.columnIndices,
        values: (0..<rowCount).flatMap { row in
          matrix.entries(ofRow: row).map { matrix.values[$0] * factors[row] }
        })
      for points in [FeatureMatrix.sparse(matrix), .sparse(scaled)] {
        for metric in LinkageMetric.allCases {
          expectEqual(
            try tree(points, metric: metric), plainTree(points, metric: metric), relative: 1e-8)
        }
      }
    }
  }

  @Test("Sparse rows with negative values have the tree of plain loops", arguments: [2, 30, 200])
  func negatives(rowCount: Int) throws {
    let matrix = RandomPoints.text(seed: 7, rowCount: rowCount, columnCount: 50, length: 5)
    let signed = FeatureMatrix.sparse(
      CSRMatrix(
        rowCount: rowCount, columnCount: 50, rowOffsets: matrix.rowOffsets,
        columnIndices: matrix.columnIndices,
        values: matrix.values.enumerated().map { $0 % 3 == 0 ? -$1 : $1 }))
    for metric in LinkageMetric.allCases {
      expectEqual(
        try tree(signed, metric: metric), plainTree(signed, metric: metric), relative: 1e-8)
    }
  }

  @Test("Separate clusters, chains and far offsets have the tree of plain loops")
  func shapes() throws {
    var generator = CounterGenerator(seed: 21)
    var clusters: [Float] = []
    for row in 0..<600 {
      for column in 0..<3 {
        clusters.append(Float(generator.nextUnit()) + Float((row % 6 + column) % 4) * 50)
      }
    }
    let far = RandomPoints.blobs(seed: 22, rowCount: 300, columnCount: 4).elements.map {
      $0 + 1_000
    }
    var outlier = RandomPoints.blobs(seed: 23, rowCount: 300, columnCount: 4).elements
    outlier[40] = 1e12
    let line = (0..<1_000).map { Float($0 * $0 % 8_191) }
    for (elements, width) in [(clusters, 3), (far, 4), (outlier, 4), (line, 1), (line, 2)] {
      let points = FeatureMatrix.dense(
        DenseMatrix(rowCount: elements.count / width, columnCount: width, elements: elements))
      expectEqual(try tree(points), plainTree(points, metric: .euclidean))
    }
  }

  @Test("Large and small values do not change the tree", arguments: [-60, -30, 0, 30, 44])
  func scales(exponent: Int) throws {
    let matrix = RandomPoints.blobs(seed: 31, rowCount: 150, columnCount: 6)
    let factor = Float(sign: .plus, exponent: exponent, significand: 1)
    let points = FeatureMatrix.dense(
      DenseMatrix(rowCount: 150, columnCount: 6, elements: matrix.elements.map { $0 * factor }))
    let expected = plainTree(.dense(matrix), metric: .euclidean)
    let found = try tree(points)
    for (merge, wanted) in zip(found.merges, expected.merges) {
      #expect((merge.left, merge.right) == (wanted.left, wanted.right))
      #expect(isClose(merge.height, wanted.height * Double(factor), relative: 1e-12))
    }
  }

  @Test("Among equal edges the lowest rows decide")
  func ties() throws {
    // A grid: every edge is 1 long; the tree is that of Kruskal's rule over edges in order.
    let side = 20
    let grid = FeatureMatrix.dense(
      DenseMatrix(
        rowCount: side * side, columnCount: 2,
        elements: (0..<side * side).flatMap { [Float($0 * 7 % 400 / side), Float($0 * 7 % side)] }))
    for points in [grid, .sparse(sparse(grid))] {
      var found: [LinkageTree.RowMerge] = []
      var component = Array(0..<side * side)
      var edges: [(Double, Int, Int)] = []
      for row in 0..<side * side {
        for other in row + 1..<side * side {
          edges.append((points.squaredDifference(row, points, other), row, other))
        }
      }
      for (squared, row, other) in edges.sorted(by: <) where component[row] != component[other] {
        let joined = component[other]
        let kept = component[row]
        for place in component.indices where component[place] == joined { component[place] = kept }
        found.append(.init(row, other, height: squared.squareRoot()))
      }
      let expected = LinkageTree(leafCount: side * side, found: found, isMonotonic: true)
      #expect(try tree(points) == expected)
    }
  }

  func sparse(_ points: FeatureMatrix) -> CSRMatrix {
    switch points {
    case .dense(let matrix): matrix.sparse()
    case .sparse(let matrix): matrix
    }
  }

  @Test("Equal rows and rows of zeros are merged at height 0, however many there are")
  func duplicates() throws {
    let distinct = 40
    let count = 6_000
    let blobs = RandomPoints.blobs(seed: 5, rowCount: distinct, columnCount: 8)
    var elements: [Float] = []
    for row in 0..<count {
      let values = blobs.row(row % distinct)
      // Zeros of either sign are equal.
      elements += row % distinct == 3 ? values.map { _ in row % 2 == 0 ? 0 : -0.0 } : Array(values)
    }
    let matrix = DenseMatrix(rowCount: count, columnCount: 8, elements: elements)
    for points in [FeatureMatrix.dense(matrix), .sparse(matrix.sparse())] {
      for metric in LinkageMetric.allCases {
        let tree = try tree(points, metric: metric)
        #expect(tree.merges.prefix { $0.height == 0 }.count == count - distinct)
        let labels = try tree.assignment(clusterCount: distinct).labels
        for row in 0..<count { #expect(labels[row] == labels[row % distinct]) }
        let first = points.selecting(rows: Array(0..<distinct))
        let expected = plainTree(first, metric: metric)
        for (merge, wanted) in zip(tree.merges.suffix(distinct - 1), expected.merges) {
          #expect(isClose(merge.height, wanted.height, relative: 1e-6, absolute: 1e-7))
        }
      }
    }
    let zeros = try tree(.dense(DenseMatrix(zeros: 9_000, 3)))
    #expect(zeros.merges.allSatisfy { $0.height == 0 })
    let empty = try tree(.dense(DenseMatrix(zeros: 3, 0)))
    #expect(empty.merges.count == 2)
  }

  @Test("Any number of threads and any instructions give the same bytes")
  func threads() throws {
    let dense = FeatureMatrix.dense(
      RandomPoints.blobs(seed: 8, rowCount: 2_100, columnCount: 10, blobCount: 30))
    let text = FeatureMatrix.sparse(
      RandomPoints.text(seed: 8, rowCount: 2_100, columnCount: 900))
    for points in [dense, text] {
      let expected = try tree(points, threads: 1)
      for threads in [2, 3, 8] {
        #expect(try tree(points, threads: threads) == expected)
      }
      expectEqual(expected, plainTree(points, metric: .euclidean), relative: 1e-8)
    }
  }

  @Test("Neighbor lists are those of plain loops on every level", arguments: [1, 40, 700])
  func neighbors(rowCount: Int) {
    let matrix = RandomPoints.blobs(seed: 9, rowCount: rowCount, columnCount: 33)
    let points = FeatureMatrix.dense(matrix)
    for level in InstructionSet.allCases where level <= .best {
      let search = DenseNeighbors(
        matrix, rows: (0..<Int32(rowCount)).map { $0 }, capacity: 5, level: level, pool: pool)
      search.findAll(pool: pool)
      expectNeighbors(search.lists, points) { _, _ in true }
      let labels = Buffer<Int32>(count: rowCount, repeating: 0)
      for place in 0..<rowCount { labels[place] = Int32(place / 70 % 3) }
      let queries = (0..<Int32(rowCount)).filter { $0 % 2 == 0 }.map {
        RowNeighborQuery(place: $0)
      }
      search.find(queries, outside: labels, pool: pool)
      expectNeighbors(search.lists, points) {
        $0 % 2 == 1 || labels[$0] != labels[$1]
      }
    }
  }

  func expectNeighbors(
    _ lists: RowNeighbors, _ points: FeatureMatrix, _ counts: (Int, Int) -> Bool
  ) {
    for place in 0..<lists.rowCount {
      let row = Int(lists.numbers[place])
      let expected = (0..<lists.rowCount).filter { $0 != place && counts(place, $0) }.map {
        (points.squaredDifference(row, points, Int(lists.numbers[$0])), Int(lists.numbers[$0]))
      }.sorted(by: <)
      for entry in 0..<lists.capacity {
        let found = place * lists.capacity + entry
        if entry < expected.count {
          #expect(lists.distances[found] == expected[entry].0)
          #expect(Int(lists.numbers[Int(lists.neighbors[found])]) == expected[entry].1)
        } else {
          #expect(lists.neighbors[found] == -1)
        }
      }
    }
  }

  @Test("Progress tells of ever fewer clusters")
  func progress() throws {
    let points = FeatureMatrix.dense(RandomPoints.blobs(seed: 3, rowCount: 300, columnCount: 3))
    let counts = Buffer<Int>(count: 64, repeating: 0)
    let calls = Buffer<Int>(count: 1, repeating: 0)
    _ = try Agglomerative(linkage: .single).tree(of: points, pool: pool) {
      counts[calls[0]] = $0.remainingCount
      calls[0] += 1
    }
    #expect(calls[0] > 1)
    #expect(counts[0] == 300)
    for call in 1..<calls[0] { #expect(counts[call] <= counts[call - 1] / 2 + 1) }
  }
}
