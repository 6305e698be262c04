import Matrices
import Testing
import TextFeatures

@Suite struct ErrorTests {
  private static func failure(
    _ texts: [String], _ change: (inout TextFeatureOptions) -> Void = { _ in }
  ) -> FeatureError? {
    var options = TextFeatureOptions()
    change(&options)
    do throws(FeatureError) {
      _ = try TextFeatureModel.fit(
        PackedStrings(texts), options: options, pool: WorkerPool(threadCount: 1))
      return nil
    } catch {
      return error
    }
  }

  @Test func textsWithoutText() {
    #expect(Self.failure([]) == .noText)
    #expect(Self.failure(["", " \t\n"]) == .noText)
  }

  @Test func textsWithoutWords() {
    #expect(Self.failure(["the a", "- !"]) == .noWordsLeft(largestDocumentFrequency: 0))
    let rare = Self.failure(["red fish", "blue fish", "one"]) {
      $0.minimumDocumentFrequency = .count(3)
    }
    #expect(rare == .noWordsLeft(largestDocumentFrequency: 2))
  }

  @Test func parametersOutOfRange() {
    func name(_ change: (inout TextFeatureOptions) -> Void) -> String? {
      guard case .invalidParameter(let name, _)? = Self.failure(["red fish", "blue"], change) else {
        return nil
      }
      return name
    }
    #expect(name { $0.minimumDocumentFrequency = .fraction(1.5) } == "minimumDocumentFrequency")
    #expect(name { $0.minimumDocumentFrequency = .fraction(.nan) } == "minimumDocumentFrequency")
    #expect(name { $0.maximumDocumentFrequency = .count(0) } == "maximumDocumentFrequency")
    #expect(name { $0.maximumDocumentFrequency = .fraction(0) } == "maximumDocumentFrequency")
    #expect(name { $0.minimumDocumentFrequency = .count(3) } == "minimumDocumentFrequency")
    #expect(name { $0.shortestNGram = 0 } == "shortestNGram")
    #expect(
      name {
        $0.shortestNGram = 3
        $0.longestNGram = 2
      } == "longestNGram")
    #expect(name { $0.featureLimit = 0 } == "featureLimit")
    #expect(name { $0.latentDimensionCount = 0 } == "latentDimensionCount")
  }

  @Test func tooManyLatentDimensions() {
    let texts = ["red fish", "blue fish", "old sea", "red sea"]
    #expect(
      Self.failure(texts) { $0.latentDimensionCount = 4 }
        == .tooManyLatentDimensions(requested: 4, limit: 3))
    #expect(Self.failure(texts) { $0.latentDimensionCount = 3 } == nil)
  }

  @Test func unknownStemmer() {
    guard
      case .unknownStemLanguage("klingon", let known)? = Self.failure(
        ["red"], { $0.stemLanguage = "klingon" })
    else {
      Issue.record("an unknown language must be refused")
      return
    }
    #expect(known.contains("german") && known == known.sorted())
  }
}
