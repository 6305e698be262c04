internal import ClusterScores
internal import Clustering

/// `clusters.json`: what each cluster of the best clustering is, for programs.
enum ClusterDescriptions {
  /// One object a cluster.
  static func json(
    _ summaries: [ClusterSummary], input: PreparedInput, run: ScoredRun,
    squaredDistances: [Double]
  ) -> JSONValue {
    let rows = { (rows: [Int]) in
      JSONValue.array(
        rows.map { row in
          .object([
            ("row", .int(input.rowNumbers[row])), ("id", .string(input.identifiers[row])),
            ("title", input.titles.isEmpty ? .null : .string(input.titles[row])),
            ("distance", .number(squaredDistances[row].squareRoot())),
            (
              "silhouette",
              run.silhouette.samples.isEmpty ? .null : .number(run.silhouette.samples[row])
            ),
          ])
        })
    }
    return .array(
      summaries.map { summary in
        .object([
          ("cluster", .int(summary.cluster)), ("rows", .int(summary.rowCount)),
          ("silhouette", .optional(run.silhouette.clusterMeans[summary.cluster])),
          ("words", words(summary.words)),
          ("discriminating_words", words(summary.discriminatingWords)),
          ("representative", rows(summary.representativeRows)), ("odd", rows(summary.oddRows)),
          ("profile", .array(summary.profiles.map(profile))),
        ])
      })
  }

  private static func words(_ words: [ClusterSummary.Word]) -> JSONValue {
    .array(
      words.map { .object([("word", .string($0.text)), ("share", .number($0.share))]) })
  }

  private static func profile(_ profile: ClusterProfile) -> JSONValue {
    let column = ("column", JSONValue.string(profile.column))
    switch profile.content {
    case .values(let values):
      return .object([
        column,
        (
          "values",
          .array(
            values.map {
              .object([
                ("value", .string($0.name)), ("share", .number($0.share)),
                ("overall_share", .number($0.overallShare)),
              ])
            })
        ),
      ])
    case .quartiles(let own, let overall):
      return .object([
        column, ("quartiles", .array(own.map(JSONValue.number))),
        ("overall_quartiles", .array(overall.map(JSONValue.number))),
      ])
    }
  }
}
