internal import Glibc

/// The distinct terms of all counters under one numbering, with their totals.
final class MergedTerms: @unchecked Sendable {
  /// The terms; their numbers depend on the workers, their set and totals do not.
  let table: WordTable

  /// For each counter, the merged number of each of its terms; nil when there is one counter only,
  /// whose numbering stands.
  private let numbers: [[UInt32]]?

  /// For each term the number of rows that hold it.
  let documentFrequencies: [Int]

  /// For each term the number of its occurrences.
  let occurrences: [Int]

  // Keeps alive the table that is used without a copy.
  private let source: TermCounterBox?

  /// Merges the terms of all counters.
  ///
  /// - Complexity: O(total distinct terms of all counters).
  init(_ counters: [TermCounterBox]) {
    if let only = counters.first, counters.count == 1 {
      source = only
      numbers = nil
      table = only.counter.pointee.terms
      let totals = only.counter.pointee.totals
      documentFrequencies = (0..<table.count).map { Int(totals[$0].documentFrequency) }
      occurrences = (0..<table.count).map { Int(totals[$0].occurrences) }
      return
    }
    source = nil
    let largest = counters.map { $0.counter.pointee.terms.count }.max() ?? 0
    var merged = WordTable(expectedCount: largest * 3 / 2)
    var frequencies: [Int] = []
    var sums: [Int] = []
    numbers = counters.map { box in
      let terms = box.counter.pointee.terms
      let totals = box.counter.pointee.totals
      return (0..<terms.count).map { term in
        let number = merged.number(of: terms.bytes(of: term), length: terms.length(of: term))
        if number == sums.count {
          frequencies.append(0)
          sums.append(0)
        }
        frequencies[number] += Int(totals[term].documentFrequency)
        sums[number] += Int(totals[term].occurrences)
        return UInt32(number)
      }
    }
    table = merged
    documentFrequencies = frequencies
    occurrences = sums
  }

  deinit {
    if source == nil { table.deallocate() }
  }

  /// For each counter the column of each of its terms, given the column of each merged term.
  func columns(of columnOfTerm: [Int32]) -> [[Int32]] {
    guard let numbers else { return [columnOfTerm] }
    return numbers.map { $0.map { columnOfTerm[Int($0)] } }
  }

  /// Some of the terms, by their numbers, in ascending order of their bytes.
  ///
  /// - Complexity: O(m log m) comparisons for m terms.
  func sorted(_ terms: [Int]) -> [Int] {
    struct SortKey {
      let prefix: UInt64
      let term: UInt32
    }
    let table = self.table
    var keys = terms.map { term in
      let word = WordTable.key(of: table.bytes(of: term), length: table.length(of: term))
      return SortKey(prefix: word.prefix.bigEndian, term: UInt32(term))
    }
    keys.sort { first, second in
      if first.prefix != second.prefix { return first.prefix < second.prefix }
      return table.precedes(Int(first.term), Int(second.term))
    }
    return keys.map { Int($0.term) }
  }

  /// A term as a string.
  func string(_ term: Int) -> String { String(decoding: table.buffer(of: term), as: UTF8.self) }
}

extension WordTable {
  /// True when the bytes of one word come before those of another.
  func precedes(_ first: Int, _ second: Int) -> Bool {
    let shorter = min(length(of: first), length(of: second))
    let order = memcmp(bytes(of: first), bytes(of: second), shorter)
    return order == 0 ? length(of: first) < length(of: second) : order < 0
  }
}
