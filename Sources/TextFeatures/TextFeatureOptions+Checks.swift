extension TextFeatureOptions {
  /// The languages that there are stemmers for.
  public static var stemLanguages: [String] { Stemmer.languages }

  /// Checks every option by itself, before any text is read.
  ///
  /// - Throws: `FeatureError.invalidParameter` or `.unknownStemLanguage`.
  /// - Complexity: O(1).
  public func validate() throws(FeatureError) {
    guard shortestNGram >= 1 else {
      throw .invalidParameter(name: "shortestNGram", reason: "must be at least 1")
    }
    guard longestNGram >= shortestNGram else {
      throw .invalidParameter(
        name: "longestNGram", reason: "must be at least shortestNGram (\(shortestNGram))")
    }
    try Self.validate(minimumDocumentFrequency, name: "minimumDocumentFrequency", least: 0)
    try Self.validate(maximumDocumentFrequency, name: "maximumDocumentFrequency", least: 1)
    if let featureLimit, featureLimit < 1 {
      throw .invalidParameter(name: "featureLimit", reason: "must be at least 1")
    }
    if let latentDimensionCount, latentDimensionCount < 1 {
      throw .invalidParameter(name: "latentDimensionCount", reason: "must be at least 1")
    }
    if let stemLanguage {
      guard let stemmer = Stemmer(language: stemLanguage) else {
        throw .unknownStemLanguage(name: stemLanguage, known: Stemmer.languages)
      }
      stemmer.deallocate()
    }
  }

  /// Checks what depends on the number of texts.
  func validate(rowCount: Int) throws(FeatureError) {
    let low = minimumDocumentFrequency.bound(rowCount: rowCount)
    let high = maximumDocumentFrequency.bound(rowCount: rowCount)
    guard high >= low else {
      throw .invalidParameter(
        name: "minimumDocumentFrequency",
        reason:
          "asks for at least \(low) texts, but maximumDocumentFrequency for at most \(high) of \(rowCount)"
      )
    }
  }

  private static func validate(
    _ bound: DocumentFrequency, name: String, least: Int
  ) throws(FeatureError) {
    switch bound {
    case .count(let count):
      guard count >= least else {
        throw .invalidParameter(name: name, reason: "a count must be at least \(least)")
      }
    case .fraction(let fraction):
      guard fraction >= 0, fraction <= 1, fraction > 0 || least == 0 else {
        throw .invalidParameter(
          name: name, reason: "a share must lie in 0...1\(least == 0 ? "" : ", above 0")")
      }
    }
  }
}
