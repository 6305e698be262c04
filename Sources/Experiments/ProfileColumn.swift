package import Catalogue
package import Matrices

/// What each row of a catalogue has in a column that is not clustered: some of a few values, or a number.
///
/// Tells what clusters are made of beside their words: the genres, countries or years of their rows.
public struct ProfileColumn: Sendable, Equatable {
  /// The cells of a column.
  public enum Content: Sendable, Equatable {
    /// Values by name in the order in which they first appear; row i has those numbered
    /// `codes[offsets[i]..<offsets[i + 1]]`, none where its cell is blank.
    case values(names: [String], offsets: [Int], codes: [Int32])
    /// One number a row; not a number where its cell is blank.
    case numbers([Double])
  }

  /// The column's name.
  public let name: String
  /// Its cells.
  public let content: Content

  /// A column with more different values tells each row from the others, not clusters.
  private static let valueLimit = 512

  /// A column of numbers with at most this many different ones is one of values, as grades are.
  private static let fewNumbers = 12

  /// The columns of a table that can tell what clusters are made of, but for some.
  ///
  /// A column of numbers can, and one whose values repeat: at most 512 of them and four times fewer than
  /// cells. Where commas make lists of different lengths, the values are the lists' parts.
  ///
  /// - Complexity: O(bytes of the table).
  package static func columns(
    of table: CatalogueTable, except others: [Int], pool: WorkerPool
  ) -> [ProfileColumn] {
    let columns = (0..<table.columnCount).filter { !others.contains($0) }
    return pool.map(columns.count) { place in
      let column = columns[place]
      let content = numbers(in: column, of: table) ?? values(in: column, of: table)
      return content.map { ProfileColumn(name: table.columnNames[column], content: $0) }
    }.compactMap(\.self)
  }

  /// The numbers of a column, when all cells but blank ones are numbers, and many.
  private static func numbers(in column: Int, of table: CatalogueTable) -> Content? {
    var numbers: [Double] = []
    var different: Set<Double> = []
    for row in 0..<table.rowCount {
      if table.isBlank(row: row, column: column) {
        numbers.append(.nan)
        continue
      }
      guard let number = Double(table.cell(row: row, column: column)), number.isFinite else {
        return nil
      }
      if different.count <= fewNumbers { different.insert(number) }
      numbers.append(number)
    }
    return different.count > fewNumbers ? .numbers(numbers) : nil
  }

  /// The values of a column, as they stand or as parts of lists; nil when they are too many or one.
  private static func values(in column: Int, of table: CatalogueTable) -> Content? {
    let isList = holdsLists(column, of: table)
    var numberOfName: [ArraySlice<UInt8>: Int32] = [:]
    var names: [String] = []
    var offsets = [0]
    var codes: [Int32] = []
    for row in 0..<table.rowCount {
      if !table.isBlank(row: row, column: column) {
        let cell = table.utf8(row: row, column: column)
        for part in isList ? cell.split(separator: comma) : [cell] {
          let name = trimmed(part)
          guard !name.isEmpty else { continue }
          if let code = numberOfName[name] {
            // A value that a cell repeats counts once.
            if !codes[(offsets.last ?? 0)...].contains(code) { codes.append(code) }
            continue
          }
          guard names.count < valueLimit else { return nil }
          numberOfName[name] = Int32(names.count)
          codes.append(Int32(names.count))
          names.append(String(decoding: name, as: UTF8.self))
        }
      }
      offsets.append(codes.count)
    }
    guard names.count > 1, names.count * 4 <= max(codes.count, 32), names.count < codes.count else {
      return nil
    }
    return .values(names: names, offsets: offsets, codes: codes)
  }

  /// The column of some rows, in the order given; values that none of them has keep their numbers.
  ///
  /// - Complexity: O(values of the rows).
  func selecting(rows: [Int]) -> ProfileColumn {
    switch content {
    case .numbers(let numbers):
      return ProfileColumn(name: name, content: .numbers(rows.map { numbers[$0] }))
    case .values(let names, let offsets, let codes):
      var ends = [0]
      var picked: [Int32] = []
      for row in rows {
        picked += codes[offsets[row]..<offsets[row + 1]]
        ends.append(picked.count)
      }
      return ProfileColumn(
        name: name, content: .values(names: names, offsets: ends, codes: picked))
    }
  }

  private static let comma = UInt8(ascii: ",")

  /// Whether cells are lists: commas with a space behind them, more in some cells than in others.
  private static func holdsLists(_ column: Int, of table: CatalogueTable) -> Bool {
    var lengths: Set<Int> = []
    for row in 0..<table.rowCount where !table.isBlank(row: row, column: column) {
      let cell = table.utf8(row: row, column: column)
      var count = 1
      for place in cell.indices where cell[place] == comma {
        guard place + 1 < cell.endIndex else { continue }
        if cell[place + 1] != 0x20 { return false }
        count += 1
      }
      lengths.insert(count)
    }
    return lengths.count > 1
  }

  private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text
    while let first = text.first, first <= 0x20 { text.removeFirst() }
    while let last = text.last, last <= 0x20 { text.removeLast() }
    return text
  }
}
