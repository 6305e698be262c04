internal import Matrices

extension DispersionParts {
  /// The parts of dense rows, every distance by differences in `Double`.
  ///
  /// - Complexity: O(n·d + k²·d) for k clusters; O(k·d) memory.
  init(_ matrix: DenseMatrix, _ clusters: OccupiedClusters) {
    self.init(clusterCount: clusters.count)
    let means = ClusterMeans(matrix, clusters)
    let squared = (0..<matrix.rowCount).map { row in
      means.squaredDistance(fromMean: clusters.labels[row], to: matrix, row: row)
    }
    addRows(squaredDistances: squared, clusters)
    for first in 0..<clusters.count {
      between += clusters.sizes[first] * means.squaredDistanceToCenter(first)
      for second in first + 1..<max(first + 1, clusters.count) {
        meanDistances[first * clusters.count + second] =
          means.squaredDistance(first, second).squareRoot()
      }
    }
  }
}

/// The means of clusters of dense rows.
private struct ClusterMeans {
  /// The means, `k×d`, row-major.
  private var means: [Double]

  /// The mean of all rows, d numbers.
  private var center: [Double]

  init(_ matrix: DenseMatrix, _ clusters: OccupiedClusters) {
    let width = matrix.columnCount
    means = [Double](repeating: 0, count: clusters.count * width)
    center = [Double](repeating: 0, count: width)
    for row in 0..<matrix.rowCount {
      let start = clusters.labels[row] * width
      for column in 0..<width {
        means[start + column] += Double(matrix.elements[row * width + column])
      }
    }
    for cluster in 0..<clusters.count {
      for column in 0..<width {
        center[column] += means[cluster * width + column]
        means[cluster * width + column] /= clusters.sizes[cluster]
      }
    }
    for column in 0..<width { center[column] /= Double(matrix.rowCount) }
  }

  func squaredDistance(fromMean cluster: Int, to matrix: DenseMatrix, row: Int) -> Double {
    let width = center.count
    var sum = 0.0
    for column in 0..<width {
      let difference =
        Double(matrix.elements[row * width + column]) - means[cluster * width + column]
      sum += difference * difference
    }
    return sum
  }

  func squaredDistance(_ first: Int, _ second: Int) -> Double {
    let width = center.count
    var sum = 0.0
    for column in 0..<width {
      let difference = means[first * width + column] - means[second * width + column]
      sum += difference * difference
    }
    return sum
  }

  func squaredDistanceToCenter(_ cluster: Int) -> Double {
    var sum = 0.0
    for column in 0..<center.count {
      let difference = means[cluster * center.count + column] - center[column]
      sum += difference * difference
    }
    return sum
  }
}
