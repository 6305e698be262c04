import Clustering
import Testing

/// Numbers, sizes and cuts of a tree.
@Suite struct LinkageTreeTests {
  private func merge(_ left: Int, _ right: Int, _ height: Double) -> LinkageTree.RowMerge {
    .init(left, right, height: height)
  }

  /// Rows 0 and 3 at 1, rows 1 and 4 at 1, then both at 2, then row 2 at 5.
  private var tree: LinkageTree {
    LinkageTree(
      leafCount: 5, found: [merge(4, 1, 1), merge(3, 0, 1), merge(0, 1, 2), merge(4, 2, 5)],
      isMonotonic: true)
  }

  @Test func hasSciPysNumbers() {
    #expect(
      tree.merges == [
        .init(left: 0, right: 3, height: 1, size: 2), .init(left: 1, right: 4, height: 1, size: 2),
        .init(left: 5, right: 6, height: 2, size: 4), .init(left: 2, right: 7, height: 5, size: 5),
      ])
  }

  @Test func theOrderOfFindingDoesNotMatter() {
    let other = LinkageTree(
      leafCount: 5, found: [merge(0, 3, 1), merge(1, 4, 1), merge(3, 4, 2), merge(2, 3, 5)],
      isMonotonic: true)
    #expect(other == tree)
  }

  @Test func partsComeBeforeWholesAtOneHeight() {
    // All at one height: the chain's end holds row 0, and still comes last.
    let chain = LinkageTree(
      leafCount: 4, found: [merge(2, 3, 1), merge(1, 3, 1), merge(0, 1, 1)], isMonotonic: true)
    #expect(chain.merges.map(\.size) == [2, 3, 4])
    #expect(chain.merges.map(\.left) == [2, 1, 0])
  }

  @Test func heightsNeverFall() {
    let found = [merge(0, 1, 1), merge(0, 2, 1 - 1e-16), merge(0, 3, 0.5)]
    let tree = LinkageTree(leafCount: 4, found: found, isMonotonic: true)
    #expect(tree.merges.map(\.height) == [1, 1, 1])
    #expect(tree.isMonotonic)
    let kept = LinkageTree(leafCount: 4, found: found, isMonotonic: false)
    #expect(kept.merges.map(\.height) == found.map(\.height))
    #expect(!kept.isMonotonic)
  }

  @Test func cutsByCount() throws {
    #expect(try tree.assignment(clusterCount: 1).labels == [0, 0, 0, 0, 0])
    #expect(try tree.assignment(clusterCount: 2).labels == [0, 0, 1, 0, 0])
    #expect(try tree.assignment(clusterCount: 3).labels == [0, 1, 2, 0, 1])
    #expect(try tree.assignment(clusterCount: 4).labels == [0, 1, 2, 0, 3])
    #expect(try tree.assignment(clusterCount: 5).labels == [0, 1, 2, 3, 4])
    #expect(throws: ClusteringError.tooFewRows(found: 5, required: 6)) {
      try tree.assignment(clusterCount: 6)
    }
    #expect(throws: ClusteringError.self) { try tree.assignment(clusterCount: 0) }
  }

  @Test func cutsByHeight() {
    #expect(tree.assignment(height: 0.5).clusterCount == 5)
    #expect(tree.assignment(height: 1).labels == [0, 1, 2, 0, 1])
    #expect(tree.assignment(height: 4.9).labels == [0, 0, 1, 0, 0])
    #expect(tree.assignment(height: 5).clusterCount == 1)
    // A merge that lies lower than one of its parts is as high as that.
    let inverted = LinkageTree(
      leafCount: 3, found: [merge(0, 1, 2), merge(0, 2, 1)], isMonotonic: false)
    #expect(inverted.assignment(height: 1.5).labels == [0, 1, 2])
  }

  @Test func oneRowHasNoMerges() throws {
    let tree = LinkageTree(leafCount: 1, found: [], isMonotonic: true)
    #expect(tree.merges.isEmpty)
    #expect(try tree.assignment(clusterCount: 1).labels == [0])
    #expect(tree.assignment(height: 0).labels == [0])
  }

  @Test(arguments: [
    [LinkageTree.Merge(left: 0, right: 0, height: 1, size: 2)],
    [LinkageTree.Merge(left: 0, right: 3, height: 1, size: 2)],
    [LinkageTree.Merge(left: -1, right: 1, height: 1, size: 2)],
    [LinkageTree.Merge(left: 0, right: 1, height: .nan, size: 2)],
    [LinkageTree.Merge(left: 0, right: 1, height: -1, size: 2)],
    [LinkageTree.Merge(left: 0, right: 1, height: 1, size: 3)],
    [],
  ])
  func whatIsNoTreeIsRefused(first: [LinkageTree.Merge]) {
    let merges =
      first.isEmpty ? first : first + [LinkageTree.Merge(left: 2, right: 3, height: 2, size: 3)]
    #expect(throws: ClusteringError.self) { try LinkageTree(leafCount: 3, merges: merges) }
  }

  @Test func aTreeComesBackFromItsMerges() throws {
    #expect(try LinkageTree(leafCount: 5, merges: tree.merges) == tree)
    let twice = [tree.merges[0], .init(left: 0, right: 4, height: 1, size: 2)] + tree.merges[2...]
    #expect(throws: ClusteringError.self) { try LinkageTree(leafCount: 5, merges: Array(twice)) }
  }
}
