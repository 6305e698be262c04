internal import Clustering
public import Experiments
public import Matrices

/// A finished run as one HTML page: which k and why, what the clusters are, and the relatives of a title.
///
/// The page needs no network and no other file. All that comes from the catalogue is in one block of JSON
/// (`Documentation/run-folder.md`), which its script places as text.
public struct RunReport: Sendable {
  /// The most rows that a page holds.
  public static let rowLimit = RunPublication.pageRowLimit

  /// How large a page may grow before shared words are left out, in bytes.
  static let byteLimit = 1_450_000

  /// The relatives of a row.
  static let relativeLimit = 10

  /// The shared words of a relative.
  static let wordLimit = 5

  /// The most clusters that are described, the largest ones.
  static let clusterLimit = 120

  let publication: RunPublication
  let details: RunPublication.Details
  let figures: RunFigures
  let tree: Dendrogram?
  let pool: WorkerPool
  let rows: ReportRows
  /// The clusters that are described, ascending.
  let clusters: [Int]

  /// Takes a finished run.
  ///
  /// - Parameters:
  ///   - publication: the run.
  ///   - details: what its clusters are.
  ///   - figures: its figures, of which the page shows the map.
  ///   - tree: the top of a tree of the rows; without one the page has a tree of the clusters' centers.
  ///   - rowLimit: the most rows that the page holds.
  ///   - pool: the threads; the page does not depend on their number.
  public init(
    _ publication: RunPublication, details: RunPublication.Details, figures: RunFigures,
    tree: Dendrogram?, rowLimit: Int = Self.rowLimit, pool: WorkerPool
  ) {
    self.publication = publication
    self.details = details
    self.figures = figures
    self.tree = tree
    self.pool = pool
    let sizes = publication.result.best.model.assignment.sizes()
    let largest = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
    clusters = largest.filter { sizes[$0] > 0 }.prefix(Self.clusterLimit).sorted()
    rows = ReportRows(
      rowCount: publication.input.features.rowCount, limit: rowLimit,
      examples: clusters.flatMap {
        details.summaries[$0].representativeRows + details.summaries[$0].oddRows
      })
  }

  /// The bytes of the page.
  ///
  /// - Throws: `ClusteringError` when no tree can be made of the centers.
  /// - Complexity: O(nnz + k²·d) and the relatives' own: see `Recommender.lists`.
  public func html() throws -> [UInt8] {
    let lists = relatives
    let sections: [@Sendable () throws -> [(String, JSONValue)]] = [
      { made + choice + described }, relations, { map + evidence + catalogue },
    ]
    let parts = pool.map(sections.count + 1) { section in
      Result {
        section < sections.count
          ? Self.members(try sections[section]())
          : Self.members(listed(lists, wordLimit: Self.wordLimit))
      }
    }
    var data = try parts.map { try $0.get() }
    let others = ReportPage([]).bytes.count + data.dropLast().reduce(0) { $0 + $1.count }
    // As many shared words as there is room for, found by halves: escapes make the page hardly longer.
    var (fitting, tooMany) = (0, Self.wordLimit)
    if lists != nil, others + data[sections.count].count > Self.byteLimit {
      while fitting + 1 < tooMany {
        let middle = (fitting + tooMany) / 2
        let size = Self.members(listed(lists, wordLimit: middle)).count
        if others + size > Self.byteLimit { tooMany = middle } else { fitting = middle }
      }
      data[sections.count] = Self.members(listed(lists, wordLimit: fitting))
    }
    let comma = Array(", ".utf8)
    let separated = data.filter { !$0.isEmpty }.enumerated().flatMap { index, part in
      index == 0 ? [part] : [comma, part]
    }
    return ReportPage([Array("{".utf8)] + separated + [Array("}".utf8)]).bytes
  }

  /// The members of an object without the braces around them.
  private static func members(_ members: [(String, JSONValue)]) -> [UInt8] {
    Array(JSONValue.object(members).bytes.dropFirst().dropLast())
  }
}

/// The rows that a page holds.
package struct ReportRows {
  /// How many the run has.
  package let totalCount: Int
  /// The rows, ascending.
  package let rows: [Int]
  /// The place of each row of the run in the page; −1 when it is not there.
  package let places: [Int32]

  /// All rows where they are few enough; else examples, and others at even distances.
  package init(rowCount: Int, limit: Int, examples: [Int]) {
    totalCount = rowCount
    if rowCount <= limit {
      rows = Array(0..<rowCount)
    } else {
      var isTaken = [Bool](repeating: false, count: rowCount)
      for row in examples.prefix(limit) { isTaken[row] = true }
      let others = (0..<rowCount).filter { !isTaken[$0] }
      let missing = limit - (rowCount - others.count)
      for place in 0..<missing { isTaken[others[place * others.count / missing]] = true }
      rows = (0..<rowCount).filter { isTaken[$0] }
    }
    var places = [Int32](repeating: -1, count: rowCount)
    for (place, row) in rows.enumerated() { places[row] = Int32(place) }
    self.places = places
  }
}
