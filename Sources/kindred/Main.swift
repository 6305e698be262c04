internal import ArgumentParser
internal import Experiments
internal import Matrices

/// Parses the command line, runs the command, and turns whatever happens into an exit code.
@main
struct Main {
  static func main() {
    Terminal.ignoreWriteSignals()
    Interruption.cleanUpOnSignals(ending: { Terminal.endStatus() })
    UnusedMemory.giveBackLargeBlocks()
    var arguments = Array(CommandLine.arguments.dropFirst())
    let wantsJSON = Self.wantsJSON(arguments)
    LastResort.prepare(asJSON: wantsJSON)
    do {
      try SystemLimits.checkFiles()
      try ColorChoice.read(arguments)
      arguments = try Shorthand.expand(arguments)
      if arguments.isEmpty {
        // Help that nobody asked for is words, and the command line was not a complete one.
        Terminal.note(HelpTopics.short)
        Terminal.exit(64)
      }
      if let topic = try HelpTopics.asked(arguments, commands: Shorthand.commands) {
        Terminal.output(topic + "\n")
        Terminal.exit(0)
      }
      var command = try Kindred.parseAsRoot(arguments)
      try command.run()
    } catch {
      finish(error, arguments: arguments, asJSON: wantsJSON)
    }
  }

  /// Ends the process with the words and the exit code of an error, or of a request for help.
  private static func finish(_ error: any Error, arguments: [String], asJSON: Bool) -> Never {
    let parserCode = Kindred.exitCode(for: error)
    if parserCode == .success {
      Terminal.output(Kindred.fullMessage(for: error) + "\n")
      Terminal.exit(0)
    }
    let complaint =
      parserCode == .validationFailure
      ? Complaint(usage: Kindred.message(for: error), arguments: arguments)
      : Complaint(error)
    asJSON ? Terminal.note(complaint.json) : Terminal.note(complaint.styled)
    Terminal.exit(complaint.exitCode)
  }

  private static func wantsJSON(_ arguments: [String]) -> Bool {
    arguments.contains("--format=json")
      || zip(arguments, arguments.dropFirst()).contains { $0 == "--format" && $1 == "json" }
  }
}
