/// Distances to chosen sparse rows, visiting only the rows that share a term with a candidate.
///
/// ‖x − c‖² = ‖x‖² + ‖c‖² − 2⟨x, c⟩: rows without a common term keep their distance as long as no center
/// is nearer to the origin than those before, which holds for rows of unit length; otherwise every row
/// is visited.
final class SparseSeedDistances: SeedDistances, @unchecked Sendable {
  private let points: SparsePoints
  let closest: Buffer<Double>
  /// The greatest `closest − ‖x‖²` over all rows when the first center was placed.
  private var greatestExcess = Double.infinity
  private var trials: [Trial] = []
  private var candidates: [Int] = []

  init(_ points: SparsePoints) {
    self.points = points
    closest = Buffer(count: points.rowCount, repeating: .infinity)
  }

  /// The products of one candidate with the rows that share a term with it.
  private final class Trial: @unchecked Sendable {
    /// n; zero between uses.
    let products: Buffer<Float>
    let touched: Buffer<Int32>
    /// True for the rows in `touched`, n.
    let isListed: Buffer<Bool>
    /// The number of rows listed in `touched`; nil when any row may have been touched.
    var touchedCount: Int? = 0

    init(rowCount: Int) {
      products = Buffer(count: rowCount, repeating: 0)
      touched = Buffer(count: rowCount, repeating: 0)
      isListed = Buffer(count: rowCount, repeating: false)
    }
  }

  func start(at row: Int, pool: WorkerPool) {
    makeTrials(1)
    candidates = [row]
    fill(trials[0], candidate: row)
    accept(0, pool: pool)
    let excesses = pool.map((0..<points.rowCount).pieceCount(size: Self.chunkSize)) { chunk in
      (0..<points.rowCount).piece(chunk, size: Self.chunkSize).reduce(-Double.infinity) {
        max($0, closest.base[$1] - points.squaredNorms.base[$1])
      }
    }
    greatestExcess = max(0, excesses.max() ?? 0)
  }

  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double] {
    makeTrials(candidates.count)
    self.candidates = candidates
    let trials = trials
    return pool.map(candidates.count) { place in
      let trial = trials[place]
      clear(trial)
      fill(trial, candidate: candidates[place])
      let products = trial.products.base
      let closest = closest.base
      let norms = points.squaredNorms.base
      let norm = norms[candidates[place]]
      var reduction = 0.0
      if let count = listedCount(trial, norm: norm) {
        for index in 0..<count {
          let row = Int(trial.touched.base[index])
          let new = Self.distance(norms[row] + norm, product: products[row])
          reduction += max(0, closest[row] - new)
        }
      } else {
        for row in 0..<points.rowCount {
          let new = Self.distance(norms[row] + norm, product: products[row])
          reduction += max(0, closest[row] - new)
        }
      }
      return reduction
    }
  }

  func accept(_ place: Int, pool: WorkerPool) {
    let trial = trials[place]
    let products = trial.products
    let norms = points.squaredNorms
    let norm = norms.base[candidates[place]]
    if let count = listedCount(trial, norm: norm) {
      for index in 0..<count {
        let row = Int(trial.touched.base[index])
        let new = Self.distance(norms.base[row] + norm, product: products.base[row])
        closest.base[row] = min(closest.base[row], new)
      }
    } else {
      pool.forEach((0..<points.rowCount).pieceCount(size: Self.chunkSize)) { chunk in
        for row in (0..<points.rowCount).piece(chunk, size: Self.chunkSize) {
          let new = Self.distance(norms.base[row] + norm, product: products.base[row])
          closest.base[row] = min(closest.base[row], new)
        }
      }
    }
    closest.base[candidates[place]] = 0
  }

  private static let chunkSize = 8_192

  /// How many rows to visit from the trial's list, or nil when all rows must be visited.
  ///
  /// The list is enough when no row without a shared term can be nearer to this candidate than to a
  /// center.
  private func listedCount(_ trial: Trial, norm: Double) -> Int? {
    greatestExcess <= norm * (1 + 1e-5) ? trial.touchedCount : nil
  }

  /// The squared distance for a sum of squared norms, with what rounding leaves of nothing taken as 0.
  private static func distance(_ norms: Double, product: Float) -> Double {
    let distance = norms - 2 * Double(product)
    return distance > 1e-6 * norms ? distance : 0
  }

  private func makeTrials(_ count: Int) {
    while trials.count < count { trials.append(Trial(rowCount: points.rowCount)) }
  }

  /// Adds up the candidate's products with the rows in its terms' postings.
  private func fill(_ trial: Trial, candidate: Int) {
    let products = trial.products.base
    let touched = trial.touched.base
    let rows = points.postingRows.base
    let values = points.postingValues.base
    let entries = points.entries(ofRow: candidate)
    let postings = entries.reduce(0) { $0 + points.postings(ofTerm: points.terms.base[$1]).count }
    // A list that holds half of the rows costs more than it saves.
    let makesList = postings * 2 < points.rowCount
    let isListed = trial.isListed.base
    var count = 0
    for entry in entries {
      let value = points.values.base[entry]
      for posting in points.postings(ofTerm: points.terms.base[entry]) {
        let row = rows[posting]
        if makesList, !isListed[Int(row)] {
          isListed[Int(row)] = true
          touched[count] = row
          count += 1
        }
        products[Int(row)] += value * values[posting]
      }
    }
    trial.touchedCount = makesList ? count : nil
  }

  /// Makes a trial's products zero again.
  private func clear(_ trial: Trial) {
    if let count = trial.touchedCount {
      for index in 0..<count {
        let row = Int(trial.touched.base[index])
        trial.products.base[row] = 0
        trial.isListed.base[row] = false
      }
    } else {
      trial.products.elements.update(repeating: 0)
    }
    trial.touchedCount = 0
  }
}
