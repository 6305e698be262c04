/// Finds for each stem the word that people read.
struct DisplayTerms {
  private let displayOfStem: [String]
  private let stems: WordTable

  /// Collects the surface forms of all counters, which must have stemmers.
  ///
  /// - Complexity: O(distinct surface forms of all counters).
  init(_ counters: [TermCounterBox]) {
    var stems = WordTable(expectedCount: 8_192)
    var surfaces = WordTable(expectedCount: 8_192)
    var occurrences: [Int] = []
    var stemOfSurface: [Int] = []
    for box in counters {
      let counter = box.counter.pointee
      for surface in 0..<counter.surfaces.count {
        let count = Int(counter.surfaceOccurrences[surface])
        let stem = Int(counter.unitOfSurface[surface])
        // A stop word never occurs as a term, and a stemmer may leave nothing of a word.
        guard count > 0, counter.stems.length(of: stem) > 0 else { continue }
        let number = surfaces.number(
          of: counter.surfaces.bytes(of: surface), length: counter.surfaces.length(of: surface))
        if number == occurrences.count {
          occurrences.append(0)
          stemOfSurface.append(
            stems.number(
              of: counter.stems.bytes(of: stem), length: counter.stems.length(of: stem)))
        }
        occurrences[number] += count
      }
    }
    var best = [Int](repeating: -1, count: stems.count)
    for surface in 0..<surfaces.count {
      let stem = stemOfSurface[surface]
      let rival = best[stem]
      if rival < 0 || occurrences[surface] > occurrences[rival]
        || (occurrences[surface] == occurrences[rival] && surfaces.precedes(surface, rival))
      {
        best[stem] = surface
      }
    }
    displayOfStem = best.map { String(decoding: surfaces.buffer(of: $0), as: UTF8.self) }
    surfaces.deallocate()
    self.stems = stems
  }

  func deallocate() { stems.deallocate() }

  /// The words that stand for a term of one or more stems.
  func display(of term: String) -> String {
    guard term.utf8.contains(0x20) else { return display(ofStem: term) }
    return term.split(separator: " ", omittingEmptySubsequences: false).map {
      display(ofStem: String($0))
    }.joined(separator: " ")
  }

  private func display(ofStem stem: String) -> String {
    withPaddedBytes(of: stem) { bytes, length in
      guard length > 0 else { return "" }
      let found = stems.lookUp(WordTable.key(of: bytes, length: length), bytes)
      return found == 0 ? stem : displayOfStem[Int(found) - 1]
    }
  }
}
