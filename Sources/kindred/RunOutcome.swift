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

  /// The results in a format.
  func text(
    _ format: CommonOptions.Format, seconds: PhaseSeconds, peakMemory: Int
  ) throws -> String {
    switch format {
    case .table: command == "cluster" ? summary : table
    case .csv: SweepTables.csv(result, seed: configuration.seed)
    case .json: json(seconds: seconds, peakMemory: peakMemory).text + "\n"
    }
  }

  /// What varies between equal runs.
  func timing(seconds: PhaseSeconds, peakMemory: Int) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("seconds", seconds.json), ("threads", .int(threadCount)),
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
  private var table: String {
    let hasTest = result.runs.contains { $0.heldOut != nil }
    let hasStability = result.runs.contains { $0.stability != nil }
    var table = TextTable(
      [
        "", "algorithm", "k", "inertia", "silhouette", "calinski_harabasz", "davies_bouldin",
        "sizes min/med/max",
      ] + (hasTest ? ["test_silhouette"] : []) + (hasStability ? ["stability"] : []))
    for (index, run) in result.runs.enumerated() {
      let more =
        (hasTest ? [decimals(run.heldOut?.silhouette.mean, 4)] : [])
        + (hasStability ? [decimals(run.stability, 3)] : [])
      table.add(
        [
          index == result.choice.index ? "*" : "", run.algorithm.rawValue,
          String(run.clusterCount), NumberText.fixed(run.model.inertia, decimals: 2),
          decimals(run.silhouette.mean, 4), decimals(run.dispersion.calinskiHarabasz, 2),
          decimals(run.dispersion.daviesBouldin, 3), sizes(run),
        ] + more)
    }
    let reasons = Set(result.runs.compactMap(\.silhouette.undefinedReason)).sorted()
    return table.text + reasons.map { "silhouette undefined: \($0)\n" }.joined()
      + "best: k = \(result.best.clusterCount) (\(result.best.algorithm.rawValue)),"
      + " \(result.choice.reason)\n"
  }

  /// One clustering, a line a fact.
  private var summary: String {
    let run = result.best
    let silhouette =
      run.silhouette.mean.map { NumberText.fixed($0, decimals: 6) }
      ?? "undefined: \(run.silhouette.undefinedReason ?? "no rows")"
    let lines = [
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
    return lines.map { name, value in
      name + String(repeating: " ", count: 20 - name.count) + value + "\n"
    }.joined()
  }

  private func sizes(_ run: ScoredRun) -> String {
    let sizes = run.dispersion.sizes
    return "\(sizes.min)/\(NumberText.shortest(sizes.median))/\(sizes.max)"
  }

  private func decimals(_ value: Double?, _ count: Int) -> String {
    value.map { NumberText.fixed($0, decimals: count) } ?? "-"
  }
}
