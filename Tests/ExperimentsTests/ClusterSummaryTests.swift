import Catalogue
import Clustering
import Experiments
import Matrices
import Testing

/// What a person reads of a cluster, beside plain loops over full rows.
@Suite struct ClusterSummaryTests {
  /// Twelve rows of nine terms, some without any.
  private static let rows: [[Float]] = (0..<12).map { row in
    (0..<9).map { column -> Float in
      guard row != 7, (column * 5 + row * 3) % 7 < 3 else { return 0 }
      let weight: Int = (column * row) % 4 + 1
      return Float(weight) / 4
    }
  }
  private static let labels: [Int32] = [0, 1, 0, 2, 1, 0, 0, 2, 1, 0, 0, 0]
  private static let assignment = Assignment(trusted: labels, clusterCount: 3)

  private static var terms: CSRMatrix {
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in rows {
      for (column, value) in row.enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      offsets.append(columns.count)
    }
    return CSRMatrix(
      rowCount: rows.count, columnCount: 9, rowOffsets: offsets, columnIndices: columns,
      values: values)
  }

  private static func mean(_ picked: [Int]) -> [Double] {
    (0..<9).map { column in
      picked.reduce(0) { $0 + Double(rows[$1][column]) } / Double(picked.count)
    }
  }

  private static func summaries(
    silhouettes: [Double] = [], distances: [Double]? = nil, rowLimit: Int = 2
  ) -> [ClusterSummary] {
    ClusterSummary.summaries(
      of: assignment,
      squaredDistances: distances ?? (0..<12).map { Double(($0 * 5) % 12) },
      silhouettes: silhouettes,
      source: .init(terms: terms, displayTerms: (0..<9).map { "t\($0)" }), wordLimit: 4,
      rowLimit: rowLimit)
  }

  @Test func wordsAreThoseOfTheMeans() {
    for summary in Self.summaries() {
      let members = (0..<12).filter { Self.labels[$0] == Int32(summary.cluster) }
      let own = Self.mean(members)
      let rest = Self.mean((0..<12).filter { !members.contains($0) })
      let length = own.reduce(0) { $0 + $1 * $1 }
      let apart = zip(own, rest).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      let descriptive = (0..<9).filter { own[$0] > 0 }.map { ($0, own[$0] * own[$0] / length) }
      let discriminating = (0..<9).filter { own[$0] > rest[$0] }.map {
        ($0, (own[$0] - rest[$0]) * (own[$0] - rest[$0]) / apart)
      }
      expect(summary.words, are: descriptive)
      expect(summary.discriminatingWords, are: discriminating)
    }
  }

  private func expect(_ words: [ClusterSummary.Word], are wanted: [(Int, Double)]) {
    let best = wanted.sorted { $0.1 > $1.1 }.prefix(4)
    #expect(words.count == best.count)
    for (word, wanted) in zip(words, best) {
      #expect(abs(word.share - wanted.1) < 1e-12)
    }
    for word in words {
      #expect(wanted.contains { "t\($0.0)" == word.text && abs($0.1 - word.share) < 1e-12 })
    }
  }

  @Test func oneClusterIsSetApartFromNothing() {
    let all = ClusterSummary.summaries(
      of: Assignment(trusted: [Int32](repeating: 0, count: 12), clusterCount: 1),
      squaredDistances: [Double](repeating: 1, count: 12),
      source: .init(terms: Self.terms, displayTerms: (0..<9).map { "t\($0)" }))
    #expect(all[0].words.count > 4)
    #expect(all[0].discriminatingWords.isEmpty)
  }

