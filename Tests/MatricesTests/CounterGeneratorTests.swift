internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Counter-based generator")
struct CounterGeneratorTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      let key: [String]
      let counter: [String]
      let words: [String]
    }

    let cases: [Case]
  }

  @Test("Equals NumPy's Philox word for word")
  func numpyWords() throws {
    let golden = try GoldenFile.read("kmeans_philox.json", as: Golden.self)
    #expect(golden.cases.count == 3)
    for item in golden.cases {
      let key = item.key.compactMap { UInt64($0) }
      let counter = item.counter.compactMap { UInt64($0) }
      // NumPy steps its counter before each block of four words.
      let words = (1...3).flatMap { block -> [UInt64] in
        let (a, b, c, d) = CounterGenerator.philox(
          counter: (counter[0] + UInt64(block), counter[1], counter[2], counter[3]),
          key: (key[0], key[1]))
        return [a, b, c, d]
      }
      #expect(words.map { String($0) } == item.words)
    }
  }

  @Test("Hands out the words of successive blocks, whichever generator asks")
  func stream() {
    var generator = CounterGenerator(seed: 5, run: 6, step: 7, purpose: 8)
    let drawn = (0..<10).map { _ in generator.next() }
    let blocks = (0..<3 as Range<UInt64>).flatMap { block -> [UInt64] in
      let (a, b, c, d) = CounterGenerator.philox(counter: (block, 7, 6, 0), key: (5, 8))
      return [a, b, c, d]
    }
    #expect(drawn == Array(blocks.prefix(10)))
  }

  @Test("Another seed, run, step or purpose gives other numbers")
  func independence() {
    var streams = [
      CounterGenerator(seed: 1), CounterGenerator(seed: 2), CounterGenerator(seed: 1, run: 1),
      CounterGenerator(seed: 1, step: 1), CounterGenerator(seed: 1, purpose: 1),
    ]
    let first = streams.indices.map { streams[$0].next() }
    #expect(Set(first).count == first.count)
  }

  @Test("Units lie in 0..<1 and fill it evenly")
  func units() {
    var generator = CounterGenerator(seed: 3)
    var counts = [Int](repeating: 0, count: 16)
    for _ in 0..<16_000 {
      let unit = generator.nextUnit()
      #expect(unit >= 0 && unit < 1)
      counts[Int(unit * 16)] += 1
    }
    // Chi-square with 15 degrees of freedom: 37.7 is passed by one generator in a thousand.
    let chi = counts.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
    #expect(chi < 37.7)
  }

  @Test("Indices are even below a bound that is no power of two", arguments: [1, 3, 7, 1_000])
  func indices(bound: Int) {
    var generator = CounterGenerator(seed: 4, run: UInt64(bound))
    var seen = Set<Int>()
    for _ in 0..<bound * 12 {
      let index = generator.nextIndex(below: bound)
      #expect((0..<bound).contains(index))
      seen.insert(index)
    }
    #expect(seen.count * 100 >= bound * 99)
  }
}
