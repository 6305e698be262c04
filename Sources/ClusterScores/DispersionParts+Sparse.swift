internal import Matrices

extension DispersionParts {
  /// A squared distance below this share of the squared norms is computed again by differences.
  private static let nearShare = 1e-6

  /// The parts of sparse rows, column by column: no mean is ever written out in full.
  ///
  /// `postings` is the transpose of the rows, whose squared norms are `squaredNorms`.
  ///
  /// - Complexity: O(nnz + Σ_t k_t²), k_t the clusters that have column t; O(n + k²) memory.
  init(
    _ matrix: CSRMatrix, postings: CSRMatrix, squaredNorms: [Double], _ clusters: OccupiedClusters
  ) {
    let count = clusters.count
    self.init(clusterCount: count)
    let products = MeanProducts(postings, clusters)
    let means = SparseMeans(matrix, clusters)
    var squared = [Double](repeating: 0, count: matrix.rowCount)
    var nearRows: [Int] = []
    for row in 0..<matrix.rowCount {
      let cluster = clusters.labels[row]
      let norms = squaredNorms[row] + products.gram[cluster * count + cluster]
      squared[row] = norms - 2 * products.withOwnMean[row]
      if squared[row] < Self.nearShare * norms { nearRows.append(row) }
    }
    means.repair(&squared, ofRows: nearRows)
    addRows(squaredDistances: squared, clusters)
    for first in 0..<count {
      between += clusters.sizes[first] * products.toCenter[first]
      for second in first + 1..<max(first + 1, count) {
        let norms = products.gram[first * count + first] + products.gram[second * count + second]
        var squared = norms - 2 * products.gram[first * count + second]
        if squared < Self.nearShare * norms { squared = means.squaredDistance(first, second) }
        meanDistances[first * count + second] = squared.squareRoot()
      }
    }
  }
}

/// Means of clusters written out one at a time, for the few distances that lost digits.
private struct SparseMeans {
  let matrix: CSRMatrix
  let clusters: OccupiedClusters
  private let members: [[Int]]

  init(_ matrix: CSRMatrix, _ clusters: OccupiedClusters) {
    self.matrix = matrix
    self.clusters = clusters
    var members = [[Int]](repeating: [], count: clusters.count)
    for (row, cluster) in clusters.labels.enumerated() { members[cluster].append(row) }
    self.members = members
  }

  /// The mean of a cluster (d numbers); its rows are added in order, as everywhere.
  private func mean(_ cluster: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: matrix.columnCount)
    for row in members[cluster] {
      for position in matrix.entries(ofRow: row) {
        sums[Int(matrix.columnIndices[position])] += Double(matrix.values[position])
      }
    }
    for column in 0..<sums.count { sums[column] /= clusters.sizes[cluster] }
    return sums
  }

  /// Replaces the squared distances of some rows to the means of their clusters.
  func repair(_ squared: inout [Double], ofRows rows: [Int]) {
    var rowsOfCluster = [[Int]](repeating: [], count: clusters.count)
    for row in rows { rowsOfCluster[clusters.labels[row]].append(row) }
    for cluster in 0..<clusters.count where !rowsOfCluster[cluster].isEmpty {
      if clusters.sizes[cluster] == 1 {
        for row in rowsOfCluster[cluster] { squared[row] = 0 }
        continue
      }
      let mean = mean(cluster)
      for row in rowsOfCluster[cluster] {
        var difference = mean
        for position in matrix.entries(ofRow: row) {
          difference[Int(matrix.columnIndices[position])] -= Double(matrix.values[position])
        }
        squared[row] = difference.reduce(0) { $0 + $1 * $1 }
      }
    }
  }

  /// The squared distance of two means.
  func squaredDistance(_ first: Int, _ second: Int) -> Double {
    zip(mean(first), mean(second)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }
}
