import Foundation
import Testing

/// `--png`, with a stand-in for the program that draws.
@Suite struct PictureTests {
  private static let run = [
    "cluster", RunFolderTests.train, "--text", "description", "--k", "3", "--n-init", "1", "--out",
    "out",
  ]

  /// A runner that finds `rsvg-convert` in a folder of its own, where it is the given script.
  private func runner(_ folder: URL, script: String?) throws -> CommandRunner {
    let programs = folder.appending(path: "programs")
    try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
    if let script {
      let file = programs.appending(path: "rsvg-convert")
      try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
    }
    return CommandRunner(currentFolder: folder, environment: ["PATH": programs.path])
  }

  /// Writes to the path after `--output=` what it reads.
  private static let copies = """
    for word in "$@"; do case "$word" in --output=*) target="${word#--output=}";; esac; done
    while IFS= read -r line; do printf '%s\\n' "$line"; done >"$target"
    """

  @Test func everyFigureIsHandedOverAndStaysOutOfTheManifest() throws {
    try withTemporaryFolder { folder in
      let runner = try runner(folder, script: Self.copies)
      let result = try runner.run(Self.run + ["--png"])
      try #require(result.exitCode == 0, "\(result)")
      let files = try snapshot(of: folder.appending(path: "out"))
      let pictures = ["heatmap", "map", "silhouette"]
      #expect(
        Set(files.keys) == RunFolderTests.files.union(pictures.map { "\($0).png" }))
      for name in pictures { #expect(files["\(name).png"] == files["\(name).svg"]) }
      let manifest = String(decoding: files["manifest.sha256"] ?? Data(), as: UTF8.self)
      #expect(manifest.contains("map.svg") && !manifest.contains(".png"))
      // A run without pictures leaves none of an earlier one.
      let replaced = try runner.run(Self.run + ["--force"])
      try #require(replaced.exitCode == 0, "\(replaced)")
      let later = try snapshot(of: folder.appending(path: "out"))
      #expect(Set(later.keys) == RunFolderTests.files)
      #expect(later["manifest.sha256"] == files["manifest.sha256"])
    }
  }

  @Test func aTreeHasItsDendrogramAsPicture() throws {
    try withTemporaryFolder { folder in
      let result = try runner(folder, script: Self.copies).run(
        ["tree", RunFolderTests.train, "--text", "description", "--out", "out", "--png"])
      try #require(result.exitCode == 0, "\(result)")
      let files = try snapshot(of: folder.appending(path: "out"))
      #expect(files["dendrogram.png"] == files["dendrogram.svg"])
    }
  }

  @Test func withoutTheProgramNothingBegins() throws {
    try withTemporaryFolder { folder in
      let result = try runner(folder, script: nil).run(Self.run + ["--png"])
      #expect(result.exitCode == 64, "\(result)")
      #expect(result.errors.contains("librsvg2-bin"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "out").path))
    }
  }

  @Test func picturesNeedAFolder() throws {
    try withTemporaryFolder { folder in
      let result = try runner(folder, script: Self.copies).run(
        Array(Self.run.dropLast(2)) + ["--png"])
      #expect(result.exitCode == 64, "\(result)")
      #expect(result.errors.contains("--out"))
    }
  }

  @Test func aProgramThatFailsIsAFailedWrite() throws {
    try withTemporaryFolder { folder in
      let result = try runner(folder, script: "exit 3").run(Self.run + ["--png"])
      #expect(result.exitCode == 74, "\(result)")
      #expect(result.errors.contains(".png"))
      let out = folder.appending(path: "out/manifest.sha256")
      #expect(!FileManager.default.fileExists(atPath: out.path))
    }
  }
}
