internal import CKernels

/// Nearest neighbors among full rows, found by products of bytes and confirmed in double precision.
///
/// A byte for each value bounds every distance from below, so that only few pairs are read at all. Each pair
/// of rows is looked at once, for both; rows stand in an order that has near ones together, and begin with
/// the neighbors in their own group of 64, so that what is needed to be near is known early.
package final class DenseNeighbors: RowNeighborSearch, @unchecked Sendable {
  package let lists: RowNeighbors
  private let width: Int
  /// The rows in their order, n×d.
  private let rows: Buffer<Float>
  private let center: Buffer<Float>?
  private let unit: Double
  private let bytes: Buffer<Int8>
  private let lanes: Buffer<UInt8>
  private let offsets: Buffer<Int32>
  private let scales: Buffer<Float>
  private let errors: Buffer<Float>
  private let squares: Buffer<Float>
  private let reaches: Buffer<Float>
  private let level: InstructionSet

  /// The most columns of rows.
  package static let columnLimit = Int(KINDRED_SPAN_COLUMN_LIMIT)

  /// The rows of a block; two blocks meet at a time.
  private static let blockSize = 512
  private static let chunkSize = 256
  /// The places that one thread searches for at a time.
  private static let queryCount = 64

  private var rowCount: Int { lists.rowCount }

  /// Takes the listed rows of a matrix over.
  ///
  /// - Complexity: O(m·d·log m) for m rows; 6·m·d bytes and 12 for each neighbor.
  package init(
    _ matrix: DenseMatrix, rows listed: [Int32], capacity: Int, level: InstructionSet = .best,
    pool: WorkerPool
  ) {
    precondition(matrix.columnCount <= Self.columnLimit, "rows are too long for products of bytes")
    let count = listed.count
    let width = matrix.columnCount
    let order = RowSplits.order(listed, of: matrix, level: level, pool: pool)
    lists = RowNeighbors(numbers: order, capacity: capacity)
    self.width = width
    self.level = level
    let rows = Buffer<Float>(unwritten: count * width)
    matrix.elements.withUnsafeBufferPointer { elements in
      guard width > 0 else { return }
      let elements = SharedPointer(elements)
      pool.forEach((0..<count).pieceCount(size: Self.chunkSize)) { chunk in
        for place in (0..<count).piece(chunk, size: Self.chunkSize) {
          (rows.base + place * width).update(
            from: elements.advanced(to: Int(order[place]) * width), count: width)
        }
      }
    }
    self.rows = rows
    let padded = (count + 15) / 16 * 16
    let quads = (width + 3) / 4
    bytes = Buffer(unwritten: padded * quads * 4)
    lanes = Buffer(unwritten: padded * quads * 4)
    offsets = Buffer(unwritten: padded)
    scales = Buffer(unwritten: padded)
    errors = Buffer(unwritten: padded)
    squares = Buffer(unwritten: padded)
    reaches = Buffer(unwritten: padded)
    (center, unit) = Self.frame(
      rows, matrix.columnMeans(), rowCount: count, level: level, pool: pool)
    let span = span
    let center = center
    pool.forEach((0..<padded).pieceCount(size: Self.chunkSize)) { chunk in
      let range = (0..<padded).piece(chunk, size: Self.chunkSize)
      span.call {
        kindred_span_bytes(
          level.rawValue, $0, center?.base, Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
  }

  /// What to subtract from rows, if that makes most of them shorter, and one over the greatest length.
  private static func frame(
    _ rows: Buffer<Float>, _ means: [Float], rowCount: Int, level: InstructionSet, pool: WorkerPool
  ) -> (Buffer<Float>?, Double) {
    let center = Buffer(means, orEmpty: 0)
    let norms = [nil, center].map { (center: Buffer<Float>?) -> [Double] in
      let norms = Buffer<Double>(unwritten: rowCount)
      pool.forEach((0..<rowCount).pieceCount(size: chunkSize)) { chunk in
        let range = (0..<rowCount).piece(chunk, size: chunkSize)
        kindred_span_norms(
          level.rawValue, rows.base, Int64(means.count), center?.base, Int64(range.lowerBound),
          Int64(range.upperBound), norms.base)
      }
      return norms.array().sorted()
    }
    let isCentered = rowCount > 0 && norms[1][rowCount / 2] < norms[0][rowCount / 2]
    let greatest = (norms[isCentered ? 1 : 0].last ?? 0).squareRoot()
    return (isCentered ? center : nil, greatest > 0 ? 1 / greatest : 1)
  }

  package func findAll(pool: WorkerPool) {
    let all = 0..<rowCount
    let span = span
    pool.forEach(all.pieceCount(size: RowSplits.groupSize)) { group in
      let range = all.piece(group, size: RowSplits.groupSize)
      span.call { span in
        kindred_span_leaf(level.rawValue, span, Int64(range.lowerBound), Int64(range.upperBound))
      }
    }
    for round in Tournament(playerCount: all.pieceCount(size: Self.blockSize)).rounds() {
      pool.forEach(
        round.count,
        makeScratch: { Buffer<UInt64>(unwritten: Int(KINDRED_SPAN_SCRATCH)) }
      ) { game, pairs in
        let left = all.piece(round[game].0, size: Self.blockSize)
        let right = all.piece(round[game].1, size: Self.blockSize)
        let scratch = pairs.base
        span.call { span in
          kindred_span_tile(
            level.rawValue, span, Int64(left.lowerBound), Int64(left.upperBound),
            Int64(right.lowerBound), Int64(right.upperBound), scratch)
        }
      }
    }
  }

  package func find(
    _ queries: [RowNeighborQuery], outside labels: Buffer<Int32>, pool: WorkerPool
  ) {
    precondition(labels.count == rowCount, "each row needs a label")
    // Queries of one label together can pass over the groups that have no other.
    let queries = queries.sorted { left, right in
      let (a, b) = (labels[Int(left.place)], labels[Int(right.place)])
      return a != b ? a < b : left.place < right.place
    }
    let places = Buffer(queries.map(\.place), orEmpty: 0)
    let all = 0..<rowCount
    let groupLabels = (0..<all.pieceCount(size: RowSplits.groupSize)).map { group -> Int32 in
      let range = all.piece(group, size: RowSplits.groupSize)
      let label = labels[range.lowerBound]
      return range.allSatisfy { labels[$0] == label } ? label : -1
    }
    let span = span
    pool.forEach(queries.indices.pieceCount(size: Self.queryCount)) { chunk in
      let range = queries.indices.piece(chunk, size: Self.queryCount)
      for query in queries[range] {
        let place = Int(query.place)
        lists.clear(place, limit: query.limit)
        reaches[place] = reach(query.limit, of: place)
      }
      let label = labels[Int(queries[range.lowerBound].place)]
      let isOne = labels[Int(queries[range.upperBound - 1].place)] == label
      // The rows beside the first query come first: they are likely to be near.
      let own = Int(queries[range.lowerBound].place) / RowSplits.groupSize
      for groups in [own..<groupLabels.count, 0..<own] {
        for run in Self.runs(groups, where: { !isOne || groupLabels[$0] != label }) {
          span.call { span in
            kindred_span_search(
              level.rawValue, span, places.base + range.lowerBound, Int64(range.count),
              Int64(run.lowerBound * RowSplits.groupSize),
              Int64(min(rowCount, run.upperBound * RowSplits.groupSize)), labels.base)
          }
        }
      }
    }
  }

  /// The runs of numbers that are wanted.
  private static func runs(_ range: Range<Int>, where isWanted: (Int) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for number in range {
      if isWanted(number) {
        if start == nil { start = number }
      } else if let first = start {
        runs.append(first..<number)
        start = nil
      }
    }
    if let start { runs.append(start..<range.upperBound) }
    return runs
  }

  /// What a row's list at a limit reaches, in the unit of the bytes.
  private func reach(_ limit: Double, of place: Int) -> Float {
    (Float(limit.squareRoot() * unit) * (1 + 2e-6)) + errors[place]
  }

  /// The rows as the kernels take them.
  private struct Span: @unchecked Sendable {
    let span: kindred_span

    func call(_ body: (UnsafePointer<kindred_span>) -> Void) { withUnsafePointer(to: span, body) }
  }

  private var span: Span {
    Span(
      span: kindred_span(
        data: rows.base, n: Int64(rowCount), d: Int64(width), numbers: lists.numbers.base,
        unit: unit, bytes: bytes.base, lanes: lanes.base, offset: offsets.base,
        scale: scales.base, error: errors.base, square: squares.base,
        capacity: Int32(lists.capacity), distances: lists.distances.base,
        neighbors: lists.neighbors.base, reach: reaches.base))
  }
}

extension FeatureMatrix {
  /// The rows in the form in which their neighbors are found: full where most of their columns are, unless
  /// they are too long.
  ///
  /// - Complexity: O(stored elements).
  package func forNeighbors() -> FeatureMatrix {
    switch self {
    case .dense(let matrix):
      return matrix.columnCount <= DenseNeighbors.columnLimit ? self : .sparse(matrix.sparse())
    case .sparse(let matrix):
      let isFull =
        matrix.columnCount <= DenseNeighbors.columnLimit
        && matrix.rowCount.multipliedReportingOverflow(by: matrix.columnCount).partialValue
          <= 8 * matrix.storedCount
      return isFull ? .dense(matrix.dense()) : self
    }
  }
}
