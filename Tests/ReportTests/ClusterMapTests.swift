internal import Clustering
internal import Matrices
internal import Report
internal import TestSupport
internal import Testing

@Suite struct ClusterMapTests {
  static func dense(_ rows: [[Float]]) -> DenseMatrix {
    DenseMatrix(
      rowCount: rows.count, columnCount: rows.first?.count ?? 0, elements: rows.flatMap { $0 })
  }

  static func map(
    _ points: FeatureMatrix, labels: [Int32], k: Int, threads: Int = 1
  ) throws -> ClusterMap {
    let assignment = try Assignment(labels: labels, clusterCount: k)
    return try ClusterMap(
      points: points, centroids: ClusterMeans.means(of: assignment, points: points),
      assignment: assignment, pool: WorkerPool(threadCount: threads))
  }

  static func distance(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }.squareRoot()
  }

  /// Rows around k centers on a line and beside it, and their labels.
  static func blobs(_ k: Int, rowsEach: Int, columns: Int, seed: UInt64) -> ([[Float]], [Int32]) {
    var generator = CounterGenerator(seed: seed, run: 0, step: 0)
    let centers = (0..<k).map { _ in (0..<columns).map { _ in generator.nextUnit() * 10 } }
    let labels = (0..<k * rowsEach).map { Int32($0 % k) }
    let rows = labels.map { label in
      centers[Int(label)].map { Float($0 + generator.nextUnit() - 0.5) }
    }
    return (rows, labels)
  }

  @Test("Any number of threads gives the same bytes", arguments: [2, 7])
  func threads(count: Int) throws {
    let (rows, labels) = Self.blobs(5, rowsEach: 700, columns: 9, seed: 3)
    let points = FeatureMatrix.dense(Self.dense(rows))
    #expect(
      try Self.map(points, labels: labels, k: 5)
        == Self.map(points, labels: labels, k: 5, threads: count))
  }

  @Test("Dense and sparse rows stand in the same places")
  func sparseRows() throws {
    let (rows, labels) = Self.blobs(6, rowsEach: 40, columns: 12, seed: 5)
    let matrix = Self.dense(rows.map { $0.map { $0 < 3 ? 0 : $0 } })
    let columns = (0..<matrix.rowCount).map { row in
      matrix.row(row).enumerated().filter { $0.element != 0 }
    }
    let sparse = CSRMatrix(
      rowCount: matrix.rowCount, columnCount: 12,
      rowOffsets: columns.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) },
      columnIndices: columns.flatMap { $0.map { Int32($0.offset) } },
      values: columns.flatMap { $0.map(\.element) })
    let maps = try [FeatureMatrix.dense(matrix), .sparse(sparse)].map {
      try Self.map($0, labels: labels, k: 6)
    }
    for (left, right) in zip(maps[0].rows.elements, maps[1].rows.elements) {
      #expect(abs(left - right) < 1e-4)
    }
  }

  @Test("Near centers are near, and members stand around their own")
  func neighborhoods() throws {
    let places: [[Float]] = [
      [0, 0, 0], [4, 0, 0], [0, 5, 0], [40, 0, 1], [44, 3, 0], [41, 5, 0],
    ]
    var generator = CounterGenerator(seed: 1, run: 0, step: 0)
    let labels = (0..<600).map { Int32($0 % 6) }
    let rows = labels.map { label in
      places[Int(label)].map { $0 + Float(generator.nextUnit() - 0.5) }
    }
    let map = try Self.map(.dense(Self.dense(rows)), labels: labels, k: 6)
    for row in labels.indices {
      let distances = (0..<6).map { Self.distance(map.rows.row(row), map.centers.row($0)) }
      #expect(distances[Int(labels[row])] == distances.min(), "row \(row)")
    }
    for center in 0..<6 {
      let distances = (0..<6).map { Self.distance(map.centers.row(center), map.centers.row($0)) }
      let mates = (center / 3 * 3)..<(center / 3 * 3 + 3)
      let others = (0..<6).filter { !mates.contains($0) }
      #expect(
        (mates.map { distances[$0] }.max() ?? 1) < (others.map { distances[$0] }.min() ?? 0))
    }
  }

  @Test("A row half way between two centers lies half way, less what keeps it with its own")
  func halfWay() throws {
    // Two heaps and one row between them that the first is given.
    let rows: [[Float]] =
      [[Float]](repeating: [0, 0], count: 50) + [[Float]](repeating: [10, 0], count: 50) + [[5, 0]]
    let labels = (0..<101).map { Int32($0 == 100 ? 0 : $0 / 50) }
    let points = FeatureMatrix.dense(Self.dense(rows))
    let map = try ClusterMap(
      points: points, centroids: Self.dense([[0, 0], [10, 0]]),
      assignment: Assignment(labels: labels, clusterCount: 2), pool: WorkerPool(threadCount: 1))
    #expect(map.rows.row(0) == map.rows.row(1))
    let whole = Self.distance(map.centers.row(0), map.centers.row(1))
    let part = Self.distance(map.rows.row(100), map.centers.row(0)) / whole
    #expect((0.35...1).contains(part), "\(part)")
  }

  static let extremes: [(name: String, rows: [[Float]], labels: [Int32], k: Int)] = [
    ("no rows", [], [], 1),
    ("one row", [[1, 2]], [0], 1),
    ("one cluster", [[1, 2], [3, 1], [0, 0]], [0, 0, 0], 1),
    ("two rows", [[1, 2], [3, 1]], [0, 1], 2),
    ("rows of zeros", [[0, 0], [0, 0], [0, 0]], [0, 1, 1], 2),
    ("equal rows", [[7, 7], [7, 7], [7, 7], [7, 7]], [0, 1, 2, 3], 4),
    ("an empty cluster", [[1, 0], [0, 1], [1, 1]], [0, 2, 2], 3),
    ("one column", [[1], [2], [8], [9]], [0, 0, 1, 2], 3),
    ("no columns", [[], [], []], [0, 1, 1], 2),
    ("huge", [[1e30, 0], [0, 1e30], [1e30, 1e30]], [0, 1, 2], 3),
    ("tiny", [[1e-30, 0], [0, 1e-30], [1e-30, 1e-30]], [0, 1, 2], 3),
    ("far from 0", [[1e6, 0], [1e6 + 1, 0], [1e6, 1], [1e6 + 9, 9]], [0, 0, 1, 2], 3),
  ]

  @Test("Whatever the rows are, all places are in the unit square", arguments: extremes.indices)
  func anyRows(index: Int) throws {
    let (name, rows, labels, k) = Self.extremes[index]
    let map = try Self.map(.dense(Self.dense(rows)), labels: labels, k: k)
    #expect(map.rows.rowCount == rows.count && map.centers.rowCount == k)
    for value in map.rows.elements + map.centers.elements {
      #expect((0...1).contains(value), "\(name): \(value)")
    }
  }

  @Test("Rows of one place share it on the map, at their center")
  func equalRows() throws {
    let map = try Self.map(
      .dense(Self.dense([[1, 0], [1, 0], [0, 3], [0, 3]])), labels: [0, 0, 1, 1], k: 2)
    for row in 0..<4 { #expect(map.rows.row(row) == map.centers.row(row / 2)) }
  }

  @Test("Hundreds of centers are placed among those of the largest clusters")
  func manyCenters() throws {
    let (rows, labels) = Self.blobs(300, rowsEach: 3, columns: 4, seed: 9)
    let points = FeatureMatrix.dense(Self.dense(rows))
    let map = try Self.map(points, labels: labels, k: 300)
    #expect(try map == Self.map(points, labels: labels, k: 300, threads: 3))
    #expect((map.rows.elements + map.centers.elements).allSatisfy { (0...1).contains($0) })
    // Neighbors in space are nearer on the map than any two centers are.
    let assignment = try Assignment(labels: labels, clusterCount: 300)
    let means = ClusterMeans.means(of: assignment, points: points)
    var (near, all) = (0.0, 0.0)
    for center in 0..<300 {
      let others = (0..<300).filter { $0 != center }
      let nearest = others.min {
        Self.distance(means.row(center), means.row($0))
          < Self.distance(means.row(center), means.row($1))
      }
      near += Self.distance(map.centers.row(center), map.centers.row(nearest ?? center))
      for other in others {
        all += Self.distance(map.centers.row(center), map.centers.row(other)) / 299
      }
    }
    #expect(near < 0.5 * all, "\(near), \(all)")
  }
}
