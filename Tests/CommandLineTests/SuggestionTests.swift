import Foundation
import Testing

/// Whatever is mistyped, the nearest right word is offered.
@Suite struct SuggestionTests {
  @Test(arguments: [
    (["swep", "films.csv"], "'sweep'"), (["help", "swep"], "'sweep'"),
    (["--help", "exit-code"], "'exit-codes'"), (["tree", "ct", "run"], "'cut'"),
    (["--versoin"], "'--version'"), (["sweep", "films.csv", "--treads", "2"], "'--threads'"),
    (["sweep", "films.csv", "--treads=2"], "'--threads'"),
    (["tree", "films.csv", "--linkge", "ward"], "'--linkage'"),
    (["tree", "cut", "run", "--hieght", "1"], "'--height'"),
    (["sweep", "films.csv", "--format", "jsn"], "'json'"),
    (["sweep", "films.csv", "--color", "nevr"], "'never'"),
    (["sweep", "films.csv", "--lsa", "autp"], "'auto'"),
    (["sweep", "films.csv", "--select", "kne"], "'knee'"),
    (["sweep", "films.csv", "--seeding", "greddy"], "'greedy'"),
    (["sweep", "films.csv", "--stability", "sample"], "'samples'"),
    (["sweep", "films.csv", "--preset", "notebok"], "'notebook'"),
    (["sweep", "films.csv", "--stop-words", "englsh"], "'english'"),
    (["sweep", "films.csv", "--stem", "germn"], "'german'"),
    (["sweep", "films.csv", "--tokens", "word"], "'words'"),
    (["tree", "films.csv", "--linkage", "averge"], "'average'"),
    (["bench", "--stages", "seding"], "'seeding'"),
    (["sweep", "films.csv", "--text", "descripton"], "'description'"),
    (["sweep", "films.csv", "--truth", "titel"], "'title'"),
    (["sweep", "films.cvs"], "films.csv"),
    (["sweep", "films.csv", "--config", "run.json"], "'seed'"),
    (["recommend", "run", "Titel 7"], "'Title 7'"), (["recommend", "run", "--id", "s77"], "s7"),
    (["export", "run", "--what", "lables", "--out", "x"], "'labels'"),
    (["export", "run", "--k", "bst", "--out", "x"], "'best'"),
    (["export", "run", "--algorithm", "kmean", "--out", "x"], "'kmeans'"),
  ])
  func theNearestWordIsOffered(arguments: [String], suggestion: String) throws {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      try Data("{\"options\": {\"seedd\": 2}}".utf8).write(to: folder.appending(path: "run.json"))
      let runner = CommandRunner(currentFolder: folder)
      if arguments.contains("run"), arguments[0] != "tree" {
        _ = try runner.run(["cluster", "films.csv", "--k", "3", "--out", "run", "-q"])
      }
      let result = try runner.run(arguments)
      #expect([1, 64, 66, 78].contains(result.exitCode), "\(result)")
      #expect(result.errors.contains(suggestion), "\(result)")
      #expect(result.output.isEmpty)
    }
  }

  @Test func whatIsFarFromEverythingGetsNoOffer() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      for arguments in [["xyzzy"], ["sweep", "a.csv", "--xyzzyx", "1"], ["help", "xyzzy"]] {
        let result = try runner.run(arguments)
        #expect(result.exitCode == 64)
        #expect(!result.errors.contains("did you mean"), "\(result)")
      }
    }
  }
}
