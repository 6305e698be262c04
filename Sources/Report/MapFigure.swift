internal import Catalogue
internal import Clustering
internal import Matrices
public import Experiments

/// The rows of the chosen clustering as dots on a plane, colored by cluster, with what each cluster is about.
public struct MapFigure: Sendable, Equatable {
  /// The places.
  public let map: ClusterMap

  let labels: [Int32]
  let sizes: [Int]
  let names: [String]
  let title: String

  /// The most dots that are drawn.
  static let dotLimit = 4_000

  /// Takes a clustering and its map.
  ///
  /// - Parameters:
  ///   - map: where rows and centers are.
  ///   - run: the clustering.
  ///   - names: what to call each cluster.
  public init(_ map: ClusterMap, of run: ScoredRun, names: [String]) {
    let rows = run.model.assignment.labels.count
    self.init(
      map: map, labels: run.model.assignment.labels, sizes: run.model.assignment.sizes(),
      names: names,
      title: "\(VisibleText.grouped(rows)) \(rows == 1 ? "row" : "rows") in "
        + "\(VisibleText.grouped(run.clusterCount)) "
        + (run.clusterCount == 1 ? "cluster" : "clusters"))
  }

  package init(map: ClusterMap, labels: [Int32], sizes: [Int], names: [String], title: String) {
    self.map = map
    self.labels = labels
    self.sizes = sizes
    self.names = names
    self.title = title
  }

  /// The picture as the bytes of an SVG file; the same value gives the same bytes.
  ///
  /// - Complexity: O(dots + k²).
  public func svg() -> [UInt8] { Drawing(self).bytes }

  /// The rows that are drawn: all, or as many as there is room for, evenly spread over the rows.
  var shownRows: [Int] {
    let n = labels.count
    return n <= Self.dotLimit
      ? Array(0..<n) : (0..<Self.dotLimit).map { $0 * n / Self.dotLimit }
  }
}

/// A map with coordinates, in CSS pixels.
private struct Drawing {
  static let left = 24.0
  static let width = 912.0
  static let top = 96.0

  let figure: MapFigure
  let height: Double
  private let x0: Double
  private let y0: Double
  private let scale: Double
  private let tags: MapTags
  private let colors: ClusterColors

  init(_ figure: MapFigure) {
    self.figure = figure
    let places = figure.map.rows.elements + figure.map.centers.elements
    let xs = stride(from: 0, to: places.count, by: 2).map { Double(places[$0]) }
    let ys = stride(from: 1, to: places.count, by: 2).map { Double(places[$0]) }
    let (wide, high) = (
      (xs.max() ?? 0) - (xs.min() ?? 0), (ys.max() ?? 0) - (ys.min() ?? 0)
    )
    let inset = 16.0
    let room = Self.width - 2 * inset
    height = min(760, max(300, wide > 0 ? high / wide * room + 2 * inset : 300))
    let scales = [
      wide > 0 ? room / wide : .infinity, high > 0 ? (height - 2 * inset) / high : .infinity,
    ]
    let scale = min(scales[0], scales[1])
    self.scale = scale.isFinite ? scale : 0
    x0 = Self.left + Self.width / 2 - self.scale * ((xs.min() ?? 0) + wide / 2)
    y0 = Self.top + height / 2 - self.scale * ((ys.min() ?? 0) + high / 2)
    let (offsetX, offsetY, factor) = (x0, y0, self.scale)
    let centers = figure.sizes.indices.map { cluster in
      MapTags.Place(
        x: offsetX + factor * Double(figure.map.centers[cluster, 0]),
        y: offsetY + factor * Double(figure.map.centers[cluster, 1]))
    }
    tags = MapTags(
      centers: centers, sizes: figure.sizes, names: figure.names,
      frame: (
        left: Self.left, right: Self.left + Self.width, top: Self.top, bottom: Self.top + height
      ))
    colors = ClusterColors(figure.map, sizes: figure.sizes)
  }

