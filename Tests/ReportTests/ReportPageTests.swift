import Experiments
import Report
import Testing

/// The page around the data.
@Suite struct ReportPageTests {
  @Test func nothingInTheDataCanEndTheBlock() {
    let json = JSONValue.array([
      .string("</script><!--"), .string("a & b > c"), .string("\u{2028}\u{2029}"),
      .string("\u{E8}\u{A8}\u{4E28}"), .number(-0.5), .null,
    ])
    let escaped = String(decoding: ReportPage.escaped(json.bytes), as: UTF8.self)
    #expect(
      escaped == """
        ["\\u003c/script\\u003e\\u003c!--", "a \\u0026 b \\u003e c", "\\u2028\\u2029", \
        "\u{E8}\u{A8}\u{4E28}", -0.5, null]
        """)
  }

  @Test func dataAreNotLookedThroughForTheNamesOfParts() {
    let page = String(
      decoding: ReportPage([Array("\"%SCRIPT% %DATA% %NOTHING%\"".utf8)]).bytes, as: UTF8.self)
    #expect(page.contains(#"id="data">"%SCRIPT% %DATA% %NOTHING%"</script>"#))
    #expect(!page.contains("%STYLE-HASH%"))
  }

  @Test func pageAsksForNothingElse() {
    let page = String(decoding: ReportPage([]).bytes, as: UTF8.self)
    for word in ["http:", "https:", "url(", "innerHTML", "outerHTML", "document.write", "eval("] {
      // The name of the SVG namespace is no address that is asked for.
      #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains(word), "\(word)")
    }
    #expect(page.contains("default-src 'none'; style-src 'sha256-"))
  }

  @Test func rowsOfAPageAreSpreadAndHoldTheExamples() {
    let few = ReportRows(rowCount: 5, limit: 5, examples: [3])
    #expect(few.rows == [0, 1, 2, 3, 4])
    #expect(few.places == [0, 1, 2, 3, 4])
    let some = ReportRows(rowCount: 100, limit: 10, examples: [99, 98, 50, 50])
    #expect(some.rows.count == 10)
    #expect(some.rows == some.rows.sorted())
    #expect(Set(some.rows).isSuperset(of: [50, 98, 99]))
    #expect(some.rows.first == 0)
    for (place, row) in some.rows.enumerated() { #expect(some.places[row] == Int32(place)) }
    #expect(some.places.count { $0 < 0 } == 90)
    let full = ReportRows(rowCount: 100, limit: 3, examples: [7, 5, 9, 11])
    #expect(full.rows == [5, 7, 9])
  }
}
