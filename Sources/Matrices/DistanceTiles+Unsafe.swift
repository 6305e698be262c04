internal import CKernels

/// One thread's maker of tiles: a tile, scratch for pairs to repair, and posting lists of a block.
final class TileMaker {
  private let left: TilePoints
  private let right: TilePoints

  private let offset: Float

  /// The squared norms less half the square of the offset.
  private let leftNorms: Buffer<Float>
  private let rightNorms: Buffer<Float>

  /// The tile, 256 rows with room to spare against cache-set conflicts.
  let elements: Buffer<Float>

  /// The places of pairs that lost digits, as row << 16 | column.
  private let near: Buffer<UInt32>

  /// The posting lists of the block of right rows that was used last.
  private var postings: BlockPostings?

  static let stride = DistanceTiles.side + 16

  /// The share of the squared norms below which a squared distance is computed by differences.
  private static let nearShare: Float = 1e-3

  init(_ left: TilePoints, _ right: TilePoints) {
    precondition(
      left.original.columnCount == right.original.columnCount,
      "rows of \(left.original.columnCount) and \(right.original.columnCount) columns have no distance"
    )
    self.left = left
    offset = DistanceTiles.offset(left, right)
    let half = Double(offset) * Double(offset) / 2
    leftNorms = left.shiftedNorms(by: half)
    rightNorms = right.shiftedNorms(by: half)
    self.right = right
    elements = Buffer(count: DistanceTiles.side * Self.stride, repeating: 0)
    near = Buffer(count: DistanceTiles.side * DistanceTiles.side + 1, repeating: 0)
  }

  /// The distances of some left rows (at most 256) to some right rows (at most 256).
  func tile(_ rows: Range<Int>, _ columns: Range<Int>) -> DistanceTile {
    precondition(
      rows.upperBound <= left.rowCount && columns.upperBound <= right.rowCount
        && max(rows.count, columns.count) <= DistanceTiles.side, "a tile lies outside the points")
    fill(rows, columns)
    let nearCount = kindred_distances_from_dots(
      left.level.rawValue, elements.base, Int64(Self.stride), Int32(rows.count),
      Int32(columns.count),
      leftNorms.base + rows.lowerBound, rightNorms.base + columns.lowerBound, Self.nearShare,
      offset, near.base)
    for index in 0..<Int(nearCount) {
      let row = Int(near[index] >> 16)
      let column = Int(near[index] & 0xffff)
      let squared = left.original.squaredDifference(
        rows.lowerBound + row, right.original, columns.lowerBound + column)
      elements[row * Self.stride + column] = Float(squared.squareRoot() - Double(offset))
    }
    return DistanceTile(
      rows: rows, columns: columns, elements: elements, offset: offset,
      isSparse: left.original.isSparse, stride: Self.stride)
  }

  /// The dot products of some left rows (at most 256) with some right rows (at most 256), `stride` apart.
  func dots(_ rows: Range<Int>, _ columns: Range<Int>) -> Buffer<Float> {
    precondition(
      rows.upperBound <= left.rowCount && columns.upperBound <= right.rowCount
        && max(rows.count, columns.count) <= DistanceTiles.side, "a tile lies outside the points")
    fill(rows, columns)
    return elements
  }

  /// Writes the dot products.
  private func fill(_ rows: Range<Int>, _ columns: Range<Int>) {
    switch (left.prepared, right.prepared) {
    case (.dense(let a), .dense(let b)):
      guard a.columnCount > 0 else { return elements.elements.update(repeating: 0) }
      a.elements.withUnsafeBufferPointer { left in
        b.elements.withUnsafeBufferPointer { right in
          guard let first = left.baseAddress, let second = right.baseAddress else { return }
          let depth = a.columnCount
          BLAS.multiplyTransposed(
            first + rows.lowerBound * depth, second + columns.lowerBound * depth, rows: rows.count,
            columns: columns.count, depth: depth, into: elements.base, stride: Self.stride)
        }
      }
    case (.sparse(let a), .sparse(let b)): fill(rows, columns, a, b)
    default: preconditionFailure("points of one tile must be prepared in one form")
    }
  }