  var bytes: [UInt8] {
    SVGPage(
      figure: "map", title: figure.title, description: description,
      height: Int((Self.top + height).rounded(.up)) + 14,
      styles: [
        ".dots{stroke-width:4.4;stroke-opacity:.62}",
        ".disc{fill:none;stroke:currentColor;stroke-width:1.6}",
        ".halo{stroke:currentColor;stroke-width:4;stroke-linejoin:round}",
      ]
    ).bytes(drawing: heading + dots + tagDrawing)
  }

  private var heading: String {
    SVGPage.words("heading ink", 24, 34, SVGText.escaping(figure.title))
      + SVGPage.words("quiet", 24, 56, SVGText.escaping(caption))
      + SVGPage.words("quiet", 24, 74, SVGText.escaping(remark))
  }

  private var caption: String {
    "A dot is a row, in its cluster's color. Near clusters are alike; a dot between two is like both. "
      + "Distances have no unit."
  }

  /// What colors tell, and what is not drawn.
  private var remark: String {
    let shown = figure.shownRows.count
    var parts: [String] = []
    if figure.sizes.count > Palette.count {
      parts.append("near clusters have different colors")
    }
    if shown < figure.labels.count {
      parts.append(
        "\(VisibleText.grouped(shown)) of \(VisibleText.grouped(figure.labels.count)) rows are drawn"
      )
    }
    var hidden: [String] = []
    if tags.hiddenNumbers > 0 {
      let count = VisibleText.grouped(tags.hiddenNumbers)
      hidden.append("\(count) numbers are left out where larger clusters have theirs")
    }
    if tags.hiddenNames > 0 {
      hidden.append(
        hidden.isEmpty
          ? "words are left out where they would overlap" : "so are words that would overlap")
    }
    if !hidden.isEmpty { parts.append(hidden.joined(separator: ", and ")) }
    let sentence = parts.joined(separator: "; ")
    return sentence.isEmpty ? "" : sentence.prefix(1).uppercased() + sentence.dropFirst() + "."
  }

  /// One path a cluster, the largest first, so that small ones are not covered.
  private var dots: String {
    var members = [[Int]](repeating: [], count: figure.sizes.count)
    for row in figure.shownRows { members[Int(figure.labels[row])].append(row) }
    let order = members.indices.sorted { (-members[$0].count, $0) < (-members[$1].count, $1) }
    return order.filter { !members[$0].isEmpty }.map { cluster in
      let steps = members[cluster].map { row in
        let place = SVGPage.pair(
          x0 + scale * Double(figure.map.rows[row, 0]),
          y0 + scale * Double(figure.map.rows[row, 1]))
        return "M\(place)h0"
      }
      return SVGPage.path("dots \(colors.name(of: cluster))", steps.joined())
    }.joined()
  }

  private var tagDrawing: String {
    var drawn = ""
    for tag in tags.tags {
      let color = colors.name(of: tag.cluster)
      if let name = tag.name {
        let content = SVGText.escaping(name.text)
        let side =
          switch name.anchor {
          case .start: ""
          case .middle: " middle"
          case .end: " number"
          }
        drawn += SVGPage.words("page halo\(side)", name.x, name.y, content)
        drawn += SVGPage.words("ink\(side)", name.x, name.y, content)
      }
      drawn += SVGPage.circle("page full", tag.center.x, tag.center.y, radius: tag.radius)
      drawn += SVGPage.circle("disc \(color)", tag.center.x, tag.center.y, radius: tag.radius)
      drawn += SVGPage.words(
        "strong middle ink", tag.center.x, tag.center.y + 4.2, String(tag.cluster))
    }
    return drawn
  }

  private var description: String {
    let clusters = figure.sizes.indices.prefix(100).map { cluster in
      let size = figure.sizes[cluster]
      let name = cluster < figure.names.count ? figure.names[cluster] : ""
      return "Cluster \(cluster): \(VisibleText.grouped(size)) \(size == 1 ? "row" : "rows")"
        + (name.isEmpty ? "." : ", \(SVGText.cut(name, width: 60)).")
    }
    return ([caption] + (remark.isEmpty ? [] : [remark]) + clusters).joined(separator: " ")
  }
}
