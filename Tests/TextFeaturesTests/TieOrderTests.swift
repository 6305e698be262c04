internal import Foundation
internal import Testing
internal import TextFeatures

@Suite("Order of tied counts")
struct TieOrderTests {
  /// Counts that a formula makes, and what NumPy's `argsort` makes of them.
  struct Case: Decodable {
    let shape: String
    let seed: UInt64
    let size: Int
    let distinct: Int
    let digest: String
    let head: [Int]

    var counts: [Int] {
      var state = seed
      let draws = (0..<size).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33)
      }
      switch shape {
      case "skewed": return draws.map { min(distinct, (1 << 31) / ($0 + 1)) }
      case "ordered": return draws.map { $0 % distinct }.sorted(by: >)
      default: return draws.map { $0 % distinct }
      }
    }
  }

  struct Golden: Decodable {
    let numpy: String
    let hardCounts: [Int]
    let hardOrder: [Int]
    let cases: [Case]
  }

  let golden: Golden

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TestSupport/Golden/tieorder.json")
    golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }

  /// FNV-1a over the positions, each taken as one 64-bit word.
  func digest(_ order: [Int]) -> String {
    let value = order.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  @Test("Equals NumPy's order for every size, shape and number of distinct counts")
  func recordedOrders() {
    #expect(golden.cases.count > 300)
    for item in golden.cases {
      let order = TieOrder.descending(item.counts)
      #expect(
        Array(order.prefix(8)) == item.head && digest(order) == item.digest,
        "\(item.shape) counts, seed \(item.seed), \(item.size) of \(item.distinct) values")
    }
  }

  @Test("Equals NumPy's order when neither vectors nor quicksort get anywhere")
  func lastResorts() {
    #expect(TieOrder.descending(golden.hardCounts) == golden.hardOrder)
  }

  @Test("Lists counts from high to low, each position once")
  func isDescendingPermutation() throws {
    let counts = try #require(golden.cases.last { $0.shape == "skewed" }).counts
    let order = TieOrder.descending(counts)
    #expect(order.sorted() == Array(counts.indices))
    #expect(order.map { counts[$0] } == counts.sorted(by: >))
  }

  @Test("Leaves no, one and ordered counts alone", arguments: [[], [4], [3, 3, 1, 0, 0]])
  func trivialCounts(counts: [Int]) {
    #expect(TieOrder.descending(counts) == Array(counts.indices))
  }
}
