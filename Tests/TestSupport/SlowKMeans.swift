package import Matrices

/// K-Means as a page of plain loops in double precision: what the fast one must agree with.
package struct SlowKMeans {
  /// The points, `n×d`.
  package let points: [[Double]]
  /// The centers, `k×d`; nil where a center has no rows and takes none.
  package private(set) var centers: [[Double]?]

  /// Takes points and start centers.
  package init(_ points: DenseMatrix, centers: DenseMatrix) {
    self.points = Self.rows(points)
    self.centers = Self.rows(centers)
  }

  private static func rows(_ matrix: DenseMatrix) -> [[Double]] {
    (0..<matrix.rowCount).map { matrix.row($0).map(Double.init) }
  }

  /// ‖x − c‖², infinite for a center out of use.
  package func squaredDistance(_ row: Int, _ cluster: Int) -> Double {
    guard let center = centers[cluster] else { return .infinity }
    return zip(points[row], center).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The nearest center of each row, the lowest index among equals.
  package func labels() -> [Int32] {
    points.indices.map { row in
      var best = 0
      for cluster in centers.indices
      where squaredDistance(row, cluster) < squaredDistance(row, best) {
        best = cluster
      }
      return Int32(best)
    }
  }

  /// Σ ‖x − c‖² over the rows and the centers of their labels.
  package func inertia(_ labels: [Int32]) -> Double {
    labels.indices.reduce(0) { $0 + squaredDistance($1, Int(labels[$1])) }
  }

  /// Moves the centers to the means of their rows, empty clusters first refilled with far rows.
  package mutating func move(to labels: [Int32]) {
    var labels = labels
    let empty = centers.indices.filter { !labels.contains(Int32($0)) }
    let distances = labels.indices.map { squaredDistance($0, Int(labels[$0])) }
    let farthest = distances.indices.filter { distances[$0] > 0 }.sorted {
      distances[$0] != distances[$1] ? distances[$0] > distances[$1] : $0 < $1
    }
    for (cluster, row) in zip(empty, farthest) { labels[row] = Int32(cluster) }
    setMeans(of: labels)
  }

  /// Moves every center to the mean of its rows; one without rows goes out of use.
  package mutating func setMeans(of labels: [Int32]) {
    for cluster in centers.indices {
      let rows = labels.indices.filter { labels[$0] == Int32(cluster) }
      guard !rows.isEmpty else {
        centers[cluster] = nil
        continue
      }
      centers[cluster] = points[0].indices.map { column in
        rows.reduce(0) { $0 + points[$1][column] } / Double(rows.count)
      }
    }
  }

  /// Moves every center to the mean of the listed rows with its label; one without rows stays.
  package mutating func setMeans(of labels: [Int32], rows: [Int]) {
    for cluster in centers.indices {
      let members = zip(rows, labels).filter { Int($0.1) == cluster }.map(\.0)
      guard !members.isEmpty else { continue }
      centers[cluster] = points[0].indices.map { column in
        members.reduce(0) { $0 + points[$1][column] } / Double(members.count)
      }
    }
  }

  /// Iterates until no label changes; returns the labels and the number of iterations.
  package mutating func run(limit: Int) -> (labels: [Int32], iterations: Int) {
    var previous: [Int32] = []
    for iteration in 1...limit {
      let labels = labels()
      move(to: labels)
      if labels == previous { return (self.labels(), iteration) }
      previous = labels
    }
    return (labels(), limit)
  }
}
