/// The terms that make columns: which of the counted terms stay, in which order.
struct Vocabulary {
  /// The merged numbers of the terms that stay, ascending by their bytes.
  let termNumbers: [Int]

  /// For each merged term its column, or −1 when it is left out.
  let columnOfTerm: [Int32]

  /// Applies the bounds on the document frequency, then the limit on the number of terms, as
  /// scikit-learn does.
  ///
  /// - Throws: `FeatureError.noWordsLeft` when no term stays.
  /// - Complexity: O(d log d).
  init(_ merged: MergedTerms, options: TextFeatureOptions, rowCount: Int) throws(FeatureError) {
    let low = options.minimumDocumentFrequency.bound(rowCount: rowCount)
    let high = options.maximumDocumentFrequency.bound(rowCount: rowCount)
    let within = merged.documentFrequencies.indices.filter { term in
      let frequency = Double(merged.documentFrequencies[term])
      return frequency > 0 && frequency >= low && frequency <= high
    }
    guard !within.isEmpty else {
      throw .noWordsLeft(
        largestDocumentFrequency: merged.documentFrequencies.max() ?? 0)
    }
    var kept = merged.sorted(within)
    if let limit = options.featureLimit, kept.count > limit {
      let order = TieOrder.descending(kept.map { merged.occurrences[$0] })
      kept = order.prefix(limit).sorted().map { kept[$0] }
    }
    termNumbers = kept
    var columns = [Int32](repeating: -1, count: merged.documentFrequencies.count)
    for (column, term) in kept.enumerated() { columns[term] = Int32(column) }
    columnOfTerm = columns
  }
}

extension TextFeatureOptions.DocumentFrequency {
  /// The bound as a number of rows, not rounded.
  func bound(rowCount: Int) -> Double {
    switch self {
    case .count(let count): Double(count)
    case .fraction(let fraction): fraction * Double(rowCount)
    }
  }
}
