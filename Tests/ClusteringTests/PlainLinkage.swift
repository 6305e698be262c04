import Clustering
import Matrices

/// The slow, obvious way: every distance in double precision, the nearest pair merged, n − 1 times.
struct PlainLinkage {
  let points: LinkagePoints
  let linkage: Linkage
  let weights: [Int]?

  init(points: LinkagePoints, linkage: Linkage, weights: [Int]?) {
    self.points = points
    self.linkage = linkage
    self.weights = weights
  }

  func merges(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    let n = points.rows.rowCount
    // Geometric linkages work on squared distances.
    let squares = points.isSquared || linkage.isGeometric
    var sizes = (0..<n).map { Double(weights?[$0] ?? 1) }
    var distances = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    for i in 0..<n {
      for j in 0..<i {
        var squared = points.rows.squaredDifference(i, points.rows, j)
        if linkage == .ward { squared *= 2 * sizes[i] * sizes[j] / (sizes[i] + sizes[j]) }
        let distance = squares ? squared : squared.squareRoot()
        distances[i][j] = distance
        distances[j][i] = distance
      }
    }
    var live = Array(0..<n)
    var found: [LinkageTree.RowMerge] = []
    while live.count > 1 {
      var (best, a, b) = (Double.infinity, live[0], live[1])
      for (place, i) in live.enumerated() {
        for j in live[(place + 1)...] where distances[i][j] < best {
          (best, a, b) = (distances[i][j], i, j)
        }
      }
      found.append(
        .init(a, b, height: linkage.isGeometric ? max(0, best).squareRoot() : best))
      live.removeAll { $0 == b }
      for k in live where k != a {
        let (u, v) = (distances[a][k], distances[b][k])
        let (sa, sb, sk) = (sizes[a], sizes[b], sizes[k])
        let merged: Double =
          switch linkage {
          case .single: min(u, v)
          case .complete: max(u, v)
          case .average: (sa * u + sb * v) / (sa + sb)
          case .weighted: (u + v) / 2
          case .ward: ((sa + sk) * u + (sb + sk) * v - sk * best) / (sa + sb + sk)
          case .centroid: (sa * u + sb * v - sa * sb * best / (sa + sb)) / (sa + sb)
          case .median: (u + v) / 2 - best / 4
          }
        distances[a][k] = merged
        distances[k][a] = merged
      }
      sizes[a] += sizes[b]
      progress?(LinkageProgress(remainingCount: live.count, rowCount: n))
    }
    return found
  }
}
