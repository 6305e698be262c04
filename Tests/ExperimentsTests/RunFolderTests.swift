import Experiments
import Foundation
import Testing

/// A run folder is whole or not there, and belongs to one run at a time.
@Suite struct RunFolderTests {
  private func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "kindred-folder-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func publishesFilesAndThenTheManifest() throws {
    try withFolder { parent in
      let path = "\(parent)/a/b"
      let folder = try RunFolder(claiming: path, replacing: false)
      try folder.publish([
        RunFolder.File("b.txt", Array("two\n".utf8)), RunFolder.File("a.txt", Array("one\n".utf8)),
        RunFolder.File("time.txt", Array("now\n".utf8), isReproducible: false),
      ])
      #expect(try names(path) == ["a.txt", "b.txt", "manifest.sha256", "time.txt"])
      #expect(
        try String(contentsOfFile: "\(path)/manifest.sha256", encoding: .utf8) == """
          2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806  a.txt
          27dd8ed44a83ff94d557f9fd0412ed5a8cbca69ea04922d88c01184a07300a5a  b.txt

          """)
    }
  }

  @Test func abandoningLeavesNothing() throws {
    try withFolder { parent in
      try RunFolder(claiming: "\(parent)/a/b", replacing: false).abandon()
      #expect(try names(parent).isEmpty)
    }
  }

  @Test func aFailingFileLeavesNoManifestAndNoHalfFile() throws {
    struct Failure: Error {}
    try withFolder { parent in
      let path = "\(parent)/run"
      let folder = try RunFolder(claiming: path, replacing: false)
      #expect(throws: OutputError.self) {
        try folder.publish([
          RunFolder.File("a.txt", Array("one\n".utf8)),
          RunFolder.File("b.txt") { path in
            try Data("half".utf8).write(to: URL(filePath: path))
            throw Failure()
          },
        ])
      }
      folder.abandon()
      #expect(try names(path) == ["a.txt"])
    }
  }

  @Test func aSecondRunIsTurnedAwayUntilTheFirstIsDone() throws {
    try withFolder { parent in
      let path = "\(parent)/run"
      let first = try RunFolder(claiming: path, replacing: false)
      for replacing in [false, true] {
        let error = #expect(throws: OutputError.self) {
          try RunFolder(claiming: path, replacing: replacing)
        }
        #expect(error?.kind == .inUse)
      }
      first.abandon()
      try RunFolder(claiming: path, replacing: false).abandon()
    }
  }

  @Test func foreignFilesAreLeftAlone() throws {
    try withFolder { parent in
      try Data("mine".utf8).write(to: URL(filePath: "\(parent)/notes.txt"))
      let error = #expect(throws: OutputError.self) {
        try RunFolder(claiming: parent, replacing: false)
      }
      #expect(error?.kind == .cannotCreate)
      let forced = try RunFolder(claiming: parent, replacing: true)
      try forced.publish([RunFolder.File("a.txt", [])])
      #expect(try names(parent) == ["a.txt", "manifest.sha256", "notes.txt"])
    }
  }

  @Test func leftoversOfADeadRunAreCleared() throws {
    try withFolder { parent in
      try Data().write(to: URL(filePath: "\(parent)/.lock"))
      try Data("half".utf8).write(to: URL(filePath: "\(parent)/.labels.csv.99.tmp"))
      let folder = try RunFolder(claiming: parent, replacing: false)
      try folder.publish([RunFolder.File("labels.csv", [])])
      #expect(try names(parent) == ["labels.csv", "manifest.sha256"])
    }
  }

  @Test func anAtomicFileIsReplacedOnlyOnRequest() throws {
    try withFolder { parent in
      let path = "\(parent)/x.txt"
      try AtomicFile.write(Array("1".utf8), to: path, replacing: false)
      let error = #expect(throws: OutputError.self) {
        try AtomicFile.write(Array("2".utf8), to: path, replacing: false)
      }
      #expect(error?.kind == .cannotCreate)
      try AtomicFile.write(Array("3".utf8), to: path, replacing: true)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "3")
      #expect(try names(parent) == ["x.txt"])
    }
  }

  @Test func symbolicLinksAreNotWrittenThrough() throws {
    try withFolder { parent in
      try Data("safe".utf8).write(to: URL(filePath: "\(parent)/target"))
      try FileManager.default.createSymbolicLink(
        atPath: "\(parent)/link", withDestinationPath: "\(parent)/target")
      try AtomicFile.write(Array("new".utf8), to: "\(parent)/link", replacing: true)
      #expect(try String(contentsOfFile: "\(parent)/target", encoding: .utf8) == "safe")
    }
  }
}
