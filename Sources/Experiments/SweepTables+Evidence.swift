internal import Catalogue
internal import ClusterScores
internal import Clustering

/// What speaks for each run: votes, classes, other fits, unseen rows.
extension SweepTables {
  /// The choice of each criterion by name: `{"silhouette": {k, algorithm, reason}, …}`.
  static func votes(_ result: SweepResult) -> JSONValue {
    .object(
      result.choice.votes.map { vote in
        let run = result.runs[vote.index]
        return (
          vote.criterion.rawValue,
          .object([
            ("k", .int(run.clusterCount)), ("algorithm", .string(run.algorithm.rawValue)),
            ("reason", .string(vote.reason)),
          ])
        )
      })
  }

  /// Members of a run's entry; those that were not asked for are left out.
  static func evidence(of run: ScoredRun, votes: [String]?) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("within", .number(run.dispersion.withinSumOfSquares)),
      ("between", .number(run.dispersion.betweenSumOfSquares)),
    ]
    if let stability = run.stability { members.append(("stability", .number(stability))) }
    if let gap = run.gap {
      members.append(
        (
          "gap",
          .object([("value", .number(gap.value)), ("standard_error", .number(gap.standardError))])
        ))
    }
    if let truth = run.truth {
      members.append(
        (
          "truth",
          .object(
            [("rows", .int(truth.rowCount))]
              + zip(AgreementScores.names, truth.values).map { ($0, .number($1)) })
        ))
    }
    if let votes { members.append(("votes", .array(votes.map(JSONValue.string)))) }
    return members
  }

  /// The scores of unseen rows beside those of the training rows.
  static func test(_ scores: HeldOutScores, of run: ScoredRun) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("rows", .int(scores.assignment.squaredDistances.count)),
      ("inertia", .number(scores.assignment.inertia)),
      ("inertia_per_row", .optional(scores.inertiaPerRow)),
      ("training_inertia_per_row", .optional(run.inertiaPerRow)),
      ("silhouette", .optional(scores.silhouette.mean)),
    ]
    if let reason = scores.silhouette.undefinedReason {
      members.append(("silhouette_reason", .string(reason)))
    }
    if let stability = scores.stability { members.append(("stability", .number(stability))) }
    return .object(members)
  }

  /// The columns of `sweep.csv` after the scores; empty where something was not asked for.
  static let evidenceColumns =
    [
      "votes", "singletons", "within", "between", "gap", "gap_standard_error",
      "test_inertia_per_row", "training_inertia_per_row", "test_stability",
    ] + AgreementScores.names

  /// The cells of these columns for a run.
  static func evidenceFields(of run: ScoredRun, votes: [String]) -> [String] {
    let isTested = run.heldOut != nil
    return [
      votes.joined(separator: " "), String(run.dispersion.sizes.singletonCount),
      number(run.dispersion.withinSumOfSquares), number(run.dispersion.betweenSumOfSquares),
      number(run.gap?.value), number(run.gap?.standardError), number(run.heldOut?.inertiaPerRow),
      number(isTested ? run.inertiaPerRow : nil), number(run.heldOut?.stability),
    ]
      + (run.truth.map { $0.values.map(NumberText.shortest) }
        ?? AgreementScores.names.map { _ in "" })
  }
}

extension ScoredRun {
  /// The mean squared distance of a row to its center; nil without rows.
  public var inertiaPerRow: Double? {
    let count = model.assignment.labels.count
    return count == 0 ? nil : model.inertia / Double(count)
  }
}

extension HeldOutScores {
  /// The mean squared distance of a row to its center; nil without rows.
  public var inertiaPerRow: Double? {
    let count = assignment.squaredDistances.count
    return count == 0 ? nil : assignment.inertia / Double(count)
  }
}

/// The rows that were not fitted, as CSV.
enum HeldOutTable {
  /// The bytes of `heldout.csv`: `row,id,title,cluster,distance,silhouette`, one line a row.
  static func csv(_ input: PreparedInput, _ scores: HeldOutScores) -> String {
    var text = "row,id,title,cluster,distance,silhouette\n"
    let samples = scores.silhouette.samples
    for (row, label) in scores.assignment.assignment.labels.enumerated() {
      let title = input.titles.isEmpty ? "" : CSVText.field(input.titles[row])
      let distance = scores.assignment.squaredDistances[row].squareRoot()
      text += "\(input.rowNumbers[row]),\(CSVText.field(input.identifiers[row])),\(title),"
      text += "\(label),\(NumberText.shortest(distance)),"
      text += "\(samples.isEmpty ? "" : NumberText.shortest(samples[row]))\n"
    }
    return text
  }
}
