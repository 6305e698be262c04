import Foundation
import Testing

/// The pages in Documentation say what is true: their commands and Python run, their flags and names exist.
@Suite struct DocumentationTests {
  private static let pages = packageFolder.appending(path: "Documentation")

  private static func text(_ path: String) throws -> String {
    try String(contentsOf: packageFolder.appending(path: path), encoding: .utf8)
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func theReadersOfEveryFormatRead() throws {
    let blocks = try run("formats.md", commandBlocks: 2)
    try #require(blocks.count == 14)
    let labelColumns = ["row", "id", "title", "cluster", "silhouette", "distance"]
    let terms = try #require((blocks[1]["terms"] as? [String: Int])?["count"])
    expect(blocks[1], "X", shape: [800, terms], type: "float32")
    expect(blocks[1], "L", shape: [800, 25], type: "float32")
    expect(blocks[2], "rows", rows: 640, columns: labelColumns)
    expect(blocks[2], "labels", shape: [640], type: "int32")
    let k = try #require(blocks[2]["k"] as? Int)
    expect(blocks[2], "sizes", count: k)
    expect(blocks[3], "new", rows: 200, columns: labelColumns)
    expect(blocks[3], "other", rows: 640, columns: labelColumns)
    expect(blocks[4], "clusters", count: k)
    expect(blocks[4], "words", count: k)
    #expect((blocks[4]["figures"] as? [String: Any])?["rows"] as? Int == k)
    #expect((blocks[5]["runs"] as? [String: Any])?["rows"] as? Int == 14)
    #expect(blocks[5]["chosen"] as? Int == k)
    #expect((2...8).contains(try #require(blocks[5]["best_ward"] as? Int)))
    expect(blocks[6], "curve", count: 7)
    #expect((blocks[7]["unseen"] as? [String: Any])?["rows"] as? Int == 160)
    expect(blocks[7], "table", rows: 2, columns: (0..<k).map(String.init))
    expect(blocks[8], "seconds", count: 6)
    #expect(blocks[9]["intact"] as? Bool == true)
    expect(blocks[10], "names", count: 640)
    #expect(blocks[10]["shown"] as? Int == 640 && blocks[10]["of"] as? Int == 640)
    expect(blocks[11], "Z", shape: [799, 4], type: "float64")
    expect(blocks[11], "order", shape: [800], type: "int32")
    expect(blocks[11], "leaves", rows: 800, columns: ["row", "id", "title", "leaf", "place"])
    expect(blocks[11], "heights", rows: 800, columns: ["k", "from", "to", "gap"])
    expect(blocks[12], "centers", shape: [k, 25], type: "float32")
    expect(blocks[12], "inertias", count: 14)
    #expect(blocks[13]["answer"] != nil && blocks[13]["complaint"] != nil)
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func scikitLearnSaysTheSame() throws {
    // The page's own assertions compare; a block that fails ends the script.
    let blocks = try run("scikit-learn.md", commandBlocks: 2)
    try #require(blocks.count == 2)
    expect(blocks[1], "ours", shape: [800], type: "int32")
  }

  @Test func everyFlagOnEveryPageExists() throws {
    let flags = try Self.knownFlags()
    #expect(flags.count > 60 && flags.contains("reassignment-ratio"))
    // Those of sha256sum, of help itself and of scripts.
    let others: Set = [
      "address", "all", "check", "help", "help-hidden", "markdown", "python", "thread", "version",
    ]
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.pages.path).sorted()
    let pages = names.filter { $0.hasSuffix(".md") }.map { "Documentation/\($0)" } + ["README.md"]
    #expect(pages.count > 8)
    for page in pages {
      for match in try Self.text(page).matches(of: /(?:^|[^\w<!-])--([a-z][a-z-]*)/) {
        let flag = String(match.output.1)
        #expect(flags.contains(flag) || others.contains(flag), "--\(flag) in \(page)")
      }
    }
  }

  @Test func everyLinkToAFileLeadsToOne() throws {
    let folders = ["", "Benchmarks/", "Dataset/", "Documentation/", "Documentation/schemas/"]
    let pages = try folders.flatMap { folder in
      try FileManager.default.contentsOfDirectory(
        atPath: packageFolder.appending(path: folder).path
      ).filter { $0.hasSuffix(".md") }.map { folder + $0 }
    }
    var count = 0
    for path in pages {
      let page = packageFolder.appending(path: path)
      for match in try Self.text(path).matches(of: /\]\(([^)#:]+)(#[^)]*)?\)/) {
        let target = page.deletingLastPathComponent().appending(path: String(match.output.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(match.output.1) in \(path)")
        count += 1
      }
    }
    #expect(count > 40)
  }

  @Test func everyPropertyOnThePageForNewcomersExists() throws {
    let sources = packageFolder.appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    var types: Set<String> = []
    var members: Set<String> = []
    for path in paths where path.hasSuffix(".swift") {
      let code = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
      for line in code.split(separator: "\n") {
        let words = line.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map(String.init)
        guard words.first == "public" else { continue }
        for (keyword, name) in zip(words, words.dropFirst()) {
          if ["struct", "enum", "class"].contains(keyword) { types.insert(name) }
          if ["let", "var", "func"].contains(keyword) { members.insert(name) }
        }
      }
    }
    let page = try Self.text("Documentation/scikit-learn.md")
    let names = page.matches(of: /`([A-Z]\w+)\.([a-z]\w+)`/).map { $0.output }
    #expect(names.count > 40)
    for (name, type, member) in names {
      #expect(types.contains(String(type)) && members.contains(String(member)), "\(name)")
    }
  }

  @Test func theTutorialIsTheProgramAndTellsWhatItPrints() throws {
    let page = try Self.text("Documentation/Kindred.docc/FirstClustering.md")
    let fences = page.matches(of: /(?s)```(swift|text)\n(.*?)\n```/)
    let program = fences.filter { $0.output.1 == "swift" }.map { String($0.output.2) }
    #expect(program.count == 10)
    #expect(
      program.joined(separator: "\n\n") + "\n"
        == (try Self.text("Examples/FirstClustering/main.swift")))

    let shown = try #require(fences.last { $0.output.1 == "text" }).output.2
    try withTemporaryFolder { folder in
      let example = try CommandRunner.executable().deletingLastPathComponent()
        .appending(path: "FirstClustering")
      let (output, code) = try Self.output(
        of: example, [RunFolderTests.train, folder.appending(path: "model.h5").path], in: folder)
      #expect(code == 0)
      #expect(output == shown + "\n")
      #expect(try snapshot(of: folder)["model.h5"] != nil)
    }
  }

  /// Runs a page's blocks in a folder that holds `Dataset`: what each block of Python came to.
  private func run(_ page: String, commandBlocks: Int) throws -> [[String: Any]] {
    try withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "Dataset"),
        withDestinationURL: packageFolder.appending(path: "Dataset"))
      let script = packageFolder.appending(path: "Tests/CommandLineTests/Witness/documented.py")
      let (output, code) = try Self.output(
        of: WitnessTests.python, [script.path, Self.pages.appending(path: page).path], in: folder)
      try #require(code == 0, "\(page)")
      let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
      #expect(object?["commands"] as? Int == commandBlocks)
      return try #require(object?["python"] as? [[String: Any]])
    }
  }

