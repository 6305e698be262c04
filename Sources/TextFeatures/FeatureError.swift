/// Why texts could not be turned into numbers.
public enum FeatureError: Error, Sendable, Equatable {
  /// An option lies outside its range.
  case invalidParameter(name: String, reason: String)

  /// No text holds a visible character.
  case noText

  /// Every word is a stop word, too short, too rare or too common; the largest number of texts that
  /// any counted term occurs in tells how far the bounds are off (0: nothing was counted at all).
  case noWordsLeft(largestDocumentFrequency: Int)

  /// No stemmer has this name; `known` lists the ones there are.
  case unknownStemLanguage(name: String, known: [String])

  /// LSA can find at most `limit` dimensions in these texts.
  case tooManyLatentDimensions(requested: Int, limit: Int)
}

extension FeatureError: CustomStringConvertible {
  /// What is wrong and what to do about it, one sentence each.
  public var description: String {
    switch self {
    case .invalidParameter(let name, let reason):
      "\(name): \(reason)"
    case .noText:
      "no row has any text; choose another column"
    case .noWordsLeft(0):
      "no words left: every token is a stop word or shorter than two characters"
    case .noWordsLeft(let largest):
      "no words left: the largest document frequency is \(largest); widen the bounds"
    case .unknownStemLanguage(let name, let known):
      "no stemmer for '\(name)'; there are \(known.joined(separator: ", "))"
    case .tooManyLatentDimensions(let requested, let limit):
      "\(requested) latent dimensions: at most \(limit) for this data"
    }
  }
}
