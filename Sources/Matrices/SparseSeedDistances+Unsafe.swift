internal import CKernels

/// Distances to chosen sparse rows, visiting only the rows that share a term with a candidate.
///
/// ‖x − c‖² = ‖x‖² + ‖c‖² − 2⟨x, c⟩: rows without a common term keep their distance as long as no center
/// is nearer to the origin than those before, which holds for rows of unit length; otherwise every row
/// is visited. Products in single precision tell which rows may come nearer; those are measured in
/// double precision.
final class SparseSeedDistances: SeedDistances, @unchecked Sendable {
  private let points: SparsePoints
  private let instructions: InstructionSet
  let closest: Buffer<Double>
  /// A little less than (‖x‖² − closest)/2, over the square of the greatest length, padded to 16.
  ///
  /// A candidate c is nearer only when its product with x is at least this and ‖c‖²/2.
  private let need: Buffer<Float>
  /// 1 over the square of the greatest length, within what a value times it can be.
  private let unit: Double
  /// The greatest `closest − ‖x‖²` over all rows when the first center was placed.
  private var greatestExcess = Double.infinity
  private var trials: [Trial] = []
  private var candidates: [Int] = []
  private var postponedIndex: SeedIndex

  init(_ points: SparsePoints, instructions: InstructionSet) {
    self.points = points
    self.instructions = instructions
    closest = Buffer(count: points.rowCount, repeating: .infinity)
    need = Buffer(count: Self.padded(points.rowCount), repeating: -.infinity)
    let length = Double(points.greatestNorm)
    unit = length > 0 ? min(1 / (length * length), 1e37 / length) : 1
    postponedIndex = SeedIndex(points)
  }

  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// The products of one candidate with the rows that share a term with it.
  private final class Trial: @unchecked Sendable {
    /// In the unit of `need`, padded; zero between uses.
    let products: Buffer<Float>
    /// Rows that share a term with the candidate, then those of them that may come nearer, n.
    let touched: Buffer<Int32>
    let reached: Buffer<Int32>
    /// The squared distances of the first `nearerCount` rows of `reached`, n.
    let distances: Buffer<Double>
    var nearerCount = 0
    /// The candidate's values by term, d; zero between uses.
    let values: Buffer<Float>

    init(_ points: SparsePoints) {
      products = Buffer(count: SparseSeedDistances.padded(points.rowCount), repeating: 0)
      touched = Buffer(unwritten: points.rowCount)
      reached = Buffer(unwritten: points.rowCount)
      distances = Buffer(unwritten: points.rowCount)
      values = Buffer(count: points.columnCount, repeating: 0)
    }
  }

