internal import Clustering
internal import Matrices

/// Where rows stand beside their centers on a map; `ClusterMap` tells the rule.
struct RowPlacement {
  /// The most other centers that a row can lean to, those nearest to its own; fewer where there are many.
  private static let candidateLimit = 32
  private static let fewCandidates = 8
  private static let manyCenters = 256

  /// Rows are placed in pieces of one cluster.
  private static let pieceSize = 512

  /// The most rows that directions within clusters are found from.
  private static let sampleLimit = 4_096

  let points: FeatureMatrix
  let centroids: DenseMatrix
  let assignment: Assignment
  /// The places of the centers, two numbers each.
  let places: [Double]
  let space: CenterDirections

  /// The other centers that rows of each cluster can lean to, by distance on the plane.
  private let candidates: [[Int]]

  /// The usual distance between neighboring centers on the plane; 1 where all are in one place.
  let neighborDistance: Double

  /// For each axis of the plane, d numbers; empty where nothing is left to show.
  private var directions: [[Double]] = [[], []]

  init(
    points: FeatureMatrix, centroids: DenseMatrix, assignment: Assignment, places: [Double],
    space: CenterDirections
  ) {
    self.points = points
    self.centroids = centroids
    self.assignment = assignment
    self.places = places
    self.space = space
    let k = centroids.rowCount
    let limit = k > Self.manyCenters ? Self.fewCandidates : Self.candidateLimit
    var nearest: [Double] = []
    candidates = (0..<k).map { center in
      var found: [(distance: Double, center: Int)] = []
      for other in 0..<k where other != center {
        let dx = places[2 * other] - places[2 * center]
        let dy = places[2 * other + 1] - places[2 * center + 1]
        let distance = dx * dx + dy * dy
        if found.count == limit, distance >= found[limit - 1].distance { continue }
        let place = found.firstIndex { distance < $0.distance } ?? found.count
        found.insert((distance, other), at: place)
        if found.count > limit { found.removeLast() }
      }
      if let first = found.first { nearest.append(first.distance.squareRoot()) }
      return found.map(\.center)
    }
    nearest.sort()
    let middle = nearest.isEmpty ? 0 : nearest[nearest.count / 2]
    neighborDistance = middle > 0 ? middle : 1
  }

  /// Chooses what the axes show of rows' differences to their centers: the directions of the layout, and
  /// where that has fewer than two, those in which rows differ most within clusters.
  mutating func findDirections() {
    var found: [[Double]] = []
    for axis in 0..<2 {
      let direction = space.direction(ofAxis: axis, places: places)
      if let unit = Self.unit(direction, without: found) { found.append(unit) } else { break }
    }
    let step = max(1, points.rowCount / Self.sampleLimit)
    while found.count < 2, let next = principalDirection(without: found, step: step) {
      found.append(next)
    }
    directions = found + [[Double]](repeating: [], count: 2 - found.count)
  }

  /// A direction less what it has of others, at length 1; nil where little is left.
  private static func unit(_ direction: [Double], without others: [[Double]]) -> [Double]? {
    var rest = direction
    let whole = rest.reduce(0) { $0 + $1 * $1 }
    for other in others {
      let share = zip(rest, other).reduce(0) { $0 + $1.0 * $1.1 }
      for column in rest.indices { rest[column] -= share * other[column] }
    }
    let squared = rest.reduce(0) { $0 + $1 * $1 }
    guard squared > 1e-6 * whole, squared.isFinite else { return nil }
    let length = squared.squareRoot()
    return rest.map { $0 / length }
  }

  /// The direction in which rows differ most from their centers, by powers of their scatter.
  private func principalDirection(without others: [[Double]], step: Int) -> [Double]? {
    var sample: [(row: Int, center: Int)] = []
    for row in stride(from: 0, to: points.rowCount, by: step) {
      sample.append((row, Int(assignment.labels[row])))
    }
    var (longest, farthest) = (0.0, -1)
    for (index, entry) in sample.enumerated() {
      let squared = residual(entry.row, entry.center).reduce(0) { $0 + $1 * $1 }
      if squared > longest { (longest, farthest) = (squared, index) }
    }
    guard farthest >= 0 else { return nil }
    let first = sample[farthest]
    guard var direction = Self.unit(residual(first.row, first.center), without: others) else {
      return nil
    }
    for _ in 0..<8 {
      var next = [Double](repeating: 0, count: direction.count)
      for (row, center) in sample {
        let difference = residual(row, center)
        let share = zip(difference, direction).reduce(0) { $0 + $1.0 * $1.1 } / longest
        for column in next.indices { next[column] += share * difference[column] }
      }
      guard let unit = Self.unit(next, without: others) else { return direction }
      direction = unit
    }
    return direction
  }

