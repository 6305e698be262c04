/// The squared distance of every row to the nearest of the centers chosen so far.
///
/// Greedy k-means++ draws candidates by the D² law, tries them all, and accepts the best. Rejection
/// sampling postpones the seeds that it takes, asks about single rows, and settles now and then.
package protocol SeedDistances: AnyObject {
  /// The squared distances, n; 0 for the chosen rows and their duplicates. Those to postponed seeds are
  /// not in it.
  var closest: Buffer<Double> { get }

  /// Puts the first center in place.
  func start(at row: Int, pool: WorkerPool)

  /// How much the sum of distances would fall with each of the candidate rows as the next center.
  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double]

  /// Takes the candidate at a place of the last `reductions` call as the next center.
  func accept(_ place: Int, pool: WorkerPool)

  /// The seeds that `closest` does not know yet.
  var postponed: [Int] { get }

  /// Takes a seed without working out the distances to it.
  func postpone(_ row: Int)

  /// True when the squared distance from a row to every postponed seed is greater than a bound.
  func postponedAreFarther(fromRow row: Int, than bound: Double) -> Bool

  /// Forgets the postponed seeds.
  func forgetPostponed()
}

extension SeedDistances {
  /// Brings the postponed seeds into `closest`.
  package func settle(pool: WorkerPool) {
    let seeds = postponed
    for batch in 0..<(0..<seeds.count).pieceCount(size: 8) {
      let places = (0..<seeds.count).piece(batch, size: 8)
      _ = reductions(for: Array(seeds[places]), pool: pool)
      for place in 0..<places.count { accept(place, pool: pool) }
    }
    forgetPostponed()
  }
}

extension EnginePoints {
  /// Distances for choosing start rows among these points.
  package func seedDistances(instructions: InstructionSet = .best) -> any SeedDistances {
    switch self {
    case .dense(let points): DenseSeedDistances(points, instructions: instructions)
    case .sparse(let points): SparseSeedDistances(points, instructions: instructions)
    }
  }
}

/// Sums of fixed blocks of the distances, for drawing rows in proportion to them.
package struct SeedLottery {
  private static let blockSize = 1_024
  private var blockSums: [Double] = []

  /// The sum of all distances, of rows to avoid left out.
  package private(set) var total = 0.0

  /// True for each row that is not to be drawn; empty when there are none.
  private var isAvoided: [Bool] = []
  /// Those rows of each block, ascending; empty when there are none.
  private var avoidedRows: [[Int]] = []

  /// An empty lottery; `update` fills it.
  package init() {}

  /// An empty lottery that never draws some of n rows.
  ///
  /// - Complexity: O(n).
  package init(avoiding avoided: [Int], rowCount: Int) {
    guard !avoided.isEmpty else { return }
    isAvoided = [Bool](repeating: false, count: rowCount)
    avoidedRows = [[Int]](
      repeating: [], count: (0..<rowCount).pieceCount(size: Self.blockSize))
    for row in avoided {
      isAvoided[row] = true
      avoidedRows[row / Self.blockSize].append(row)
    }
  }

  /// Sums the blocks anew.
  ///
  /// - Complexity: O(n).
  package mutating func update(_ closest: Buffer<Double>, pool: WorkerPool) {
    let rows = 0..<closest.count
    let avoidedRows = avoidedRows
    blockSums = pool.map(rows.pieceCount(size: Self.blockSize)) { block in
      let rows = rows.piece(block, size: Self.blockSize)
      guard !avoidedRows.isEmpty else { return Self.sum(closest, rows) }
      var sum = 0.0
      var start = rows.lowerBound
      for row in avoidedRows[block] {
        sum += Self.sum(closest, start..<row)
        start = row + 1
      }
      return sum + Self.sum(closest, start..<rows.upperBound)
    }
    total = blockSums.reduce(0, +)
  }

  private static func sum(_ closest: Buffer<Double>, _ rows: Range<Int>) -> Double {
    var sums = SIMD8<Double>.zero
    var row = rows.lowerBound
    while row + 8 <= rows.upperBound {
      for lane in 0..<8 { sums[lane] += closest[row + lane] }
      row += 8
    }
    for row in row..<rows.upperBound { sums[0] += closest[row] }
    return sums.sum()
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
        for row in rows where closest[row] > 0 && mayBeDrawn(row) {
          last = row
          if goal < closest[row] { return row }
          goal -= closest[row]
        }
        return last
      }
      goal -= sum
      last = rows.last(where: { closest[$0] > 0 && mayBeDrawn($0) }) ?? last
    }
    return last
  }

  /// Whether a row is not one to avoid.
  package func mayBeDrawn(_ row: Int) -> Bool { isAvoided.isEmpty || !isAvoided[row] }
}
