internal import Catalogue

/// How alike every two clusters are, as a table of colors and numbers.
public struct HeatMapFigure: Sendable, Equatable {
  /// What is drawn.
  public let similarity: ClusterSimilarity

  let names: [String]

  /// Takes similarities.
  ///
  /// - Parameters:
  ///   - similarity: of every two clusters.
  ///   - names: what to call each cluster, by number.
  public init(_ similarity: ClusterSimilarity, names: [String]) {
    self.similarity = similarity
    self.names = names
  }

  private static let title = "Likeness of clusters"
  private static let left = 244.0
  private static let top = 104.0
  /// Values are written while there are so few clusters that they can be read.
  private static let valueLimit = 30
  private static let levelCount = 20

  private var count: Int { similarity.order.count }
  private var side: Double {
    min(44, ((960 - 24 - Self.left) / Double(max(1, count))).rounded(.down))
  }

  /// The greatest size of a cosine of two different clusters, which has the strongest color.
  private var greatest: Double {
    var greatest = 0.0
    for (row, values) in similarity.cosines.enumerated() {
      for (column, value) in values.enumerated() where column != row {
        greatest = max(greatest, abs(value))
      }
    }
    return greatest
  }

  /// The picture as the bytes of an SVG file; the same value gives the same bytes.
  ///
  /// - Complexity: O(m²) for m clusters that are drawn.
  public func svg() -> [UInt8] {
    let bottom = Self.top + side * Double(count)
    let fontSize = SVGText.number(min(11, side * 0.42))
    return SVGPage(
      figure: "heatmap", title: Self.title, description: description,
      height: Int(bottom.rounded(.up)) + 64, styles: [".value{font-size:\(fontSize)px}"]
    ).bytes(drawing: heading + numbers + cells + values + legend(top: bottom + 18))
  }

  private var caption: String {
    let sentence = "Cosine of the clusters' centers; like clusters stand side by side"
    return similarity.clusterCount > count
      ? "\(sentence); the \(count) largest of \(VisibleText.grouped(similarity.clusterCount)) clusters"
      : sentence
  }

  private var heading: String {
    SVGPage.words("heading ink", 24, 34, Self.title)
      + SVGPage.words("quiet", 24, 56, SVGText.escaping(caption))
  }

  private func start(_ place: Int) -> Double { side * Double(place) }

  private var numbers: String {
    var drawn = ""
    // Narrow columns have room for every other number.
    let step = side < 16 ? 2 : 1
    for (place, cluster) in similarity.order.enumerated() {
      let middle = start(place) + side / 2
      if place % step == 0 {
        drawn += SVGPage.words(
          "strong middle ink", Self.left + middle, Self.top - 9, String(cluster))
      }
      if side >= 11 || place % step == 0 {
        let base = Self.top + middle + 4.2
        let name = cluster < names.count ? names[cluster] : ""
        drawn += SVGPage.words("strong number ink", 54, base, String(cluster))
        drawn += SVGPage.words("ink", 64, base, SVGText.escaping(SVGText.cut(name, width: 14)))
      }
    }
    return drawn
  }

  /// One path for all cells of a color.
  private var cells: String {
    var steps: [[String]] = [[], []].map { _ in [String](repeating: "", count: Self.levelCount + 1)
    }
    var diagonal = ""
    let scale = greatest
    for (row, values) in similarity.cosines.enumerated() {
      for (column, value) in values.enumerated() {
        let size = SVGText.number(side - 1)
        let cell =
          "M\(SVGPage.pair(Self.left + start(column), Self.top + start(row)))h\(size)v\(size)h-\(size)z"
        if row == column {
          diagonal += cell
        } else if scale > 0 {
          let level = Int((abs(value) / scale * Double(Self.levelCount)).rounded())
          steps[value < 0 ? 1 : 0][level] += cell
        }
      }
    }
    var drawn = SVGPage.path("full faint", diagonal)
    for (color, levels) in steps.enumerated() {
      for (level, cells) in levels.enumerated() where !cells.isEmpty && level > 0 {
        drawn += Self.area(color: color, level: level, cells)
      }
    }
    return drawn
  }

  private static func area(color: Int, level: Int, _ steps: String) -> String {
    let opacity = DecimalText.text(level * 5, power: -2)
    return "<path class=\"full c\(color)\" fill-opacity=\"\(opacity)\" d=\"\(steps)\"/>\n"
  }

  private var values: String {
    guard count <= Self.valueLimit else { return "" }
    var drawn = ""
    let scale = greatest
    for (row, values) in similarity.cosines.enumerated() {
      for (column, value) in values.enumerated() where column != row {
        let isStrong = scale > 0 && abs(value) / scale > 0.75
        drawn += SVGPage.words(
          "value middle \(isStrong ? "page" : "ink")", Self.left + start(column) + side / 2 - 0.5,
          Self.top + start(row) + side / 2 + min(11, side * 0.42) * 0.35, Self.short(value))
      }
    }
    return drawn
  }

  /// Two decimals, without the zero before the point.
  private static func short(_ value: Double) -> String {
    let text = DecimalText.text(value, decimals: 2)
    return text.replacing("0.", with: ".", maxReplacements: 1)
  }

  private func legend(top: Double) -> String {
    let scale = greatest
    guard scale > 0 else { return "" }
    let width = 12.0
    let least = similarity.cosines.reduce(0) { min($0, $1.min() ?? 0) }
    // Two levels a step, down to the lowest that is there.
    let lowest = -2 * Int((-least / scale * Double(Self.levelCount) / 2).rounded(.up))
    var drawn = ""
    var place = Self.left
    let levels = stride(from: lowest, through: Self.levelCount, by: 2)
    for level in levels {
      let cell =
        "M\(SVGPage.pair(place, top))h\(SVGText.number(width))v12.0h-\(SVGText.number(width))z"
      if level != 0 { drawn += Self.area(color: level < 0 ? 1 : 0, level: abs(level), cell) }
      if level == 0 || level == Self.levelCount || (level == lowest && lowest < -4) {
        let value = Double(level) / Double(Self.levelCount) * scale
        drawn += SVGPage.words(
          "middle quiet", place + width / 2, top + 28,
          level == 0 ? "0" : DecimalText.text(value, decimals: 2))
      }
      place += width
    }
    return drawn
  }

  private var description: String {
    let rows = zip(similarity.order, similarity.cosines).map { cluster, values in
      let nearest = zip(similarity.order, values).filter { $0.0 != cluster }
        .max { ($0.1, -$0.0) < ($1.1, -$1.0) }
      return nearest.map {
        "Cluster \(cluster) is most like \($0.0), \(DecimalText.text($0.1, decimals: 2))."
      } ?? ""
    }
    return "\(caption). " + rows.joined(separator: " ")
  }
}
