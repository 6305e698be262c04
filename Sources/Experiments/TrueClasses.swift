internal import Catalogue
public import ClusterScores
public import Clustering

/// The known classes of a run's rows, to compare clusterings with.
public struct TrueClasses: Sendable, Equatable {
  /// The column or the file that they come from.
  public let source: String
  /// The classes, ascending.
  public let names: [String]
  /// The class of each row, n of them; −1 for a row without one.
  public let labels: [Int32]

  /// The number of rows without a class.
  public var unlabeledRowCount: Int { labels.count { $0 < 0 } }

  /// Takes the cells of a column; of several values in a cell, `Dramas, Comedies`, the first counts.
  ///
  /// - Complexity: O(bytes + n·log c) for c classes.
  public init(column: String, cells: [String]) {
    let values = cells.map(Self.firstValue)
    names = Set(values.compactMap { $0 }).sorted()
    source = column
    var numbers: [String: Int32] = [:]
    for (number, name) in names.enumerated() { numbers[name] = Int32(number) }
    labels = values.map { value in value.flatMap { numbers[$0] } ?? -1 }
  }

  /// Takes numbers of classes; a negative one stands for none.
  ///
  /// - Complexity: O(n·log c) for c classes.
  public init(file: String, labels: [Int32]) {
    let classes = Set(labels.filter { $0 >= 0 }).sorted()
    source = file
    names = classes.map(String.init)
    var numbers: [Int32: Int32] = [:]
    for (number, label) in classes.enumerated() { numbers[label] = Int32(number) }
    self.labels = labels.map { numbers[$0] ?? -1 }
  }

  /// Takes a column of a catalogue's rows.
  ///
  /// - Throws: `InputError` when no cell holds anything.
  init(column: Int, of table: CatalogueTable) throws(InputError) {
    let name = table.columnNames[column]
    self.init(
      column: name,
      cells: (0..<table.rowCount).map { table.cell(row: $0, column: column) })
    guard !names.isEmpty else {
      throw InputError(
        kind: .malformed, code: "truth.empty", file: table.sourceName,
        message: "column '\(name)' is blank in every row, so no row has a class",
        hint: "name another column with --truth; 'kindred columns' lists them")
    }
  }

  /// What a user should know of rows without a class.
  var notes: [String] {
    unlabeledRowCount == 0
      ? []
      : [
        "\(VisibleText.grouped(unlabeledRowCount)) of \(VisibleText.grouped(labels.count)) rows"
          + " without a class in '\(source)': left out of its scores"
      ]
  }

  private init(source: String, names: [String], labels: [Int32]) {
    self.source = source
    self.names = names
    self.labels = labels
  }

  /// The classes of some of the rows, in the order given.
  public func selecting(rows: [Int]) -> TrueClasses {
    TrueClasses(source: source, names: names, labels: rows.map { labels[$0] })
  }

  /// What stands before the first comma that has something before it, without white space around it.
  static func firstValue(_ cell: String) -> String? {
    cell.split(separator: ",").lazy.map { part in
      var part = part
      while part.first?.isWhitespace == true { part.removeFirst() }
      while part.last?.isWhitespace == true { part.removeLast() }
      return String(part)
    }.first { !$0.isEmpty }
  }

  /// How often each cluster (first) meets each class (second), rows without a class left out.
  ///
  /// - Complexity: O(n·log n).
  public func table(_ clusters: Assignment) -> ContingencyTable {
    precondition(clusters.labels.count == labels.count, "each row needs a class or −1")
    let rows = labels.indices.filter { labels[$0] >= 0 }
    return ContingencyTable(
      Assignment(trusted: rows.map { clusters.labels[$0] }, clusterCount: clusters.clusterCount),
      Assignment(trusted: rows.map { labels[$0] }, clusterCount: names.count))
  }

  /// The agreement of a clustering with the classes.
  ///
  /// - Complexity: O(n·log n).
  public func scores(_ clusters: Assignment) -> AgreementScores {
    AgreementScores(table(clusters))
  }

  /// The bytes of `truth.csv`: a line a class, a column a cluster, the number of rows in both.
  public func csv(_ clusters: Assignment) -> String {
    let k = clusters.clusterCount
    var counts = [Int](repeating: 0, count: names.count * k)
    for cell in table(clusters).cells { counts[cell.second * k + cell.first] = cell.rowCount }
    var text = (["class"] + (0..<k).map(String.init)).joined(separator: ",") + "\n"
    for (number, name) in names.enumerated() {
      let cells = counts[number * k..<(number + 1) * k].map(String.init)
      text += ([CSVText.field(name)] + cells).joined(separator: ",") + "\n"
    }
    return text
  }
}
