internal import ArgumentParser
internal import Catalogue
internal import Experiments

/// Parses the command line, runs the command, and turns whatever happens into an exit code.
@main
struct Main {
  static func main() {
    Terminal.ignoreWriteSignals()
    Interruption.cleanUpOnSignals()
    var arguments = Array(CommandLine.arguments.dropFirst())
    let wantsJSON = Self.wantsJSON(arguments)
    do {
      try ColorChoice.read(arguments)
      arguments = try Shorthand.expand(arguments)
      if arguments.isEmpty {
        // Help that nobody asked for is words, and the command line was not a complete one.
        Terminal.note(Kindred.helpMessage())
        Terminal.exit(64)
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

/// The command with its subcommands.
struct Kindred: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kindred",
    abstract: "Groups the texts of a catalogue, scores every k, and finds relatives of a favorite.",
    discussion: """
      Examples:
        kindred films.csv
        kindred sweep films.csv --text description --k 2...30 --out run/films
        kindred recommend run/films "The Long Night"

      The first guesses everything and writes films-clusters/.

      INPUT is a catalogue (.csv .tsv .jsonl, each also .gz, or - for standard
      input) or a matrix (.npz of SciPy, .npy, .mtx). Results go to standard
      output, words to standard error.

      Exit codes: 0 done, 1 an honest no, 64 wrong options, 65 malformed input,
      66 input missing or empty, 70 our bug, 71 over a resource limit,
      73 cannot create output, 74 read or write failed, 75 folder in use,
      77 permission refused, 78 bad configuration.
      """,
    version: InfoCommand.versionLine,
    subcommands: [
      SweepCommand.self, ClusterCommand.self, TreeCommand.self, ExportCommand.self,
      PredictCommand.self,
      RecommendCommand.self, FeaturesCommand.self, ScoreCommand.self, CheckCommand.self,
      ColumnsCommand.self, InfoCommand.self, BenchCommand.self,
    ])
}

/// `kindred films.csv` is a sweep with everything guessed.
enum Shorthand {
  /// The full command line for a lone file, and a complaint about a command that is not there.
  static func expand(_ given: [String]) throws -> [String] {
    let arguments = joiningNegativeNumbers(given)
    guard let first = arguments.first, !first.hasPrefix("-") || first == "-" else {
      return arguments
    }
    if ["tree --help", "tree -h", "help tree"].contains(arguments.joined(separator: " ")) {
      // Its options are those of growing one.
      return ["help", "tree", "grow"]
    }
    let commands = Kindred.configuration.subcommands.map { $0._commandName } + ["help"]
    if commands.contains(first) { return arguments }
    if Files.exists(first) || first.contains(".") || first.contains("/") {
      let hasOutput = arguments.contains { $0 == "--out" || $0.hasPrefix("--out=") }
      let folder = Files.stem(first) + "-clusters"
      return ["sweep"] + arguments + (hasOutput ? [] : ["--out", folder])
    }
    let near = nearestNames(to: first, in: commands, limit: 1).first
    throw Complaint(
      code: "usage.command", exitCode: 64,
      message: "no such command or file '\(first)'"
        + (near.map { "; did you mean '\($0)'?" } ?? ""),
      hint: "kindred --help lists the commands")
  }

  /// Makes `--seed -1` one argument, so that the option's own complaint names the value.
  private static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      if let last = joined.last, last.hasPrefix("--"), last.count > 2, !last.contains("="),
        argument.hasPrefix("-"), argument.dropFirst().first?.isNumber == true
      {
        joined[joined.count - 1] = "\(last)=\(argument)"
      } else {
        joined.append(argument)
      }
    }
    return joined
  }
}