  /// The difference of a row to a center, d numbers.
  private func residual(_ row: Int, _ center: Int) -> [Double] {
    let d = centroids.columnCount
    var difference = (0..<d).map { -Double(centroids.elements[center * d + $0]) / space.unit }
    switch points {
    case .dense(let matrix):
      for column in 0..<d {
        difference[column] += Double(matrix.elements[row * d + column]) / space.unit
      }
    case .sparse(let matrix):
      for entry in matrix.entries(ofRow: row) {
        difference[Int(matrix.columnIndices[entry])] +=
          Double(matrix.values[entry]) / space.unit
      }
    }
    return difference
  }

  /// Steps on the plane, two numbers a row.
  struct Offsets {
    /// Towards other centers.
    var lean: [Double]
    /// Around that place, of length 2 at most; about 1 for a usual row.
    var spread: [Double]
  }

  /// The steps of all rows.
  ///
  /// - Complexity: O(stored elements·candidates).
  func offsets(pool: WorkerPool) -> Offsets {
    let pieces = assignment.members().enumerated().flatMap { center, rows in
      (0..<rows.indices.pieceCount(size: Self.pieceSize)).map { piece in
        (center: center, rows: rows[rows.indices.piece(piece, size: Self.pieceSize)])
      }
    }
    let columns = points.isSparse ? centersByColumn : []
    let results = pool.map(pieces.count, makeScratch: { [SIMD16<Float>]() }) { piece, room in
      self.place(Array(pieces[piece].rows), of: pieces[piece].center, columns, &room)
    }
    var offsets = Offsets(
      lean: [Double](repeating: 0, count: 2 * points.rowCount),
      spread: [Double](repeating: 0, count: 2 * points.rowCount))
    for (piece, result) in zip(pieces, results) {
      for (index, row) in piece.rows.enumerated() {
        for axis in 0..<2 {
          offsets.lean[2 * row + axis] = result.lean[2 * index + axis]
          offsets.spread[2 * row + axis] = result.spread[2 * index + axis]
        }
      }
    }
    Self.bound(&offsets.spread)
    return offsets
  }

  /// Gives each axis the same usual step, and no row one of more than 2.
  private static func bound(_ spread: inout [Double]) {
    let n = spread.count / 2
    for axis in 0..<2 {
      var squared = 0.0
      for row in 0..<n { squared += spread[2 * row + axis] * spread[2 * row + axis] }
      let scale = squared > 0 ? (Double(n) / (2 * squared)).squareRoot() : 0
      for row in 0..<n { spread[2 * row + axis] *= scale }
    }
    for row in 0..<n {
      let (x, y) = (spread[2 * row], spread[2 * row + 1])
      // Close to x for short steps, and never beyond 2.
      let factor = 1 / (1 + (x * x + y * y) / 4).squareRoot()
      spread[2 * row] = x * factor
      spread[2 * row + 1] = y * factor
    }
  }

  /// (1 + share)¹⁰: 58 half way, so that the center that a row leans to most outweighs the others.
  private static func weight(of share: Double) -> Double {
    let squared = (1 + share) * (1 + share)
    let fourth = squared * squared
    return fourth * fourth * squared
  }

  /// The centers by column, `d×k`: a stored element meets all of them side by side.
  private var centersByColumn: [Float] {
    let (k, d) = (centroids.rowCount, centroids.columnCount)
    var columns = [Float](repeating: 0, count: k * d)
    for center in 0..<k {
      for column in 0..<d { columns[column * k + center] = centroids.elements[center * d + column] }
    }
    return columns
  }

  /// The steps of some rows of one cluster, the spread not yet scaled.
  ///
  /// `room`: the last panel of products, which is written over.
  private func place(
    _ rows: [Int], of center: Int, _ columns: [Float], _ room: inout [SIMD16<Float>]
  ) -> Offsets {
    let others = candidates[center]
    let last = room
    room = []
    let products = RowProducts(
      points: points, centroids: centroids, center: center, others: others,
      directions: directions, unit: space.unit, columns: columns, room: last)
    defer { room = products.panel }
    var offsets = Offsets(lean: [], spread: [])
    for row in rows {
      let values = products.values(of: row)
      var (x, y, total) = (0.0, 0.0, 1.0)
      for (index, other) in others.enumerated() {
        guard let way = products.share(index, of: values), way > 0 else { continue }
        let share = min(way, 1)
        let weight = Self.weight(of: share)
        x += weight * share * (places[2 * other] - places[2 * center])
        y += weight * share * (places[2 * other + 1] - places[2 * center + 1])
        total += weight
      }
      offsets.lean += [x / total, y / total]
      offsets.spread += [values[others.count], values[others.count + 1]]
    }
    return offsets
  }
}
