/// Numbers and words at the centers of a map, placed so that none covers another.
struct MapTags {
  /// A point, in CSS pixels.
  struct Place: Equatable {
    let x: Double
    let y: Double
  }

  /// Words whose start, middle or end is at a point of their line.
  struct Name: Equatable {
    let text: String
    let anchor: Anchor
    let x: Double
    let y: Double
  }

  /// Where words are held, by their part that lies left of there.
  enum Anchor: Double {
    case start = 0
    case middle = 0.5
    case end = 1
  }

  /// What is written at a center.
  struct Tag: Equatable {
    let cluster: Int
    let center: Place
    let radius: Double
    let name: Name?
  }

  private struct Box {
    let left, right, top, bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }

  /// The most ems of words.
  private static let nameWidth = 15.0
  private static let em = 12.0

  /// By cluster.
  private(set) var tags: [Tag] = []
  /// The clusters whose number has no room.
  private(set) var hiddenNumbers = 0
  /// The clusters whose words have no room.
  private(set) var hiddenNames = 0

  /// Places numbers and then words, those of large clusters first.
  ///
  /// - Complexity: O(k²).
  init(
    centers: [Place], sizes: [Int], names: [String],
    frame: (left: Double, right: Double, top: Double, bottom: Double)
  ) {
    let order = sizes.indices.filter { sizes[$0] > 0 }
      .sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
    var shown: [(cluster: Int, radius: Double)] = []
    var boxes: [Box] = []
    for cluster in order {
      let radius = 7.0 + 3.4 * Double(String(cluster).utf8.count - 1) + 2
      let center = centers[cluster]
      let isFree = shown.allSatisfy { other in
        let (dx, dy) = (center.x - centers[other.cluster].x, center.y - centers[other.cluster].y)
        let least = radius + other.radius + 1
        return dx * dx + dy * dy >= least * least
      }
      guard isFree else { continue }
      shown.append((cluster, radius))
      boxes.append(
        Box(
          left: center.x - radius - 1, right: center.x + radius + 1, top: center.y - radius - 1,
          bottom: center.y + radius + 1))
    }
    hiddenNumbers = order.count - shown.count
    for (cluster, radius) in shown {
      let text = cluster < names.count ? SVGText.cut(names[cluster], width: Self.nameWidth) : ""
      let name = text.isEmpty ? nil : Self.place(text, at: centers[cluster], radius, frame, &boxes)
      if name == nil, !text.isEmpty { hiddenNames += 1 }
      tags.append(Tag(cluster: cluster, center: centers[cluster], radius: radius, name: name))
    }
    tags.sort { $0.cluster < $1.cluster }
  }

  /// The first free place around a center: right, left, below, above, and between these.
  private static func place(
    _ text: String, at center: Place, _ radius: Double,
    _ frame: (left: Double, right: Double, top: Double, bottom: Double), _ boxes: inout [Box]
  ) -> Name? {
    let width = SVGText.width(of: text) * em
    let gap = radius + 5
    let slant = gap * 0.7
    let ways: [(anchor: Anchor, x: Double, y: Double)] = [
      (.start, gap, 4), (.end, -gap, 4), (.middle, 0, gap + 10), (.middle, 0, -gap),
      (.start, slant, gap + 3), (.end, -slant, gap + 3), (.start, slant, 3 - gap),
      (.end, -slant, 3 - gap), (.start, -gap, gap + 10), (.end, gap, gap + 10),
      (.start, -gap, -gap), (.end, gap, -gap),
    ]
    for way in ways {
      let (x, y) = (center.x + way.x, center.y + way.y)
      let left = x - width * way.anchor.rawValue
      let box = Box(left: left - 3, right: left + width + 3, top: y - 11, bottom: y + 4)
      guard box.left >= frame.left, box.right <= frame.right, box.top >= frame.top,
        box.bottom <= frame.bottom, !boxes.contains(where: box.overlaps)
      else { continue }
      boxes.append(box)
      return Name(text: text, anchor: way.anchor, x: x, y: y)
    }
    return nil
  }
}
