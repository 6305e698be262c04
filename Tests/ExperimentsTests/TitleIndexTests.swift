import Experiments
import Testing

/// Titles are found whatever the case and the accents.
@Suite struct TitleIndexTests {
  let index = TitleIndex([
    "Amélie", "The Long Night", "THE LONG NIGHT", "Señor Ñandú", "Straße", "Stranger Things",
    "Żółw", "Twin", "Twin", "7:19",
  ])

  @Test(arguments: [
    ("Amélie", 0), ("amelie", 0), ("AMÉLIE", 0), ("Ame\u{301}lie", 0), ("senor nandu", 3),
    ("stranger  things ", 5), ("ŻÓŁW", 6), ("zołw", 6), ("The Long Night", 1),
    ("THE LONG NIGHT", 2), ("7:19", 9),
  ])
  func findsOneRow(title: String, row: Int) { #expect(index.match(title) == .row(row)) }

  @Test func severalRowsAskWhich() {
    #expect(index.match("Twin") == .several([7, 8]))
    #expect(index.match("the long night") == .several([1, 2]))
  }

  @Test(arguments: [("Strangr Things", 5), ("Long Night", 1), ("Amelei", 0)])
  func suggestsTheNearest(title: String, row: Int) throws {
    guard case .none(let nearest) = index.match(title) else {
      Issue.record("\(title) was found")
      return
    }
    #expect(nearest.count == 3)
    #expect(nearest.first == row)
  }

  @Test func nothingMatchesInAnEmptyIndex() {
    #expect(TitleIndex([]).match("x") == .none(nearest: []))
  }
}
