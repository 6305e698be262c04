internal import Clustering
internal import Experiments
internal import Matrices
internal import TextFeatures

extension RunReport {
  /// The relatives of the page's rows, when the run has words to tell them by.
  var relatives: RelativeLists? {
    guard publication.input.termRows != nil, rows.totalCount > 1 else { return nil }
    return Recommender(publication.model).lists(
      ofRows: rows.rows, count: Self.relativeLimit, wordLimit: Self.wordLimit, pool: pool)
  }

  /// The relatives with at most some shared words each.
  func listed(_ lists: RelativeLists?, wordLimit: Int) -> [(String, JSONValue)] {
    guard let lists else { return [] }
    let similarities = lists.similarities.map { Self.scaled($0, by: 10_000) }
    let starts = stride(from: 0, to: similarities.count, by: lists.listLength)
    let falls = similarities.indices.compactMap { place in
      place.isMultiple(of: lists.listLength) ? nil : similarities[place - 1] - similarities[place]
    }
    var members: [(String, JSONValue)] = [
      ("length", .int(lists.listLength)),
      // A row that the page does not hold is 0.
      (
        "rows",
        .string(PackedNumbers.text(lists.rows.map { Int(rows.places[Int($0)]) + 1 }))
      ),
      ("greatest", .string(PackedNumbers.text(signed: starts.map { similarities[$0] }))),
      ("falls", .string(PackedNumbers.text(falls))),
      ("wordLimit", .int(wordLimit)),
    ]
    if wordLimit > 0 { members += shared(lists, limit: wordLimit) }
    return [("relatives", .object(members))]
  }

  /// The words that rows share: each row has a list of words, and a relative some places in it.
  private func shared(_ lists: RelativeLists, limit: Int) -> [(String, JSONValue)] {
    let terms = publication.input.featureModel?.displayTerms ?? []
    let columns = { (relative: Int) in
      lists.sharedColumns[lists.sharedOffsets[relative]..<lists.sharedOffsets[relative + 1]]
        .prefix(limit)
    }
    let relativeCount = lists.rows.count
    var uses = [Int](repeating: 0, count: terms.count)
    for relative in 0..<relativeCount {
      for column in columns(relative) { uses[Int(column)] += 1 }
    }
    let order = terms.indices.filter { uses[$0] > 0 }.sorted { (-uses[$0], $0) < (-uses[$1], $1) }
    var number = [Int](repeating: 0, count: terms.count)
    for (place, column) in order.enumerated() { number[column] = place }

    var (rowCounts, steps, counts, places): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
    for start in stride(from: 0, to: relativeCount, by: lists.listLength) {
      let shared = (start..<start + lists.listLength).map { relative in
        columns(relative).map { number[Int($0)] }
      }
      let own = Set(shared.joined()).sorted()
      rowCounts.append(own.count)
      var last = -1
      for word in own {
        steps.append(word - last - 1)
        last = word
      }
      for words in shared {
        counts.append(words.count)
        for word in words { places.append(own.firstIndex(of: word) ?? 0) }
      }
    }
    return [
      ("words", .array(order.map { .string(terms[$0]) })),
      ("rowWords", .string(PackedNumbers.text(rowCounts))),
      ("steps", .string(PackedNumbers.text(steps))),
      ("counts", .string(PackedNumbers.text(counts))),
      ("places", .string(PackedNumbers.text(places))),
    ]
  }
}
