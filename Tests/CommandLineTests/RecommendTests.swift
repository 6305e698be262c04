import Foundation
import Testing

/// The relatives of a favorite.
@Suite struct RecommendTests {
  @Test(arguments: ["Title 3", "title 3", "TITLE  3 ", "Tìtlé 3"])
  func titlesAreFoundWhateverTheirCaseAndAccents(title: String) throws {
    try withModel { runner in
      let object = try runner.run(["recommend", "out/model.h5", title, "--format", "json"]).object()
      #expect(object["title"] as? String == "Title 3")
      #expect(object["id"] as? String == "s3")
      let list = try #require(object["recommendations"] as? [[String: Any]])
      #expect(list.count == 10)
      #expect(list.map { $0["rank"] as? Int } == Array(1...10))
      let similarities = list.compactMap { $0["similarity"] as? Double }
      #expect(similarities == similarities.sorted(by: >))
      #expect(list.allSatisfy { $0["id"] as? String != "s3" })
      // The detective family is rows 1 to 4.
      #expect(Set(list.prefix(3).compactMap { $0["id"] as? String }) == ["s1", "s2", "s4"])
      for relative in list.prefix(3) { #expect(relative["same_cluster"] as? Bool == true) }
      let shared = try #require(list[0]["shared"] as? [[String: Any]])
      #expect(shared.contains { $0["word"] as? String == "killer" })
      let weights = shared.compactMap { $0["weight"] as? Double }
      #expect(weights == weights.sorted(by: >))
      // TF-IDF rows have length 1, so the shared words make up the whole likeness.
      #expect(abs(weights.reduce(0, +) - similarities[0]) < 1e-6)
    }
  }

  @Test func anIdentifierAndARunFolderNameTheSame() throws {
    try withModel { runner in
      let byTitle = try runner.run(["recommend", "out/model.h5", "Title 7", "--top", "3"])
      let byID = try runner.run(["recommend", "out", "--id", "s7", "--top", "3"])
      #expect(byTitle.exitCode == 0)
      #expect(byTitle.output == byID.output)
      #expect(byTitle.output.contains("* the favorite's own cluster"))
      #expect(byTitle.output.split(separator: "\n").count { $0.contains("*") } == 4)
      let csv = try runner.run(["recommend", "out", "--id", "s7", "--top", "3", "--format", "csv"])
      let lines = csv.output.split(separator: "\n")
      #expect(lines.count == 4)
      #expect(lines[0] == "rank,id,title,similarity,cluster,shared")
    }
  }

  @Test func anUnknownTitleIsAnHonestNoWithTheClosestThree() throws {
    try withModel { runner in
      let result = try runner.run(["recommend", "out", "Titel 1"])
      #expect(result.exitCode == 1)
      #expect(result.output.isEmpty)
      #expect(result.errors.contains("no title 'Titel 1'"))
      #expect(result.errors.split(separator: "'Title").count == 4, "\(result)")
      #expect(try runner.run(["recommend", "out", "--id", "s99"]).exitCode == 1)
      #expect(try runner.run(["recommend", "out"]).exitCode == 64)
      #expect(try runner.run(["recommend", "out", "Title 1", "--top", "0"]).exitCode == 64)
      #expect(try runner.run(["recommend", "out", "Title 1", "--id", "s2"]).exitCode == 64)
    }
  }

  @Test func aTitleThatOccursTwiceAsksForItsIdentifier() throws {
    try withModel(Sample.catalogue(replacing: 13, with: "s12,TITLE 1,signal to the crew\n")) {
      runner in
      let result = try runner.run(["recommend", "out", "title 1"])
      #expect(result.exitCode == 1)
      #expect(result.errors.contains("2 rows"))
      #expect(result.errors.contains("--id s1, --id s12"), "\(result)")
      let object = try runner.run([
        "recommend", "out", "title 1", "--id", "s12", "--format", "json",
      ]).object()
      #expect(object["title"] as? String == "TITLE 1")
      // What is typed exactly needs no question.
      #expect(try runner.run(["recommend", "out", "Title 1"]).exitCode == 0)
    }
  }

  @Test func latentModelsRecommendAndNameSharedWords() throws {
    try withModel(options: ["--lsa", "3"]) { runner in
      let object = try runner.run(["recommend", "out", "Title 6", "--format", "json"]).object()
      let list = try #require(object["recommendations"] as? [[String: Any]])
      #expect(Set(list.prefix(3).compactMap { $0["id"] as? String }) == ["s5", "s7", "s8"])
      #expect(!(try #require(list[0]["shared"] as? [[String: Any]])).isEmpty)
    }
  }

  private func withModel<Result>(
    _ catalogue: Data = Sample.catalogue, options: [String] = [],
    _ body: (CommandRunner) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      try catalogue.write(to: folder.appending(path: "films.csv"))
      let runner = CommandRunner(currentFolder: folder)
      let result = try runner.run(
        ["cluster", "films.csv", "--text", "description", "--k", "3", "--out", "out"] + options)
      try #require(result.exitCode == 0, "\(result)")
      return try body(runner)
    }
  }
}
