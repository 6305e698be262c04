import Experiments
import Testing

/// Numbers and JSON as text: the same bytes everywhere.
@Suite struct TextOutputTests {
  @Test(
    arguments: [
      (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-3.0, "-3"), (0.1, "0.1"), (1e-5, "1e-05"),
      (0.3, "0.3"), (123_456_789.0, "123456789"), (1e-300, "1e-300"),
    ] as [(Double, String)])
  func shortestTextReadsBack(value: Double, text: String) {
    #expect(NumberText.shortest(value) == text)
    #expect(Double(NumberText.shortest(value)) == value)
  }

  @Test(
    arguments: [
      (0.00755, 4, "0.0076"), (-0.00001, 4, "0.0000"), (-1.5, 0, "-2"), (12.345, 2, "12.35"),
      (0.5, 0, "1"), (1e12, 1, "1000000000000.0"), (-0.25, 1, "-0.3"),
    ] as [(Double, Int, String)])
  func fixedDecimalsRoundHalfAway(value: Double, decimals: Int, text: String) {
    #expect(NumberText.fixed(value, decimals: decimals) == text)
  }

  @Test func memberOrderIsKeptAndTextIsEscaped() {
    let value = JSONValue.object([
      ("b", .int(1)), ("a", .array([.null, .bool(true), .number(.nan), .number(0.5)])),
      ("t", .string("quote \" back \\ line \n bell \u{7}")),
    ])
    #expect(
      value.text
        == #"{"b": 1, "a": [null, true, null, 0.5], "t": "quote \" back \\ line \n bell \u0007"}"#)
  }

  @Test func prettyTextHasAMemberALine() {
    let value = JSONValue.object([
      ("runs", .array([.object([("k", .int(2))])])), ("list", .array([.int(1), .int(2)])),
    ])
    #expect(
      value.prettyText == """
        {
          "runs": [
            {
              "k": 2
            }
          ],
          "list": [1, 2]
        }

        """)
  }
}