  /// Writes the dot products of sparse rows by way of posting lists.
  private func fill(_ rows: Range<Int>, _ columns: Range<Int>, _ a: CSRMatrix, _ b: CSRMatrix) {
    let block = postings ?? BlockPostings(columnCount: b.columnCount)
    postings = block
    block.prepare(b, rows: columns)
    elements.elements.update(repeating: 0)
    a.rowOffsets.withUnsafeBufferPointer { offsets in
      a.columnIndices.withUnsafeBufferPointer { indices in
        a.values.withUnsafeBufferPointer { values in
          guard let offsets = offsets.baseAddress, let indices = indices.baseAddress,
            let values = values.baseAddress
          else { return }
          (offsets + rows.lowerBound).withMemoryRebound(to: Int64.self, capacity: rows.count + 1) {
            kindred_sparse_tile(
              $0, Int32(rows.count), indices, values, block.heads.base, block.rows.base,
              block.values.base, elements.base, Int64(Self.stride))
          }
        }
      }
    }
  }
}

extension CSRMatrix {
  /// The squared Euclidean distance of one of the rows to a row of another matrix, by differences.
  ///
  /// - Complexity: O(stored elements of the two rows).
  func squaredDifference(_ row: Int, _ other: CSRMatrix, _ otherRow: Int) -> Double {
    let own = entries(ofRow: row)
    let others = other.entries(ofRow: otherRow)
    return columnIndices.withUnsafeBufferPointer { a in
      values.withUnsafeBufferPointer { b in
        other.columnIndices.withUnsafeBufferPointer { c in
          other.values.withUnsafeBufferPointer { d in
            kindred_sparse_squared_difference(
              a.baseAddress.map { $0 + own.lowerBound }, b.baseAddress.map { $0 + own.lowerBound },
              Int64(own.count), c.baseAddress.map { $0 + others.lowerBound },
              d.baseAddress.map { $0 + others.lowerBound }, Int64(others.count))
          }
        }
      }
    }
  }
}

/// The posting lists of a few consecutive sparse rows, by column.
private final class BlockPostings {
  /// Where each column's postings begin, d + 1 offsets.
  let heads: Buffer<Int32>

  /// The row of each posting, counted from the block's first.
  private(set) var rows = Buffer<Int32>(count: 0, repeating: 0)

  /// The value of each posting.
  private(set) var values = Buffer<Float>(count: 0, repeating: 0)

  private var current: Range<Int>?

  init(columnCount: Int) { heads = Buffer(count: columnCount + 2, repeating: 0) }

  /// Builds the lists of some rows, unless they are there already.
  func prepare(_ matrix: CSRMatrix, rows block: Range<Int>) {
    guard current != block else { return }
    current = block
    let range = matrix.rowOffsets[block.lowerBound]..<matrix.rowOffsets[block.upperBound]
    if rows.count < range.count {
      rows = Buffer(count: range.count, repeating: 0)
      values = Buffer(count: range.count, repeating: 0)
    }
    let heads = heads.elements
    heads.update(repeating: 0)
    // Counted two places on, so that filling the lists moves each head to its final place.
    for position in range { heads[Int(matrix.columnIndices[position]) + 2] += 1 }
    for column in 0..<matrix.columnCount { heads[column + 2] += heads[column + 1] }
    for row in block {
      for position in matrix.entries(ofRow: row) {
        let place = Int(heads[Int(matrix.columnIndices[position]) + 1])
        rows[place] = Int32(row - block.lowerBound)
        values[place] = matrix.values[position]
        heads[Int(matrix.columnIndices[position]) + 1] += 1
      }
    }
  }
}
