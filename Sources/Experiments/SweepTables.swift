internal import Catalogue
internal import ClusterScores
internal import Clustering

/// A sweep as JSON and CSV; `sweep.json` and `sweep.csv` hold the same numbers.
public enum SweepTables {
  /// The object that `sweep.json` holds: the choice, and one entry a run.
  public static func json(_ result: SweepResult, seed: UInt64) -> JSONValue {
    .object([
      ("best", best(result)),
      ("votes", votes(result)),
      (
        "runs",
        .array(
          result.runs.indices.map { index in
            entry(result.runs[index], seed: seed, votes: result.choice.criteria(index))
          })
      ),
      ("notes", .array(result.notes.map(JSONValue.string))),
    ])
  }

  /// The chosen clustering and the reason.
  public static func best(_ result: SweepResult) -> JSONValue {
    .object([
      ("k", .int(result.best.clusterCount)),
      ("algorithm", .string(result.best.algorithm.rawValue)),
      ("reason", .string(result.choice.reason)),
    ])
  }

  /// The entry of one run.
  public static func entry(
    _ run: ScoredRun, seed: UInt64, votes: [String]? = nil
  ) -> JSONValue {
    let sizes = run.dispersion.sizes
    var members: [(String, JSONValue)] = [
      ("k", .int(run.clusterCount)),
      ("algorithm", .string(run.algorithm.rawValue)),
      ("seed", seed > UInt64(Int.max) ? .string(String(seed)) : .int(Int(seed))),
      ("restart", .int(run.model.winningRestart)),
      ("inertia", .number(run.model.inertia)),
      ("silhouette", .optional(run.silhouette.mean)),
    ]
    if let reason = run.silhouette.undefinedReason {
      members.append(("silhouette_reason", .string(reason)))
    }
    members += [
      ("calinski_harabasz", .optional(run.dispersion.calinskiHarabasz)),
      ("davies_bouldin", .optional(run.dispersion.daviesBouldin)),
    ]
    if let reason = run.dispersion.undefinedReason {
      members.append(("dispersion_reason", .string(reason)))
    }
    members += evidence(of: run, votes: votes)
    members += [
      ("iterations", .int(run.model.iterations.count)),
      ("converged", .bool(run.model.didConverge)),
      (
        "sizes",
        .object([
          ("min", .int(sizes.min)), ("median", .number(sizes.median)), ("max", .int(sizes.max)),
          ("singletons", .int(sizes.singletonCount)),
        ])
      ),
    ]
    if let heldOut = run.heldOut { members.append(("test", test(heldOut, of: run))) }
    return .object(members)
  }

  /// The bytes of `sweep.csv`: a header, then one line a run.
  public static func csv(_ result: SweepResult, seed: UInt64) -> String {
    var text =
      "algorithm,k,seed,inertia,silhouette,calinski_harabasz,davies_bouldin,iterations,"
      + "size_min,size_median,size_max,test_inertia,test_silhouette,stability,"
      + evidenceColumns.joined(separator: ",") + "\n"
    for (index, run) in result.runs.enumerated() {
      let sizes = run.dispersion.sizes
      let fields =
        [
          run.algorithm.rawValue, String(run.clusterCount), String(seed),
          NumberText.shortest(run.model.inertia), number(run.silhouette.mean),
          number(run.dispersion.calinskiHarabasz), number(run.dispersion.daviesBouldin),
          String(run.model.iterations.count), String(sizes.min),
          NumberText.shortest(sizes.median), String(sizes.max),
          number(run.heldOut?.assignment.inertia), number(run.heldOut?.silhouette.mean),
          number(run.stability),
        ]
        + evidenceFields(of: run, votes: result.choice.criteria(index))
      text += CSVText.row(fields)
      if !text.hasSuffix("\n") { text += "\n" }
    }
    return text
  }

  static func number(_ value: Double?) -> String {
    value.map(NumberText.shortest) ?? ""
  }
}

/// The labels of a clustering as CSV.
public enum LabelTable {
  /// The bytes of `labels.csv`: `row,id,title,cluster,silhouette,distance`, one line a row.
  public static func csv(
    rowNumbers: [Int], identifiers: [String], titles: [String], labels: [Int32],
    silhouettes: [Double], squaredDistances: [Double]
  ) -> String {
    var text = "row,id,title,cluster,silhouette,distance\n"
    text.reserveCapacity(80 * labels.count)
    for row in labels.indices {
      text += String(rowNumbers[row])
      text += ","
      text += CSVText.field(identifiers[row])
      text += ","
      if !titles.isEmpty { text += CSVText.field(titles[row]) }
      text += ","
      text += String(labels[row])
      text += ","
      if !silhouettes.isEmpty { text += NumberText.shortest(silhouettes[row]) }
      text += ","
      text += NumberText.shortest(squaredDistances[row].squareRoot())
      text += "\n"
    }
    return text
  }
}
