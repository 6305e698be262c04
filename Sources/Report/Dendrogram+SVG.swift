internal import Catalogue

extension Dendrogram {
  /// The picture as the bytes of an SVG file, readable in light and dark surroundings.
  ///
  /// Heights grow to the left; each leaf is a line of text on the right. The same value gives the same
  /// bytes.
  ///
  /// - Complexity: O(nodes).
  public func svg() -> [UInt8] {
    Drawing(self).bytes
  }
}

/// A dendrogram with coordinates, in CSS pixels.
private struct Drawing {
  static let width = 960.0
  /// The plot: the greatest height at its left end, 0 at its right one.
  static let left = 38.0
  static let right = 520.0
  static let top = 92.0
  /// From one line of text to the next, and what is between clusters on top of it.
  static let line = 22.0
  static let gap = 8.0
  /// The margin, and the columns beside the plot.
  static let margin = 24.0
  static let bar = 530.0
  static let clusterStart = 542.0
  static let sizeEnd = 646.0
  static let labelStart = 662.0
  static let labelWidth = (width - 12 - labelStart) / 12.5

  let tree: Dendrogram
  let axis: HeightAxis
  /// The middle of each node.
  let y: [Double]
  let bottom: Double
  let colors: ClusterColors

  init(_ tree: Dendrogram) {
    self.tree = tree
    let merges = tree.nodes.filter { !$0.children.isEmpty }.map(\.height)
    axis = HeightAxis(
      least: merges.min() ?? 0,
      greatest: tree.nodes.reduce(tree.cutHeight ?? 0) { max($0, $1.height) })
    var y = [Double](repeating: 0, count: tree.nodes.count)
    var next = Self.top + Self.line / 2 + 4
    var last: Int?
    for (place, leaf) in tree.leaves.enumerated() {
      let cluster = tree.nodes[leaf].cluster
      if place > 0, cluster != last { next += Self.gap }
      y[leaf] = next
      next += Self.line
      last = cluster
    }
    for (place, node) in tree.nodes.enumerated() where !node.children.isEmpty {
      y[place] = (y[node.children[0]] + y[node.children[1]]) / 2
    }
    self.y = y
    bottom = next - Self.line / 2 + 4
    colors = tree.colors ?? ClusterColors(order: tree.leaves.map { tree.nodes[$0].cluster })
  }

  func x(_ height: Double) -> Double {
    let share = (height - axis.start) / (axis.limit - axis.start)
    return Self.right - max(0, share) * (Self.right - Self.left)
  }

  var bytes: [UInt8] {
    let height = Int((bottom + (tree.cutHeight == nil ? 18 : 36)).rounded(.up))
    return SVGPage(
      figure: "dendrogram", title: tree.title, description: description, height: height,
      styles: [".fan{fill:currentColor;fill-opacity:.22;stroke-width:1.2}"]
    ).bytes(drawing: heading + grid + branches + lines + cut)
  }

  /// All that the picture shows, for those who hear it.
  private var description: String {
    var parts = ["A tree of clusters, drawn with \(VisibleText.grouped(tree.leaves.count)) leaves"]
    parts[0] += hasMerges ? "; heights are \(tree.heightLabel)." : "."
    var last: Int?
    for leaf in tree.leaves {
      let node = tree.nodes[leaf]
      var part = ""
      if let cluster = node.cluster, cluster != last { part = "Cluster \(cluster): " }
      last = node.cluster
      part += "\(VisibleText.grouped(node.size)) \(node.size == 1 ? "row" : "rows")"
      let label = SVGText.cut(node.label, width: 200)
      parts.append(part + (label.isEmpty ? "." : ", \(label)."))
    }
    return parts.joined(separator: " ")
  }

  private var heading: String {
    let title = SVGText.escaping(SVGText.cut(tree.title, width: 52))
    let factor = axis.factorText.isEmpty ? "" : ", \(axis.factorText)"
    let start = axis.start > 0 ? "; the axis begins at \(axis.ticks[0].text)" : ""
    let label = SVGText.escaping(SVGText.cut(tree.heightLabel, width: 26)) + factor + start
    let hasClusters = tree.leaves.contains { tree.nodes[$0].cluster != nil }
    let leafLabel = SVGText.escaping(SVGText.cut(tree.leafLabel, width: Self.labelWidth))
    return words("heading ink", Self.margin, 34, title)
      + (hasMerges ? words("quiet", Self.margin, 60, "← " + label) : "")
      + (hasClusters ? words("quiet", Self.clusterStart, 80, "cluster") : "")
      + words("number quiet", Self.sizeEnd, 80, "rows")
      + words("quiet", Self.labelStart, 80, leafLabel)
  }

