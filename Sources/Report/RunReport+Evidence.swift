internal import ClusterScores
internal import Clustering
internal import Experiments
internal import Matrices

extension RunReport {
  /// What unseen rows and known classes say of the chosen clustering, as far as there are any.
  var evidence: [(String, JSONValue)] {
    heldOut + truth
  }

  private var heldOut: [(String, JSONValue)] {
    guard let name = publication.heldOutName, let scores = publication.result.best.heldOut else {
      return []
    }
    let assignment = scores.assignment.assignment
    let samples = scores.silhouette.samples
    let clusters = assignment.members().enumerated().map { cluster, rows in
      JSONValue.array([
        .int(cluster), .int(rows.count),
        rows.isEmpty || samples.isEmpty
          ? .null
          : .number(rows.reduce(0) { $0 + samples[$1] } / Double(rows.count)),
      ])
    }
    return [
      (
        "heldOut",
        .object([
          ("name", .string(name)), ("rows", .int(assignment.labels.count)),
          ("clusters", .array(clusters)),
        ])
      )
    ]
  }

  private var truth: [(String, JSONValue)] {
    guard let truth = publication.result.truth else { return [] }
    let best = publication.result.best
    let k = best.clusterCount
    var counts = [Int](repeating: 0, count: truth.names.count * k)
    for cell in truth.table(best.model.assignment).cells {
      counts[cell.second * k + cell.first] = cell.rowCount
    }
    return [
      (
        "truth",
        .object([
          ("source", .string(truth.source)), ("unlabeled", .int(truth.unlabeledRowCount)),
          ("names", .array(truth.names.map(JSONValue.string))),
          // One line a class, one number a cluster.
          ("counts", .string(PackedNumbers.text(counts))),
        ])
      )
    ]
  }
}
