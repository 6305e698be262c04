internal import Catalogue
internal import ClusterScores

extension ResultText {
  /// The widest line.
  private static let lineWidth = 80

  /// A value of another column is told of when this share of a cluster's rows has it.
  private static let leastShare = 0.1

  /// What there is to say of each cluster of the best clustering.
  static func clusterLines(
    input: PreparedInput, result: SweepResult, summaries: [ClusterSummary]
  ) -> String {
    var text = "Clusters of k = \(result.best.clusterCount)\n"
    if summaries.contains(where: { !$0.words.isEmpty }) {
      text += "Words: share in what makes the rows alike; apart: in what sets them apart\n"
    }
    for summary in summaries {
      let mean = result.best.silhouette.clusterMeans[summary.cluster]
      text += "\n\(left(String(summary.cluster), 3))  \(VisibleText.grouped(summary.rowCount)) rows"
      text += mean.map { ", silhouette \(NumberText.fixed($0, decimals: 4))" } ?? ""
      text += "\n"
      text += listed("words", summary.words.map(word))
      text += listed("apart", summary.discriminatingWords.map(word))
      text += titles("typical", summary.representativeRows, input)
      text += titles("odd", summary.oddRows, input)
      for profile in summary.profiles { text += listed(flat(profile.column), items(profile)) }
    }
    return text
  }

  private static func word(_ word: ClusterSummary.Word) -> String {
    "\(word.text) \(percent(word.share))"
  }

  private static func items(_ profile: ClusterProfile) -> [String] {
    switch profile.content {
    case .values(let values):
      values.filter { $0.share >= leastShare }.map {
        "\(flat($0.name)) \(percent($0.share)) (all \(percent($0.overallShare)))"
      }
    case .quartiles(let own, let overall):
      [
        "half of them \(range(own)), median \(NumberText.shortest(own[1])) (all \(range(overall)),"
          + " \(NumberText.shortest(overall[1])))"
      ]
    }
  }

  private static func range(_ quartiles: [Double]) -> String {
    "\(NumberText.shortest(quartiles[0]))...\(NumberText.shortest(quartiles[2]))"
  }

  private static func percent(_ share: Double) -> String {
    NumberText.fixed(share * 100, decimals: 1) + "%"
  }

  private static func titles(_ label: String, _ rows: [Int], _ input: PreparedInput) -> String {
    guard !input.titles.isEmpty else { return "" }
    var text = ""
    for (position, row) in rows.enumerated() {
      text += "     \(pad(position == 0 ? label : "", 12)) \(flat(input.titles[row]))\n"
    }
    return text
  }

  /// Items with commas between them behind a label, on lines of at most 80 columns where they fit.
  private static func listed(_ label: String, _ items: [String]) -> String {
    guard !items.isEmpty else { return "" }
    let margin = String(repeating: " ", count: 18)
    var text = ""
    var line = "     \(pad(label, 12)) "
    var isEmpty = true
    for (position, item) in items.enumerated() {
      let piece = item + (position + 1 < items.count ? "," : "")
      if !isEmpty, line.count + 1 + piece.count > lineWidth {
        text += line + "\n"
        line = margin
        isEmpty = true
      }
      line += (isEmpty ? "" : " ") + piece
      isEmpty = false
    }
    return text + line + "\n"
  }

  /// A text on one line, whatever it holds.
  private static func flat(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }
}
