internal import Clustering
internal import ClusterScores
internal import Experiments
internal import Matrices

/// What `sweep` and `cluster` print when they are done.
struct RunOutcome {
  let command: String
  let prepared: PreparedInput
  let configuration: RunConfiguration
  let result: SweepResult
  /// The fits that were made and taken over; nil when nothing is written.
  let fits: RunUnits.Counts?
  let threadCount: Int
  var explaining: Int?

  /// Prints the results in a format.
  func print(_ format: CommonOptions.Format, seconds: PhaseSeconds, peakMemory: Int) {
    switch format {
    case .table:
      var text = command == "cluster" ? summary : table
      if let explanation { text.add("\n" + explanation) }
      Terminal.output(text)
    case .csv: Terminal.output(SweepTables.csv(result, seed: configuration.seed))
    case .json: Terminal.output(json(seconds: seconds, peakMemory: peakMemory))
    }
  }

  /// Why the k that was asked about was chosen or was not.
  var explanation: String? {
    guard let explaining, let record = SweepRecord(result, seed: configuration.seed) else {
      return nil
    }
    return ChoiceExplanation(of: explaining, in: record)?.text
      ?? "k = \(explaining) was left out: the rows do not allow it.\n"
  }

  /// What varies between equal runs.
  func timing(seconds: PhaseSeconds, files: FileSeconds, peakMemory: Int) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("seconds", seconds.json), ("files", files.json), ("threads", .int(threadCount)),
      ("peak_memory_bytes", .int(peakMemory)),
    ]
    if let fits {
      members.append(
        ("fits", .object([("made", .int(fits.made)), ("taken_over", .int(fits.takenOver))])))
    }
    return .object(members)
  }

  private func json(seconds: PhaseSeconds, peakMemory: Int) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)),
    ]
    if command == "cluster",
      case .object(let entry) = SweepTables.entry(result.best, seed: configuration.seed)
    {
      members += entry
    } else if case .object(let sweep) = SweepTables.json(result, seed: configuration.seed) {
      members += sweep
    }
    if let truth = result.truth {
      members.append(
        (
          "classes",
          .object([
            ("source", .string(truth.source)), ("count", .int(truth.names.count)),
            ("rows_without", .int(truth.unlabeledRowCount)),
          ])
        ))
    }
    if let explanation { members.append(("explanation", .string(explanation))) }
    members += [
      ("threads", .int(threadCount)),
      ("blas_core", .string(BLAS.coreName)),
      ("isa", .string(InstructionSet.best.name)),
      ("peak_memory_bytes", .int(peakMemory)),
      ("seconds", seconds.json),
    ]
    return .object(members)
  }

  /// One line a run, the chosen one marked.
  private var table: StyledText {
    let hasTest = result.runs.contains { $0.heldOut != nil }
    let hasStability = result.runs.contains { $0.stability != nil }
    let hasGap = result.runs.contains { $0.gap != nil }
    let hasTruth = result.truth != nil
    var names = [
      "", "algorithm", "k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin",
      "sizes min/med/max",
    ]
    if hasTest { names.append("test_silhouette") }
    if hasStability { names.append("stability") }
    if hasGap { names.append("gap") }
    if hasTruth { names += ["ari", "nmi"] }
    var table = TextTable(
      names,
      dropping: [
        "calinski_harabasz", "davies_bouldin", "gap", "stability", "test_silhouette", "nmi",
        "inertia", "algorithm", "ari", "sizes min/med/max",
      ])
    for (index, run) in result.runs.enumerated() {
      var cells = [
        result.choice.marks(index), run.algorithm.rawValue, String(run.clusterCount),
        NumberText.fixed(run.model.inertia, decimals: 2), decimals(run.silhouette.mean, 4),
        decimals(run.dispersion.calinskiHarabasz, 2), decimals(run.dispersion.daviesBouldin, 3),
        sizes(run),
      ]
      if hasTest { cells.append(decimals(run.heldOut?.silhouette.mean, 4)) }
      if hasStability { cells.append(decimals(run.stability, 3)) }
      if hasGap { cells.append(decimals(run.gap?.value, 4)) }
      if hasTruth {
        cells.append(decimals(run.truth?.adjustedRandIndex, 4))
        cells.append(decimals(run.truth?.normalizedMutualInformation, 4))
      }
      table.add(cells, index == result.choice.index && result.runs.count > 1 ? .chosen : nil)
    }
    let legend = result.runs.count > 1 ? result.choice.legend + "\n" : ""
    let reasons = Set(result.runs.compactMap(\.silhouette.undefinedReason)).sorted()
    let width = Terminal.outputWidth
    var text = table.styled(width: width)
    text.add(legend + reasons.map { "silhouette undefined: \($0)\n" }.joined())
    text.add("best:", .label)
    let sentence =
      "best: k = \(result.best.clusterCount) (\(result.best.algorithm.rawValue)),"
      + " \(result.choice.reason)"
    let lines = DisplayWidth.wrapping(sentence, to: width ?? .max, indent: 2)
    text.add(lines.joined(separator: "\n").dropFirst(5) + "\n")
    return text
  }

  /// One clustering, a line a fact.
  private var summary: StyledText {
    let run = result.best
    let silhouette =
      run.silhouette.mean.map { NumberText.fixed($0, decimals: 6) }
      ?? "undefined: \(run.silhouette.undefinedReason ?? "no rows")"
    var lines = [
      ("k", String(run.clusterCount)),
      ("algorithm", run.algorithm.rawValue),
      (
        "iterations",
        "\(run.model.iterations.count)\(run.model.didConverge ? "" : ", limit reached")"
      ),
      ("inertia", NumberText.fixed(run.model.inertia, decimals: 4)),
      ("silhouette", silhouette),
      ("calinski_harabasz", decimals(run.dispersion.calinskiHarabasz, 4)),
      ("davies_bouldin", decimals(run.dispersion.daviesBouldin, 4)),
      ("sizes min/med/max", sizes(run)),
    ]
    if let truth = run.truth {
      lines += zip(AgreementScores.names, truth.values).map { ($0, decimals($1, 6)) }
    }
    if let stability = run.stability { lines.append(("stability", decimals(stability, 4))) }
    if let gap = run.gap { lines.append(("gap", decimals(gap.value, 4))) }
    if let scores = run.heldOut {
      lines.append(("test_silhouette", decimals(scores.silhouette.mean, 4)))
      lines.append(("test_stability", decimals(scores.stability, 4)))
    }
    return Facts.table(lines, width: 20)
  }

  private func sizes(_ run: ScoredRun) -> String {
    let sizes = run.dispersion.sizes
    return "\(sizes.min)/\(NumberText.shortest(sizes.median))/\(sizes.max)"
  }

  private func decimals(_ value: Double?, _ count: Int) -> String {
    value.map { NumberText.fixed($0, decimals: count) } ?? "-"
  }
}
