internal import CKernels

/// Nearest neighbors among sparse rows, found by way of the rows that share a column.
///
/// ‖x − y‖² = ‖x‖² + ‖y‖² − 2⟨x, y⟩, products added up in double precision in the order of the columns;
/// where digits are lost it is computed by differences. Rows without a common column are in no list: their
/// distances follow from their lengths.
package final class SparseNeighbors: RowNeighborSearch, @unchecked Sendable {
  package let lists: RowNeighbors
  /// ‖x‖² of each row, n.
  package let squaredNorms: Buffer<Double>
  /// Whether any product of two values may be negative.
  package let hasNegatives: Bool

  private let matrix: CSRMatrix
  /// The rows by column.
  private let postings: CSRMatrix

  private static let chunkSize = 64
  /// Below this share of the squared norms a squared distance has under ten digits left.
  private static let nearShare = 1e-6

  /// Takes the listed rows of a matrix, ascending.
  ///
  /// - Complexity: O(m + d + nnz) for m rows.
  package init(_ matrix: CSRMatrix, rows: [Int32], capacity: Int, pool: WorkerPool) {
    let isWhole = rows.count == matrix.rowCount
    let matrix = isWhole ? matrix : matrix.selecting(rows: rows.map { Int($0) })
    self.matrix = matrix
    postings = matrix.transposed()
    lists = RowNeighbors(numbers: Buffer(rows, orEmpty: 0), capacity: capacity)
    hasNegatives = matrix.values.contains { $0 < 0 }
    let squaredNorms = Buffer<Double>(unwritten: rows.count)
    let points = FeatureMatrix.sparse(matrix)
    for row in 0..<rows.count { squaredNorms[row] = points.squaredNorm(of: row) }
    self.squaredNorms = squaredNorms
  }

  package func findAll(pool: WorkerPool) {
    let all = 0..<lists.rowCount
    withScratch(pool, chunkCount: all.pieceCount(size: Self.chunkSize)) { chunk, scratch in
      for place in all.piece(chunk, size: Self.chunkSize) {
        self.search(RowNeighborQuery(place: Int32(place)), outside: nil, scratch: scratch)
      }
    }
  }

  package func find(
    _ queries: [RowNeighborQuery], outside labels: Buffer<Int32>, pool: WorkerPool
  ) {
    precondition(labels.count == lists.rowCount, "each row needs a label")
    withScratch(pool, chunkCount: queries.indices.pieceCount(size: Self.chunkSize)) {
      for query in queries[queries.indices.piece($0, size: Self.chunkSize)] {
        self.search(query, outside: labels, scratch: $1)
      }
    }
  }

  private func withScratch(
    _ pool: WorkerPool, chunkCount: Int, _ body: @Sendable (Int, Scratch) -> Void
  ) {
    pool.forEach(chunkCount, makeScratch: { Scratch(rowCount: lists.rowCount) }) { body($0, $1) }
  }

  /// One thread's products.
  private final class Scratch {
    /// The product with each row, n; all 0 between two rows.
    let dots: Buffer<Double>
    /// The rows reached, with room for every posting visited.
    var touched: Buffer<Int32>

    init(rowCount: Int) {
      dots = Buffer(count: rowCount, repeating: 0)
      touched = Buffer(unwritten: rowCount + 1)
    }
  }

  /// Adds up a row's products with all rows that share a column; returns how many are listed as touched.
  private func multiply(_ place: Int, _ scratch: Scratch) -> Int {
    let entries = matrix.entries(ofRow: place)
    var room = 1
    for entry in entries {
      room += postings.entries(ofRow: Int(matrix.columnIndices[entry])).count
    }
    if room > scratch.touched.count { scratch.touched = Buffer(unwritten: 2 * room) }
    let dots = scratch.dots.base
    let touched = scratch.touched.base
    return matrix.columnIndices.withUnsafeBufferPointer { columns in
      matrix.values.withUnsafeBufferPointer { values in
        postings.columnIndices.withUnsafeBufferPointer { rows in
          postings.values.withUnsafeBufferPointer { weights in
            postings.rowOffsets.withUnsafeBytes { offsets in
              guard let columns = columns.baseAddress, let values = values.baseAddress else {
                return 0
              }
              return Int(
                kindred_overlaps(
                  columns + entries.lowerBound, values + entries.lowerBound, Int64(entries.count),
                  offsets.baseAddress?.assumingMemoryBound(to: Int64.self), rows.baseAddress,
                  weights.baseAddress, dots, touched))
            }
          }
        }
      }
    }
  }

  private func search(
    _ query: RowNeighborQuery, outside labels: Buffer<Int32>?, scratch: Scratch
  ) {
    let place = Int(query.place)
    lists.clear(place, limit: query.limit)
    let count = multiply(place, scratch)
    let dots = scratch.dots.base
    let touched = scratch.touched.base
    let norms = squaredNorms.base
    let norm = norms[place]
    let own = labels?[place]
    let last = (place + 1) * lists.capacity - 1
    for index in 0..<count {
      let other = Int(touched[index])
      let dot = dots[other]
      guard dot != 0 else { continue }
      dots[other] = 0
      let both = norm + norms[other]
      let squared = both - 2 * dot
      // A distance that is computed again may fall by what was lost.
      guard squared <= lists.distances[last] + 1e-9 * both, other != place else { continue }
      if let labels, labels[other] == own { continue }
      lists.insert(other, at: exact(squared, both, place, other), into: place)
    }
  }

  /// A squared distance, computed by differences where it lost digits.
  private func exact(_ squared: Double, _ both: Double, _ place: Int, _ other: Int) -> Double {
    squared < Self.nearShare * both ? matrix.squaredDifference(place, matrix, other) : squared
  }

  /// The minimum spanning tree, row by row, whatever the signs of the products.
  ///
  /// Prim, "Shortest connection networks and some generalizations", 1957,
  /// DOI 10.1002/j.1538-7305.1957.tb01515.x.
  ///
  /// - Complexity: O(n² + shared columns of all pairs) on one thread; 24·n bytes.
  package func treeRowByRow() -> [(place: Int, other: Int, squaredLength: Double)] {
    let count = lists.rowCount
    guard count > 1 else { return [] }
    let scratch = Scratch(rowCount: count)
    let dots = scratch.dots.base
    let norms = squaredNorms.base
    let nearest = Buffer<Double>(count: count, repeating: .infinity)
    let partners = Buffer<Int32>(count: count, repeating: -1)
    var open = Array(1..<count)
    var edges: [(place: Int, other: Int, squaredLength: Double)] = []
    var newest = 0
    // Numbers ascend with places, so places decide among equal lengths as numbers would.
    func rank(_ place: Int, _ other: Int) -> UInt64 {
      UInt64(min(place, other)) << 32 | UInt64(max(place, other))
    }
    while !open.isEmpty {
      let touchedCount = multiply(newest, scratch)
      var (best, bestIndex, bestRank) = (Double.infinity, 0, UInt64.max)
      for (index, place) in open.enumerated() {
        let both = norms[newest] + norms[place]
        let squared = exact(both - 2 * dots[place], both, newest, place)
        if squared < nearest[place]
          || (squared == nearest[place] && rank(newest, place) < rank(Int(partners[place]), place))
        {
          nearest[place] = squared
          partners[place] = Int32(newest)
        }
        guard nearest[place] <= best else { continue }
        let rank = rank(Int(partners[place]), place)
        if nearest[place] < best || rank < bestRank {
          (best, bestIndex, bestRank) = (nearest[place], index, rank)
        }
      }
      for index in 0..<touchedCount { dots[Int(scratch.touched[index])] = 0 }
      newest = open[bestIndex]
      open.swapAt(bestIndex, open.count - 1)
      open.removeLast()
      edges.append((Int(partners[newest]), newest, nearest[newest]))
    }
    return edges
  }
}
