import Matrices
import Testing
import TextFeatures

@Suite struct TokenTests {
  private static func terms(
    _ texts: [String], _ change: (inout TextFeatureOptions) -> Void = { _ in }
  ) throws -> [String] {
    var options = TextFeatureOptions()
    options.stopWords = .none
    change(&options)
    return try TextFeatureModel.fit(
      PackedStrings(texts), options: options, pool: WorkerPool(threadCount: 1)
    ).model.terms
  }

  @Test func contractionsLoseTheirTails() throws {
    #expect(
      try Self.terms(["Father's don't we're I'LL they’ve o'clock"])
        == ["clock", "don", "father", "they", "we"])
    #expect(try Self.terms(["re-enter 've ll"]) == ["enter", "ll", "re", "ve"])
  }

  @Test func typographicApostrophesHideStopWordsFromTheNotebook() throws {
    let found = try Self.terms(["it's it’s its THE the, film"]) {
      $0.tokenRule = .deletePunctuation
      $0.stopWords = .english
    }
    #expect(found == ["film", "it"])
  }

  @Test func marksBelongToWordsOnlyByDefault() throws {
    let text = "cafe\u{301}s हिन्दी"
    #expect(try Self.terms([text]).map(\.unicodeScalars.count) == [6, 6])
    let split = try Self.terms([text]) { $0.tokenRule = .sklearn }
    #expect(split == ["cafe"])
  }

  @Test func ownStopWordsReplaceTheList() throws {
    let found = try Self.terms(["the red fish"]) { $0.stopWords = .list(["fish", "überraschung"]) }
    #expect(found == ["red", "the"])
  }

  @Test func stemsShowTheirCommonestWord() throws {
    var options = TextFeatureOptions()
    options.stemLanguage = "english"
    options.longestNGram = 2
    let fitted = try TextFeatureModel.fit(
      PackedStrings([
        "running skies", "Running dogs", "runs dog", "run dog dogs", "generously skies sky",
      ]), options: options, pool: WorkerPool(threadCount: 3))
    let display = Dictionary(
      uniqueKeysWithValues: zip(fitted.model.terms, fitted.model.displayTerms))
    #expect(display["run"] == "running")
    #expect(display["generous"] == "generously")
    #expect(display["dog"] == "dog", "two dogs and two dog: the alphabetically first")
    #expect(display["sky"] == "skies")
    #expect(display["run sky"] == "running skies")
    #expect(display["dog dog"] == "dog dog")
  }

  @Test func everyStemmerWorks() throws {
    #expect(TextFeatureOptions.stemLanguages.contains("english"))
    for language in TextFeatureOptions.stemLanguages {
      let found = try Self.terms(["größer Überraschung maisons дома корабли 日本語 x1"]) {
        $0.stemLanguage = language
      }
      #expect(found.count >= 6)
    }
  }

  @Test func theEnglishListIsComplete() {
    #expect(StopWordList.english.count == 179)
    #expect(StopWordList.english.first == "i" && StopWordList.english.last == "wouldn't")
    #expect(Set(StopWordList.english).count == 179)
  }
}
