internal import ArgumentParser
internal import Catalogue
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
    do {
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

      kindred films.csv guesses everything and writes films-clusters/.

      INPUT is a catalogue (.csv .tsv .jsonl, each also .gz, or - for standard
      input) or a matrix (.npz of SciPy, .npy, .mtx). Results go to standard
      output, words to standard error. kindred --help exit-codes lists those.
      """,
    version: InfoCommand.versionLine,
    groupedSubcommands: [
      CommandGroup(
        name: "Clustering",
        subcommands: [SweepCommand.self, ClusterCommand.self, TreeCommand.self]),
      CommandGroup(
        name: "Finished run",
        subcommands: [RecommendCommand.self, PredictCommand.self, ExportCommand.self]),
      CommandGroup(
        name: "Data",
        subcommands: [
          CheckCommand.self, ColumnsCommand.self, FeaturesCommand.self, ScoreCommand.self,
        ]),
      CommandGroup(
        name: "Program", subcommands: [InfoCommand.self, BenchCommand.self]),
    ])
}

/// `kindred films.csv` is a sweep with everything guessed.
enum Shorthand {
  /// The names of all commands.
  static let commands = Kindred.configuration.subcommands.map { $0._commandName } + ["help"]

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
    if first == "tree" { try checkTree(arguments) }
    if commands.contains(first) { return arguments }
    if Files.exists(first) || first.contains(".") || first.contains("/") {
      let hasOutput = arguments.contains { $0 == "--out" || $0.hasPrefix("--out=") }
      let folder = Files.stem(first) + "-clusters"
      return ["sweep"] + arguments + (hasOutput ? [] : ["--out", folder])
    }
    throw Complaint(
      code: "usage.command", exitCode: 64,
      message: "no such command or file '\(first)'"
        + HelpTopics.suggestion(for: first, among: commands),
      hint: "kindred --help lists the commands")
  }

  /// Complains about `tree ct FOLDER`, which would be taken for the tree of a file called ct.
  private static func checkTree(_ arguments: [String]) throws {
    let words = arguments.dropFirst().prefix { !$0.hasPrefix("-") }
    guard words.count > 1, let word = words.first, !["grow", "cut"].contains(word),
      !Files.exists(word)
    else { return }
    throw Complaint(
      code: "usage.command", exitCode: 64,
      message: "tree has no command '\(word)'"
        + HelpTopics.suggestion(for: word, among: ["grow", "cut"]),
      hint: "kindred tree INPUT builds a tree, kindred tree cut FOLDER cuts one")
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
