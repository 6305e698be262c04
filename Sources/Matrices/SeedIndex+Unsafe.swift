/// A few sparse rows by term, to find those that share terms with another row.
struct SeedIndex {
  private let points: SparsePoints
  private(set) var seeds: [Int] = []
  /// The least ‖c‖² of the seeds.
  private var leastNorm = Double.infinity
  /// The newest place of each term, d when there is a seed; −1 for none.
  private var newest: [Int32] = []
  /// For each place the next older one of the same term, the seed's number and its value.
  private var places: [(older: Int32, seed: Int32, value: Float)] = []
  /// The products with the row at hand, one for each seed; zero between uses.
  private var products: [Double] = []
  private var touched: [Int] = []

  init(_ points: SparsePoints) { self.points = points }

  /// Adds a row.
  ///
  /// - Complexity: O(entries of the row), O(d) for the first.
  mutating func add(_ seed: Int) {
    if newest.isEmpty { newest = [Int32](repeating: -1, count: points.columnCount) }
    for entry in points.entries(ofRow: seed) {
      let term = Int(points.terms.base[entry])
      places.append((newest[term], Int32(seeds.count), points.values.base[entry]))
      newest[term] = Int32(places.count - 1)
    }
    seeds.append(seed)
    products.append(0)
    leastNorm = min(leastNorm, points.squaredNorms.base[seed])
  }

  /// True when the squared distance from a row to every seed is greater than a bound.
  ///
  /// - Complexity: O(entries that the row shares with the seeds), and O(seeds) when seeds without a
  ///   common term may be as near as the bound.
  mutating func areFarther(fromRow row: Int, than bound: Double) -> Bool {
    guard !seeds.isEmpty else { return true }
    let norm = points.squaredNorms.base[row]
    for entry in points.entries(ofRow: row) {
      let value = Double(points.values.base[entry])
      var place = newest[Int(points.terms.base[entry])]
      while place >= 0 {
        let (older, seed, other) = places[Int(place)]
        if products[Int(seed)] == 0 { touched.append(Int(seed)) }
        products[Int(seed)] += value * Double(other)
        place = older
      }
    }
    func isFarther(_ seed: Int) -> Bool {
      norm + points.squaredNorms.base[seeds[seed]] - 2 * products[seed] > bound
    }
    let areFarther =
      norm + leastNorm > bound
      ? touched.allSatisfy(isFarther) : seeds.indices.allSatisfy(isFarther)
    for seed in touched { products[seed] = 0 }
    touched.removeAll(keepingCapacity: true)
    return areFarther
  }
}
