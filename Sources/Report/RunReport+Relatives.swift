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
    let relativeCount = lists.rows.count
    func places(of relative: Int) -> Range<Int> {
      let start = lists.sharedOffsets[relative]
      return start..<min(start + limit, lists.sharedOffsets[relative + 1])
    }
    var uses = [Int](repeating: 0, count: terms.count)
    for relative in 0..<relativeCount {
      for place in places(of: relative) { uses[Int(lists.sharedColumns[place])] += 1 }
    }
    let order = terms.indices.filter { uses[$0] > 0 }.sorted { (-uses[$0], $0) < (-uses[$1], $1) }
    var number = [Int](repeating: 0, count: terms.count)
    for (place, column) in order.enumerated() { number[column] = place }

    var (rowCounts, steps, counts, inList): ([Int], [Int], [Int], [Int]) = ([], [], [], [])
    counts.reserveCapacity(relativeCount)
    inList.reserveCapacity(relativeCount * limit)
    // The words of the row in question, ascending, and where each has its place among them.
    var own: [Int] = []
    var placeOfWord = [Int](repeating: -1, count: order.count)
    for start in stride(from: 0, to: relativeCount, by: lists.listLength) {
      let relatives = start..<start + lists.listLength
      own.removeAll(keepingCapacity: true)
      for relative in relatives {
        for place in places(of: relative) {
          let word = number[Int(lists.sharedColumns[place])]
          if placeOfWord[word] < 0 {
            placeOfWord[word] = 0
            own.append(word)
          }
        }
      }
      own.sort()
      rowCounts.append(own.count)
      var last = -1
      for (place, word) in own.enumerated() {
        placeOfWord[word] = place
        steps.append(word - last - 1)
        last = word
      }
      for relative in relatives {
        let words = places(of: relative)
        counts.append(words.count)
        for place in words {
          inList.append(placeOfWord[number[Int(lists.sharedColumns[place])]])
        }
      }
      for word in own { placeOfWord[word] = -1 }
    }
    return [
      ("words", .array(order.map { .string(terms[$0]) })),
      ("rowWords", .string(PackedNumbers.text(rowCounts))),
      ("steps", .string(PackedNumbers.text(steps))),
      ("counts", .string(PackedNumbers.text(counts))),
      ("places", .string(PackedNumbers.text(inList))),
    ]
  }
}
