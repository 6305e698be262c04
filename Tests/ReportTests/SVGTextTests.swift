internal import Report
internal import Testing

@Suite struct SVGTextTests {
  @Test("Text comes back from XML as it was, less what nobody can see")
  func escaping() {
    #expect(SVGText.escaping("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;")
    #expect(SVGText.escaping("a\u{0}\u{8}\u{1B}b\u{7F}\u{85}c") == "abc")
    #expect(SVGText.escaping("a\tb\nc\r\nd") == "a b c  d")
    #expect(SVGText.escaping("\u{202E}right\u{202C} \u{2066}x\u{2069}\u{FFFE}") == "right x")
    #expect(SVGText.escaping("𝔘 👩‍👧 שלום") == "𝔘 👩‍👧 שלום")
  }

  @Test func numbersHaveOneDecimal() {
    #expect(
      [0, 1.25, -0.04, -3.16, 1e6].map(SVGText.number) == [
        "0.0", "1.3", "0.0", "-3.2", "1000000.0",
      ])
  }

  @Test("Text that is too wide is cut between words where it can be")
  func cutting() {
    #expect(SVGText.cut("short", width: 10) == "short")
    #expect(SVGText.cut("love, family, young, woman", width: 9) == "love, family…")
    #expect(SVGText.cut(String(repeating: "W", count: 99), width: 5) == "WWWW…")
    #expect(SVGText.cut("映画の世界は素晴らしい", width: 5) == "映画の…")
    #expect(SVGText.cut("x", width: 0) == "…")
    #expect(SVGText.cut("", width: 0) == "")
  }

  @Test("A cut text never grows, whatever it is made of")
  func cuttingAnything() {
    let texts = ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "e\u{301}e\u{301}e\u{301}e\u{301}", "a, b, c, d, e", ", , , , ,"]
    for text in texts {
      for width in 0...9 {
        let cut = SVGText.cut(text, width: Double(width))
        #expect(cut == text || cut.hasSuffix("…"))
        #expect(cut.count <= text.count + 1)
        #expect(cut == text || text.hasPrefix(cut.dropLast()))
      }
    }
  }
}
