internal import Catalogue
internal import ClusterScores

/// The silhouettes of the rows of each cluster from the greatest down, in a part of a figure.
struct SilhouetteKnives: Sendable, Equatable {
  /// A cluster's rows.
  struct Knife: Sendable, Equatable {
    let cluster: Int
    /// Falling, all of them.
    let values: [Double]
    let mean: Double
    let name: String
  }

  /// The most clusters that are drawn: a cluster is a line of text.
  private static let limit = 60

  private static let left = 58.0
  private static let right = 560.0
  private static let sizeEnd = 640.0
  private static let meanEnd = 712.0
  private static let nameStart = 730.0
  private static let gap = 3.0
  private static let leastThickness = 15.0

  let title: String
  /// The clusters that are drawn, by number.
  let knives: [Knife]
  /// All clusters that have rows.
  let clusterCount: Int
  let mean: Double
  let colors: ClusterColors

  /// Sorts silhouettes; nil where there are none.
  ///
  /// - Complexity: O(n log n).
  init?(
    _ silhouette: SilhouetteResult, labels: [Int32], names: [String], colors: ClusterColors,
    title: String
  ) {
    guard let mean = silhouette.mean else { return nil }
    self.mean = mean
    self.title = title
    self.colors = colors
    var values = [[Double]](repeating: [], count: silhouette.clusterMeans.count)
    for (row, label) in labels.enumerated() { values[Int(label)].append(silhouette.samples[row]) }
    let present = values.indices.filter { !values[$0].isEmpty }
    clusterCount = present.count
    let shown = present.sorted { (-values[$0].count, $0) < (-values[$1].count, $1) }
      .prefix(Self.limit).sorted()
    knives = shown.map { cluster in
      Knife(
        cluster: cluster, values: values[cluster].sorted(by: >),
        mean: silhouette.clusterMeans[cluster] ?? 0,
        name: cluster < names.count ? names[cluster] : "")
    }
  }

  /// The thickness of each: room for a line of text, and more with its rows.
  private var thicknesses: [Double] {
    let total = Double(max(1, knives.reduce(0) { $0 + $1.values.count }))
    let extra = max(120, 480 - Self.leastThickness * Double(knives.count))
    return knives.map { Self.leastThickness + extra * Double($0.values.count) / total }
  }

  private static let top = 92.0

  /// The lowest pixel of the part.
  func end(start: Double) -> Double {
    start + Self.top + thicknesses.reduce(0) { $0 + $1 + Self.gap } + 44
  }

  /// The part as SVG.
  func drawing(start: Double) -> String {
    let axis = ValueAxis(
      [0, mean] + knives.flatMap { [$0.values.first ?? 0, $0.values.last ?? 0] })
    func x(_ value: Double) -> Double {
      Self.left + axis.share(of: value) * (Self.right - Self.left)
    }
    let top = start + Self.top
    let bottom = end(start: start) - 44
    var drawn = SVGPage.words("heading ink", 24, start + 34, SVGText.escaping(title))
    drawn += SVGPage.words("quiet", 24, start + 56, SVGText.escaping(caption))
    drawn += SVGPage.words("number quiet", Self.sizeEnd, top - 10, "rows")
    drawn += SVGPage.words("number quiet", Self.meanEnd, top - 10, "mean")
    if knives.contains(where: { !$0.name.isEmpty }) {
      drawn += SVGPage.words("quiet", Self.nameStart, top - 10, "words")
    }
    for tick in axis.ticks {
      let place = x(tick.value)
      let color = tick.value == 0 ? "quiet hair" : "faint hair"
      drawn += SVGPage.path(color, "M\(SVGPage.pair(place, top))V\(SVGText.number(bottom))")
      drawn += SVGPage.words("middle quiet", place, bottom + 20, tick.text)
    }
    drawn += SVGPage.words("middle quiet", (Self.left + Self.right) / 2, bottom + 40, "silhouette")
    var y = top
    for (index, knife) in knives.enumerated() {
      let thickness = thicknesses[index]
      drawn += SVGPage.path(
        "full \(colors.name(of: knife.cluster))", outline(knife, from: y, thickness: thickness, x))
      let base = y + thickness / 2 + 4.2
      drawn += SVGPage.words("strong number ink", Self.left - 12, base, String(knife.cluster))
      drawn += SVGPage.words(
        "number ink", Self.sizeEnd, base, VisibleText.grouped(knife.values.count))
      drawn += SVGPage.words(
        "number ink", Self.meanEnd, base, DecimalText.text(knife.mean, decimals: 3))
      drawn += SVGPage.words(
        "ink", Self.nameStart, base, SVGText.escaping(SVGText.cut(knife.name, width: 17)))
      y += thickness + Self.gap
    }
    let middle = x(mean)
    let hasRoom = middle < Self.sizeEnd - 210
    drawn += SVGPage.path(
      "ink dashes", "M\(SVGPage.pair(middle, top - 6))V\(SVGText.number(bottom))")
    return drawn
      + SVGPage.words(
        hasRoom ? "strong ink" : "strong number ink",
        hasRoom ? middle - 3 : middle + 3, top - 10,
        "mean of all rows \(DecimalText.text(mean, decimals: 4))")
  }

  private var caption: String {
    let all =
      "Each cluster's rows from the best placed to the worst; thicker with more rows, in the map's colors"
    return clusterCount > knives.count
      ? "\(all); the \(knives.count) largest of \(VisibleText.grouped(clusterCount)) clusters" : all
  }

  /// The area between 0 and the silhouettes, with a corner a pixel at most.
  private func outline(
    _ knife: Knife, from y: Double, thickness: Double, _ x: (Double) -> Double
  ) -> String {
    let count = min(knife.values.count, max(1, Int(thickness)))
    let step = thickness / Double(count)
    var steps = "M\(SVGPage.pair(x(0), y))"
    for corner in 0..<count {
      let value = knife.values[(2 * corner + 1) * knife.values.count / (2 * count)]
      let place = SVGText.number(x(value))
      if knife.values.count <= count {
        steps += "H\(place)V\(SVGText.number(y + step * Double(corner + 1)))"
      } else if corner == 0 {
        steps += "H\(place)"
      } else {
        steps += "L\(place) \(SVGText.number(y + step * (Double(corner) + 0.5)))"
      }
    }
    return steps + "V\(SVGText.number(y + thickness))H\(SVGText.number(x(0)))Z"
  }

  /// The part in words.
  var description: String {
    let clusters = knives.map { knife in
      "Cluster \(knife.cluster): \(VisibleText.grouped(knife.values.count)) rows, mean "
        + "\(DecimalText.text(knife.mean, decimals: 3))."
    }
    return "\(title). \(caption). Mean of all rows \(DecimalText.text(mean, decimals: 4)). "
      + clusters.joined(separator: " ")
  }
}
