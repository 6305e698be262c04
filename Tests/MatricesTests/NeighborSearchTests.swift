internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Nearest neighbors")
struct NeighborSearchTests {
  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  /// Blobs, blobs far from the origin, a grid with its many ties, rows that repeat, and one row alone.
  static func matrices() -> [DenseMatrix] {
    let blobs = RandomPoints.blobs(seed: 1, rowCount: 300, columnCount: 37)
    let narrow = RandomPoints.blobs(seed: 2, rowCount: 1_500, columnCount: 3)
    let grid = DenseMatrix(
      rowCount: 400, columnCount: 2,
      elements: (0..<400).flatMap { [Float($0 / 20), Float($0 % 20)] })
    return [
      blobs, narrow, grid,
      DenseMatrix(
        rowCount: 300, columnCount: 37, elements: blobs.elements.map { $0 * 1e-3 + 50 }),
      DenseMatrix(
        rowCount: 300, columnCount: 37, elements: (0..<300).flatMap { blobs.row($0 % 40) }),
      DenseMatrix(
        rowCount: 90, columnCount: 90,
        elements: (0..<8_100).map { $0 / 90 == $0 % 90 ? 1 : 0 }),
      DenseMatrix(zeros: 200, 4), DenseMatrix(zeros: 1, 4), DenseMatrix(zeros: 2, 0),
      RandomPoints.blobs(seed: 3, rowCount: 17, columnCount: 1),
    ]
  }

  /// Every other point with another label, nearest first.
  func neighbors(
    _ points: NeighborPoints, of point: Int, labels: [Int32], _ level: InstructionSet
  ) -> [Neighbor] {
    (0..<points.count).filter { labels[$0] != labels[point] }
      .map { Neighbor(id: Int32($0), value: points.value(point, $0, instructions: level)) }
      .sorted { ($0.value, $0.id) < ($1.value, $1.id) }
  }

  /// Expects a list to hold the nearest, and all else to be at its bound or beyond.
  func expectNearest(
    _ lists: NeighborLists, _ points: NeighborPoints, of point: Int, labels: [Int32],
    _ level: InstructionSet, limit: Double = .infinity,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let expected = neighbors(points, of: point, labels: labels, level)
    let listed = (0..<lists.length(of: point)).map { lists[point, $0] }
    let within = expected.prefix { $0.value <= limit }
    #expect(listed.count <= lists.width, sourceLocation: sourceLocation)
    if let first = within.first {
      #expect(listed.first == first, sourceLocation: sourceLocation)
      #expect(lists.certainNearest(of: point) == first, sourceLocation: sourceLocation)
    }
    let bound = lists.bounds[point]
    for neighbor in expected where !listed.contains(neighbor) {
      #expect(neighbor.value >= bound, sourceLocation: sourceLocation)
    }
    for neighbor in listed {
      #expect(expected.contains(neighbor), sourceLocation: sourceLocation)
    }
  }

  @Test("All points find their nearest", arguments: levels, matrices().indices)
  func all(level: InstructionSet, index: Int) {
    let matrix = Self.matrices()[index]
    let points = NeighborPoints(matrix)
    let pool = WorkerPool(threadCount: 2)
    let search = NeighborSearch(points, width: 8, instructions: level, pool: pool)
    search.searchAll(pool: pool)
    let labels = (0..<Int32(matrix.rowCount)).map { $0 }
    for point in 0..<matrix.rowCount {
      expectNearest(search.lists, points, of: point, labels: labels, level)
    }
  }

  @Test("A full list of well separated values holds exactly the nearest", arguments: levels)
  func whole(level: InstructionSet) {
    let matrix = RandomPoints.blobs(seed: 5, rowCount: 500, columnCount: 50)
    let points = NeighborPoints(matrix)
    let pool = WorkerPool(threadCount: 1)
    let search = NeighborSearch(points, width: 12, instructions: level, pool: pool)
    search.searchAll(pool: pool)
    let labels = (0..<Int32(500)).map { $0 }
    for point in 0..<500 {
      let expected = neighbors(points, of: point, labels: labels, level).prefix(12)
      #expect((0..<12).map { search.lists[point, $0] } == Array(expected))
      #expect(search.lists.bounds[point] == expected.last?.value)
    }
  }

