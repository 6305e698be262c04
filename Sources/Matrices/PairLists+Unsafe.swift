internal import CKernels

/// A few likely nearest partners of each dense row, and how near all others are at most.
///
/// Partners are chosen by products in single precision less what these may be off by, so that what is not
/// in a row's list is at least as far away as the last that is.
package struct PairLists: Sendable {
  /// The most partners in a list.
  package let width: Int

  private let values: Buffer<Float>
  private let ids: Buffer<Int32>

  /// What products may lose where numbers are too small for single precision.
  private static let underflowLoss = 1e-36

  /// Looks for them; nil when products of the rows do not fit single precision.
  ///
  /// - Complexity: O(n²·d) multiply-adds halved.
  package init?(of points: TilePoints, width: Int, level: InstructionSet = .best, pool: WorkerPool)
  {
    guard points.fitsTiles, !points.original.isSparse else { return nil }
    let count = points.rowCount
    self.width = width
    let lists = SharedLists(count: count, width: width)
    (values, ids) = (lists.values, lists.ids)
    let norms = points.shiftedNorms(by: 0)
    // Sums of d products and of squares, each rounded, of centered rows that were rounded themselves.
    let rounding = Float(points.original.columnCount + 16) * 0x1p-23
    let rows = 0..<count
    let side = DistanceTiles.side
    let size = DistanceTiles.blockSize(rowCount: count)
    // Two blocks that share rows never meet others at once: lists are written without locks.
    for round in Tournament(playerCount: rows.pieceCount(size: size)).rounds() {
      pool.forEach(round.count, makeScratch: { TileMaker(points, points) }) { game, maker in
        let left = rows.piece(round[game].0, size: size)
        let right = rows.piece(round[game].1, size: size)
        for i in 0..<left.pieceCount(size: side) {
          for j in (left == right ? i : 0)..<right.pieceCount(size: side) {
            let (rows, columns) = (left.piece(i, size: side), right.piece(j, size: side))
            let dots = maker.dots(rows, columns)
            withUnsafePointer(to: lists.kernelLists) {
              kindred_pair_list(
                level.rawValue, dots.base, Int64(TileMaker.stride), Int32(rows.count),
                Int32(columns.count), norms.base, Int64(rows.lowerBound),
                Int64(columns.lowerBound), rounding, $0)
            }
          }
        }
      }
    }
  }

  /// The partners of a row.
  package func partners(of row: Int) -> [Int] {
    (row * width..<(row + 1) * width).compactMap {
      ids[$0] == Int32.max ? nil : Int(ids[$0])
    }
  }

  /// What the squared distance of whatever is not in a row's list is at least.
  package func leastSquare(beyond row: Int) -> Double {
    max(0, Double(values[(row + 1) * width - 1]) - Self.underflowLoss)
  }
}

/// Lists that several threads write, each its own rows.
private final class SharedLists: Sendable {
  let values: Buffer<Float>
  let ids: Buffer<Int32>
  private let limits: Buffer<Float>
  private let width: Int

  init(count: Int, width: Int) {
    values = Buffer(count: count * width, repeating: .infinity)
    ids = Buffer(count: count * width, repeating: Int32.max)
    limits = Buffer(count: count + 16, repeating: .infinity)
    self.width = width
  }

  var kernelLists: kindred_pair_lists {
    kindred_pair_lists(
      values: values.base, ids: ids.base, limits: limits.base, width: Int32(width))
  }
}
