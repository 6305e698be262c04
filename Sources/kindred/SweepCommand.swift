internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices

/// `kindred sweep`: fit and score every k, choose, publish the run folder.
struct SweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Fit and score every k, choose the best, and write a run folder.",
    discussion: """
      Examples:
        kindred sweep films.csv --text description --k 2...30 --out run/films
        kindred sweep films.csv --k 5,10,20 --algorithm kmeans,minibatch \\
          --test new.csv --out run/compared
        kindred sweep X.npz --k 10...200:10 --n-init 3 --format json
        kindred sweep run/films --explain 12

      --help-hidden lists options for rare needs too.
      """)

  @Argument(
    help: "A catalogue (.csv .tsv .jsonl, also .gz, or -) or a matrix (.npz .npy .mtx).",
    completion: .input)
  var input: String

  /// Its own group, so that help lists it first.
  struct Counts: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "2...30 (the default), 10...100:10, or a list.",
        valueName: "a...b"))
    var k: String?
  }

  @OptionGroup(title: "Clusters") var counts: Counts
  @OptionGroup(title: "Choice") var reasons: ExplainOption
  @OptionGroup var options: RunOptions

  mutating func run() throws {
    if let k = try reasons.count(), Files.isFolder(input) {
      return try reasons.explain(k, ofRun: input, out: options.task.out, common: options.common)
    }
    try options.execute(
      "sweep", input: input, explain: try reasons.count(),
      choosesCounts: counts.k == nil && options.features.config == nil
    ) { configuration in
      if let k = counts.k { configuration.clusterCounts = try OptionParsing.clusterCounts(k) }
      // A tree's run.json may hold a height, which no sweep has.
      configuration.cutHeight = nil
      if configuration.clusterCounts.isEmpty {
        configuration.clusterCounts = RunConfiguration().clusterCounts
      }
    }
  }
}

/// `kindred cluster`: one k.
struct ClusterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster",
    abstract: "Make one clustering of k clusters, and write a run folder.",
    discussion: """
      Examples:
        kindred cluster films.csv --text description --k 26 --out run/films26
        zcat films.csv.gz | kindred cluster - --k 12 --format csv
        kindred cluster X.npz --k 300 --initial-centers C.npy \\
          --max-iter 20 --tol 0 --format json

      --help-hidden lists options for rare needs too.
      """)

  @Argument(
    help: "A catalogue (.csv .tsv .jsonl, also .gz, or -) or a matrix (.npz .npy .mtx).",
    completion: .input)
  var input: String

  /// Its own group, so that help lists it first.
  struct Count: ParsableArguments {
    @Option(help: ArgumentHelp("The number of clusters.", valueName: "n"))
    var k: String?
  }

  @OptionGroup(title: "Clusters") var count: Count
  @OptionGroup var options: RunOptions

  mutating func run() throws {
    try options.execute("cluster", input: input) { configuration in
      guard let k = count.k ?? replayedCount(configuration) else {
        throw Complaint(
          code: "usage.k", exitCode: 64, message: "--k is missing: the number of clusters",
          hint: "give --k 12, or let kindred sweep choose among several")
      }
      let counts = try OptionParsing.clusterCounts(k)
      guard counts.count == 1 else {
        throw OptionParsing.refuse(
          "--k", k, "cluster takes one number", hint: "use kindred sweep for several")
      }
      configuration.clusterCounts = counts
      configuration.cutHeight = nil
      if configuration.algorithms.count > 1 {
        throw OptionParsing.refuse(
          "--algorithm", configuration.algorithms.map(\.rawValue).joined(separator: ","),
          "cluster takes one algorithm",
          hint: "use kindred sweep to compare several")
      }
    }
  }

  /// The k of a run.json that was made with one.
  private func replayedCount(_ configuration: RunConfiguration) -> String? {
    guard options.features.config != nil, configuration.clusterCounts.count == 1,
      configuration.cutHeight == nil
    else { return nil }
    return String(configuration.clusterCounts[0])
  }
}
