/// A block of distances less one constant, alive only while a reducer looks at it.
///
/// Element (i, j) lies between row `rows.lowerBound + i` and column `columns.lowerBound + j`, at
/// `i * stride + j`. The stride and the buffer leave room for whole groups of 16 on both sides.
package struct DistanceTile {
  /// The rows of the points that the tile's rows stand for.
  package let rows: Range<Int>

  /// The rows of the points that the tile's columns stand for.
  package let columns: Range<Int>

  /// The distances less `offset`, row-major.
  package let elements: Buffer<Float>

  /// About the distance of two rows: single-precision sums of what is left over keep more digits.
  package let offset: Float

  /// True for sparse points, many pairs of which are at the very same distance.
  package let isSparse: Bool

  /// The number of elements from one row of the tile to the next.
  package let stride: Int
}

/// Takes tiles of distances one at a time and keeps only what it makes of them.
package protocol TileReducer: Sendable {
  /// Takes in a tile, which is overwritten afterwards.
  mutating func reduce(_ tile: DistanceTile)
}
