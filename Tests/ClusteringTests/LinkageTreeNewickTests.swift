internal import Clustering
internal import Matrices
internal import Testing

@Suite("Trees in Newick's format")
struct LinkageTreeNewickTests {
  /// What a reader finds: for each closing parenthesis its parts, each a name or an earlier one, and the
  /// length of every branch.
  struct Reading: Equatable {
    enum Part: Equatable {
      case row(String)
      case merge(Int)
    }

    var merges: [[Part]] = []
    var lengths: [[Double]] = []
    var root: Part?
  }

  /// Reads with its own stack.
  func read(_ text: String) throws -> Reading {
    let bytes = Array(text.utf8)
    var reading = Reading()
    var open: [(parts: [Reading.Part], lengths: [Double])] = [([], [])]
    var at = 0
    func token(until isEnd: (UInt8) -> Bool) -> String {
      let start = at
      while !isEnd(bytes[at]) { at += 1 }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }
    while bytes[at] != UInt8(ascii: ";") {
      switch bytes[at] {
      case UInt8(ascii: "("):
        open.append(([], []))
        at += 1
        continue
      case UInt8(ascii: ","):
        at += 1
        continue
      case UInt8(ascii: ")"):
        at += 1
        let closed = open.removeLast()
        reading.merges.append(closed.parts)
        reading.lengths.append(closed.lengths)
        open[open.count - 1].parts.append(.merge(reading.merges.count - 1))
      case UInt8(ascii: "'"):
        at += 1
        var name = ""
        while true {
          name += token { $0 == UInt8(ascii: "'") }
          at += 1
          guard bytes[at] == UInt8(ascii: "'") else { break }
          name += "'"
          at += 1
        }
        open[open.count - 1].parts.append(.row(name))
      default:
        let name = token { ":,();".utf8.contains($0) }
        open[open.count - 1].parts.append(.row(name))
      }
      if bytes[at] == UInt8(ascii: ":") {
        at += 1
        let digits = token { ",();".utf8.contains($0) }
        #expect(digits.utf8.allSatisfy { "0123456789.-".utf8.contains($0) })
        open[open.count - 1].lengths.append(try #require(Double(digits)))
      }
    }
    #expect(Array(bytes[at...]) == [UInt8(ascii: ";")])
    #expect(open.count == 1)
    reading.root = open[0].parts.first
    #expect(open[0].parts.count == 1)
    return reading
  }

  @Test("Small trees read as one expects")
  func small() {
    let tree = LinkageTree(
      leafCount: 3, found: [.init(1, 2, height: 0.5), .init(0, 1, height: 2)], isMonotonic: true)
    #expect(tree.newick() == "(0:2,(1:0.5,2:0.5):1.5);")
    #expect(
      tree.newick(names: ["It's", "", "a\nb (c), [d]: ü;"])
        == "('It''s':2,('':0.5,'a b (c), [d]: ü;':0.5):1.5);")
    let single = LinkageTree(leafCount: 1, found: [], isMonotonic: true)
    #expect(single.newick() == "0;")
    let falling = LinkageTree(
      leafCount: 3, found: [.init(1, 2, height: 2), .init(0, 1, height: 0.5)], isMonotonic: false)
    #expect(falling.newick() == "(0:0.5,(1:2,2:2):-1.5);")
  }

  @Test("Lengths have no exponent and read back as they were")
  func lengths() throws {
    for height in [1e-300, 1.25e-7, 1e-5, 0.001, 0.1 + 0.2, 1, 12_345.5, 1e15, 1.7e16, 4e22] {
      let tree = LinkageTree(
        leafCount: 2, found: [.init(0, 1, height: height)], isMonotonic: true)
      #expect(try read(tree.newick()).lengths == [[height, height]])
    }
  }

  @Test("Random trees are read back", arguments: [2, 3, 10, 200])
  func random(leafCount: Int) throws {
    for isMonotonic in [true, false] {
      let tree = SampleTrees.random(seed: 3, leafCount: leafCount, isMonotonic: isMonotonic)
      let reading = try read(tree.newick(names: (0..<leafCount).map { "row '\($0)'" }))
      var clusters: [Int] = []
      let byParts = Dictionary(
        uniqueKeysWithValues: tree.merges.enumerated().map { ([$1.left, $1.right], $0) })
      for (parts, lengths) in zip(reading.merges, reading.lengths) {
        let numbers = parts.map { part in
          switch part {
          case .row(let name): Int(name.dropFirst(5).dropLast()) ?? -1
          case .merge(let index): clusters[index]
          }
        }
        let merge = try #require(byParts[numbers])
        for (number, length) in zip(numbers, lengths) {
          let own = number < leafCount ? 0 : tree.merges[number - leafCount].height
          #expect(length == tree.merges[merge].height - own)
        }
        clusters.append(leafCount + merge)
      }
      #expect(clusters.count == tree.merges.count)
    }
  }

  @Test("A chain of 100,000 rows is written and read")
  func chain() throws {
    let tree = SampleTrees.chain(leafCount: 100_000)
    let reading = try read(tree.newick())
    #expect(reading.merges.count == 99_999)
    #expect(reading.root == .merge(99_998))
    #expect(reading.lengths[99_998] == [99_999, 1])
  }
}
