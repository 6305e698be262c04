internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices

/// `kindred score`: the scores of a labeling that is given.
struct ScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score a given labeling.",
    discussion: """
      Examples:
        kindred score X.npz --labels labels.npy
        kindred score films.csv --labels run/films/labels.csv --metric cosine
        kindred score films.csv --labels labels.npy --truth listed_in
      """)

  @Argument(help: "A catalogue or a matrix.", completion: .input)
  var input: String

  @Option(
    help: ArgumentHelp(
      "The labels: a .npy of integers, or a CSV with a column cluster.", valueName: "file"),
    completion: .file(extensions: ["npy", "csv"]))
  var labels: String

  @Option(
    help: ArgumentHelp(
      "Distance of the silhouette: euclidean, sqeuclidean or cosine.", valueName: "name"),
    completion: .values(SilhouetteMetric.self))
  var metric: String?

  @OptionGroup var known: TruthOptions
  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    if let metric { configuration.metric = try OptionParsing.choice(metric, option: "--metric") }
    known.apply(to: &configuration)
    let truthFile = try known.readFile()
    let pool = try resources.pool()
    let progress = common.progress("score")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    let file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    try known.check(for: file, configuration)
    common.detail(file)
    let labelFile = try seconds.measure(.read) { try InputFile.read(path: labels) }
    let values = try seconds.measure(.read) { try MatrixFile.readLabels(labelFile) }
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    guard values.count == prepared.features.rowCount else {
      throw InputError(
        kind: .malformed, code: "labels.count", file: labelFile.name,
        message: "\(values.count) labels for \(prepared.features.rowCount) rows",
        hint: "give the labels of these rows, one each")
    }
    if let row = values.firstIndex(where: { $0 < 0 || Int($0) >= max(values.count, 1) }) {
      throw InputError(
        kind: .malformed, code: "labels.range", file: labelFile.name,
        message: "label \(values[row]) of row \(row + 1) is not in 0..<\(values.count)",
        hint: "number the clusters from 0")
    }
    let assignment = try Assignment(
      labels: values, clusterCount: Int(values.max() ?? 0) + 1)

    let truth =
      try truthFile?.classes(of: prepared.features.rowCount, keeping: nil) ?? prepared.truth
    let (silhouette, dispersion) = seconds.measure(.score) {
      (
        Silhouette.score(prepared.features, [assignment], metric: configuration.metric, pool: pool)[
          0],
        Dispersion.scores(prepared.features, [assignment], pool: pool)[0]
      )
    }
    var facts: [(String, JSONValue)] = [
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)),
      ("k", .int(assignment.sizes().count { $0 > 0 })),
      ("metric", .string(configuration.metric.rawValue)),
      ("inertia", .number(dispersion.withinSumOfSquares)),
      ("silhouette", .optional(silhouette.mean)),
    ]
    if let reason = silhouette.undefinedReason {
      facts.append(("silhouette_reason", .string(reason)))
    }
    facts += [
      ("calinski_harabasz", .optional(dispersion.calinskiHarabasz)),
      ("davies_bouldin", .optional(dispersion.daviesBouldin)),
    ]
    if let reason = dispersion.undefinedReason {
      facts.append(("dispersion_reason", .string(reason)))
    }
    facts += [
      ("within", .number(dispersion.withinSumOfSquares)),
      ("between", .number(dispersion.betweenSumOfSquares)),
    ]
    if let truth {
      let scores = seconds.measure(.score) { truth.scores(assignment) }
      facts += zip(AgreementScores.names, scores.values).map { ($0, .number($1)) }
      facts.append(("rows_without_class", .int(truth.unlabeledRowCount)))
    }
    facts += [
      ("threads", .int(pool.threadCount)), ("blas_core", .string(BLAS.coreName)),
      ("isa", .string(InstructionSet.best.name)),
      ("peak_memory_bytes", .int(Terminal.peakMemory)), ("seconds", seconds.json),
    ]
    Facts.print(facts, format: format)
    common.detail(seconds)
  }
}
