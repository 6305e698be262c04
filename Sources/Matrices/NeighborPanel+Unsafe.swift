internal import CKernels

/// Points side by side as a scan reads them: in bytes, or in single precision where bytes are too coarse.
final class NeighborPanel: @unchecked Sendable {
  /// What a panel holds of a point.
  enum Form { case bytes, floats }

  let form: Form
  let points: NeighborPoints
  /// The point at each position.
  private(set) var ids: Buffer<Int32>
  /// The positions in use; those up to the next multiple of 16 are padding.
  private(set) var count = 0

  private let instructions: InstructionSet
  /// The points as the kernels take them, where a panel can point to them.
  private let exact: Buffer<kindred_exact_points>
  private let center: Buffer<Double>
  /// What lengths are multiplied by, so that the greatest is 1.
  let unit: Double
  private let targets: Buffer<UInt8>
  private let queries: Buffer<Int8>
  private let floats: Buffer<Float>?
  private let offsets: Buffer<Int32>
  private let labels: Buffer<Int32>
  /// scale, error, query scale, query error, length, half and inverse, `capacity` each.
  private let measures: Buffer<Float>
  private let capacity: Int

  /// The points that one call of a kernel places.
  private static let chunkSize = 256

  init(
    _ points: NeighborPoints, form: Form, center: Buffer<Double>, unit: Double,
    mixesTies: Bool, instructions: InstructionSet, pool: WorkerPool
  ) {
    exact = Buffer(count: 1, repeating: points.kernelPoints(mixesTies: mixesTies))
    self.points = points
    self.form = form
    self.center = center
    self.unit = unit
    self.instructions = instructions
    capacity = (points.count + 15) / 16 * 16
    let width = points.columnCount
    let quads = (width + 3) / 4
    let isBytes = form == .bytes
    targets = Buffer(unwritten: isBytes ? capacity * quads * 4 : 0)
    queries = Buffer(unwritten: isBytes ? capacity * quads * 4 : 0)
    floats = isBytes ? nil : Buffer(unwritten: capacity * width)
    offsets = Buffer(count: capacity, repeating: 0)
    labels = Buffer(count: capacity, repeating: -1)
    measures = Buffer(count: 7 * capacity, repeating: 0)
    ids = Buffer(count: capacity, repeating: 0)
    // What is never placed is read all the same: whatever it holds must not trap a checker. Threads touch
    // the memory first together: the system clears pages when they are touched.
    let (targets, queries, floats) = (targets, queries, floats)
    let groups = 0..<capacity / 16
    pool.forEach(groups.pieceCount(size: 64)) { chunk in
      let piece = groups.piece(chunk, size: 64)
      if isBytes {
        let (first, count) = (piece.lowerBound * 16 * quads * 4, piece.count * 16 * quads * 4)
        (targets.base + first).update(repeating: 128, count: count)
        (queries.base + first).update(repeating: 0, count: count)
      } else {
        floats.map {
          ($0.base + piece.lowerBound * 16 * width).update(
            repeating: 0, count: piece.count * 16 * width)
        }
      }
    }
  }

  /// Places points one after another, and padding behind them.
  ///
  /// - Complexity: O(m·d) for m points.
  func place(_ chosen: [Int32], labels: Buffer<Int32>?, pool: WorkerPool) {
    precondition(chosen.count <= points.count, "a panel has a place for each point")
    count = chosen.count
    for (position, id) in chosen.enumerated() { ids[position] = id }
    for position in count..<min(capacity, paddedCount + 16) { empty(position) }
    placeAgain(Array(0..<Int32(count)), pool: pool)
    relabel(labels)
  }

  /// Writes what has changed at some positions.
  func placeAgain(_ positions: [Int32], pool: WorkerPool) {
    let all = 0..<positions.count
    let width = points.columnCount
    withKernelPanel { panel in
      pool.forEach(
        all.pieceCount(size: Self.chunkSize), makeScratch: { Buffer<Float>(unwritten: width) }
      ) { chunk, line in
        let piece = all.piece(chunk, size: Self.chunkSize)
        positions.withUnsafeBufferPointer { positions in
          guard let base = positions.baseAddress else { return }
          withUnsafePointer(to: panel.panel) {
            kindred_place_neighbors(
              center.base, base + piece.lowerBound, Int64(piece.count), line.base, $0)
          }
        }
      }
    }
  }

  /// Takes a point out; its position stays.
  func empty(_ position: Int) {
    measures[5 * capacity + position] = .infinity
    measures[6 * capacity + position] = 0.5
  }

  /// Gives each point its label, or the number of its own where there is none.
  func relabel(_ labels: Buffer<Int32>?) {
    for position in 0..<count {
      let id = ids[position]
      self.labels[position] = labels?[Int(id)] ?? id
    }
  }

  /// The label at a position.
  func label(at position: Int) -> Int32 { labels[position] }

  /// The positions in use and the padding of their last group.
  var paddedCount: Int { (count + 15) / 16 * 16 }

  /// The bytes of packed queries.
  func packedSize(_ count: Int) -> Int {
    let columns = form == .bytes ? (points.columnCount + 3) / 4 : points.columnCount
    let tile = Int(KINDRED_QUERY_TILE)
    return (count + tile - 1) / tile
      * (MemoryLayout<kindred_query_tile>.stride + columns * tile * 4)
  }

  /// The panel as the kernels take it.
  struct KernelPanel: @unchecked Sendable {
    let panel: kindred_neighbor_points
  }

  func withKernelPanel<Result>(_ body: (KernelPanel) -> Result) -> Result {
    let base = measures.base
    return body(
      KernelPanel(
        panel: kindred_neighbor_points(
          level: instructions.rawValue, exact: exact.base, unit: unit, d: Int64(points.columnCount),
          floats: floats?.base, targets: targets.base,
          queries: queries.base, offset: offsets.base, scale: base, error: base + capacity,
          query_scale: base + 2 * capacity, query_error: base + 3 * capacity,
          length: base + 4 * capacity, half: base + 5 * capacity, inverse: base + 6 * capacity,
          label: labels.base, ids: ids.base)))
  }
}
