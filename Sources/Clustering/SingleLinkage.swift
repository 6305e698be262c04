internal import Matrices

/// Single linkage: the minimum spanning tree of the rows, its edges being the merges.
///
/// Gower, Ross, "Minimum spanning trees and single linkage cluster analysis", 1969, DOI 10.2307/2346439.
struct SingleLinkage {
  private let points: LinkagePoints

  /// The neighbors of each row that are kept.
  private static let neighborCount = 8

  init(_ points: LinkagePoints) { self.points = points }

  /// The edges of the tree, shortest first.
  ///
  /// - Complexity: O(n²·d) time for full rows; for sparse ones O(n + shared terms of all pairs) unless some
  ///   value is negative; O(n·d) bytes.
  func merges(
    pool: WorkerPool, progress: LinkageProgressHandler?
  ) throws(ClusteringError) -> [LinkageTree.RowMerge] {
    let equal = DistinctRows(points.rows, pool: pool)
    // Equal rows are merged first, the lowest with each of the others.
    var merges = equal.first.indices.filter { equal.first[$0] != $0 }.map {
      LinkageTree.RowMerge(Int(equal.first[$0]), $0, height: 0)
    }
    let rowCount = points.rows.rowCount
    let report = { (componentCount: Int) -> Void in
      progress?(LinkageProgress(remainingCount: componentCount, rowCount: rowCount))
    }
    let edges: [SpanningTree.Edge]
    let numbers: Buffer<Int32>
    switch points.rows.forNeighbors() {
    case .dense(let matrix):
      let search = DenseNeighbors(
        matrix, rows: equal.distinct, capacity: Self.neighborCount, pool: pool)
      numbers = search.lists.numbers
      edges = try SpanningTree(search).edges(pool: pool, progress: report)
    case .sparse(let matrix):
      let search = SparseNeighbors(
        matrix, rows: equal.distinct, capacity: Self.neighborCount, pool: pool)
      numbers = search.lists.numbers
      edges =
        search.hasNegatives
        ? try Self.treeRowByRow(search)
        : try SpanningTree(search, others: Self.star(search)).edges(pool: pool, progress: report)
    }
    merges.reserveCapacity(merges.count + edges.count)
    for edge in edges {
      let height = points.isSquared ? edge.squaredLength : edge.squaredLength.squareRoot()
      merges.append(
        .init(
          Int(numbers[Int(edge.places.0)]), Int(numbers[Int(edge.places.1)]), height: height))
    }
    return merges
  }

  /// The edges of the shortest row to all others, as long as they are without a common column.
  ///
  /// Without negative values no two rows are farther apart than that. So every edge between rows without a
  /// common column is the longest of a cycle with two of these, and not in the tree.
  private static func star(_ search: SparseNeighbors) -> [SpanningTree.Edge] {
    let norms = search.squaredNorms.elements
    guard let center = norms.indices.min(by: { (norms[$0], $0) < (norms[$1], $1) }) else {
      return []
    }
    return norms.indices.filter { $0 != center }.map {
      SpanningTree.edge(search.lists, center, $0, norms[center] + norms[$0])
    }
  }

  private static func treeRowByRow(
    _ search: SparseNeighbors
  ) throws(ClusteringError) -> [SpanningTree.Edge] {
    guard !Task.isCancelled else { throw .cancelled }
    return search.treeRowByRow().map {
      SpanningTree.edge(search.lists, $0.place, $0.other, $0.squaredLength)
    }.sorted { $0 < $1 }
  }

  /// The bytes beside the rows: the lists; for full rows a copy and its bytes twice, after writing them out when
  /// they are sparse; for others their postings, and the rows that differ.
  static func byteCount(_ shape: LinkageShape) -> Int {
    let lists = shape.rowCount.saturatingProduct(12 * neighborCount + 128)
    let cells = shape.rowCount.saturatingProduct(shape.columnCount)
    let isLong = shape.columnCount > DenseNeighbors.columnLimit
    let isFull = !isLong && cells <= shape.storedCount.saturatingProduct(8)
    let rows =
      isFull
      ? cells.saturatingProduct(shape.isSparse ? 10 : 6)
      : shape.storedCount.saturatingProduct(shape.isSparse ? 16 : 24)
    return lists.saturatingSum(rows)
  }
}
