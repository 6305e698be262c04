internal import Report
internal import Testing

@Suite struct ValueAxisTests {
  @Test(
    "Ticks are round and hold all values",
    arguments: [
      ([0.0512, 0.1903], ["0.05", "0.10", "0.15", "0.20"], ""),
      ([-0.12, 0, 0.49], ["−0.2", "0", "0.2", "0.4", "0.6"], ""),
      ([2906.2, 6153.9], ["2000", "3000", "4000", "5000", "6000", "7000"], ""),
      ([2.1e6, 9.3e6], ["2", "4", "6", "8", "10"], "×10⁶"),
    ])
  func ticks(values: [Double], texts: [String], factor: String) {
    let axis = ValueAxis(values)
    #expect(axis.ticks.map(\.text) == texts)
    #expect(axis.factorText == factor)
  }

  @Test(
    "Any values have an axis of two to ten ticks around them, each with its own text",
    arguments: [
      [], [0], [5], [-5], [1e-12, 2e-12], [1e300, 1e-300], [-1, 1], [7, 7, 7], [0.3, 0.30000001],
      [1e12, 1.0001e12], [.infinity, 1, .nan], [-1e-9, 1e-9], [.leastNonzeroMagnitude, 0],
    ])
  func anyValues(values: [Double]) {
    let axis = ValueAxis(values)
    #expect((2...10).contains(axis.ticks.count), "\(axis)")
    #expect(Set(axis.ticks.map(\.text)).count == axis.ticks.count, "\(axis)")
    #expect(axis.start < axis.limit && axis.start.isFinite && axis.limit.isFinite)
    for value in values where value.isFinite && abs(value) < 1e299 {
      #expect(axis.start <= value.nextUp && value.nextDown <= axis.limit, "\(axis)")
    }
  }
}
