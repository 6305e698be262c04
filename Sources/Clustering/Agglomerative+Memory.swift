public import Matrices

extension Agglomerative {
  /// How a tree's merges are found.
  public enum Method: String, Sendable, Hashable {
    /// Nearest pairs in a stored matrix of distances.
    case stored
    /// Nearest pairs by searching among the clusters' sums.
    case free
    /// A minimum spanning tree over nearest neighbors.
    case neighbors
  }

  /// A way to build a tree and the bytes that it takes beside the rows.
  public struct Plan: Sendable, Hashable {
    /// How merges are found.
    public let method: Method
    /// The bytes.
    public let byteCount: Int
  }

  /// Chooses how to build the tree of rows of a shape.
  ///
  /// - Throws: `ClusteringError.overMemoryLimit` when no way stays within `memoryLimit`, and
  ///   `.invalidParameter` when `memory` asks for a way that the linkage or the rows do not have.
  /// - Complexity: O(1).
  public func plan(for shape: LinkageShape) throws(ClusteringError) -> Plan {
    let ways = methods(shape).map { method in
      Plan(method: method, byteCount: byteCount(method, shape))
    }
    guard let first = ways.first else {
      throw .invalidParameter(
        name: "linkage-memory",
        reason: shape.isSparse && hasFreeForm
          ? "without a matrix, rows must be dense: shorten them with --lsa 100"
          : "\(linkage.rawValue) linkage with the \(metric.rawValue) metric needs the whole matrix")
    }
    guard let memoryLimit else { return first }
    if let fitting = ways.first(where: { $0.byteCount <= memoryLimit }) { return fitting }
    let least = ways.reduce(first) { $0.byteCount <= $1.byteCount ? $0 : $1 }
    throw .overMemoryLimit(
      required: least.byteCount, limit: memoryLimit,
      fittingRowCount: largestRowCount(least.method, below: shape, limit: memoryLimit))
  }

  /// The ways that the settings allow, the fastest first.
  private func methods(_ shape: LinkageShape) -> [Method] {
    if linkage == .single { return memory == .stored ? [.stored] : [.neighbors] }
    let free: [Method] = hasFreeForm && (linkage == .ward || !shape.isSparse) ? [.free] : []
    let isLong =
      shape.isSparse
      && shape.storedCount > shape.rowCount.saturatingProduct(SparseLinkage.fastLength)
    switch memory {
    case .automatic: return isLong ? [.stored] + free : free + [.stored]
    case .stored: return [.stored]
    case .free: return free
    }
  }

  /// Whether the distance of two clusters follows from their sums.
  var hasFreeForm: Bool {
    linkage == .ward || (linkage == .average && metric != .euclidean)
  }

  private func byteCount(_ method: Method, _ shape: LinkageShape) -> Int {
    let own =
      switch method {
      case .stored: StoredLinkage.byteCount(shape)
      case .free: shape.isSparse ? SparseLinkage.byteCount(shape) : FreeLinkage.byteCount(shape)
      case .neighbors: SingleLinkage.byteCount(shape)
      }
    // Cosine distances are those of copies of length 1.
    let copy =
      metric == .cosine
      ? shape.storedCount.saturatingSum(shape.rowCount).saturatingProduct(shape.isSparse ? 12 : 4)
      : 0
    return own.saturatingSum(copy)
  }

  /// The most rows that fit a limit, when those of a shape do not.
  private func largestRowCount(
    _ method: Method, below shape: LinkageShape, limit: Int
  ) -> Int {
    var (fitting, tooMany) = (0, shape.rowCount)
    while fitting + 1 < tooMany {
      let middle = (fitting + tooMany) / 2
      if byteCount(method, shape.withRows(middle)) <= limit {
        fitting = middle
      } else {
        tooMany = middle
      }
    }
    return fitting
  }
}

/// The shape of rows that a tree is to be built over.
public struct LinkageShape: Sendable, Hashable {
  /// The number of rows (n).
  public let rowCount: Int
  /// The number of columns (d).
  public let columnCount: Int
  /// The number of stored elements: nnz, or n·d when dense.
  public let storedCount: Int
  /// Whether only elements that are not zero are stored.
  public let isSparse: Bool

  /// Describes rows.
  public init(rowCount: Int, columnCount: Int, storedCount: Int, isSparse: Bool) {
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.storedCount = storedCount
    self.isSparse = isSparse
  }

  /// The shape of rows that are there.
  public init(_ points: FeatureMatrix) {
    self.init(
      rowCount: points.rowCount, columnCount: points.columnCount,
      storedCount: points.storedCount, isSparse: points.isSparse)
  }

  /// The same with fewer rows.
  func withRows(_ count: Int) -> LinkageShape {
    LinkageShape(
      rowCount: count, columnCount: columnCount,
      storedCount: rowCount == 0
        ? 0 : Int(Double(storedCount) / Double(rowCount) * Double(count)), isSparse: isSparse)
  }
}
