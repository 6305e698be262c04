public import Clustering
public import Matrices
internal import TextFeatures

/// What a person needs to know of a cluster.
public struct ClusterSummary: Sendable, Equatable {
  /// A word and its share in what makes rows of a cluster alike, or unlike the others, in 0...1.
  public struct Word: Sendable, Equatable {
    /// The word as people read it.
    public let text: String
    /// Its part of a sum of squares.
    public let share: Double
  }

  /// The cluster's label.
  public let cluster: Int
  /// The number of its rows.
  public let rowCount: Int
  /// The words that describe it best, by descending share in the squared length of its mean.
  public let words: [Word]
  /// The words that set it apart, by descending share in the squared distance of its mean to that of
  /// all other rows; words that the others have more of are left out.
  public let discriminatingWords: [Word]
  /// The rows nearest to its center, nearest first.
  public let representativeRows: [Int]
  /// The rows that fit it least, worst first, without those above.
  public let oddRows: [Int]
  /// What its rows have in other columns.
  public let profiles: [ClusterProfile]

  /// What clusters are described from.
  public struct Source {
    /// The TF-IDF rows, `n×d`, or nil when there are no words.
    public var terms: CSRMatrix?
    /// A word for each column, d.
    public var displayTerms: [String]
    /// What the rows have in other columns.
    public var profileColumns: [ProfileColumn] = []

    /// Takes what is known of an input's rows.
    public init(_ input: PreparedInput) {
      terms = input.termRows
      displayTerms = input.featureModel?.displayTerms ?? []
      profileColumns = input.profileColumns
    }

    /// Takes words alone.
    public init(terms: CSRMatrix?, displayTerms: [String]) {
      self.terms = terms
      self.displayTerms = displayTerms
    }
  }

  /// Summarizes every cluster of an assignment.
  ///
  /// The two lists of words are those of CLUTO (Zhao & Karypis, 2004, DOI
  /// 10.1023/B:MACH.0000027785.44527.d6). Rows fit badly when their silhouette is low, or, where there is
  /// none, when they are far from the center; rows without any word are no examples.
  ///
  /// - Parameters:
  ///   - assignment: one label a row.
  ///   - squaredDistances: of each row to its center, n.
  ///   - silhouettes: of each row, n; empty where there is none.
  ///   - source: the words and other columns that clusters are described from.
  ///   - wordLimit: the most words in a list.
  ///   - rowLimit: the most examples in a list.
  ///   - valueLimit: the most values of a column that is no number.
  /// - Complexity: O(nnz + n log n + k·d).
  public static func summaries(
    of assignment: Assignment, squaredDistances: [Double], silhouettes: [Double] = [],
    source: Source, wordLimit: Int = 8, rowLimit: Int = 5, valueLimit: Int = 5
  ) -> [ClusterSummary] {
    var words = ClusterWords(source)
    let overall = source.profileColumns.map(ClusterProfile.Overall.init)
    return assignment.members().enumerated().map { cluster, rows in
      let lists = words.lists(of: rows, limit: wordLimit)
      var examples = rows.filter { words.hasWords($0) }
      if examples.isEmpty { examples = rows }
      examples.sort { (squaredDistances[$0], $0) < (squaredDistances[$1], $1) }
      let representative = Array(examples.prefix(rowLimit))
      // Nearest first among equals, so that the farthest come last there too.
      let unfitness = { (row: Int) in
        silhouettes.isEmpty ? squaredDistances[row] : -silhouettes[row]
      }
      let odd = examples.dropFirst(rowLimit).sorted {
        (-unfitness($0), $0) < (-unfitness($1), $1)
      }
      return ClusterSummary(
        cluster: cluster, rowCount: rows.count, words: lists.descriptive,
        discriminatingWords: lists.discriminating, representativeRows: representative,
        oddRows: Array(odd.prefix(rowLimit)),
        profiles: ClusterProfile.profiles(of: rows, overall: overall, valueLimit: valueLimit))
    }
  }
}

/// The words of clusters, from sums of TF-IDF rows.
private struct ClusterWords {
  private let terms: CSRMatrix?
  private let displayTerms: [String]
  private let totals: [Double]
  private let squaredTotal: Double
  private var sums: [Double]

  init(_ source: ClusterSummary.Source) {
    terms = source.terms
    displayTerms = source.displayTerms
    var totals = [Double](repeating: 0, count: terms?.columnCount ?? 0)
    if let terms {
      for (column, value) in zip(terms.columnIndices, terms.values) {
        totals[Int(column)] += Double(value)
      }
    }
    self.totals = totals
    squaredTotal = totals.reduce(0) { $0 + $1 * $1 }
    sums = [Double](repeating: 0, count: totals.count)
  }

  /// Whether a row has a word, or nobody knows.
  func hasWords(_ row: Int) -> Bool { terms.map { !$0.entries(ofRow: row).isEmpty } ?? true }

  /// The words that describe a cluster of some rows, and those that set it apart.
  mutating func lists(
    of rows: [Int], limit: Int
  ) -> (descriptive: [ClusterSummary.Word], discriminating: [ClusterSummary.Word]) {
    guard let terms else { return ([], []) }
    var columns: [Int] = []
    for row in rows {
      for entry in terms.entries(ofRow: row) {
        let column = Int(terms.columnIndices[entry])
        if sums[column] == 0 { columns.append(column) }
        sums[column] += Double(terms.values[entry])
      }
    }
    defer { for column in columns { sums[column] = 0 } }
    let squared = columns.reduce(0) { $0 + sums[$1] * sums[$1] }
    let descriptive = words(columns, limit) { sums[$0] * sums[$0] / squared }

    let (own, others) = (Double(rows.count), Double(terms.rowCount - rows.count))
    guard others > 0 else { return (descriptive, []) }
    func excess(_ column: Int) -> Double {
      sums[column] / own - (totals[column] - sums[column]) / others
    }
    // Words that only the others have make part of the distance too.
    var apart = squaredTotal
    for column in columns { apart -= totals[column] * totals[column] }
    apart = max(0, apart) / (others * others)
    for column in columns { apart += excess(column) * excess(column) }
    let discriminating = words(columns.filter { excess($0) > 0 }, limit) {
      excess($0) * excess($0) / apart
    }
    return (descriptive, discriminating)
  }

  /// The words of the greatest shares, ties to the lower column.
  private func words(
    _ columns: [Int], _ limit: Int, share: (Int) -> Double
  ) -> [ClusterSummary.Word] {
    var greatest: [(share: Double, column: Int)] = []
    for column in columns {
      let share = share(column)
      if greatest.count == limit {
        guard let last = greatest.last, (last.share, column) < (share, last.column) else {
          continue
        }
        greatest.removeLast()
      }
      let place = greatest.firstIndex { ($0.share, column) < (share, $0.column) }
      greatest.insert((share, column), at: place ?? greatest.count)
    }
    return greatest.map { ClusterSummary.Word(text: displayTerms[$0.column], share: $0.share) }
  }
}
