public import Clustering
public import Matrices

/// How alike clusters are: the cosines of their centers, in an order that puts like ones side by side.
public struct ClusterSimilarity: Sendable, Equatable {
  /// The clusters, in the order of an average-linkage tree of their centers whose neighbors are nearest.
  public let order: [Int]

  /// The cosine of every two centers in −1...1, by `order`, m lists of m; 0 with a center of zeros.
  public let cosines: [[Double]]

  /// The clusters that have rows, of which `order` may be the largest only.
  public let clusterCount: Int

  /// Compares the centers of the largest clusters.
  ///
  /// - Parameters:
  ///   - centroids: `k×d`.
  ///   - sizes: the rows of each cluster, k; clusters without any are left out.
  ///   - limit: the most clusters to compare.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `ClusteringError` for centers that are not finite or too long to be compared.
  /// - Complexity: O(m²·d + m³) for m clusters.
  public init(
    centroids: DenseMatrix, sizes: [Int], limit: Int = 45, pool: WorkerPool
  ) throws(ClusteringError) {
    let present = sizes.indices.filter { sizes[$0] > 0 }
    clusterCount = present.count
    let clusters = present.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }.prefix(limit).sorted()
    let chosen = centroids.selecting(rows: clusters)
    var places = Array(clusters.indices)
    if places.count > 2 {
      var settings = Agglomerative(linkage: .average)
      settings.metric = .cosine
      let tree = try settings.tree(of: .dense(chosen), pool: pool)
      places = try tree.optimalLeafOrder(of: .dense(chosen), metric: .cosine, pool: pool)
    }
    order = places.map { clusters[$0] }
    let d = chosen.columnCount
    let unit = clusters.indices.map { cluster in
      let row = chosen.row(cluster)
      let greatest = row.reduce(0.0) { max($0, abs(Double($1))) }
      guard greatest > 0 else { return [Double](repeating: 0, count: d) }
      let scaled = row.map { Double($0) / greatest }
      let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return scaled.map { $0 / length }
    }
    var cosines = [[Double]](
      repeating: [Double](repeating: 0, count: places.count), count: places.count)
    for (row, first) in places.enumerated() {
      for (column, second) in places.enumerated() where column <= row {
        var product = 0.0
        for index in 0..<d { product += unit[first][index] * unit[second][index] }
        cosines[row][column] = min(1, max(-1, product))
        cosines[column][row] = cosines[row][column]
      }
    }
    self.cosines = cosines
  }
}
