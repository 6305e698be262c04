internal import Matrices

/// Decides which of two clusters is nearer to a third.
struct NeighborJudge: Sendable {
  let matrix: PairMatrix
  let measure: PairMeasure

  /// Whether near-ties are decided by the means of clusters in double precision.
  let decidesNearTies: Bool

  /// How far apart stored distances of Ward must be to tell: their errors grow with every merge.
  private static let nearTie = 1e-5

  /// Among more near-ties than this the stored distances decide.
  private static let nearTieLimit = 32

  /// A column's nearest one, decided by the means where stored distances cannot tell.
  func decided(
    _ column: Int, _ neighbor: PairMatrix.Neighbor, scratch: PairMatrix.Scratch
  ) -> PairMatrix.Neighbor {
    guard decidesNearTies, neighbor.column >= 0 else { return neighbor }
    let near = matrix.neighbors(
      of: column, upTo: matrix.code(matrix.distance(neighbor.code) * (1 + Self.nearTie)),
      scratch: scratch)
    guard near.count > 1, near.count <= Self.nearTieLimit else { return neighbor }
    var best = neighbor
    var least = (Double.infinity, UInt32.max)
    for other in near {
      let value = (measure.exactValue(column, other.column), matrix.tie(column, other.column))
      if value < least { (best, least) = (other, value) }
    }
    return best
  }

  /// Whether one neighbor of a column is nearer than another.
  func isCloser(
    _ neighbor: PairMatrix.Neighbor, than other: PairMatrix.Neighbor, to column: Int
  ) -> Bool {
    let ties = (matrix.tie(column, neighbor.column), matrix.tie(column, other.column))
    guard decidesNearTies else { return (neighbor.code, ties.0) < (other.code, ties.1) }
    let values = (
      measure.exactValue(column, neighbor.column), measure.exactValue(column, other.column)
    )
    return (values.0, ties.0) < (values.1, ties.1)
  }
}

/// The merges and searches of a round, each of which any thread may do.
struct RoundWork: Sendable {
  let matrix: PairMatrix
  let judge: NeighborJudge
  let merges: [PairMatrix.Merge]

  /// The number of the first merge in the matrix's log.
  let first: Int

  /// The columns to be searched.
  let searched: [Int]

  /// What a round found out of one column.
  struct News: Sendable {
    let column: Int
    let nearest: PairMatrix.Neighbor
    /// The columns that this one is nearer to than their nearest one.
    let closer: [PairMatrix.Neighbor]
  }

  /// Does one task: the merges come first, then the searches.
  func news(_ task: Int, _ scratch: PairMatrix.Scratch) -> News {
    guard task < merges.count else {
      let column = searched[task - merges.count]
      return News(
        column: column,
        nearest: judge.decided(column, matrix.nearest(of: column), scratch: scratch), closer: [])
    }
    let column = merges[task].left
    let (nearest, closer) = matrix.merge(first + task, scratch: scratch)
    return News(
      column: column, nearest: judge.decided(column, nearest, scratch: scratch), closer: closer)
  }
}
