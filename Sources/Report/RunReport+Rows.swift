internal import ClusterScores
internal import Clustering
internal import Experiments
internal import Matrices

extension RunReport {
  /// The most columns that rows can be filtered by.
  private static let columnLimit = 8

  /// The rows of the page: what each is called, its cluster, and what it has in other columns.
  var catalogue: [(String, JSONValue)] {
    let input = publication.input
    let best = publication.result.best
    let names = input.titles.isEmpty ? input.identifiers : input.titles
    let samples = best.silhouette.samples
    return [
      (
        "rows",
        .object([
          ("names", .array(rows.rows.map { .string(names[$0]) })),
          ("ids", identifiersOfNamesakes),
          (
            "labels",
            .string(
              PackedNumbers.text(rows.rows.map { Int(best.model.assignment.labels[$0]) }))
          ),
          (
            "silhouettes",
            samples.isEmpty
              ? .null
              : .string(
                PackedNumbers.text(
                  signed: rows.rows.map { Self.scaled(samples[$0], by: 1_000) }))
          ),
          ("columns", .array(input.profileColumns.prefix(Self.columnLimit).map(column))),
        ])
      )
    ]
  }

  /// The identifiers of rows whose title another row has too: place and identifier in turn.
  private var identifiersOfNamesakes: JSONValue {
    let input = publication.input
    guard !input.titles.isEmpty else { return .array([]) }
    var counts: [String: Int] = [:]
    for title in input.titles { counts[title, default: 0] += 1 }
    return .array(
      rows.rows.enumerated().flatMap { place, row in
        counts[input.titles[row]] == 1
          ? [] : [JSONValue.int(place), .string(input.identifiers[row])]
      })
  }

  /// A column: its values and, for each row, which of them it has.
  private func column(_ column: ProfileColumn) -> JSONValue {
    switch column.content {
    case .numbers(let numbers):
      let values = Set(rows.rows.map { numbers[$0] }.filter { !$0.isNaN }).sorted()
      var places: [Double: Int] = [:]
      for (place, value) in values.enumerated() { places[value] = place + 1 }
      return .object([
        ("name", .string(column.name)), ("numbers", .array(values.map(JSONValue.number))),
        ("codes", .string(PackedNumbers.text(rows.rows.map { places[numbers[$0]] ?? 0 }))),
      ])
    case .values(let names, let offsets, let codes):
      // Common values get small numbers, which take few bits.
      var counts = [Int](repeating: 0, count: names.count)
      for row in rows.rows {
        for code in codes[offsets[row]..<offsets[row + 1]] { counts[Int(code)] += 1 }
      }
      let order = names.indices.filter { counts[$0] > 0 }.sorted {
        (-counts[$0], $0) < (-counts[$1], $1)
      }
      var places = [Int](repeating: 0, count: names.count)
      for (place, code) in order.enumerated() { places[code] = place }
      return .object([
        ("name", .string(column.name)), ("values", .array(order.map { .string(names[$0]) })),
        (
          "counts",
          .string(PackedNumbers.text(rows.rows.map { offsets[$0 + 1] - offsets[$0] }))
        ),
        (
          "codes",
          .string(
            PackedNumbers.text(
              rows.rows.flatMap { row in
                codes[offsets[row]..<offsets[row + 1]].map { places[Int($0)] }
              }))
        ),
      ])
    }
  }
}
