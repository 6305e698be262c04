/// Why a clustering could not be made.
public enum ClusteringError: Error, Sendable, Equatable {
  /// A parameter has a value that the algorithm cannot work with.
  case invalidParameter(name: String, reason: String)

  /// There are fewer rows than clusters.
  case tooFewRows(found: Int, required: Int)

  /// A value is infinite or not a number.
  case nonFiniteValue(row: Int, column: Int)

  /// A row is longer than `KMeans.greatestRowLength`: its products would exceed single precision.
  case rowTooLong(row: Int, length: Double)

  /// The points have another number of columns than the model or the start centers.
  case columnMismatch(expected: Int, found: Int)

  /// A label lies outside the clusters.
  case labelOutOfRange(row: Int, label: Int, clusterCount: Int)

  /// Merges are no tree; `merge` counts from 0.
  case malformedTree(merge: Int, reason: String)

  /// The work would take more memory than it may; `fittingRowCount` rows would fit.
  case overMemoryLimit(required: Int, limit: Int, fittingRowCount: Int)

  /// The centers of a cut's clusters would take more memory than they may.
  case centersOverMemoryLimit(clusterCount: Int, required: Int, limit: Int)

  /// The task was cancelled; nothing was changed.
  case cancelled
}
