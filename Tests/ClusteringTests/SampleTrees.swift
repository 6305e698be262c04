internal import Clustering
internal import Matrices

/// Trees made from a seed.
enum SampleTrees {
  /// A tree of random merges; heights rise unless `isMonotonic` is false, and tie often with `hasTies`.
  static func random(
    seed: UInt64, leafCount: Int, isMonotonic: Bool = true, hasTies: Bool = false
  ) -> LinkageTree {
    var generator = CounterGenerator(seed: seed, purpose: 0x7EEE)
    var live = Array(0..<leafCount)
    var height = 0.0
    var found: [LinkageTree.RowMerge] = []
    while live.count > 1 {
      let first = live.remove(at: generator.nextIndex(below: live.count))
      let second = live[generator.nextIndex(below: live.count)]
      if isMonotonic {
        height += hasTies && generator.nextUnit() < 0.5 ? 0 : generator.nextUnit()
      } else {
        height = generator.nextUnit()
      }
      found.append(.init(first, second, height: height))
    }
    return LinkageTree(leafCount: leafCount, found: found, isMonotonic: isMonotonic)
  }

  /// Row 1 joins row 0, row 2 joins them, and so on; merge m is at height m + 1.
  static func chain(leafCount: Int) -> LinkageTree {
    LinkageTree(
      leafCount: leafCount,
      found: (1..<leafCount).map { .init(0, $0, height: Double($0)) }, isMonotonic: true)
  }

  /// The height of the smallest cluster that has both rows, for every two of them.
  static func copheneticHeights(_ tree: LinkageTree) -> [[Double]] {
    var members = (0..<tree.leafCount).map { [$0] }
    var heights = [[Double]](
      repeating: [Double](repeating: 0, count: tree.leafCount), count: tree.leafCount)
    for merge in tree.merges {
      for row in members[merge.left] {
        for other in members[merge.right] {
          heights[row][other] = merge.height
          heights[other][row] = merge.height
        }
      }
      members.append(members[merge.left] + members[merge.right])
    }
    return heights
  }

  /// The distance of two rows, in double precision.
  static func distance(
    _ points: FeatureMatrix, _ row: Int, _ other: Int, metric: LinkageMetric
  ) -> Double {
    let squared = points.squaredDifference(row, points, other)
    switch metric {
    case .euclidean: return squared.squareRoot()
    case .squaredEuclidean: return squared
    case .cosine:
      let norms = (points.squaredNorm(of: row) * points.squaredNorm(of: other)).squareRoot()
      let product = (points.squaredNorm(of: row) + points.squaredNorm(of: other) - squared) / 2
      return norms > 0
        ? 1 - product / norms
        : (points.squaredNorm(of: row)
          == points.squaredNorm(of: other) ? 0 : 1)
    }
  }
}
