internal import Clustering
internal import Testing

@Suite("Tops of trees")
struct LinkageTreeTruncationTests {
  @Test("Leaves are the clusters of a cut", arguments: [1, 2, 3, 40])
  func leaves(leafCount: Int) throws {
    for isMonotonic in [true, false] {
      let tree = SampleTrees.random(seed: 6, leafCount: leafCount, isMonotonic: isMonotonic)
      for limit in [1, 2, 5, leafCount, leafCount + 3] {
        let top = tree.top(leafLimit: limit)
        let count = min(limit, leafCount)
        #expect(top.leafCount == count)
        #expect(top.nodes.count == 2 * count - 1)
        #expect(top.rowOrder == tree.leafOrder())
        let labels = try tree.assignment(clusterCount: count).labels
        for leaf in top.nodes[..<count] {
          #expect(leaf.parts == nil)
          #expect(Set(top.rows(of: leaf).map { labels[$0] }).count == 1)
        }
        #expect(top.nodes[..<count].flatMap { top.rows(of: $0) } == top.rowOrder)
        for node in top.nodes {
          let isRow = node.cluster < leafCount
          let merge = isRow ? nil : tree.merges[node.cluster - leafCount]
          #expect(node.size == merge?.size ?? 1)
          #expect(node.height == merge?.height ?? 0)
          guard let parts = node.parts, let merge else { continue }
          #expect(parts.map { top.nodes[$0].cluster } == [merge.left, merge.right])
          #expect(parts.flatMap { top.rows(of: top.nodes[$0]) } == Array(top.rows(of: node)))
        }
      }
    }
  }

  @Test("Another order turns parts around")
  func order() {
    let tree = SampleTrees.random(seed: 2, leafCount: 30)
    let turned = tree.top(leafLimit: 30, order: tree.leafOrder().reversed())
    for node in turned.nodes {
      guard let parts = node.parts else { continue }
      let merge = tree.merges[node.cluster - 30]
      #expect(parts.map { turned.nodes[$0].cluster } == [merge.right, merge.left])
    }
    #expect(turned.nodes[..<30].map(\.cluster) == turned.rowOrder)
  }

  @Test("Cuts between the heights of a gap leave its number of clusters")
  func gaps() {
    for (seed, isMonotonic) in [(1, true), (2, false), (3, true)] as [(UInt64, Bool)] {
      let tree = SampleTrees.random(
        seed: seed, leafCount: 25, isMonotonic: isMonotonic, hasTies: true)
      let gaps = tree.heightGaps(limit: 100)
      #expect(gaps.map(\.clusterCount) == Array(1...25))
      for gap in gaps {
        #expect(gap.lower <= gap.upper)
        guard gap.width > 0 else { continue }
        #expect(tree.assignment(height: gap.lower).clusterCount == gap.clusterCount)
        guard gap.upper.isFinite else { continue }
        let below = (gap.lower + gap.upper) / 2
        #expect(tree.assignment(height: below).clusterCount == gap.clusterCount)
        #expect(tree.assignment(height: gap.upper).clusterCount < gap.clusterCount)
      }
      #expect(tree.heightGaps(limit: 3).count == 3)
    }
  }

  @Test("A chain of 100,000 rows has a top and gaps")
  func chain() {
    let tree = SampleTrees.chain(leafCount: 100_000)
    let top = tree.top(leafLimit: 30)
    #expect(top.nodes[29].size == 99_971)
    #expect(top.nodes[58].height == 99_999)
    let gaps = tree.heightGaps(limit: 2)
    #expect(gaps[0].lower == 99_999)
    #expect(gaps[1].lower == 99_998 && gaps[1].upper == 99_999)
  }
}
