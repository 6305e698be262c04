public import Experiments
internal import Clustering

/// The inertia of every k, one line an algorithm, with the knee and the choice marked.
public struct ElbowFigure: Sendable, Equatable {
  let lines: [CurvePanel.Line]
  let marks: [CurvePanel.Mark]

  /// Takes what a sweep found; nil with fewer than two different k, which make no line.
  ///
  /// - Complexity: O(runs).
  public init?(_ result: SweepResult) {
    lines = CurvePanel.Line.lines(of: result) { $0.model.inertia }
    guard Set(lines.flatMap { $0.points.map(\.k) }).count > 1 else { return nil }
    let chosen = result.choice.index
    let knee = result.choice.votes.first { $0.criterion == .knee }?.index
    let isSame = knee == chosen
    let several = lines.count > 1
    func mark(_ index: Int, _ text: String) -> CurvePanel.Mark {
      let run = result.runs[index]
      let name = several ? ", \(run.algorithm.rawValue)" : ""
      return CurvePanel.Mark(
        point: .init(k: run.clusterCount, value: run.model.inertia),
        text: "\(text): k = \(run.clusterCount)\(name)")
    }
    marks =
      (isSame ? [] : knee.map { [mark($0, "knee")] } ?? [])
      + [mark(chosen, isSame ? "chosen, at the knee" : "chosen")]
  }

  /// The picture as the bytes of an SVG file; the same value gives the same bytes.
  ///
  /// - Complexity: O(points).
  public func svg() -> [UInt8] {
    let panel = CurvePanel(
      lines: lines, marks: marks, valueLabel: "inertia: sum of squared distances to the centers",
      start: 48, height: 340)
    let title = "Inertia by number of clusters"
    return SVGPage(
      figure: "elbow", title: title,
      // Seven digits, as many as two ways of adding up agree in.
      description: panel.description { "\(Float($0))" },
      height: Int(panel.end.rounded(.up)) + 10, styles: CurvePanel.styles
    ).bytes(drawing: SVGPage.words("heading ink", 24, 34, title) + panel.drawing)
  }
}

extension CurvePanel.Line {
  /// A score of every run of a sweep that has it, one line an algorithm in the order asked for.
  static func lines(of result: SweepResult, _ score: (ScoredRun) -> Double?) -> [Self] {
    var names: [Algorithm] = []
    for run in result.runs where !names.contains(run.algorithm) { names.append(run.algorithm) }
    return names.compactMap { name in
      let points = result.runs.filter { $0.algorithm == name }.compactMap { run in
        score(run).map { CurvePanel.Point(k: run.clusterCount, value: $0) }
      }
      return points.isEmpty ? nil : Self(name: name.rawValue, points: points)
    }
  }
}
