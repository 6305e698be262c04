package import Matrices

/// Rows that `Golden/linkage_generate.py` makes too, number for number; all are exact in `Float`.
package struct RecipeRows {
  private var state: UInt64
  private let rowCount: Int
  private let columnCount: Int

  private init(seed: UInt64, rowCount: Int, columnCount: Int) {
    state = seed
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  /// The rows of a kind, `n×d`; nil when there is no such kind.
  package static func make(
    _ kind: String, seed: UInt64, rowCount: Int, columnCount: Int
  ) -> DenseMatrix? {
    var recipe = RecipeRows(seed: seed, rowCount: rowCount, columnCount: columnCount)
    let elements: [Float]? =
      switch kind {
      case "uniform": recipe.uniform(rowCount)
      case "clustered": recipe.clustered()
      case "grid": recipe.grid()
      case "repeated": recipe.repeated()
      case "equal": recipe.equal()
      case "simplex": recipe.simplex()
      case "text": recipe.text()
      default: nil
      }
    return elements.map {
      DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: $0)
    }
  }

  /// Steele, Lea and Flood's generator, DOI 10.1145/2660193.2660195.
  private mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  private mutating func index(below count: Int) -> Int { Int(word() % UInt64(count)) }

  /// A multiple of 2⁻²⁰ in [0, 1).
  private mutating func unit() -> Float { Float(word() >> 44) / Float(1 << 20) }

  private mutating func uniform(_ count: Int) -> [Float] {
    var elements: [Float] = []
    for _ in 0..<count * columnCount { elements.append(unit() - 0.5) }
    return elements
  }

  private mutating func clustered() -> [Float] {
    var places: [Float] = []
    for _ in 0..<6 * columnCount { places.append(Float(index(below: 8))) }
    var elements: [Float] = []
    for _ in 0..<rowCount {
      let first = index(below: 6) * columnCount
      for place in places[first..<first + columnCount] { elements.append(place + unit()) }
    }
    return elements
  }

  private mutating func grid() -> [Float] {
    var elements: [Float] = []
    for _ in 0..<rowCount * columnCount { elements.append(Float(index(below: 4))) }
    return elements
  }

  private mutating func repeated() -> [Float] {
    let count = rowCount / 3 + 1
    let different = uniform(count)
    var elements: [Float] = []
    for _ in 0..<rowCount {
      let first = index(below: count) * columnCount
      elements += different[first..<first + columnCount]
    }
    return elements
  }

  private mutating func equal() -> [Float] {
    let row = uniform(1)
    return (0..<rowCount).flatMap { _ in row }
  }

  private func simplex() -> [Float] {
    (0..<rowCount).flatMap { row in (0..<columnCount).map { $0 == row ? 1 : 0 } }
  }

  private mutating func text() -> [Float] {
    var elements = [Float](repeating: 0, count: rowCount * columnCount)
    for row in 0..<rowCount {
      for _ in 0..<index(below: 10) {
        let limit = index(below: columnCount) + 1
        let column = index(below: limit)
        elements[row * columnCount + column] = unit() + 1
      }
    }
    return elements
  }
}