  /// The long names of all options of all commands, hidden ones too.
  private static func knownFlags() throws -> Set<String> {
    let (output, code) = try output(
      of: try CommandRunner.executable(), ["--experimental-dump-help"], in: packageFolder)
    try #require(code == 0)
    let dump = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
    var flags: Set<String> = []
    var open = [try #require(dump?["command"] as? [String: Any])]
    while let command = open.popLast() {
      open += command["subcommands"] as? [[String: Any]] ?? []
      for argument in command["arguments"] as? [[String: Any]] ?? [] {
        for name in argument["names"] as? [[String: String]] ?? [] where name["kind"] == "long" {
          flags.insert(try #require(name["name"]))
        }
      }
    }
    return flags
  }

  /// What a program prints, `kindred` being in its `PATH`, and its exit code.
  private static func output(
    of executable: URL, _ arguments: [String], in folder: URL
  ) throws -> (String, Int32) {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let binaries = try CommandRunner.executable().deletingLastPathComponent().path
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    process.environment = ProcessInfo.processInfo.environment
      .merging(["PATH": "\(binaries):\(path)"]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: bytes, as: UTF8.self), process.terminationStatus)
  }

  private func expect(_ block: [String: Any], _ name: String, shape: [Int], type: String) {
    let value = block[name] as? [String: Any]
    #expect(value?["shape"] as? [Int] == shape, "\(name)")
    #expect(value?["type"] as? String == type, "\(name)")
  }

  private func expect(_ block: [String: Any], _ name: String, rows: Int, columns: [String]) {
    let value = block[name] as? [String: Any]
    #expect(value?["rows"] as? Int == rows, "\(name)")
    #expect(value?["columns"] as? [String] == columns, "\(name)")
  }

  private func expect(_ block: [String: Any], _ name: String, count: Int) {
    #expect((block[name] as? [String: Any])?["count"] as? Int == count, "\(name)")
  }
}