  private var hasMerges: Bool { tree.nodes.count > 1 }

  private var grid: String {
    guard hasMerges else { return "" }
    var lines = ""
    for tick in axis.ticks {
      let place = x(tick.height)
      lines += path("faint hair", "M\(pair(place, Self.top - 6))V\(SVGText.number(bottom))")
      // The heading of the next column begins beside the plot.
      let isWide = place > Self.right - 20 && tick.text.count > 3
      lines += words(isWide ? "number quiet" : "middle quiet", place, 80, tick.text)
    }
    return lines
  }

  /// Branches above the cut first, so that the colored ones lie on top.
  private var branches: String {
    var drawn = ""
    let root = tree.nodes.count - 1
    for isColored in [false, true] {
      for (place, node) in tree.nodes.enumerated() where (node.cluster != nil) == isColored {
        let color = colors.name(of: node.cluster)
        let (middle, own) = (y[place], x(node.height))
        if node.children.isEmpty, node.height > axis.start {
          drawn += path("fan \(color)", fan(at: own, middle))
        } else if node.children.count == 2 {
          drawn += path(
            color,
            "M\(pair(own, y[node.children[0]]))V\(SVGText.number(y[node.children[1]]))")
        }
        if place == root {
          drawn += path(color, "M\(pair(own - 12, middle))H\(SVGText.number(own))")
        }
      }
      for node in tree.nodes {
        for child in node.children where (tree.nodes[child].cluster != nil) == isColored {
          let end = x(tree.nodes[child].height)
          drawn += path(
            colors.name(of: tree.nodes[child].cluster),
            "M\(pair(x(node.height), y[child]))H\(SVGText.number(end))")
        }
      }
    }
    return drawn
  }

  /// A leaf of several rows: all that was merged below its height, down to where the axis begins.
  private func fan(at apex: Double, _ middle: Double) -> String {
    let half = Self.line * 0.3
    return "M\(pair(apex, middle))L\(pair(Self.right, middle - half))"
      + "V\(SVGText.number(middle + half))Z"
  }

  private var lines: String {
    var drawn = ""
    var first = 0
    for (place, leaf) in tree.leaves.enumerated() {
      let node = tree.nodes[leaf]
      let base = y[leaf] + 4.2
      let isFirst = place == 0 || tree.nodes[tree.leaves[place - 1]].cluster != node.cluster
      if isFirst { first = place }
      if let cluster = node.cluster {
        if isFirst {
          drawn += words("strong ink", Self.clusterStart, base, String(cluster))
        }
        let isLast =
          place + 1 == tree.leaves.count
          || tree.nodes[tree.leaves[place + 1]].cluster != node.cluster
        if isLast {
          let (start, end) = (y[tree.leaves[first]] - 8, y[leaf] + 8)
          drawn += path(
            "full \(colors.name(of: cluster))",
            "M\(pair(Self.bar, start))H\(SVGText.number(Self.bar + 5))"
              + "V\(SVGText.number(end))H\(SVGText.number(Self.bar))Z")
        }
      }
      drawn += words("number ink", Self.sizeEnd, base, VisibleText.grouped(node.size))
      let label = SVGText.cut(node.label, width: Self.labelWidth)
      let whole =
        label == node.label
        ? "" : "<title>\(SVGText.escaping(SVGText.cut(node.label, width: 200)))</title>"
      drawn += words("ink", Self.labelStart, base, whole + SVGText.escaping(label))
    }
    return drawn
  }

  private var cut: String {
    guard let height = tree.cutHeight else { return "" }
    let place = x(height)
    return path("quiet dashes", "M\(pair(place, Self.top - 6))V\(SVGText.number(bottom + 8))")
      + words("middle quiet", place, bottom + 24, "cut")
  }

  private func path(_ classes: String, _ steps: String) -> String { SVGPage.path(classes, steps) }

  private func pair(_ x: Double, _ y: Double) -> String { SVGPage.pair(x, y) }

  private func words(_ classes: String, _ x: Double, _ y: Double, _ content: String) -> String {
    SVGPage.words(classes, x, y, content)
  }
}
