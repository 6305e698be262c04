/// The distances of every two clusters, stored, while clusters are merged round by round.
///
/// Each cluster has a row and a column. A merge writes one row, the merged cluster's; its column is
/// written in another row only when that row is next read, and then from that row's own elements: the
/// distance to a merged cluster follows from the distances to its parts. So each row runs through one
/// log of merges at its own pace, rows never touch each other's memory, and a round's merges and
/// searches go to any number of threads. Both sides of a pair go through the same numbers in the same
/// order and agree to the last bit.
///
/// Distances are stored as codes of 32 bits, which have eight times the precision of `Float`.
///
/// Columns of clusters that are gone are squeezed out when the log is closed (`compact`) and begun anew.
///
/// Equal distances are decided by a scattering of the two clusters' keys, which is a total order on the
/// partners of a cluster and the same from both sides; with lowest numbers first, all clusters of a block
/// of equal distances would have the same nearest one, and a round would merge one pair.
package final class PairMatrix: @unchecked Sendable {
  /// How the distance to a merged cluster follows from those to its parts.
  package enum Update: Int32, Sendable {
    /// The less of the two.
    case least = 0
    /// The greater of the two.
    case greatest = 1
    /// A weighted mean, less a number.
    case mean = 2
    /// What merging the two adds to the sum of squares, twice.
    case ward = 3
  }

  /// What lies between two rows.
  package struct Measure: Sendable {
    /// Whether distances are squared.
    package let isSquared: Bool
    /// The weight of each row when the distance of two is multiplied by 2·u·v/(u + v), or nil.
    package let weights: [Double]?

    /// Describes a measure.
    package init(isSquared: Bool, weights: [Double]? = nil) {
      self.isSquared = isSquared
      self.weights = weights
    }
  }

  /// A merge of two columns, the right one into the left one.
  package struct Merge: Sendable {
    /// The column that goes on.
    package let left: Int
    /// The column that is gone.
    package let right: Int
    /// For a mean, what the right one counts in it, 0 to 1; for Ward, the rows of the left one.
    package let share: Double
    /// For Ward, the rows of the right one.
    package let rightSize: Double
    /// For a mean, what is taken off; for Ward, the distance of the two.
    package let apart: Double

    /// Describes a merge.
    package init(left: Int, right: Int, share: Double, rightSize: Double, apart: Double) {
      self.left = left
      self.right = right
      self.share = share
      self.rightSize = rightSize
      self.apart = apart
    }
  }

  /// A cluster's nearest one, or one that is nearer than was known.
  package struct Neighbor: Sendable, Equatable {
    /// Its column; −1 for none.
    package let column: Int
    /// The code of its distance: codes are in the order of distances.
    package let code: UInt32

    /// Describes a neighbor.
    package init(column: Int, code: UInt32) {
      self.column = column
      self.code = code
    }
  }

  /// The number of clusters that the matrix began with (m).
  package let rowCount: Int

  /// How distances to merged clusters follow.
  package let update: Update

  /// The instruction set that reads and writes rows.
  let level: InstructionSet

  /// The codes of the distances, m×stride.
  let elements: Buffer<UInt32>

  /// The power of two that distances are multiplied by before they are coded.
  let exponent: Int32

  /// Elements from one row to the next: m in whole groups of 16.
  let stride: Int

  /// The columns in use, in whole groups of 16.
  private(set) var width: Int

  /// The logs, the last one open.
  private(set) var logs: [MergeLog]

  /// Which row of the elements each column's cluster has: that of one of the clusters that it is made of.
  private(set) var places: Buffer<Int32>

  /// For each row of the elements, the log that it has come to, how far, and the size of its cluster.
  let logNumbers: Buffer<Int32>
  let logPositions: Buffer<Int32>
  let rowSizes: Buffer<Double>

  /// By column: the size before and after the round's merges, and when it changes.
  let sizesBefore: Buffer<Double>
  let sizesAfter: Buffer<Double>
  let turns: Buffer<Int32>

  /// By column: the key that decides ties.
  let keys: Buffer<UInt32>

  /// By column: the distance below which a merged cluster is told of, and the tie at it.
  private let limits: Buffer<UInt32>
  private let limitTies: Buffer<UInt32>

  /// The limit of columns that need not be told.
  private let idleLimit: UInt32

  private var mergeCount = 0

  /// The code of 0, and that of a pair that does not exist.
  package static let leastCode: UInt32 = 0
  package static let greatestCode: UInt32 = .max

  /// Fills the matrix.
  ///
  /// - Parameters:
  ///   - groups: clusters of neighboring dense rows to begin with; nil for the rows themselves.
  ///   - sizes: the size of each cluster, m numbers.
  ///   - idleLimit: the limit of columns that need not be told of merged clusters: the least, or the
  ///     greatest where the least limit is looked for.
  /// - Returns: through `nearest`, each cluster's nearest one.
  /// - Complexity: O(n²·d) multiply-adds halved; 4·m² bytes.
  package init(
    of points: TilePoints, groups: PairGroups? = nil, measure: Measure, update: Update,
    sizes: [Double], idleLimit: UInt32 = leastCode,
    level: InstructionSet = .best, pool: WorkerPool, nearest: inout [Neighbor]
  ) {
    let count = groups?.count ?? points.rowCount
    precondition(sizes.count == count, "each cluster needs a size")
    precondition(
      measure.weights.map { $0.count == points.rowCount } ?? true, "each row needs a weight")
    precondition(
      groups == nil || !points.original.isSparse, "only dense rows are given as clusters")
    precondition(count < Int(Int32.max) / 2, "columns and merges are numbered in 32 bits")
    rowCount = count
    self.update = update
    self.level = level
    width = (count + 15) / 16 * 16
    stride = width
    exponent = Self.exponent(points, measure: measure, sizes: sizes)
    elements = Buffer(unwritten: count * stride)
    logs = [MergeLog(capacity: count)]
    places = Buffer((0..<width).map { Int32($0 < count ? $0 : 0) }, orEmpty: 0)
    logNumbers = Buffer(count: count, repeating: 0)
    logPositions = Buffer(count: count, repeating: 0)
    rowSizes = Buffer(sizes, orEmpty: 1)
    sizesBefore = Buffer(count: width, repeating: 1)
    sizesAfter = Buffer(count: width, repeating: 1)
    for row in 0..<count { sizesBefore[row] = sizes[row] }
    turns = Buffer(count: width, repeating: Int32.max)
    keys = Buffer((0..<UInt32(width)).map { $0 }, orEmpty: 0)
    limits = Buffer(count: width, repeating: idleLimit)
    self.idleLimit = idleLimit
    limitTies = Buffer(count: width, repeating: 0)
    nearest = fill(points, groups: groups, measure: measure, pool: pool)
  }

  /// The bytes that a matrix of n rows takes beside the points, with what filling and merging need.
  package static func byteCount(rowCount: Int, threadCount: Int) -> Int {
    let (row, isTooMuch) = (4 * ((rowCount + 15) / 16 * 16))
      .multipliedReportingOverflow(by: rowCount)
    guard !isTooMuch else { return Int.max / 2 }
    // The log takes 32 bytes a merge; what is kept by row and by column, 80; a thread's tile, 1 MiB.
    return row + 160 * rowCount + threadCount * (1 << 20 + 24 * rowCount)
  }

  /// The distance of a code.
  package func distance(_ code: UInt32) -> Double {
    Double(sign: .plus, exponent: -Int(exponent), significand: Self.number(code))
  }

  /// The code of a distance that is no greater than those of the matrix.
  package func code(_ distance: Double) -> UInt32 {
    Self.code(Double(sign: .plus, exponent: Int(exponent), significand: distance))
  }

  /// The power of two that makes the greatest distance that merges can come to 1 at most.
  private static func exponent(
    _ points: TilePoints, measure: Measure, sizes: [Double]
  ) -> Int32 {
    let diameter = 2 * points.greatestNorm.squareRoot()
    var greatest = measure.isSquared ? diameter * diameter : diameter
    // Ward's distance is multiplied by 2·u·v/(u + v), at most half of all rows.
    if measure.weights != nil || measure.isSquared { greatest *= max(1, sizes.reduce(0, +)) }
    return greatest > 0 ? Int32(-greatest.exponent - 1) : 0
  }

  /// One of the clusters that the matrix began with that a column's cluster is made of.
  package func row(of column: Int) -> Int { Int(places[column]) }

  /// The size of a column's cluster, that of the whole once a round has begun that merges it.
  package func size(of column: Int) -> Double {
    turns[column] == Int32.max ? sizesBefore[column] : sizesAfter[column]
  }

  /// What decides between equal distances of a cluster; less comes first.
  package func tie(_ left: Int, _ right: Int) -> UInt32 {
    Self.tie(keys[left], keys[right])
  }

  /// Sets the distance below which merged clusters are told of as a column's nearer ones, with the
  /// partner that it has; nil for a column that need not be told.
  package func setLimit(_ column: Int, _ neighbor: Neighbor?) {
    limits[column] = neighbor?.code ?? idleLimit
    limitTies[column] = neighbor.map { tie(column, $0.column) } ?? 0
  }

  /// The distance below which a column is told of merged clusters.
  package func limit(_ column: Int) -> UInt32 { limits[column] }

  /// Begins a round of merges, which go into the log; a column may be in one of them only.
  ///
  /// - Returns: the number of the first of the merges, to be given to `merge`.
  package func begin(_ merges: [Merge]) -> Int {
    let first = logs[logs.count - 1].count
    for (number, merge) in merges.enumerated() {
      logs[logs.count - 1].append(merge, exponent: exponent)
      sizesAfter[merge.left] = sizesBefore[merge.left] + sizesBefore[merge.right]
      turns[merge.left] = Int32(first + number)
      // A new key, so that nearest clusters do not stay the same ones among ties.
      keys[merge.left] = UInt32(rowCount + mergeCount)
      mergeCount += 1
    }
    return first
  }

  /// Ends a round that was begun with these merges, all of which are done.
  package func end(_ merges: [Merge]) {
    for merge in merges {
      sizesBefore[merge.left] = sizesAfter[merge.left]
      turns[merge.left] = Int32.max
    }
  }

  /// Closes the log and numbers the columns that are left anew, from 0 in order.
  ///
  /// - Complexity: O(columns); the rows follow when they are read.
  package func compact(keeping columns: [Int]) {
    let padded = (columns.count + 15) / 16 * 16
    logs[logs.count - 1].close(columns: columns, width: width)
    for (new, old) in columns.enumerated() {
      places[new] = places[old]
      sizesBefore[new] = sizesBefore[old]
      keys[new] = keys[old]
      limits[new] = limits[old]
      limitTies[new] = limitTies[old]
    }
    for column in columns.count..<padded { setLimit(column, nil) }
    width = padded
    logs.append(MergeLog(capacity: columns.count))
  }

  /// The column of the least limit.
  ///
  /// - Complexity: O(columns).
  package func leastLimit() -> Neighbor { leastElement(limits) }

  /// The limits and ties for the kernels.
  var limitBuffers: (Buffer<UInt32>, Buffer<UInt32>) { (limits, limitTies) }
}
