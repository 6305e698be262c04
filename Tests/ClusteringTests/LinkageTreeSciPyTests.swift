internal import Clustering
internal import Testing

@Suite("Trees as SciPy's matrix")
struct LinkageTreeSciPyTests {
  @Test("A tree comes back from its matrix", arguments: [1, 2, 3, 50, 100_000])
  func roundTrip(leafCount: Int) throws {
    let tree =
      leafCount > 1_000
      ? SampleTrees.chain(leafCount: leafCount)
      : SampleTrees.random(seed: 8, leafCount: leafCount, isMonotonic: false)
    let matrix = tree.linkageMatrix()
    #expect(matrix.count == 4 * (leafCount - 1))
    #expect(try LinkageTree(linkageMatrix: matrix) == tree)
  }

  static let noTrees: [(elements: [Double], merge: Int)] = [
    ([0, 1, 1], 0),
    ([0, 1, 1, 2, 2], 1),
    ([0, 0.5, 1, 2], 0),
    ([0, -1, 1, 2], 0),
    ([0, .nan, 1, 2], 0),
    ([0, 1, 1, .infinity], 0),
    ([0, 1e300, 1, 2], 0),
    ([0, 1, 1, 3], 0),
    ([0, 1, -1, 2], 0),
    ([0, 1, .nan, 2], 0),
    ([0, 1, .infinity, 2], 0),
    ([0, 0, 1, 2], 0),
    ([0, 2, 1, 2], 0),
    ([0, 1, 1, 2, 0, 2, 2, 2], 1),
    ([0, 1, 1, 2, 2, 4, 2, 3], 1),
    ([0, 1, 1, 2, 2, 3, 2, 2], 1),
  ]

  @Test("What is no tree is refused with the merge and a reason", arguments: 0..<16)
  func refused(index: Int) throws {
    let (elements, merge) = Self.noTrees[index]
    do {
      _ = try LinkageTree(linkageMatrix: elements)
      Issue.record("\(elements) was taken for a tree")
    } catch .malformedTree(let found, let reason) {
      #expect(found == merge)
      #expect(!reason.isEmpty)
    }
  }
}
