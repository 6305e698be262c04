/// Lines over the number of clusters, one an algorithm, in a part of a figure.
struct CurvePanel {
  /// The scores of an algorithm, k ascending.
  struct Line: Sendable, Equatable {
    let name: String
    let points: [Point]
  }

  /// A score.
  struct Point: Sendable, Equatable {
    let k: Int
    let value: Double
  }

  /// A point that is pointed out.
  struct Mark: Sendable, Equatable {
    let point: Point
    let text: String
  }

  static let left = 84.0
  static let right = 820.0
  /// The names of lines are at most this many ems.
  private static let nameWidth = 8.0

  let lines: [Line]
  let marks: [Mark]
  let axis: ValueAxis
  let valueLabel: String
  /// The plot's upper end; marks are named in lines of text above it.
  let top: Double
  let bottom: Double
  private let counts: [Int]

  /// - Parameter start: where the marks' names begin; the plot follows below them.
  init(lines: [Line], marks: [Mark], valueLabel: String, start: Double, height: Double) {
    self.lines = lines
    self.marks = marks
    self.valueLabel = valueLabel
    axis = ValueAxis(lines.flatMap { $0.points.map(\.value) })
    top = start + 26 + 18 * Double(marks.count)
    bottom = top + height
    counts = Set(lines.flatMap { $0.points.map(\.k) }).sorted()
  }

  /// The lowest pixel that is drawn on.
  var end: Double { bottom + 44 }

  private func x(_ k: Int) -> Double {
    guard let first = counts.first, let last = counts.last, first < last else {
      return (Self.left + Self.right) / 2
    }
    let inset = 14.0
    let share = Double(k - first) / Double(last - first)
    return Self.left + inset + share * (Self.right - Self.left - 2 * inset)
  }

  private func y(_ value: Double) -> Double { bottom - axis.share(of: value) * (bottom - top) }

  /// The panel as SVG.
  var drawing: String { grid + markLines + curves + rings + names }

  private var grid: String {
    var drawn = ""
    for tick in axis.ticks {
      let place = y(tick.value)
      drawn += SVGPage.path(
        "faint hair", "M\(SVGPage.pair(Self.left, place))H\(SVGText.number(Self.right))")
      drawn += SVGPage.words("number quiet", Self.left - 10, place + 4.2, tick.text)
    }
    for k in tickCounts {
      drawn += SVGPage.words("middle quiet", x(k), bottom + 20, String(k))
    }
    let factor = axis.factorText.isEmpty ? "" : ", \(axis.factorText)"
    drawn += SVGPage.words(
      "quiet", 24, top - 14 - 18 * Double(marks.count), SVGText.escaping(valueLabel + factor))
    drawn += SVGPage.words(
      "middle quiet", (Self.left + Self.right) / 2, bottom + 40, "number of clusters, k")
    return drawn
  }

  /// Every k while they have room, else multiples of a round number.
  private var tickCounts: [Int] {
    guard let first = counts.first, let last = counts.last else { return [] }
    let room = 34.0
    let gaps = zip(counts, counts.dropFirst()).map { x($1) - x($0) }
    if (gaps.min() ?? room) >= room * 0.7 { return counts }
    var step = 1
    var factors = [2, 5, 10]
    while Double(last - first) / Double(step) * room > Self.right - Self.left {
      if factors.isEmpty { factors = [step * 10 / 5, step * 10 / 2, step * 10].sorted() }
      step = factors.removeFirst()
      if factors.isEmpty { factors = [step * 2, step * 5, step * 10] }
    }
    let start = (first + step - 1) / step * step
    return Array(stride(from: start, through: last, by: step))
  }

  /// From the name of each mark down to the axis, and the names.
  private var markLines: String {
    var drawn = ""
    for (index, mark) in marks.enumerated() {
      let place = x(mark.point.k)
      let line = top - 14 - 18 * Double(marks.count - 1 - index)
      drawn += SVGPage.path(
        "quiet dashes", "M\(SVGPage.pair(place, line - 9))V\(SVGText.number(bottom))")
      let isLeft = place < (Self.left + Self.right) / 2
      drawn += SVGPage.words(
        isLeft ? "strong ink" : "strong number ink", place + (isLeft ? 7 : -7), line,
        SVGText.escaping(mark.text))
    }
    return drawn
  }

  private var curves: String {
    var drawn = ""
    let hasDots = counts.count <= 60
    for (index, line) in lines.enumerated() {
      let color = "c\(index % Palette.count)"
      var steps = ""
      for point in line.points {
        steps += (steps.isEmpty ? "M" : "L") + SVGPage.pair(x(point.k), y(point.value))
      }
      drawn += SVGPage.path(color, steps)
      guard hasDots || line.points.count == 1 else { continue }
      drawn += SVGPage.path(
        "dots \(color)",
        line.points.map { "M\(SVGPage.pair(x($0.k), y($0.value)))h0" }.joined())
    }
    return drawn
  }

  private var rings: String {
    marks.map { SVGPage.circle("ring ink", x($0.point.k), y($0.point.value), radius: 7) }.joined()
  }

  /// The names of the lines at their ends, moved apart where they would overlap.
  private var names: String {
    guard lines.count > 1 else { return "" }
    var places = lines.enumerated().compactMap { index, line in
      line.points.last.map { (index: index, y: y($0.value)) }
    }.sorted { ($0.y, $0.index) < ($1.y, $1.index) }
    let line = 16.0
    for place in places.indices.dropFirst() {
      places[place].y = max(places[place].y, places[place - 1].y + line)
    }
    var lowest = bottom + line
    for place in places.indices.reversed() {
      lowest -= line
      places[place].y = min(places[place].y, lowest)
      lowest = places[place].y
    }
    return places.map { place in
      SVGPage.words(
        "strong c\(place.index % Palette.count)", Self.right + 12, place.y + 4.2,
        SVGText.escaping(SVGText.cut(lines[place.index].name, width: Self.nameWidth)))
    }.joined()
  }

  /// The rules that the panel needs.
  static let styles = [
    ".dots{stroke-width:6}", ".ring{fill:none;stroke:currentColor;stroke-width:1.6}",
  ]

  /// What the panel shows in words.
  func description(decimals: (Double) -> String) -> String {
    lines.map { line in
      let values = line.points.map { "\($0.k): \(decimals($0.value))" }.joined(separator: ", ")
      return "\(line.name): \(values)."
    }.joined(separator: " ") + marks.map { " Marked: \($0.text)." }.joined()
  }
}
