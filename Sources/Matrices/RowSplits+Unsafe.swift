internal import CKernels

/// An order of full rows in which near ones are likely to stand together.
///
/// Rows are halved by where they lie between two of them that are far apart, the halves halved again, down to
/// groups of 64. The order serves speed alone.
enum RowSplits {
  /// The rows of a group.
  static let groupSize = 64
  private static let chunkSize = 1_024
  private static let sampleSize = 16

  /// Orders the listed rows of a matrix.
  ///
  /// - Complexity: O(m·d·log m) for m rows.
  static func order(
    _ rows: [Int32], of matrix: DenseMatrix, level: InstructionSet, pool: WorkerPool
  ) -> Buffer<Int32> {
    let order = Buffer<Int32>(rows, orEmpty: 0)
    let places = Buffer<Float>(unwritten: rows.count)
    let width = matrix.columnCount
    guard width > 0 else { return order }
    matrix.elements.withUnsafeBufferPointer { elements in
      let elements = SharedPointer(elements)
      var nodes = [0..<rows.count].filter { $0.count > groupSize }
      var generation: UInt64 = 0
      while !nodes.isEmpty {
        let splits = nodes
        let step = generation
        let ends = pool.map(splits.count) { node in
          poles(of: splits[node], order, elements, width: width, level: level, step: step)
        }
        let chunks = splits.indices.flatMap { node in
          (0..<splits[node].pieceCount(size: chunkSize)).map { (node, $0) }
        }
        pool.forEach(chunks.count) { index in
          let (node, piece) = chunks[index]
          let range = splits[node].piece(piece, size: chunkSize)
          kindred_span_project(
            level.rawValue, elements.advanced(to: 0), Int64(width), order.base + range.lowerBound,
            Int64(range.count), elements.advanced(to: ends[node].0 * width),
            elements.advanced(to: ends[node].1 * width), places.base + range.lowerBound)
        }
        pool.forEach(splits.count) { node in
          let range = splits[node]
          kindred_span_select(
            places.base + range.lowerBound, order.base + range.lowerBound, Int64(range.count),
            Int64(middle(range)))
        }
        nodes = splits.flatMap { range in
          let middle = range.lowerBound + middle(range)
          return [range.lowerBound..<middle, middle..<range.upperBound]
        }.filter { $0.count > groupSize }
        generation += 1
      }
    }
    return order
  }

  /// Where a range is halved, at a whole number of groups.
  private static func middle(_ range: Range<Int>) -> Int {
    let groups = (range.count + groupSize - 1) / groupSize
    return (groups / 2) * groupSize
  }

  /// Two rows of a range, the second being the farthest of some from the first.
  private static func poles(
    of range: Range<Int>, _ order: Buffer<Int32>, _ elements: SharedPointer<Float>, width: Int,
    level: InstructionSet, step: UInt64
  ) -> (Int, Int) {
    var generator = CounterGenerator(
      seed: 0x5917, run: UInt64(range.lowerBound), step: step, purpose: 0x5917)
    func draw() -> Int { Int(order[range.lowerBound + generator.nextIndex(below: range.count)]) }
    let first = draw()
    var (second, greatest) = (first, -1.0)
    for _ in 0..<sampleSize {
      let row = draw()
      let distance = kindred_squared_difference(
        level.rawValue, elements.advanced(to: first * width), elements.advanced(to: row * width),
        Int64(width))
      if distance > greatest { (second, greatest) = (row, distance) }
    }
    return (first, second)
  }
}
