internal import Matrices

extension TextFeatureModel {
  /// For each counter the column of each of its terms, or −1 for terms outside the vocabulary.
  ///
  /// - Throws: `FeatureError.invalidParameter` when two terms are equal or one is empty, as only a
  ///   damaged model file has them.
  func columns(of counters: [TermCounterBox]) throws(FeatureError) -> [[Int32]] {
    var vocabulary = WordTable(expectedCount: terms.count)
    defer { vocabulary.deallocate() }
    for term in terms { vocabulary.insert(term) }
    guard vocabulary.count == terms.count else {
      throw .invalidParameter(name: "terms", reason: "must be distinct and not empty")
    }
    return counters.map { box in
      let found = box.counter.pointee.terms
      return (0..<found.count).map { term in
        let bytes = found.bytes(of: term)
        let key = WordTable.key(of: bytes, length: found.length(of: term))
        return Int32(vocabulary.lookUp(key, bytes)) - 1
      }
    }
  }
}
