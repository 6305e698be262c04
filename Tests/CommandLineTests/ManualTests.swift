import Foundation
import Testing

/// The man page and the completions that Scripts/manual makes of the command.
@Suite struct ManualTests {
  static func has(_ program: String) -> Bool {
    FileManager.default.isExecutableFile(atPath: "/usr/bin/\(program)")
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func thePageTellsOfEveryOption() throws {
    try withManual { folder in
      let page = try String(
        contentsOf: folder.appending(path: "man/man1/kindred.1"), encoding: .utf8)
      for name in ["sweep", "cluster", "tree grow", "tree cut", "export", "predict", "bench"] {
        #expect(page.contains("\n.Ss kindred \(name)\n"), "\(name)")
      }
      // Those that help hides too.
      for option in ["excel\\-safe", "max\\-no\\-improvement", "color", "explain"] {
        #expect(page.contains(".It Fl -\(option)"), "\(option)")
      }
      for code in [0, 1, 64, 65, 66, 70, 71, 73, 74, 75, 77, 78, 130, 141, 143] {
        #expect(page.contains("\n.It \(code)\n"), "\(code)")
      }
    }
  }

  @Test(
    .enabled(if: WitnessTests.hasPython && has("mandoc"), "no mandoc: Scripts/setup --python"))
  func thePageIsCleanToMandoc() throws {
    try withManual { folder in
      let page = folder.appending(path: "man/man1/kindred.1").path
      let (text, code) = try run("mandoc", ["-Tlint", "-W", "style", page], in: folder)
      #expect(code == 0, "\(text)")
      #expect(text.isEmpty, "\(text)")
    }
  }

  @Test(.enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"))
  func bashCompletesCommandsOptionsAndValues() throws {
    try withManual { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      let script = """
        set -e
        source bash-completion/completions/kindred
        complete_line() {
          COMP_LINE="$*" COMP_POINT=${#COMP_LINE} COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
          _kindred kindred "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
          echo "$*> ${COMPREPLY[*]}"
        }
        complete_line kindred sw
        complete_line kindred sweep --excel
        complete_line kindred sweep films.csv --format j
        complete_line kindred sweep films.csv --algorithm w
        complete_line kindred sweep films.csv --color a
        complete_line kindred sweep film
        complete_line kindred tree cut --sc
        complete_line kindred export run --what m
        """
      let (text, code) = try run("bash", ["--norc", "-c", script], in: folder)
      #expect(code == 0, "\(text)")
      let lines = text.split(separator: "\n").map {
        $0.split(separator: "> ").last.map(String.init)?.trimmingCharacters(in: .whitespaces) ?? ""
      }
      #expect(
        lines == [
          "sweep", "--excel-safe", "json", "ward weighted", "auto always", "films.csv", "--score",
          "model",
        ], "\(text)")
    }
  }

  @Test(
    .enabled(if: WitnessTests.hasPython, "no .venv: Scripts/setup --python makes it"),
    arguments: [
      ("bash", "bash-completion/completions/kindred"), ("zsh", "zsh/site-functions/_kindred"),
      ("fish", "fish/vendor_completions.d/kindred.fish"),
    ])
  func shellsReadTheirScripts(shell: String, path: String) throws {
    guard Self.has(shell) else { return }
    try withManual { folder in
      let (text, code) = try run(shell, ["-n", path], in: folder)
      #expect(code == 0 && text.isEmpty, "\(text)")
    }
  }

  private func withManual(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let script = packageFolder.appending(path: "Scripts/manual").path
      let (text, code) = try run(
        WitnessTests.python.path, [script, folder.path], in: folder,
        environment: ["KINDRED": CommandRunner.executable().path])
      try #require(code == 0, "\(text)")
      try body(folder)
    }
  }

  /// What a program writes to both streams, and its exit code.
  private func run(
    _ program: String, _ arguments: [String], in folder: URL, environment: [String: String] = [:]
  ) throws -> (text: String, exitCode: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (String(decoding: data, as: UTF8.self), process.terminationStatus)
  }
}