  @Test func examplesAreTheNearestAndTheWorst() {
    let distances: [Double] = [4, 0, 2, 9, 1, 8, 2, 0, 5, 7, 3, 6]
    let silhouettes: [Double] = [0.1, 0, 0.3, 0, 0, -0.2, 0.4, 0, 0, 0.5, -0.3, 0.2]
    let far = Self.summaries(distances: distances)[0]
    #expect(far.representativeRows == [2, 6])
    #expect(far.oddRows == [5, 9])
    let unfit = Self.summaries(silhouettes: silhouettes, distances: distances)[0]
    #expect(unfit.representativeRows == [2, 6])
    #expect(unfit.oddRows == [10, 5])
    // A row without words is no example while there is another.
    #expect(Self.summaries(distances: distances)[2].representativeRows == [3])
    #expect(Self.summaries(distances: distances, rowLimit: 9)[0].oddRows.isEmpty)
  }

  private static let catalogue = """
    title,kind,genres,year,grade,date,note
    a,film,"Drama, Comedy",2001,1,"May 1, 2001",x1
    b,film,Drama,2002,2,"May 2, 2001",x2
    c,show,"Comedy, Drama, Comedy",2003,1,"May 3, 2001",x3
    d,film,,2004,2,"May 4, 2001",x4
    e,show,Horror,2005,1,"May 5, 2001",x5
    f, film ,"Drama, Horror",,2,"May 6, 2001",x6
    g,film,Drama,2007,,"May 7, 2001",x7
    h,show,Comedy,2008,1,"May 8, 2001",x8
    i,film,Drama,2009,1,"May 9, 2001",x9
    j,film,Drama,2010,1,"May 10, 2001",x10
    k,film,Drama,2011,1,"May 11, 2001",x11
    l,film,Drama,2012,2,"May 12, 2001",x12
    m,show,Drama,2013,2,"May 13, 2001",x13
    n,show,Drama,2014,2,"May 14, 2001",x14

    """

  @Test func columnsThatTellClustersApartAreFound() throws {
    let table = try CatalogueTable(
      reading: InputFile(name: "c.csv", storedBytes: Array(Self.catalogue.utf8)))
    let columns = ProfileColumn.columns(
      of: table, except: [0], pool: WorkerPool(threadCount: 2))
    #expect(columns.map(\.name) == ["kind", "genres", "year", "grade"])
    guard case .values(let kinds, let kindOffsets, let kindCodes) = columns[0].content,
      case .values(let genres, let offsets, let codes) = columns[1].content,
      case .numbers(let years) = columns[2].content,
      case .values(let grades, _, _) = columns[3].content
    else {
      Issue.record("a column is of the wrong kind")
      return
    }
    #expect(kinds == ["film", "show"] && kindOffsets.last == 14 && kindCodes[5] == 0)
    #expect(genres == ["Drama", "Comedy", "Horror"])
    #expect(Array(codes[offsets[2]..<offsets[3]]) == [1, 0])
    #expect(offsets[3] == offsets[4])
    #expect(years[0] == 2001 && years[5].isNaN)
    #expect(grades == ["1", "2"])
  }

  @Test func profilesCountRowsWithAValue() throws {
    let table = try CatalogueTable(
      reading: InputFile(name: "c.csv", storedBytes: Array(Self.catalogue.utf8)))
    var source = ClusterSummary.Source(terms: nil, displayTerms: [])
    source.profileColumns = ProfileColumn.columns(
      of: table, except: [0], pool: WorkerPool(threadCount: 2))
    let labels = (0..<14).map { Int32($0 < 6 ? 0 : 1) }
    let summary = ClusterSummary.summaries(
      of: Assignment(trusted: labels, clusterCount: 2),
      squaredDistances: [Double](repeating: 0, count: 14), source: source, valueLimit: 2)[0]
    let drama = ClusterProfile.Value(name: "Drama", share: 4 / 5, overallShare: 11 / 13)
    let comedy = ClusterProfile.Value(name: "Comedy", share: 2 / 5, overallShare: 3 / 13)
    #expect(
      summary.profiles[1] == ClusterProfile(column: "genres", content: .values([drama, comedy])))
    #expect(
      summary.profiles[2]
        == ClusterProfile(
          column: "year",
          content: .quartiles([2002, 2003, 2004], overall: [2004, 2008, 2011])))
    #expect(summary.words.isEmpty && summary.representativeRows == [0, 1, 2, 3, 4])
  }
}
