internal import Matrices
internal import TextFeatures

/// The nearest relatives of a row, by cosine, with the words they share.
public struct Recommender: Sendable {
  /// A relative.
  public struct Relative: Sendable, Equatable {
    /// The row.
    public let row: Int
    /// The cosine of the angle to the favorite, in −1...1; with LSA four fifths of that between
    /// the TF-IDF rows and one fifth of that between the latent rows.
    public let similarity: Double
    /// The words that both have and what each adds to the likeness of the two texts.
    public let sharedWords: [(word: String, weight: Double)]

    /// Compares relatives field by field.
    public static func == (left: Relative, right: Relative) -> Bool {
      left.row == right.row && left.similarity == right.similarity
        && left.sharedWords.elementsEqual(right.sharedWords, by: ==)
    }
  }

  let model: FittedModel

  /// Uses a model's training rows.
  public init(_ model: FittedModel) { self.model = model }

  /// The rows most similar to a row, the row itself left out, by descending similarity.
  ///
  /// - Parameters:
  ///   - row: the favorite, counted from 0.
  ///   - count: how many; fewer come back when there are not as many other rows.
  /// - Complexity: O(stored elements + n log n).
  public func relatives(ofRow row: Int, count: Int) -> [Relative] {
    let similarities = similarities(ofRow: row)
    let others = similarities.indices.filter { $0 != row }.sorted {
      similarities[$0] != similarities[$1] ? similarities[$0] > similarities[$1] : $0 < $1
    }
    return others.prefix(count).map { other in
      Relative(
        row: other, similarity: similarities[other], sharedWords: sharedWords(row, other))
    }
  }

  /// How like every row is to one row.
  ///
  /// Latent rows tell what texts are about, their words which of these are nearest: together they find
  /// more titles of a kind than either (`Documentation/QUALITY.md`).
  private func similarities(ofRow row: Int) -> [Double] {
    let cosines = model.features.cosines(ofRow: row)
    guard let terms = model.termFeatures else { return cosines }
    let weight = Self.latentWeight
    return zip(FeatureMatrix.sparse(terms).cosines(ofRow: row), cosines).map {
      ($0 + weight * $1) / (1 + weight)
    }
  }

  /// What the cosine of latent rows counts beside that of their words.
  static let latentWeight = 0.25

  /// The words of both rows, by descending product of their weights.
  private func sharedWords(_ left: Int, _ right: Int) -> [(word: String, weight: Double)] {
    guard let featureModel = model.featureModel else { return [] }
    return sharedColumns(left, right).map { (featureModel.displayTerms[$0.column], $0.weight) }
  }

  /// The columns of the words of both rows, by descending product of their weights.
  func sharedColumns(_ left: Int, _ right: Int) -> [(column: Int, weight: Double)] {
    guard let terms = termRows else { return [] }
    var weights: [(column: Int, weight: Double)] = []
    var a = terms.entries(ofRow: left)
    var b = terms.entries(ofRow: right)
    while let i = a.first, let j = b.first {
      let (p, q) = (terms.columnIndices[i], terms.columnIndices[j])
      if p == q {
        weights.append((Int(p), Double(terms.values[i]) * Double(terms.values[j])))
      }
      if p <= q { a = a.dropFirst() }
      if q <= p { b = b.dropFirst() }
    }
    weights.sort { $0.weight != $1.weight ? $0.weight > $1.weight : $0.column < $1.column }
    return weights
  }

  /// The TF-IDF rows: those behind latent features, or the features themselves.
  var termRows: CSRMatrix? {
    if let terms = model.termFeatures { return terms }
    if case .sparse(let matrix) = model.features, model.featureModel != nil { return matrix }
    return nil
  }
}

extension FeatureMatrix {
  /// The cosine of every row with one row; 0 with a row of zeros.
  fileprivate func cosines(ofRow row: Int) -> [Double] {
    switch self {
    case .dense(let matrix):
      let own = matrix.row(row).map(Double.init)
      let ownNorm = own.reduce(0) { $0 + $1 * $1 }
      return (0..<matrix.rowCount).map { other in
        var product = 0.0
        var norm = 0.0
        for (left, right) in zip(own, matrix.row(other)) {
          product += left * Double(right)
          norm += Double(right) * Double(right)
        }
        return Self.cosine(product, ownNorm, norm)
      }
    case .sparse(let matrix):
      var own = [Double](repeating: 0, count: matrix.columnCount)
      var ownNorm = 0.0
      for entry in matrix.entries(ofRow: row) {
        let value = Double(matrix.values[entry])
        own[Int(matrix.columnIndices[entry])] = value
        ownNorm += value * value
      }
      return (0..<matrix.rowCount).map { other in
        var product = 0.0
        var norm = 0.0
        for entry in matrix.entries(ofRow: other) {
          let value = Double(matrix.values[entry])
          product += value * own[Int(matrix.columnIndices[entry])]
          norm += value * value
        }
        return Self.cosine(product, ownNorm, norm)
      }
    }
  }

  static func cosine(_ product: Double, _ left: Double, _ right: Double) -> Double {
    let length = (left * right).squareRoot()
    return length > 0 ? max(-1, min(1, product / length)) : 0
  }
}