  @Test("Some points find their nearest with other labels", arguments: levels, matrices().indices)
  func labels(level: InstructionSet, index: Int) {
    let matrix = Self.matrices()[index]
    let points = NeighborPoints(matrix)
    let pool = WorkerPool(threadCount: 2)
    let search = NeighborSearch(points, width: 5, instructions: level, pool: pool)
    let labels = (0..<matrix.rowCount).map { Int32($0 * 7 / matrix.rowCount) }
    search.relabel(Buffer(labels, orEmpty: 0))
    let queries = (0..<Int32(matrix.rowCount)).filter { $0 % 3 == 0 }
    search.search(queries, pool: pool)
    for query in queries {
      expectNearest(search.lists, points, of: Int(query), labels: labels, level)
    }
    let limits = queries.map { query in
      let near = neighbors(points, of: Int(query), labels: labels, level)
      return near.isEmpty ? 1 : near[near.count / 100].value
    }
    search.search(queries, limits: limits, pool: pool)
    for (query, limit) in zip(queries, limits) {
      expectNearest(search.lists, points, of: Int(query), labels: labels, level, limit: limit)
    }
  }

  @Test("Clusters find their nearest after merges", arguments: levels, [true, false])
  func clusters(level: InstructionSet, isWard: Bool) {
    let matrix = RandomPoints.blobs(seed: 6, rowCount: 400, columnCount: 20)
    let pool = WorkerPool(threadCount: 2)
    let points = NeighborPoints(
      clusters: Array(0..<400), of: matrix,
      inverses: isWard ? (0..<400).map { 1 / Double(1 + $0 % 4) } : nil, pool: pool)
    let search = NeighborSearch(points, width: 6, instructions: level, pool: pool)
    search.searchAll(pool: pool)
    var labels = (0..<Int32(400)).map { $0 }
    for point in 0..<400 { expectNearest(search.lists, points, of: point, labels: labels, level) }
    for step in 0..<5 {
      let kept = (0..<20).map { Int32($0 + 20 * step) }
      let gone = kept.map { $0 + 200 }
      for (a, b) in zip(kept, gone) { points.merge(Int(a), Int(b), sizes: (2, 3)) }
      search.update(changed: kept, gone: gone, pool: pool)
      let left = (0..<Int32(400)).filter { $0 < 200 || $0 >= 220 + 20 * Int32(step) }
      search.search(left, pool: pool)
      // A label of their own for those that are gone would make them neighbors.
      for id in gone { labels[Int(id)] = -1 }
      for point in left {
        let expected = neighbors(points, of: Int(point), labels: labels, level)
          .filter { labels[Int($0.id)] >= 0 }
        #expect(search.lists.certainNearest(of: Int(point)) == expected.first)
      }
    }
  }

  @Test("Lists do not depend on the number of threads", arguments: [2, 3, 8])
  func threads(threadCount: Int) {
    let matrix = RandomPoints.blobs(seed: 7, rowCount: 3_000, columnCount: 9)
    func lists(_ pool: WorkerPool) -> [[Neighbor]] {
      let search = NeighborSearch(NeighborPoints(matrix), width: 8, pool: pool)
      search.searchAll(pool: pool)
      return (0..<3_000).map { point in
        (0..<search.lists.length(of: point)).map { search.lists[point, $0] }
          + [Neighbor(id: -1, value: search.lists.bounds[point])]
      }
    }
    #expect(lists(WorkerPool(threadCount: threadCount)) == lists(WorkerPool(threadCount: 1)))
  }
}
