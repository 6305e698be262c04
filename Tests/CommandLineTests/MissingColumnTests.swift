import Foundation
import Testing

/// New rows without a text column that a model with guessed columns reads.
@Suite struct MissingColumnTests {
  @Test func complaintsNameAllColumnsThatAreRead() throws {
    try withTemporaryFolder { folder in
      let runner = CommandRunner(currentFolder: folder)
      let fit = try runner.run(["cluster", RunFolderTests.train, "--k", "4", "--out", "out"])
      try #require(fit.exitCode == 0, "\(fit)")
      try Data("description\nA heist in a museum at night\nTwo rivals cook for a king\n".utf8)
        .write(to: folder.appending(path: "new.csv"))
      let refused = try runner.run(["predict", "out", "new.csv", "--out", "labels.csv"])
      #expect(refused.exitCode == 64, "\(refused)")
      #expect(refused.errors.contains("no column 'title'"), "\(refused)")
      #expect(refused.errors.contains("the model reads 'description', 'title'"), "\(refused)")
      let named = try runner.run(
        ["predict", "out", "new.csv", "--text", "description", "--out", "labels.csv"])
      #expect(named.exitCode == 0, "\(named)")
      try Data("title,description\n,A heist in a museum at night\n,Two rivals cook\n".utf8)
        .write(to: folder.appending(path: "empty.csv"))
      let empty = try runner.run(["predict", "out", "empty.csv", "--out", "other.csv"])
      #expect(empty.exitCode == 0, "\(empty)")

      let test = try runner.run(
        ["cluster", RunFolderTests.train, "--k", "4", "--test", "new.csv", "--out", "tested"])
      #expect(test.exitCode == 64, "\(test)")
      #expect(test.errors.contains("the model reads 'description', 'title'"), "\(test)")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "tested").path))
    }
  }
}
