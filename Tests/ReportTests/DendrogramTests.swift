internal import Clustering
internal import Foundation
internal import Report
internal import Testing

@Suite struct DendrogramTests {
  typealias Node = Dendrogram.Node

  /// Six rows: two clusters, one of a single row, one of which a part is drawn as one leaf.
  static let merges = [
    (0, 1, 0.5, 2), (2, 3, 0.8, 2), (6, 7, 1.25, 4), (4, 8, 2.0, 5), (5, 9, 3.75, 6),
  ]

  static func tree() throws -> LinkageTree {
    try LinkageTree(
      leafCount: 6,
      merges: merges.map { .init(left: $0.0, right: $0.1, height: $0.2, size: $0.3) })
  }

  static func sample() throws -> Dendrogram {
    let tree = try tree()
    var picture = Dendrogram(
      tree, cut: try tree.assignment(clusterCount: 2), leafLimit: 4,
      heightLabel: "Ward linkage, Euclidean distance"
    ) { rows in rows.map { "row \($0) & <more>" }.joined(separator: ", ") }
    picture.leafLabel = "titles"
    return picture
  }

  @Test("The bytes of a small tree are those that were looked at")
  func expectedBytes() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Expected/dendrogram.svg")
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(String(decoding: try Self.sample().svg(), as: UTF8.self) == expected)
  }

  @Test("The last merges are drawn, what is below them is a leaf, and clusters go by the cut")
  func truncation() throws {
    let picture = try Self.sample()
    let leaves = picture.nodes.filter { $0.children.isEmpty }
    #expect(Set(leaves.map(\.size)) == [1, 2])
    #expect(leaves.map(\.size).reduce(0, +) == 6)
    #expect(leaves.map(\.height).sorted() == [0, 0, 0.5, 0.8])
    #expect(leaves.map(\.cluster).filter { $0 == 0 }.count == 3)
    #expect(picture.nodes.last?.cluster == nil)
    #expect(picture.nodes.last?.size == 6)
    #expect(picture.cutHeight == 2.875)
    #expect(picture.title == "6 rows in 2 clusters")
  }

  @Test("Every limit gives a picture with as many leaves, or one for each row", arguments: 1...8)
  func limits(limit: Int) throws {
    let tree = try Self.tree()
    for cut in [nil, try tree.assignment(clusterCount: 3)] {
      let picture = Dendrogram(tree, cut: cut, leafLimit: limit, heightLabel: "h") {
        $0.map(String.init).joined(separator: " ")
      }
      let leaves = picture.nodes.filter { $0.children.isEmpty }
      #expect(leaves.count == min(limit, 6))
      let rows = leaves.flatMap { $0.label.split(separator: " ") }.compactMap { Int($0) }
      #expect(rows.sorted() == Array(0..<6))
      let xml = try XMLText(picture.svg())
      #expect(xml.texts.contains("6 rows" + (cut == nil ? "" : " in 3 clusters")))
    }
  }

  @Test("Sizes, and the order of leaves, may be given")
  func sizesAndOrder() throws {
    let tree = try Self.tree()
    let picture = Dendrogram(
      tree, cut: nil, sizes: [10, 20, 30, 40, 50, 60], order: [5, 3, 2, 0, 1, 4], heightLabel: "h"
    ) { "r\($0[0])" }
    #expect(picture.nodes.last?.size == 210)
    let texts = try XMLText(picture.svg()).texts
    #expect(
      texts.filter { $0.hasPrefix("r") && $0.count == 2 } == ["r5", "r3", "r2", "r0", "r1", "r4"])
  }

  @Test("A tree of one row is one line")
  func oneRow() throws {
    let tree = try LinkageTree(leafCount: 1, merges: [])
    let picture = Dendrogram(
      tree, cut: try tree.assignment(clusterCount: 1), heightLabel: "Ward linkage"
    ) { _ in "the only one" }
    #expect(picture.nodes == [Node(height: 0, size: 1, label: "the only one", cluster: 0)])
    #expect(picture.title == "1 row")
    #expect(try XMLText(picture.svg()).texts.contains("the only one"))
  }

  static let extremes: [(name: String, heights: [Double])] = [
    ("all 0", [0, 0, 0]), ("falling", [3, 2, 1]), ("equal", [1, 1, 1]),
    ("tiny", [1e-12, 2e-12, 3e-12]), ("huge", [1e12, 2e12, 3e12]),
    ("the least", [0, 0, .leastNonzeroMagnitude]),
    ("the greatest", [1, 1e300, .greatestFiniteMagnitude]),
    ("far from 0", [0.985, 0.99, 0.998]), ("falling far from 0", [0.998, 0.985, 0.99]),
  ]

  @Test("Any heights stay on the picture", arguments: extremes.map(\.heights))
  func anyHeights(heights: [Double]) throws {
    let nodes =
      (0..<4).map { (leaf: Int) in Node(height: 0, size: 1, label: "leaf \(leaf)", cluster: leaf) }
      + (0..<3).map { step in
        Node(
          height: heights[step], size: step + 2, children: [step == 0 ? 0 : step + 3, step + 1],
          cluster: nil)
      }
    var picture = Dendrogram(nodes: nodes, title: "t", heightLabel: "h")
    picture.cutHeight = heights[1]
    let bytes = picture.svg()
    _ = try XMLText(bytes)
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("nan") && !text.contains("inf"))
    for steps in text.split(separator: "\n") where steps.hasPrefix("<path") {
      for number in steps.split(whereSeparator: { !"0123456789.-".contains($0) }) {
        if let value = Double(number) { #expect((0...960).contains(value), "\(steps)") }
      }
    }
    #expect(bytes == picture.svg())
  }

  @Test("Hostile text is text")
  func hostileText() throws {
    let label = "</text><script>alert(1)</script>]]>&amp;\u{0}\u{202E} \"x\" 'y' 𝔘 שלום"
    let shown = "</text><script>alert(1)</script>]]>&amp; \"x\" 'y' 𝔘 שלום"
    var picture = Dendrogram(
      nodes: [Node(height: 0, size: 1, label: label, cluster: nil)], title: label,
      heightLabel: label)
    picture.leafLabel = label
    let xml = try XMLText(picture.svg())
    #expect(Set(xml.elements) == ["svg", "title", "desc", "style", "rect", "path", "text"])
    #expect(xml.texts.contains(shown))
  }

  @Test("Neighbors have different colors, however many clusters there are")
  func colors() {
    let leaves = (0..<40).map { Node(height: 0, size: 1, label: "x", cluster: ($0 * 7) % 40) }
    let merges = (0..<39).map { step in
      Node(
        height: Double(step + 1), size: step + 2, children: [step == 0 ? 0 : step + 39, step + 1],
        cluster: nil)
    }
    let picture = Dendrogram(nodes: leaves + merges, title: "t", heightLabel: "h")
    let bars = String(decoding: picture.svg(), as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix("<path class=\"full c") }
    #expect(bars.count == 40)
    let classes = bars.map { $0.prefix("<path class=\"full c0".count) }
    #expect(zip(classes, classes.dropFirst()).allSatisfy { $0 != $1 })
  }
}
