internal import CKernels

/// Sums over all pairs of rows of their distances x, of x², and of x·y for the height y of the pair in a
/// tree.
///
/// The rows stand as the tree lies. Two rows meet in the latest of the merges between them, one of which
/// lies between each row and the next.
package struct TreeMoments: Sendable {
  /// Σ x, Σ x² and Σ x·y, where x is the distance less a constant.
  package struct Sums: Sendable, Equatable {
    package var distances = 0.0
    package var squares = 0.0
    package var products = 0.0

    package init() {}
  }

  /// The number of the merge between each row and the next, n − 1.
  private let merges: [Double]
  /// The height of each of those, less a constant.
  private let heights: [Double]
  private let isSquared: Bool

  /// Takes the merges between rows, their heights, and whether distances are squared.
  package init(merges: [Int32], heights: [Double], isSquared: Bool) {
    precondition(merges.count == heights.count, "each merge needs a height")
    self.merges = merges.map { Double($0) }
    self.heights = heights
    self.isSquared = isSquared
  }

  /// Adds up over rows in the order of the merges given; in a fixed order whatever the threads.
  ///
  /// - Complexity: O(n²·d) multiply-adds halved, O(n) memory.
  package func sums(over points: TilePoints, pool: WorkerPool) -> Sums {
    precondition(points.rowCount == merges.count + 1, "a tree and its rows must be of one number")
    let pieceCount = (0..<points.rowCount).pieceCount(size: DistanceTiles.side)
    let sums = Buffer<Double>(count: pieceCount * 3, repeating: 0)
    let latest = (0..<pieceCount).map { piece in
      let between = merges.indices.piece(piece, size: DistanceTiles.side)
      return between.isEmpty ? -1 : latestMerge(in: between)
    }
    DistanceTiles.reducePairs(of: points, pool: pool) {
      TreeMomentsReducer(moments: self, latest: latest, level: points.level, sums: sums)
    }
    return total(of: sums, pieceCount: pieceCount)
  }

  /// The same by differences in double precision, for rows whose products do not fit single precision.
  ///
  /// - Complexity: O(n²·d).
  package func exactSums(over points: FeatureMatrix, pool: WorkerPool) -> Sums {
    precondition(points.rowCount == merges.count + 1, "a tree and its rows must be of one number")
    let rows = 0..<points.rowCount
    let size = 16
    let sums = Buffer<Double>(count: rows.pieceCount(size: size) * 3, repeating: 0)
    pool.forEach(rows.pieceCount(size: size)) { piece in
      for row in rows.piece(piece, size: size) {
        var place = row
        for other in row + 1..<rows.count {
          if merges[other - 1] > merges[place] { place = other - 1 }
          let squared = points.squaredDifference(row, points, other)
          let x = isSquared ? squared : squared.squareRoot()
          sums[piece * 3] += x
          sums[piece * 3 + 1] += x * x
          sums[piece * 3 + 2] += x * heights[place]
        }
      }
    }
    return total(of: sums, pieceCount: rows.pieceCount(size: size))
  }

  /// The constant that the distances summed over some points are less by.
  package func offset(of points: TilePoints) -> Double {
    let offset = Double(DistanceTiles.offset(points, points))
    return isSquared ? offset * offset : offset
  }

  private func total(of sums: Buffer<Double>, pieceCount: Int) -> Sums {
    var total = Sums()
    for piece in 0..<pieceCount {
      total.distances += sums[piece * 3]
      total.squares += sums[piece * 3 + 1]
      total.products += sums[piece * 3 + 2]
    }
    return total
  }

  /// The place of the latest merge in a range of places.
  private func latestMerge(in places: Range<Int>) -> Int {
    places.reduce(places.lowerBound) { merges[$1] > merges[$0] ? $1 : $0 }
  }

  /// One thread's sums; those of each 256 rows are kept apart, because their tiles come in a fixed order.
  private struct TreeMomentsReducer: TileReducer, @unchecked Sendable {
    let moments: TreeMoments
    /// The place of the latest merge of each 256 rows and what follows them; −1 for none.
    let latest: [Int]
    let level: InstructionSet
    let sums: Buffer<Double>
    let columnMerges = Buffer<Double>(count: DistanceTiles.side, repeating: 0)
    let columnHeights = Buffer<Double>(count: DistanceTiles.side, repeating: 0)

    func reduce(_ tile: DistanceTile) {
      let own = sums.base + tile.rows.lowerBound / DistanceTiles.side * 3
      if tile.rows == tile.columns {
        for (i, row) in tile.rows.enumerated() {
          setColumns(from: row, before: row + 1..<tile.rows.upperBound, latest: nil)
          add(tile, row: i, columns: i + 1..<tile.columns.count, merge: -1, height: 0, to: own)
        }
        return
      }
      let side = DistanceTiles.side
      var between: Int?
      for piece in tile.rows.lowerBound / side + 1..<tile.columns.lowerBound / side {
        let place = latest[piece]
        if between.map({ moments.merges[place] > moments.merges[$0] }) ?? true { between = place }
      }
      setColumns(from: tile.columns.lowerBound, before: tile.columns, latest: between)
      var place = tile.rows.upperBound - 1
      for (i, row) in tile.rows.enumerated().reversed() {
        if moments.merges[row] > moments.merges[place] { place = row }
        add(
          tile, row: i, columns: 0..<tile.columns.count, merge: moments.merges[place],
          height: moments.heights[place], to: own)
      }
    }

    /// Sets, for each column, the latest merge from a place up to it, or of what came before.
    private func setColumns(from start: Int, before columns: Range<Int>, latest: Int?) {
      var place = latest
      for (j, column) in columns.enumerated() {
        if column > start,
          place.map({ moments.merges[column - 1] > moments.merges[$0] }) ?? true
        {
          place = column - 1
        }
        columnMerges[j] = place.map { moments.merges[$0] } ?? -1
        columnHeights[j] = place.map { moments.heights[$0] } ?? 0
      }
    }

    private func add(
      _ tile: DistanceTile, row: Int, columns: Range<Int>, merge: Double, height: Double,
      to target: UnsafeMutablePointer<Double>
    ) {
      guard !columns.isEmpty else { return }
      kindred_add_tree_moments(
        level.rawValue, tile.elements.base + row * tile.stride + columns.lowerBound,
        Int32(columns.count), tile.offset, moments.isSquared ? 1 : 0, merge, height,
        columnMerges.base, columnHeights.base, target)
    }
  }
}
