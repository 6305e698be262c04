import Foundation
import Testing

/// What people see on a terminal: widths, colors, escapes, the line that tells of progress.
@Suite struct TerminalTests {
  static let escape = "\u{1B}"
  static let sweep = ["sweep", "films.csv", "--text", "description", "--k", "2...4"]

  @Test(arguments: [40, 60, 80])
  func aTableFitsTheTerminal(columns: UInt16) throws {
    try withCatalogue { folder in
      var terminal = PseudoTerminal(currentFolder: folder, columns: columns)
      terminal.environment["NO_COLOR"] = "1"
      let narrow = try terminal.run(Self.sweep, on: .output)
      #expect(narrow.exitCode == 0)
      let lines = narrow.text.split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= columns }, "\(narrow.text)")
      let full = try CommandRunner(currentFolder: folder).run(Self.sweep).output
      #expect(full.split(separator: "\n").contains { $0.count > 80 })
      // Whatever number is shown is one of the whole table.
      let words = Set(full.split(whereSeparator: \.isWhitespace))
      let numbers = lines.prefix(4).flatMap { $0.split(separator: " ") }
      #expect(numbers.count > 8 && numbers.allSatisfy(words.contains), "\(narrow.text)")
      #expect(narrow.text.contains("too narrow for: calinski_harabasz"))
      #expect(lines[0].contains("silhouette"))
    }
  }

  @Test func aWideTerminalAndAPipeGetTheWholeTable() throws {
    try withCatalogue { folder in
      let full = try CommandRunner(currentFolder: folder).run(Self.sweep).output
      var terminal = PseudoTerminal(currentFolder: folder, columns: 200)
      terminal.environment["NO_COLOR"] = "1"
      #expect(try terminal.run(Self.sweep, on: .output).text == full)
      // The variable that a user sets goes before what the terminal says.
      terminal.columns = 40
      terminal.environment["COLUMNS"] = "200"
      #expect(try terminal.run(Self.sweep, on: .output).text == full)
      let narrowed = CommandRunner(currentFolder: folder, environment: ["COLUMNS": "40"])
      #expect(try narrowed.run(Self.sweep).output == full)
    }
  }

  @Test func wideLettersAndMarksAreMeasured() throws {
    try withTemporaryFolder { folder in
      let rows = ["電影院的故事", "e\u{301}te\u{301} a\u{300} Paris", "plain title", "한국 영화", "🎬 film"]
      let text = "id,title,description\n" + rows.map { "1,\($0),words of a film\n" }.joined()
      try Data(text.utf8).write(to: folder.appending(path: "wide.csv"))
      let run = try CommandRunner(currentFolder: folder).run([
        "cluster", "wide.csv", "--text", "title", "--lsa", "none", "--k", "2", "--out", "run", "-q",
      ])
      try #require(run.exitCode == 0, "\(run)")
      let shown = try CommandRunner(currentFolder: folder).run([
        "recommend", "run", "plain title", "--top", "4",
      ])
      try #require(shown.exitCode == 0, "\(shown)")
      // The widest title takes twelve columns: six letters of two.
      let header = try #require(shown.output.split(separator: "\n").dropFirst().first)
      let start = try #require(header.range(of: "shared words")).lowerBound
      let title = try #require(header.range(of: "title")).lowerBound
      #expect(header.distance(from: title, to: start) == 12 + 2, "\(shown.output)")
      #expect(rows.allSatisfy(shown.output.contains), "\(shown.output)")
    }
  }

  @Test func colorsKeepToTerminalsAndToTheUsersWish() throws {
    try withCatalogue { folder in
      let chosen = "\(Self.escape)[1;32m"
      func text(
        _ environment: [String: String] = [:], _ options: [String] = [],
        on streams: PseudoTerminal.Streams = .output
      ) throws -> String {
        try PseudoTerminal(currentFolder: folder, columns: 200, environment: environment)
          .run(Self.sweep + options, on: streams).text
      }
      #expect(try text().contains(chosen))
      #expect(try text(["NO_COLOR": ""]).contains(chosen))
      #expect(try !text(["NO_COLOR": "0"]).contains(Self.escape))
      #expect(try !text(["TERM": "dumb"]).contains(Self.escape))
      #expect(try !text([:], ["--color", "never"]).contains(Self.escape))
      #expect(try text(["NO_COLOR": "1"], ["--color=always"]).contains(chosen))

      let runner = CommandRunner(currentFolder: folder)
      #expect(try !runner.run(Self.sweep).output.contains(Self.escape))
      let forced = try runner.run(Self.sweep + ["--color", "always"])
      #expect(forced.output.contains(chosen))
      // Each stream for itself: words on a terminal are colored though results go elsewhere.
      let fault = try PseudoTerminal(currentFolder: folder).run(
        ["sweep", "nothing.csv"], on: .words)
      #expect(fault.exitCode == 66)
      #expect(fault.text.hasPrefix("\(Self.escape)[1;31merror["), "\(fault.text)")
      #expect(try !runner.run(["sweep", "nothing.csv"]).errors.contains(Self.escape))

      let wrong = try runner.run(Self.sweep + ["--color", "allways"])
      #expect(wrong.exitCode == 64)
      #expect(wrong.errors.contains("did you mean 'always'?"), "\(wrong)")
    }
  }

  @Test func hostileTextIsShownNotObeyed() throws {
    try withTemporaryFolder { folder in
      let title = "Evil \(Self.escape)[2J\(Self.escape)]0;owned\u{7} \u{202E}txt\u{9B}31m"
      let text =
        Sample.header + "s0,\(title),detective follows a killer\n" + Sample.rows.joined()
      try Data(text.utf8).write(to: folder.appending(path: "films.csv"))
      let runner = CommandRunner(currentFolder: folder)
      let made = try runner.run([
        "cluster", "films.csv", "--text", "description", "--k", "3", "--out", "run",
      ])
      try #require(made.exitCode == 0, "\(made)")
      let labels = try Data(contentsOf: folder.appending(path: "run/labels.csv"))
      #expect(String(decoding: labels, as: UTF8.self).contains(title), "files are faithful")

      let commands = [
        ["recommend", "run", title], ["recommend", "run", title, "--format", "csv"],
        ["recommend", "run", title, "--format", "json"], ["recommend", "run", "\(title)x"],
        ["columns", "films.csv"], ["sweep", "films.csv", "--text", title],
        ["export", "run", "--out", "-"], ["export", "run", "--format", "json", "--out", "-"],
        ["export", "run", "--format", "table", "--out", "-"],
        ["predict", "run", "films.csv", "--out", "-"], ["sweep", title], [title],
        ["sweep", "films.csv", "--\(title)"], ["check", "films.csv", "--format", title],
      ]
      for arguments in commands {
        var terminal = PseudoTerminal(currentFolder: folder, columns: 200)
        terminal.environment["NO_COLOR"] = "1"
        let shown = try terminal.run(arguments).text
          // The status line's own erasure.
          .replacingOccurrences(of: "\r\(Self.escape)[K", with: "")
        let isSafe = shown.unicodeScalars.allSatisfy { scalar in
          !["\u{1B}", "\u{7}", "\u{202E}", "\u{9B}"].contains(scalar)
        }
        #expect(isSafe, "\(arguments): \(shown.debugDescription)")
        #expect(!shown.isEmpty)
      }
      let piped = try runner.run(["export", "run", "--out", "-"])
      #expect(piped.output.contains(title), "a pipe gets every byte as it is")
      let object = try PseudoTerminal(currentFolder: folder).run(
        ["recommend", "run", title, "--format", "json"], on: .output)
      let value = try JSONSerialization.jsonObject(with: Data(object.text.utf8))
      #expect((value as? [String: Any])?["title"] as? String == title)
    }
  }

  @Test func progressLivesOnATerminalAndLeavesNothing() throws {
    try withTemporaryFolder { folder in
      let input = packageFolder.appending(path: "Dataset/train.csv").path
      let arguments = ["sweep", input, "--k", "2...30", "--n-init", "60"]
      let terminal = PseudoTerminal(
        currentFolder: folder, columns: 60, environment: ["NO_COLOR": "1"])
      let words = try terminal.run(arguments, on: .words).text
      let erasure = "\r\(Self.escape)[K"
      let drawn = words.components(separatedBy: erasure).dropFirst()
      #expect(drawn.contains { $0.hasPrefix("sweep ") && $0.contains("/1740") }, "\(words)")
      #expect(drawn.contains { $0.contains("eta 0:") && $0.contains("━") }, "\(words)")
      #expect(drawn.allSatisfy { ($0.split(separator: "\n").first ?? "").count < 60 })
      // The last drawing is followed by an erasure and words, not by a new line.
      #expect(drawn.allSatisfy { !$0.contains("eta") || !$0.contains("\n") }, "\(words)")
      #expect(try terminal.run(arguments + ["-q"], on: .words).text.isEmpty)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func aSignalTakesTheProgressAway(number: Int32) throws {
    try withTemporaryFolder { folder in
      let input = packageFolder.appending(path: "Dataset/train.csv").path
      let terminal = PseudoTerminal(
        currentFolder: folder, columns: 60, environment: ["NO_COLOR": "1"])
      let result = try terminal.run(
        ["sweep", input, "--k", "2...40", "--n-init", "400", "--out", "run"], on: .words,
        interruption: (number, "/15600"))
      #expect(result.exitCode == 128 + number)
      #expect(result.text.contains("sweep ") && result.text.contains("/15600"))
      // The cursor is left at the start of an empty line.
      #expect(result.text.hasSuffix("\r\(Self.escape)[K"), "\(result.text.debugDescription)")
    }
  }

  @Test func aKeyboardIsNoInput() throws {
    try withTemporaryFolder { folder in
      let result = try PseudoTerminal(currentFolder: folder).run(["check", "-"], on: .input)
      #expect(result.exitCode == 64)
      #expect(result.text.contains("waiting for input on a terminal"))
    }
  }

  private func withCatalogue<Result>(_ body: (URL) throws -> Result) throws -> Result {
    try withTemporaryFolder { folder in
      try Sample.catalogue.write(to: folder.appending(path: "films.csv"))
      return try body(folder)
    }
  }
}
