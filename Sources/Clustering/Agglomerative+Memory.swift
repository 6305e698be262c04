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
  public func plan(
    rowCount: Int, columnCount: Int, isSparse: Bool
  ) throws(ClusteringError) -> Plan {
    let ways = methods(isSparse: isSparse).map { method in
      Plan(
        method: method,
        byteCount: byteCount(
          method, rowCount: rowCount, columnCount: columnCount, isSparse: isSparse))
    }
    guard let first = ways.first else {
      throw .invalidParameter(
        name: "linkage-memory",
        reason: isSparse && hasFreeForm
          ? "without a matrix, rows must be dense: shorten them with --lsa 100"
          : "\(linkage.rawValue) linkage with the \(metric.rawValue) metric needs the whole matrix")
    }
    guard let memoryLimit else { return first }
    if let fitting = ways.first(where: { $0.byteCount <= memoryLimit }) { return fitting }
    let least = ways.reduce(first) { $0.byteCount <= $1.byteCount ? $0 : $1 }
    throw .overMemoryLimit(
      required: least.byteCount, limit: memoryLimit,
      fittingRowCount: largestRowCount(
        least.method, below: rowCount, columnCount: columnCount, isSparse: isSparse,
        limit: memoryLimit))
  }

  /// The ways that the settings allow, the fastest first.
  private func methods(isSparse: Bool) -> [Method] {
    if linkage == .single { return memory == .stored ? [.stored] : [.neighbors] }
    let free: [Method] = hasFreeForm && !isSparse ? [.free] : []
    switch memory {
    case .automatic: return free + [.stored]
    case .stored: return [.stored]
    case .free: return free
    }
  }

  /// Whether the distance of two clusters follows from their sums.
  var hasFreeForm: Bool {
    linkage == .ward || (linkage == .average && metric != .euclidean)
  }

  private func byteCount(
    _ method: Method, rowCount: Int, columnCount: Int, isSparse: Bool
  ) -> Int {
    switch method {
    case .stored:
      StoredLinkage.byteCount(rowCount: rowCount, columnCount: columnCount, isSparse: isSparse)
    case .free: FreeLinkage.byteCount(rowCount: rowCount, columnCount: columnCount)
    case .neighbors:
      SingleLinkage.byteCount(rowCount: rowCount, columnCount: columnCount, isSparse: isSparse)
    }
  }

  /// The most rows that fit a limit, when `rowCount` do not.
  private func largestRowCount(
    _ method: Method, below rowCount: Int, columnCount: Int, isSparse: Bool, limit: Int
  ) -> Int {
    var (fitting, tooMany) = (0, rowCount)
    while fitting + 1 < tooMany {
      let middle = (fitting + tooMany) / 2
      let needed = byteCount(
        method, rowCount: middle, columnCount: columnCount, isSparse: isSparse)
      if needed <= limit {
        fitting = middle
      } else {
        tooMany = middle
      }
    }
    return fitting
  }
}
