/// How texts become rows of numbers.
public struct TextFeatureOptions: Sendable, Hashable, Codable {
  /// What counts as a token.
  public enum TokenRule: String, Sendable, Hashable, Codable, CaseIterable {
    /// Runs of letters, digits and combining marks, at least two characters long. For most texts.
    ///
    /// A run begins with a letter or digit. An apostrophe ends it, and what contractions leave behind
    /// the apostrophe (s, t, d, m, re, ve, ll) is no token: `father's` gives `father`, `don't` gives
    /// `don`.
    case words

    /// scikit-learn's default pattern: two or more letters, digits or underscores.
    case sklearn

    /// The notebook's way: ASCII punctuation deleted, stop words dropped between white space, then
    /// scikit-learn's pattern.
    case deletePunctuation = "delete-punctuation"
  }

  /// The words that are left out before counting.
  public enum StopWords: Sendable, Hashable, Codable {
    /// None.
    case none

    /// The built-in English list.
    case english

    /// The words given, lower case.
    case list([String])
  }

  /// A bound on the number of documents that a term occurs in.
  public enum DocumentFrequency: Sendable, Hashable, Codable {
    /// A number of documents.
    case count(Int)

    /// A share of the documents, in 0...1.
    case fraction(Double)
  }

  /// What counts as a token.
  public var tokenRule: TokenRule = .words

  /// The words that are left out before counting.
  public var stopWords: StopWords = .english

  /// The Snowball language whose stems replace the words, such as `english`, or nil for none.
  public var stemLanguage: String?

  /// The shortest sequence of tokens that makes a term, at least 1.
  public var shortestNGram = 1

  /// The longest sequence of tokens that makes a term, at least `shortestNGram`.
  public var longestNGram = 1

  /// Terms in fewer documents are left out.
  public var minimumDocumentFrequency: DocumentFrequency = .count(1)

  /// Terms in more documents are left out.
  public var maximumDocumentFrequency: DocumentFrequency = .fraction(1)

  /// The most terms that are kept, the commonest first, or nil for all.
  public var featureLimit: Int?

  /// True to count a term that occurs t times as 1 + ln t.
  public var usesSublinearTermFrequency = false

  /// The number of latent dimensions (LSA), or nil for plain TF-IDF.
  public var latentDimensionCount: Int?

  /// The seed of the randomized LSA.
  public var seed: UInt64 = 0

  /// Plain TF-IDF: English stop words left out, no stems, every term, no LSA.
  public init() {}

  /// The features of the notebook: punctuation deleted, English stop words, 5,000 terms.
  public static var notebook: TextFeatureOptions {
    var options = TextFeatureOptions()
    options.tokenRule = .deletePunctuation
    options.stopWords = .english
    options.featureLimit = 5_000
    return options
  }
}
