internal import Clustering
internal import Matrices
internal import TestSupport

/// Holds a tree of a reducible linkage against the distances of its clusters.
///
/// A tree merges nearest pairs when the height of each merge is the distance of its two parts, and no two
/// clusters are nearer than the lower of the heights at which they are merged away. That says nothing
/// about which of equal pairs comes first.
struct MergeAudit {
  /// How much a distance departs from those rules at most, as a share of it, or of 1 where it is less.
  let worst: Double

  init(tree: LinkageTree, rows: DenseMatrix, linkage: Linkage, metric: LinkageMetric) {
    let n = tree.leafCount
    let count = n + tree.merges.count
    var end = [Double](repeating: .infinity, count: count)
    for merge in tree.merges {
      end[merge.left] = merge.height
      end[merge.right] = merge.height
    }
    var distances = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
    var sizes = [Double](repeating: 1, count: n)
    var live = Array(0..<n)
    var worst = 0.0
    func note(_ excess: Double, _ distance: Double) {
      worst = max(worst, excess / max(1, distance))
    }
    let points = ScoreOracles.rows(.dense(rows))
    for i in 0..<n {
      for j in 0..<i {
        let distance = Self.distance(points[i], points[j], linkage: linkage, metric: metric)
        distances[i][j] = distance
        distances[j][i] = distance
        note(min(end[i], end[j]) - Self.height(distance, linkage), distance)
      }
    }
    for (place, merge) in tree.merges.enumerated() {
      let (a, b, made) = (merge.left, merge.right, n + place)
      let between = distances[a][b]
      note(abs(Self.height(between, linkage) - merge.height), between)
      live.removeAll { $0 == a || $0 == b }
      for k in live {
        let (u, v) = (distances[a][k], distances[b][k])
        let (sa, sb, sk) = (sizes[a], sizes[b], sizes[k])
        let distance: Double =
          switch linkage {
          case .single: min(u, v)
          case .complete: max(u, v)
          case .average: (sa * u + sb * v) / (sa + sb)
          case .weighted: (u + v) / 2
          case .ward: ((sa + sk) * u + (sb + sk) * v - sk * between) / (sa + sb + sk)
          case .centroid, .median: preconditionFailure("heights of this linkage may fall")
          }
        distances[made][k] = distance
        distances[k][made] = distance
        note(min(end[made], end[k]) - Self.height(distance, linkage), distance)
      }
      live.append(made)
      sizes.append(sizes[a] + sizes[b])
    }
    self.worst = worst
  }

  /// The distance of two rows, squared for Ward's linkage.
  private static func distance(
    _ first: [Double], _ second: [Double], linkage: Linkage, metric: LinkageMetric
  ) -> Double {
    switch metric {
    case .cosine:
      let areZero = [first, second].map { $0.allSatisfy { $0 == 0 } }
      return areZero == [true, true] ? 0 : ScoreOracles.cosine(first, second)
    case .euclidean where linkage != .ward: return ScoreOracles.euclidean(first, second)
    case .euclidean, .squaredEuclidean: return ScoreOracles.squaredEuclidean(first, second)
    }
  }

  private static func height(_ distance: Double, _ linkage: Linkage) -> Double {
    linkage == .ward ? max(0, distance).squareRoot() : distance
  }
}