  func start(at row: Int, pool: WorkerPool) {
    _ = reductions(for: [row], pool: pool)
    accept(0, pool: pool)
    let excesses = pool.map((0..<points.rowCount).pieceCount(size: Self.chunkSize)) { chunk in
      (0..<points.rowCount).piece(chunk, size: Self.chunkSize).reduce(-Double.infinity) {
        max($0, closest.base[$1] - points.squaredNorms.base[$1])
      }
    }
    greatestExcess = max(0, excesses.max() ?? 0)
  }

  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double] {
    while trials.count < candidates.count { trials.append(Trial(points)) }
    self.candidates = candidates
    let trials = trials
    return pool.map(candidates.count) { place in
      let trial = trials[place]
      let candidate = candidates[place]
      let entries = points.entries(ofRow: candidate)
      for entry in entries {
        trial.values.base[Int(points.terms.base[entry])] = points.values.base[entry]
      }
      let reachedCount = findReach(trial, candidate: candidate)
      let reduction = measure(trial, candidate: candidate, reachedCount: reachedCount)
      for entry in entries { trial.values.base[Int(points.terms.base[entry])] = 0 }
      return reduction
    }
  }

  func accept(_ place: Int, pool: WorkerPool) {
    let trial = trials[place]
    let norms = points.squaredNorms.base
    for index in 0..<trial.nearerCount {
      let row = Int(trial.reached.base[index])
      let distance = trial.distances.base[index]
      // Several candidates of one call may be taken one after the other.
      guard distance < closest.base[row] else { continue }
      closest.base[row] = distance
      let margin = 2e-6 * (norms[row] + distance)
      let scaled = ((norms[row] - distance) / 2 - margin) * unit
      need.base[row] = (Float(scaled) - 1e-30).nextDown
    }
  }

  private static let chunkSize = 8_192

  /// Measures the rows in reach in double precision and keeps those that come nearer.
  ///
  /// - Returns: how much the sum of distances would fall.
  private func measure(_ trial: Trial, candidate: Int, reachedCount: Int) -> Double {
    let norms = points.squaredNorms.base
    let reached = trial.reached.base
    var nearer = 0
    var reduction = 0.0
    for index in 0..<reachedCount {
      let row = Int(reached[index])
      // Equal rows add up the same numbers in the same order, so their distance is exactly 0.
      var product = 0.0
      for entry in points.entries(ofRow: row) {
        product +=
          Double(points.values.base[entry])
          * Double(trial.values.base[Int(points.terms.base[entry])])
      }
      let distance = max(0, norms[row] + norms[candidate] - 2 * product)
      guard distance < closest.base[row] else { continue }
      reduction += closest.base[row] - distance
      reached[nearer] = Int32(row)
      trial.distances.base[nearer] = distance
      nearer += 1
    }
    trial.nearerCount = nearer
    return reduction
  }

  /// Lists the rows that the candidate may come nearer to, ascending or in the order of the postings.
  private func findReach(_ trial: Trial, candidate: Int) -> Int {
    let norm = points.squaredNorms.base[candidate]
    let reached = trial.reached.base
    // Otherwise rows without a common term may come nearer, too.
    guard greatestExcess <= norm * (1 + 1e-5) else {
      for row in 0..<points.rowCount { reached[row] = Int32(row) }
      return points.rowCount
    }
    let entries = points.entries(ofRow: candidate)
    let products = trial.products.base
    let rows = points.postingRows.base
    let values = points.postingValues.base
    let need = need.base
    // What rounding takes from a sum of so many products of rows no longer than the longest.
    let rounding = Double(entries.count + 2) * 1.2e-7 * (norm * unit).squareRoot()
    let half = Float(norm * unit / 2 * (1 - 2e-6) - rounding)
    let postings = entries.reduce(0) { $0 + points.postings(ofTerm: points.terms.base[$1]).count }
    // A longer list costs more than looking at every row.
    if postings * 8 < points.rowCount {
      let touched = trial.touched.base
      var touchedCount = 0
      for entry in entries {
        let value = Float(Double(points.values.base[entry]) * unit)
        for posting in points.postings(ofTerm: points.terms.base[entry]) {
          let row = Int(rows[posting])
          // A sum that returns to zero lists its row again, which is found out below.
          if products[row] == 0 {
            touched[touchedCount] = Int32(row)
            touchedCount += 1
          }
          products[row] += value * values[posting]
        }
      }
      var count = 0
      for index in 0..<touchedCount {
        let row = Int(touched[index])
        let product = products[row]
        products[row] = 0
        guard product != 0, product >= need[row] + half else { continue }
        reached[count] = Int32(row)
        count += 1
      }
      return count
    }
    for entry in entries {
      let value = Float(Double(points.values.base[entry]) * unit)
      for posting in points.postings(ofTerm: points.terms.base[entry]) {
        products[Int(rows[posting])] += value * values[posting]
      }
    }
    let count = kindred_rows_in_reach(
      instructions.rawValue, products, need, half, Int64(points.rowCount), reached)
    trial.products.elements.update(repeating: 0)
    return Int(count)
  }

  var postponed: [Int] { postponedIndex.seeds }

  func postpone(_ row: Int) { postponedIndex.add(row) }

  func forgetPostponed() { postponedIndex = SeedIndex(points) }

  func postponedAreFarther(fromRow row: Int, than bound: Double) -> Bool {
    postponedIndex.areFarther(fromRow: row, than: bound)
  }
}
