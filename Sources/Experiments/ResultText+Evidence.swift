internal import Catalogue
internal import ClusterScores
internal import Clustering

/// The tables of `result.txt` that come when they were asked for.
extension ResultText {
  static func evidence(
    _ result: SweepResult, configuration: RunConfiguration, heldOutName: String?,
    heldOutNotes: [String]
  ) -> String {
    var text = ""
    if let truth = result.truth { text += "\n" + truthTable(result, truth) }
    if result.runs.contains(where: { $0.stability != nil || $0.gap != nil }) {
      text += "\n" + fitTable(result, configuration)
    }
    if let heldOutName {
      text += "\n" + heldOutTable(result, name: heldOutName, notes: heldOutNotes)
    }
    return text
  }

  /// A line a run: algorithm, k, cells, marks.
  private static func lines(
    _ result: SweepResult, _ cells: (ScoredRun) -> String?
  ) -> String {
    var text = ""
    for (index, run) in result.runs.enumerated() {
      guard let cells = cells(run) else { continue }
      let marks = result.choice.marks(index)
      text += pad(run.algorithm.rawValue, 11) + left(String(run.clusterCount), 5) + cells
      text += marks.isEmpty ? "\n" : " \(marks)\n"
    }
    return text
  }

  private static func truthTable(_ result: SweepResult, _ truth: TrueClasses) -> String {
    let without = VisibleText.grouped(truth.unlabeledRowCount)
    return "Classes     \(truth.names.count) in \(truth.source), \(without) rows without one\n"
      + "algorithm      k       ari       nmi  homogeneity  completeness  purity\n"
      + lines(result) { run in
        run.truth.map { truth in
          zip([10, 10, 13, 14, 8], truth.values).map { left(fixed($1, 4), $0) }.joined()
        }
      }
  }

  private static func fitTable(_ result: SweepResult, _ configuration: RunConfiguration) -> String {
    var text = ""
    switch configuration.stabilityMeasure {
    case .restarts: text += "Stability   mean agreement (ARI) of the restarts\n"
    case .samples:
      text +=
        "Stability   mean agreement (ARI) of fits of \(Sweep.samplePairCount) pairs of samples\n"
    case nil: break
    }
    if let count = configuration.gapReferenceCount {
      text += "Gap         over \(count) reference sets of shuffled columns\n"
    }
    text += "algorithm      k  stability       gap  standard error\n"
    return text
      + lines(result) { run in
        left(fixed(run.stability, 4), 11) + left(fixed(run.gap?.value, 4), 10)
          + left(fixed(run.gap?.standardError, 4), 16)
      }
  }

  private static func heldOutTable(
    _ result: SweepResult, name: String, notes: [String]
  ) -> String {
    var text = "Unseen rows \(name)\n"
    for note in notes { text += labeled("Note", note) }
    text += "Silhouettes are against the training clusters; inertia is a row's.\n"
    text += "algorithm      k  inertia  training  silhouette  stability\n"
    return text
      + lines(result) { run in
        run.heldOut.map { scores in
          left(fixed(scores.inertiaPerRow, 4), 9) + left(fixed(run.inertiaPerRow, 4), 10)
            + left(fixed(scores.silhouette.mean, 4), 12) + left(fixed(scores.stability, 3), 11)
        }
      }
  }
}
