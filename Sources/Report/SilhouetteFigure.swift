public import Experiments
internal import Catalogue
internal import Clustering
internal import ClusterScores

/// The mean silhouette of every k, and below it the silhouettes of the chosen clustering's rows.
public struct SilhouetteFigure: Sendable, Equatable {
  let lines: [CurvePanel.Line]
  let marks: [CurvePanel.Mark]
  let knives: SilhouetteKnives?

  /// Takes what a sweep found; nil where no silhouette is defined.
  ///
  /// - Parameters:
  ///   - result: what the sweep found.
  ///   - names: what to call each cluster of the chosen clustering.
  ///   - colors: their colors; without them colors take turns by number.
  /// - Complexity: O(n log n).
  public init?(_ result: SweepResult, names: [String], colors: ClusterColors? = nil) {
    let lines = CurvePanel.Line.lines(of: result) { $0.silhouette.mean }
    let hasCurve = Set(lines.flatMap { $0.points.map(\.k) }).count > 1
    let best = result.best
    knives = SilhouetteKnives(
      best.silhouette, labels: best.model.assignment.labels, names: names,
      colors: colors ?? ClusterColors(order: Array(0..<best.clusterCount)),
      title: "Silhouettes of the rows, k = \(best.clusterCount) (\(best.algorithm.rawValue))")
    guard hasCurve || knives != nil else { return nil }
    self.lines = hasCurve ? lines : []
    guard hasCurve else {
      marks = []
      return
    }
    let chosen = result.choice.index
    let greatest = result.choice.votes.first { $0.criterion == .silhouette }?.index
    let several = lines.count > 1
    func mark(_ index: Int, _ text: String) -> CurvePanel.Mark? {
      let run = result.runs[index]
      let name = several ? ", \(run.algorithm.rawValue)" : ""
      return run.silhouette.mean.map { mean in
        CurvePanel.Mark(
          point: .init(k: run.clusterCount, value: mean),
          text: "\(text): k = \(run.clusterCount)\(name), \(DecimalText.text(mean, decimals: 4))")
      }
    }
    marks = [
      greatest == chosen ? nil : greatest.flatMap { mark($0, "greatest") },
      mark(chosen, greatest == chosen ? "chosen, the greatest" : "chosen"),
    ].compactMap { $0 }
  }

  /// The picture as the bytes of an SVG file; the same value gives the same bytes.
  ///
  /// - Complexity: O(points + clusters).
  public func svg() -> [UInt8] {
    let title = "Silhouette by number of clusters"
    var drawing = ""
    var description: [String] = []
    var end = 0.0
    if !lines.isEmpty {
      let panel = CurvePanel(
        lines: lines, marks: marks, valueLabel: "mean silhouette", start: 48, height: 220)
      drawing += SVGPage.words("heading ink", 24, 34, title) + panel.drawing
      description.append(panel.description { DecimalText.text($0, decimals: 4) })
      end = panel.end + 14
    }
    if let knives {
      drawing += knives.drawing(start: end)
      description.append(knives.description)
      end = knives.end(start: end)
    }
    return SVGPage(
      figure: "silhouette", title: lines.isEmpty ? knives?.title ?? title : title,
      description: description.joined(separator: " "), height: Int(end.rounded(.up)) + 10,
      styles: CurvePanel.styles
    ).bytes(drawing: drawing)
  }
}
