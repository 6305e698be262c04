/// The squared distance of every row to the nearest of the centers chosen so far.
///
/// Greedy k-means++ asks it for candidates by the D² law, tries them, and accepts the best.
package protocol SeedDistances: AnyObject {
  /// The squared distances, n; 0 for the chosen rows and their duplicates.
  var closest: Buffer<Double> { get }

  /// Puts the first center in place.
  func start(at row: Int, pool: WorkerPool)

  /// How much the sum of distances would fall with each of the candidate rows as the next center.
  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double]

  /// Takes the candidate at a place of the last `reductions` call as the next center.
  func accept(_ place: Int, pool: WorkerPool)
}

extension EnginePoints {
  /// Distances for choosing start rows among these points.
  package func seedDistances() -> any SeedDistances {
    switch self {
    case .dense(let points): DenseSeedDistances(points)
    case .sparse(let points): SparseSeedDistances(points)
    }
  }
}

/// Sums of fixed blocks of the distances, for drawing rows in proportion to them.
package struct SeedLottery {
  private static let blockSize = 1_024
  private var blockSums: [Double] = []

  /// The sum of all distances.
  package private(set) var total = 0.0

  /// An empty lottery; `update` fills it.
  package init() {}

  /// Sums the blocks anew.
  ///
  /// - Complexity: O(n).
  package mutating func update(_ closest: Buffer<Double>, pool: WorkerPool) {
    let rows = 0..<closest.count
    blockSums = pool.map(rows.pieceCount(size: Self.blockSize)) { block in
      var sum = 0.0
      for row in rows.piece(block, size: Self.blockSize) { sum += closest[row] }
      return sum
    }
    total = blockSums.reduce(0, +)
  }

  /// The row at a share of the total, in 0..<1; never one with distance 0 while there is another.
  ///
  /// - Complexity: O(n / 1,024 + 1,024).
  package func row(at share: Double, in closest: Buffer<Double>) -> Int {
    var goal = share * total
    var last = 0
    for (block, sum) in blockSums.enumerated() where sum > 0 {
      let rows = (0..<closest.count).piece(block, size: Self.blockSize)
      if goal < sum || block == blockSums.count - 1 {
        for row in rows where closest[row] > 0 {
          last = row
          if goal < closest[row] { return row }
          goal -= closest[row]
        }
        return last
      }
      goal -= sum
      last = rows.last(where: { closest[$0] > 0 }) ?? last
    }
    return last
  }
}
