public import Matrices

/// The nearest centers of some rows.
public struct CenterAssignment: Sendable, Equatable {
  /// The cluster of each row, n labels.
  public let assignment: Assignment

  /// The squared distance of each row to its center, n.
  public let squaredDistances: [Double]

  /// The sum of the squared distances.
  public var inertia: Double { squaredDistances.reduce(0, +) }

  /// Finds the nearest of some centers for each row, the lowest index among equals.
  ///
  /// The same centers give the training rows the labels of the fit.
  ///
  /// - Parameters:
  ///   - points: `n×d`.
  ///   - centroids: `k×d`, at least one.
  ///   - kernel: which kernel computes the products; labels are the same with each.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `ClusteringError.columnMismatch` for rows of another width, `.nonFiniteValue`,
  ///   `.rowTooLong`.
  /// - Complexity: O(nnz·k).
  public init(
    of points: FeatureMatrix, to centroids: DenseMatrix, kernel: ProductKernel = .automatic,
    pool: WorkerPool
  ) throws(ClusteringError) {
    guard points.columnCount == centroids.columnCount else {
      throw .columnMismatch(expected: centroids.columnCount, found: points.columnCount)
    }
    if let place = points.firstNonFinite() {
      throw .nonFiniteValue(row: place.row, column: place.column)
    }
    let prepared = EnginePoints(points, pool: pool)
    try KMeans.requireShortRows(prepared)
    let space = prepared.space(clusterCount: centroids.rowCount, kernel: kernel)
    space.setCenters(centroids, pool: pool)
    let standings = Standings(rowCount: points.rowCount)
    space.assign(into: standings, pool: pool)
    assignment = Assignment(
      trusted: standings.labels.array(), clusterCount: centroids.rowCount)
    squaredDistances = space.squaredDistances(to: standings.labels, pool: pool)
  }

  /// The squared distances of rows to the centers of labels that are already known.
  ///
  /// - Throws: `ClusteringError.columnMismatch` for rows of another width.
  /// - Complexity: O(nnz + d·k).
  public init(
    of points: FeatureMatrix, to centroids: DenseMatrix, labels: Assignment, pool: WorkerPool
  ) throws(ClusteringError) {
    guard points.columnCount == centroids.columnCount else {
      throw .columnMismatch(expected: centroids.columnCount, found: points.columnCount)
    }
    self.init(
      of: EnginePoints(points, pool: pool), to: centroids, labels: labels, pool: pool)
  }

  /// The same for points in the engine's form, which several clusterings can share.
  package init(
    of points: EnginePoints, to centroids: DenseMatrix, labels: Assignment, pool: WorkerPool
  ) {
    precondition(
      labels.labels.count == points.rowCount && labels.clusterCount == centroids.rowCount,
      "labels must be one a row, of these centers")
    let space = points.space(clusterCount: centroids.rowCount, kernel: .automatic)
    space.setCenters(centroids, pool: pool)
    assignment = labels
    squaredDistances = space.squaredDistances(
      to: Buffer(labels.labels, orEmpty: 0), pool: pool)
  }
}
