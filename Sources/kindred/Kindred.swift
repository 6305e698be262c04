internal import ArgumentParser

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
