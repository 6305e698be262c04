internal import Report
internal import Testing

@Suite struct HeightAxisTests {
  @Test(
    "Ticks are round, and each has its own text",
    arguments: [
      (1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"], ""),
      (2.4, ["0", "0.5", "1.0", "1.5", "2.0"], ""),
      (3.9, ["0", "1", "2", "3"], ""), (87.0, ["0", "20", "40", "60", "80"], ""),
      (99_999.0, ["0", "20000", "40000", "60000", "80000"], ""),
      (0.05, ["0", "0.01", "0.02", "0.03", "0.04", "0.05"], ""),
      (1.5e12, ["0", "0.5", "1.0", "1.5"], "×10¹²"), (6e-12, ["0", "2", "4", "6"], "×10⁻¹²"),
      (0, ["0"], ""),
    ])
  func ticks(greatest: Double, texts: [String], factor: String) {
    let axis = HeightAxis(greatest: greatest)
    #expect(axis.ticks.map(\.text) == texts)
    #expect(axis.factorText == factor)
    #expect(axis.limit > 0)
  }

  @Test(
    "Where nothing happens below four fifths of the axis, it begins at a round number above 0",
    arguments: [
      (0.985, 0.998, ["0.980", "0.985", "0.990", "0.995"]),
      (0.8, 1.0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
      (90.0, 99.0, ["88", "90", "92", "94", "96", "98"]),
      (1.41421356, 1.41421357, ["0", "0.5", "1.0"]),
      (9.1e-9, 1e-8, ["0.88", "0.90", "0.92", "0.94", "0.96", "0.98", "1.00"]),
    ])
  func laterStart(least: Double, greatest: Double, texts: [String]) {
    let axis = HeightAxis(least: least, greatest: greatest)
    #expect(axis.ticks.map(\.text) == texts)
    #expect(axis.ticks[0].height == axis.start)
    #expect(axis.start < least && axis.limit == greatest)
  }

  @Test("At any scale there are two to eight ticks, all on the axis, each with its own text")
  func anyScale() {
    var greatest = Double.leastNonzeroMagnitude
    while greatest.isFinite {
      for share in [0, 0.81, 0.95, 0.9999] {
        let axis = HeightAxis(least: greatest * share, greatest: greatest)
        #expect((2...8).contains(axis.ticks.count), "\(greatest), \(share)")
        #expect(Set(axis.ticks.map(\.text)).count == axis.ticks.count, "\(greatest), \(share)")
        let range = axis.start...axis.limit
        #expect(axis.ticks.allSatisfy { range.contains($0.height) }, "\(greatest), \(share)")
      }
      greatest *= 3.7
    }
  }
}
