/// Points of a plane whose distances are those of cluster centers, as well as a plane can show them.
///
/// Begins with the two principal axes of the centers (classical scaling) and then lowers the stress
/// Σ (‖yᵢ − yⱼ‖ − Dᵢⱼ)² / Dᵢⱼ² center by center, so that neighbors count most: Gansner, Koren & North,
/// "Graph drawing by stress majorization", DOI 10.1007/978-3-540-31843-9_25.
struct CenterLayout {
  /// Sweeps over all centers; later ones move nothing that an eye could see.
  private static let sweepLimit = 100

  /// The positions, two numbers a center.
  private(set) var positions: [Double]

  /// The distances that the plane should show, `k×k`; never so small that two centers would share a place.
  let distances: [Double]

  /// Places k centers.
  ///
  /// - Parameter products: of each pair of centers about their mean, `k×k`.
  /// - Complexity: O(k²) a sweep.
  init(products: [Double], count k: Int) {
    var distances = [Double](repeating: 0, count: k * k)
    var total = 0.0
    for i in 0..<k {
      for j in 0..<k where j != i {
        let squared = products[i * k + i] + products[j * k + j] - 2 * products[i * k + j]
        distances[i * k + j] = max(0, squared).squareRoot()
        total += distances[i * k + j]
      }
    }
    let least = k > 1 ? 0.1 * total / Double(k * (k - 1)) : 0
    for i in 0..<k {
      for j in 0..<k where j != i {
        distances[i * k + j] = max(least, distances[i * k + j])
      }
    }
    self.distances = distances
    positions = [Double](repeating: 0, count: 2 * k)
    guard total > 0 else { return }
    var rest = products
    for axis in 0..<2 {
      let component = Self.principalComponent(&rest, count: k)
      for i in 0..<k { positions[2 * i + axis] = component[i] }
    }
    for _ in 0..<Self.sweepLimit where !isSettled(after: sweep(k), least) {}
  }

  private func isSettled(after move: Double, _ least: Double) -> Bool { move < 0.002 * least }

  /// Moves each center to where its distances pull it; the longest move.
  private mutating func sweep(_ k: Int) -> Double {
    var longest = 0.0
    for i in 0..<k {
      var (x, y, total) = (0.0, 0.0, 0.0)
      for j in 0..<k where j != i {
        let wanted = distances[i * k + j]
        let weight = 1 / (wanted * wanted)
        var dx = positions[2 * i] - positions[2 * j]
        var dy = positions[2 * i + 1] - positions[2 * j + 1]
        let length = (dx * dx + dy * dy).squareRoot()
        // Two centers in one place part along the first axis.
        (dx, dy) = length > 1e-9 * wanted ? (dx / length, dy / length) : (i < j ? -1 : 1, 0)
        x += weight * (positions[2 * j] + wanted * dx)
        y += weight * (positions[2 * j + 1] + wanted * dy)
        total += weight
      }
      (x, y) = (x / total, y / total)
      longest = max(longest, abs(x - positions[2 * i]), abs(y - positions[2 * i + 1]))
      (positions[2 * i], positions[2 * i + 1]) = (x, y)
    }
    return longest
  }

  /// The coordinates along the axis of greatest extent, which is taken out of `products`.
  private static func principalComponent(_ products: inout [Double], count k: Int) -> [Double] {
    let none = [Double](repeating: 0, count: k)
    var start = 0
    for i in 0..<k where products[i * k + i] > products[start * k + start] { start = i }
    guard products[start * k + start] > 0 else { return none }
    var vector = (0..<k).map { products[start * k + $0] }
    var value = 0.0
    for _ in 0..<100 {
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return none }
      for i in 0..<k { vector[i] /= length }
      value = length
      var next = none
      for i in 0..<k {
        var sum = 0.0
        for j in 0..<k { sum += products[i * k + j] * vector[j] }
        next[i] = sum
      }
      vector = next
    }
    let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard length > 0, value > 0 else { return none }
    for i in 0..<k { vector[i] /= length }
    for i in 0..<k {
      for j in 0..<k { products[i * k + j] -= length * vector[i] * vector[j] }
    }
    return vector.map { $0 * length.squareRoot() }
  }
}
