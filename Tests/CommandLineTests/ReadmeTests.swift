import Foundation
import Testing

/// The README's commands run as they are written.
@Suite struct ReadmeTests {
  @Test func itsCommandsRun() throws {
    let text = try String(contentsOf: packageFolder.appending(path: "README.md"), encoding: .utf8)
    let start = try #require(text.firstRange(of: "## Five commands"))
    let end = try #require(text[start.upperBound...].firstRange(of: "\nAlso:"))
    let script = text[start.upperBound..<end.lowerBound].split(separator: "\n")
      .filter { $0.hasPrefix("    ") }.map { $0.dropFirst(4) }.joined(separator: "\n")
    #expect(script.split(separator: "\n").count { $0.hasPrefix("kindred ") } == 6)

    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "Dataset"),
        withDestinationURL: packageFolder.appending(path: "Dataset"))
      let process = Process()
      process.executableURL = URL(filePath: "/bin/sh")
      process.arguments = ["-ec", script]
      process.currentDirectoryURL = folder
      let binaries = try CommandRunner.executable().deletingLastPathComponent().path
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      process.environment = ProcessInfo.processInfo.environment
        .merging(["PATH": "\(binaries):\(path)"]) { $1 }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      #expect(process.terminationStatus == 0)
      let run = try snapshot(of: folder.appending(path: "run"))
      for file in [
        "films/model.h5", "films/map.svg", "tree/linkage.npy", "k20.csv", "new.csv", "k8.csv",
      ] {
        #expect(run[file] != nil, "\(file)")
      }
    }
  }
}
