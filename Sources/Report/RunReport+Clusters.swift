internal import ClusterScores
internal import Clustering
internal import Experiments
internal import Matrices

extension RunReport {
  /// The points of a silhouette's outline.
  private static let outlineLimit = 40

  /// What a cluster is called, as in the figures; its number where it has no words.
  func name(ofCluster cluster: Int) -> String {
    let name = figures.names[cluster]
    return name.isEmpty ? "Cluster \(cluster)" : name
  }

  /// One object a described cluster.
  var described: [(String, JSONValue)] {
    let lines = publication.clusterLines(squaredDistances: details.squaredDistances)
    let samples = publication.result.best.silhouette.samples
    let members = samples.isEmpty ? [] : publication.result.best.model.assignment.members()
    return [
      ("colors", .array(figures.colors.places.map(JSONValue.int))),
      (
        "clusters",
        .array(
          clusters.map { cluster in
            let summary = details.summaries[cluster]
            let line = lines[cluster]
            return .object([
              ("cluster", .int(cluster)), ("name", .string(name(ofCluster: cluster))),
              ("rows", .int(line.size)), ("silhouette", .optional(line.silhouette)),
              ("cohesion", .optional(line.cohesion)), ("distance", .optional(line.distance)),
              ("inertia", .number(line.inertia)), ("words", Self.words(summary.words)),
              ("apart", Self.words(summary.discriminatingWords)),
              ("typical", places(summary.representativeRows)), ("odd", places(summary.oddRows)),
              ("profile", .array(summary.profiles.map(Self.profile))),
              (
                "outline",
                samples.isEmpty
                  ? .null : Self.outline(members[cluster].map { samples[$0] })
              ),
            ])
          })
      ),
    ]
  }

  private func places(_ rows: [Int]) -> JSONValue {
    .array(rows.map { self.rows.places[$0] }.filter { $0 >= 0 }.map { .int(Int($0)) })
  }

  /// Silhouettes from the greatest to the least, in thousandths: all, or some at even distances.
  private static func outline(_ values: [Double]) -> JSONValue {
    let ordered = values.sorted(by: >)
    let count = min(ordered.count, outlineLimit)
    return .array(
      (0..<count).map { point in
        let place = count < 2 ? 0 : point * (ordered.count - 1) / (count - 1)
        return .int(scaled(ordered[place], by: 1_000))
      })
  }

  private static func words(_ words: [ClusterSummary.Word]) -> JSONValue {
    .array(words.map { .array([.string($0.text), share($0.share)]) })
  }

  private static func profile(_ profile: ClusterProfile) -> JSONValue {
    switch profile.content {
    case .values(let values):
      .object([
        ("column", .string(profile.column)),
        (
          "values",
          .array(
            values.map {
              .array([.string($0.name), share($0.share), share($0.overallShare)])
            })
        ),
      ])
    case .quartiles(let own, let overall):
      .object([
        ("column", .string(profile.column)),
        ("quartiles", .array(own.map(JSONValue.number))),
        ("overall", .array(overall.map(JSONValue.number))),
      ])
    }
  }

  /// A share with four decimals.
  private static func share(_ value: Double) -> JSONValue {
    .number(Double(scaled(value, by: 10_000)) / 10_000)
  }

  /// A number in parts, rounded as `NumberText.fixed` does: half away from zero.
  static func scaled(_ value: Double, by parts: Double) -> Int {
    Int((value * parts).rounded())
  }
}
