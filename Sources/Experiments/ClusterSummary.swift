public import Clustering
public import Matrices

/// What a person needs to know of a cluster.
public struct ClusterSummary: Sendable, Equatable {
  /// A word and the share of the cluster's mean vector that it accounts for, in 0...1.
  public struct Word: Sendable, Equatable {
    /// The word as people read it.
    public let text: String
    /// Its squared weight over the sum of all squared weights of the mean.
    public let share: Double
  }

  /// The cluster's label.
  public let cluster: Int
  /// The number of its rows.
  public let rowCount: Int
  /// The words that describe it best, by descending share.
  public let words: [Word]
  /// The rows nearest to its center, nearest first.
  public let representativeRows: [Int]

  /// Summarizes every cluster of an assignment.
  ///
  /// - Parameters:
  ///   - assignment: one label a row.
  ///   - squaredDistances: of each row to its center, n.
  ///   - terms: the TF-IDF rows, `n×d`, or nil when there are no words.
  ///   - displayTerms: a word for each column, d.
  /// - Complexity: O(nnz + n log n + k·d).
  public static func summaries(
    of assignment: Assignment, squaredDistances: [Double], terms: CSRMatrix?,
    displayTerms: [String], wordLimit: Int = 8, rowLimit: Int = 3
  ) -> [ClusterSummary] {
    var means = [Double](repeating: 0, count: terms?.columnCount ?? 0)
    return assignment.members().enumerated().map { cluster, rows in
      var columns: [Int] = []
      if let terms {
        for row in rows {
          for entry in terms.entries(ofRow: row) {
            let column = Int(terms.columnIndices[entry])
            if means[column] == 0 { columns.append(column) }
            means[column] += Double(terms.values[entry])
          }
        }
      }
      let total = columns.reduce(0) { $0 + means[$1] * means[$1] }
      columns.sort { means[$0] != means[$1] ? means[$0] > means[$1] : $0 < $1 }
      let words = columns.prefix(wordLimit).map { column in
        Word(text: displayTerms[column], share: means[column] * means[column] / total)
      }
      for column in columns { means[column] = 0 }
      let nearest = rows.sorted {
        let (left, right) = (squaredDistances[$0], squaredDistances[$1])
        return left != right ? left < right : $0 < $1
      }
      return ClusterSummary(
        cluster: cluster, rowCount: rows.count, words: words,
        representativeRows: Array(nearest.prefix(rowLimit)))
    }
  }
}
