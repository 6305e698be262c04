internal import Matrices

/// Which color each cluster has, on every figure of a run and on its page.
///
/// A cluster has the color of its number while there are colors enough. Of more clusters, from the largest to the
/// smallest, each takes the color whose nearest use on the map is farthest away: neighbors differ there, and in
/// a tree, which puts like clusters side by side.
public struct ClusterColors: Sendable, Equatable {
  /// The color of each cluster, as a place in the palette, k of them.
  package let places: [Int]

  /// Takes the order of a tree's leaves, without a map: colors take turns.
  init(order clusters: [Int?]) {
    let greatest = clusters.reduce(-1) { max($0, $1 ?? -1) }
    var places = [Int](repeating: -1, count: greatest + 1)
    var count = 0
    for case let cluster? in clusters where places[cluster] < 0 {
      places[cluster] = greatest < Palette.count ? cluster : count % Palette.count
      count += 1
    }
    self.places = places
  }

  /// Colors the clusters of a map.
  ///
  /// - Parameters:
  ///   - map: where the clusters are.
  ///   - sizes: the rows of each cluster, k.
  /// - Complexity: O(k²) for up to 1,000 clusters; of more, nobody tells neighbors apart by color.
  public init(_ map: ClusterMap, sizes: [Int]) {
    precondition(sizes.count == map.centers.rowCount, "each cluster has a center and a size")
    var places = sizes.indices.map { $0 % Palette.count }
    if sizes.count > Palette.count, sizes.count <= 1_000 {
      let centers = map.centers.elements.map(Double.init)
      var done: [Int] = []
      for cluster in sizes.indices.sorted(by: { (-sizes[$0], $0) < (-sizes[$1], $1) }) {
        var nearest = [Double](repeating: .infinity, count: Palette.count)
        for other in done {
          let dx = centers[2 * cluster] - centers[2 * other]
          let dy = centers[2 * cluster + 1] - centers[2 * other + 1]
          nearest[places[other]] = min(nearest[places[other]], dx * dx + dy * dy)
        }
        places[cluster] = nearest.indices.reduce(0) { nearest[$1] > nearest[$0] ? $1 : $0 }
        done.append(cluster)
      }
    }
    self.places = places
  }

  /// The class of a cluster's color; that of quiet text where there is none.
  func name(of cluster: Int?) -> String {
    guard let cluster, cluster < places.count, places[cluster] >= 0 else { return "quiet" }
    return "c\(places[cluster])"
  }
}
