internal import CKernels

/// Distances to chosen sparse rows, visiting only the rows that share a term with a candidate.
///
/// ‖x − c‖² = ‖x‖² + ‖c‖² − 2⟨x, c⟩: rows without a common term keep their distance as long as no center
/// is nearer to the origin than those before, which holds for rows of unit length; otherwise every row
/// is visited. Products add up in double precision and in the order of the columns, so that the distance
/// of equal rows is exactly 0.
final class SparseSeedDistances: SeedDistances, @unchecked Sendable {
  private let points: SparsePoints
  private let instructions: InstructionSet
  let closest: Buffer<Double>
  /// A little less than (‖x‖² − closest)/2, over the square of the greatest length, padded to 16.
  ///
  /// A candidate c is nearer only when its product with x is at least this and ‖c‖²/2.
  private let need: Buffer<Float>
  /// 1 over the square of the greatest length.
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
    unit = length > 0 ? 1 / (length * length) : 1
    postponedIndex = SeedIndex(points)
  }

  private static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

  /// The products of one candidate with the rows that share a term with it.
  private final class Trial: @unchecked Sendable {
    /// Padded to 16; zero between uses.
    let products: Buffer<Double>
    /// Rows that share a term with the candidate, then those of them that may come nearer, n.
    let touched: Buffer<Int32>
    let reached: Buffer<Int32>
    /// The squared distances of the first `nearerCount` rows of `reached`, n.
    let distances: Buffer<Double>
    var nearerCount = 0

    init(_ points: SparsePoints) {
      products = Buffer(count: SparseSeedDistances.padded(points.rowCount), repeating: 0)
      touched = Buffer(unwritten: points.rowCount)
      reached = Buffer(unwritten: points.rowCount)
      distances = Buffer(unwritten: points.rowCount)
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
      measure(candidates[place], in: trials[place])
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

  /// Finds the rows that come nearer with a candidate.
  ///
  /// - Returns: how much the sum of distances would fall.
  private func measure(_ candidate: Int, in trial: Trial) -> Double {
    let norm = points.squaredNorms.base[candidate]
    let entries = points.entries(ofRow: candidate)
    let postings = entries.reduce(0) { $0 + points.postings(ofTerm: points.terms.base[$1]).count }
    trial.nearerCount = 0
    // Else rows without a common term may come nearer, too.
    let isListed = greatestExcess <= norm * (1 + 1e-5)
    // A longer list costs more than looking at every row.
    if isListed && postings * 8 < points.rowCount {
      return measureTouched(trial, candidate: candidate, norm: norm)
    }
    let products = trial.products.base
    let rows = points.postingRows.base
    let values = points.postingValues.base
    for entry in entries {
      let value = Double(points.values.base[entry])
      for posting in points.postings(ofTerm: points.terms.base[entry]) {
        products[Int(rows[posting])] += value * Double(values[posting])
      }
    }
    var reduction = 0.0
    if isListed {
      let half = Float(norm * unit / 2 * (1 - 2e-6))
      let reached = trial.reached.base
      let count = kindred_rows_in_reach(
        instructions.rawValue, products, unit, need.base, half, Int64(points.rowCount), reached)
      for index in 0..<Int(count) {
        let row = Int(reached[index])
        reduction += compare(row, product: products[row], norm: norm, in: trial)
      }
    } else {
      for row in 0..<points.rowCount {
        reduction += compare(row, product: products[row], norm: norm, in: trial)
      }
    }
    trial.products.elements.update(repeating: 0)
    return reduction
  }

  /// The same by way of a list of the rows in the candidate's postings.
  private func measureTouched(_ trial: Trial, candidate: Int, norm: Double) -> Double {
    let products = trial.products.base
    let touched = trial.touched.base
    let rows = points.postingRows.base
    let values = points.postingValues.base
    let need = need.base
    let half = Float(norm * unit / 2 * (1 - 2e-6))
    var count = 0
    for entry in points.entries(ofRow: candidate) {
      let value = Double(points.values.base[entry])
      for posting in points.postings(ofTerm: points.terms.base[entry]) {
        let row = Int(rows[posting])
        // A sum that returns to zero lists its row again; the second time it is passed over.
        if products[row] == 0 {
          touched[count] = Int32(row)
          count += 1
        }
        products[row] += value * Double(values[posting])
      }
    }
    var reduction = 0.0
    for index in 0..<count {
      let row = Int(touched[index])
      let product = products[row]
      products[row] = 0
      guard product != 0, Float(product * unit) >= need[row] + half else { continue }
      reduction += compare(row, product: product, norm: norm, in: trial)
    }
    return reduction
  }

  /// Keeps a row that comes nearer.
  ///
  /// - Returns: by how much.
  @inline(__always)
  private func compare(_ row: Int, product: Double, norm: Double, in trial: Trial) -> Double {
    let distance = max(0, points.squaredNorms.base[row] + norm - 2 * product)
    let fall = closest.base[row] - distance
    guard fall > 0 else { return 0 }
    trial.reached.base[trial.nearerCount] = Int32(row)
    trial.distances.base[trial.nearerCount] = distance
    trial.nearerCount += 1
    return fall
  }

  var postponed: [Int] { postponedIndex.seeds }

  func postpone(_ row: Int) { postponedIndex.add(row) }

  func forgetPostponed() { postponedIndex = SeedIndex(points) }

  func postponedAreFarther(fromRow row: Int, than bound: Double) -> Bool {
    postponedIndex.areFarther(fromRow: row, than: bound)
  }
}
