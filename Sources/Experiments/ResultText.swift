internal import Catalogue

internal import Clustering
internal import ClusterScores
internal import Matrices

/// `result.txt`: the notebook's lines first, then the whole story, at most 80 columns.
enum ResultText {
  static func text(
    input: PreparedInput, configuration: RunConfiguration, result: SweepResult,
    summaries: [ClusterSummary], heldOutName: String?, heldOutNotes: [String]
  ) -> String {
    var text = notebookBlocks(result)
    text += "\n" + inputLines(input, configuration)
    text += "\n" + choiceLines(result)
    text += "\n" + scoreTable(result)
    text += evidence(
      result, configuration: configuration, heldOutName: heldOutName, heldOutNotes: heldOutNotes)
    text += "\n" + clusterLines(input: input, result: result, summaries: summaries)
    return text
  }

  /// One line a k, as the notebook wrote them; one block an algorithm.
  private static func notebookBlocks(_ result: SweepResult) -> String {
    var text = ""
    var previous: Algorithm?
    for run in result.runs {
      if let previous, previous != run.algorithm { text += "\n\(run.algorithm.rawValue)\n" }
      previous = run.algorithm
      let score =
        run.silhouette.mean.map { NumberText.fixed($0, decimals: 4) }
        ?? "undefined (\(run.silhouette.undefinedReason ?? "no rows"))"
      text += "cluster: \(run.clusterCount)\tSilhouette: \(score)\n"
    }
    return text
  }

  private static func inputLines(
    _ input: PreparedInput, _ configuration: RunConfiguration
  ) -> String {
    var lines = [
      "Input       \(input.name)",
      "SHA-256     \(input.sha256)",
      "Rows        \(VisibleText.grouped(input.features.rowCount))",
      "Columns     \(VisibleText.grouped(input.features.columnCount))",
      "Stored      \(VisibleText.grouped(input.features.storedCount))",
    ]
    if let terms = input.termFeatures {
      lines.append(
        "Terms       \(VisibleText.grouped(terms.columnCount)), the columns are their LSA")
    }
    if !input.textColumns.isEmpty {
      lines.append("Text        \(input.textColumns.joined(separator: ", "))")
    }
    for note in input.notes + [input.latentNote].compactMap(\.self) {
      lines.append(String(labeled("Note", note).dropLast()))
    }
    let algorithms = configuration.algorithms.map(\.rawValue).joined(separator: ", ")
    lines.append("Algorithm   \(algorithms)")
    if configuration.algorithms.contains(where: { $0.linkage == nil }) {
      lines.append("Seeding     \(configuration.seeding.rawValue), seed \(configuration.seed)")
    }
    for linkage in configuration.algorithms.compactMap(\.linkage) {
      let metric = TreeGrower.metric(of: linkage, in: configuration).rawValue
      let micro =
        configuration.microClusterCount.map {
          ", approximate: over the means of up to \($0) micro-clusters, seed \(configuration.seed)"
        } ?? ""
      lines.append("Tree        \(linkage.rawValue), \(metric)\(micro)")
    }
    if let height = configuration.cutHeight {
      lines.append("Cut         at height \(NumberText.shortest(height))")
    }
    lines.append("Silhouette  \(configuration.metric.rawValue)")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func choiceLines(_ result: SweepResult) -> String {
    let best = result.best
    var text = labeled(
      "Chosen",
      "k = \(best.clusterCount) (\(best.algorithm.rawValue)): \(result.choice.reason)")
    for note in result.notes { text += labeled("Note", note) }
    return text
  }

  /// A sentence behind a label, on lines of at most 80 columns where its words allow that.
  static func labeled(_ label: String, _ sentence: String) -> String {
    var text = ""
    var line = pad(label, 11)
    for word in sentence.split(separator: " ") {
      if line.count > 12, line.count + 1 + word.count > 80 {
        text += line + "\n"
        line = pad("", 11)
      }
      line += " " + word
    }
    return text + line + "\n"
  }

  private static func scoreTable(_ result: SweepResult) -> String {
    var text =
      "algorithm      k      inertia  silhouette  calinski_h  davies_b  sizes min/med/max\n"
    for (index, run) in result.runs.enumerated() {
      let sizes = run.dispersion.sizes
      let median = NumberText.shortest(sizes.median)
      text += pad(run.algorithm.rawValue, 11)
      text += left(String(run.clusterCount), 5)
      text += left(NumberText.fixed(run.model.inertia, decimals: 3), 13)
      text += left(fixed(run.silhouette.mean, 4), 12)
      text += left(fixed(run.dispersion.calinskiHarabasz, 3), 12)
      text += left(fixed(run.dispersion.daviesBouldin, 4), 10)
      text += "  \(sizes.min)/\(median)/\(sizes.max)"
      let marks = result.choice.marks(index)
      text += marks.isEmpty ? "\n" : " \(marks)\n"
    }
    return text + "\(result.choice.legend)\n"
  }

  static func fixed(_ value: Double?, _ decimals: Int) -> String {
    value.map { NumberText.fixed($0, decimals: decimals) } ?? "-"
  }

  static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  static func left(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
