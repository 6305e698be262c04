import Glibc

/// Operands on 64-byte boundaries, which live as long as the process: it runs one benchmark.
enum Memory {
  /// Elements by position.
  static func made<Element: BitwiseCopyable>(
    _ count: Int, _ element: (Int) -> Element
  ) -> UnsafeMutablePointer<Element> {
    let bytes = max(64, (count * MemoryLayout<Element>.stride + 63) / 64 * 64)
    guard let memory = aligned_alloc(64, bytes) else {
      preconditionFailure("out of memory: \(bytes) bytes")
    }
    let start = memory.bindMemory(to: Element.self, capacity: count)
    for position in 0..<count { start[position] = element(position) }
    return start
  }

  /// Equal elements.
  static func filled<Element: BitwiseCopyable>(
    _ count: Int, with value: Element
  ) -> UnsafeMutablePointer<Element> {
    made(count) { _ in value }
  }

  /// Numbers from 0 to 1.
  static func uniform(_ count: Int) -> UnsafeMutablePointer<Float> {
    var generator = Generator()
    return made(count) { _ in Float(generator.nextUnit()) }
  }

  /// Numbers below a limit.
  static func indices(_ count: Int, below limit: Int) -> UnsafeMutablePointer<Int32> {
    var generator = Generator()
    return made(count) { _ in Int32(generator.nextUnit() * Double(limit)) }
  }

  /// The numbers from 0 on.
  static func range(_ count: Int) -> UnsafeMutablePointer<Int32> { made(count) { Int32($0) } }
}

/// SplitMix64: Steele, Lea and Flood, DOI 10.1145/2660193.2660195.
struct Generator {
  private var state: UInt64 = 7

  mutating func nextUnit() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
}

/// Sparse rows of one length whose columns follow Zipf's law, the common ones first, as the engine
/// numbers them.
struct SparseRows {
  let rowCount: Int
  let columnCount = 20_000
  let length: Int
  let offsets: UnsafeMutablePointer<Int64>
  let columns: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<Float>

  var storedCount: Int { rowCount * length }

  init(rowCount: Int, length: Int) {
    self.rowCount = rowCount
    self.length = length
    var cumulative: [Double] = []
    var total = 0.0
    for rank in 0..<columnCount {
      total += 1 / (Double(rank) + 2.7)
      cumulative.append(total)
    }
    var generator = Generator()
    func column() -> Int32 {
      let goal = generator.nextUnit() * total
      var (low, high) = (0, cumulative.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] < goal { low = middle + 1 } else { high = middle }
      }
      return Int32(low)
    }
    // The kernels of products fetch a little ahead of the last row.
    columns = Memory.filled(rowCount * length + 64, with: 0)
    for row in 0..<rowCount {
      var chosen = Set<Int32>()
      while chosen.count < length { chosen.insert(column()) }
      for (place, column) in chosen.sorted().enumerated() { columns[row * length + place] = column }
    }
    offsets = Memory.made(rowCount + 1) { Int64($0 * length) }
    values = Memory.uniform(rowCount * length + 64)
  }

  /// The same elements by column, each column's rows ascending.
  func postings() -> Postings {
    let starts = Memory.filled(columnCount + 1, with: Int64(0))
    for entry in 0..<storedCount { starts[Int(columns[entry]) + 1] += 1 }
    for column in 0..<columnCount { starts[column + 1] += starts[column] }
    let next = Memory.made(columnCount) { starts[$0] }
    let rows = Memory.filled(storedCount, with: Int32(0))
    let moved = Memory.filled(storedCount, with: Float(0))
    for entry in 0..<storedCount {
      let column = Int(columns[entry])
      rows[Int(next[column])] = Int32(entry / length)
      moved[Int(next[column])] = values[entry]
      next[column] += 1
    }
    return Postings(offsets: starts, rows: rows, values: moved)
  }
}

/// Sparse elements by column.
struct Postings {
  let offsets: UnsafeMutablePointer<Int64>
  let rows: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<Float>
}

/// Lanes for k clusters: whole registers of 16, never a multiple of 1,024, as in the engine.
func laneCount(_ k: Int) -> Int {
  let lanes = (k + 15) / 16 * 16
  return lanes % 1_024 == 0 ? lanes + 16 : lanes
}
