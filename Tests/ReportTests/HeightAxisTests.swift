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

  @Test("At any scale there are three to seven ticks on the axis, evenly spaced")
  func anyScale() {
    var greatest = Double.leastNonzeroMagnitude
    while greatest.isFinite {
      let axis = HeightAxis(greatest: greatest)
      #expect((3...7).contains(axis.ticks.count), "\(greatest)")
      #expect(Set(axis.ticks.map(\.text)).count == axis.ticks.count, "\(greatest)")
      #expect(axis.ticks.allSatisfy { $0.height >= 0 && $0.height <= axis.limit }, "\(greatest)")
      greatest *= 3.7
    }
  }
}
