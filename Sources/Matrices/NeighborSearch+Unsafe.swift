internal import CKernels

/// Finds the nearest neighbors of points among all others.
///
/// Scans of bytes bound every value; what may be among the nearest is measured in double precision. Where
/// bytes are too coarse to tell neighbors apart, scans of single-precision numbers take over, and where
/// even those are, as with many equal values, all points are measured. So the lists are those of measuring
/// every pair.
package final class NeighborSearch: @unchecked Sendable {
  /// What is known of each point's neighbors.
  package let lists: NeighborLists

  /// The pairs whose value has been bounded so far.
  package private(set) var pairCount = 0

  /// The queries that bytes were too coarse for, and those that numbers were too coarse for.
  package private(set) var refinedCounts = (floats: 0, measured: 0)

  private let points: NeighborPoints
  let instructions: InstructionSet
  private let mixesTies: Bool
  private let bytes: NeighborPanel
  private let center: Buffer<Double>
  private var floats: NeighborPanel?
  private var areFloatsCurrent = false
  private var labels: Buffer<Int32>?
  /// The position of each point, −1 for those that are left out.
  private let positions: Buffer<Int32>
  /// Whether scans of bytes have failed so often that they are left out.
  private var skipsBytes = false

  /// The points of a block that meets other blocks when all points are queries.
  private static let blockSize = 1_024

  /// Takes points; all of them are there at first, each with a label of its own.
  ///
  /// With `mixesTies`, points of equal value are ordered by a number that the pair has, else by their own.
  ///
  /// - Complexity: O(n·d); about 3·n·d bytes and 80·n of lists for `width` 16.
  package init(
    _ points: NeighborPoints, width: Int, mixesTies: Bool = false,
    instructions: InstructionSet = .best, pool: WorkerPool
  ) {
    self.points = points
    self.instructions = instructions
    self.mixesTies = mixesTies
    lists = NeighborLists(count: points.count, width: width)
    center = points.center()
    let length = points.greatestLength(about: center, pool: pool)
    bytes = NeighborPanel(
      points, form: .bytes, center: center, unit: length > 0 ? 1 / length : 1,
      mixesTies: mixesTies, instructions: instructions, pool: pool)
    positions = Buffer((0..<Int32(points.count)).map { $0 }, orEmpty: 0)
    bytes.place(positions.array(), labels: nil, pool: pool)
  }

  /// The points as the kernels take them.
  var exactPoints: kindred_exact_points { points.kernelPoints(mixesTies: mixesTies) }

  /// Gives points labels: only points of different ones are neighbors from now on.
  ///
  /// - Complexity: O(n).
  package func relabel(_ labels: Buffer<Int32>) {
    precondition(labels.count == points.count, "each point needs a label")
    self.labels = labels
    bytes.relabel(labels)
    floats?.relabel(labels)
  }

  /// Takes in that points have changed and that others are gone.
  ///
  /// - Complexity: O(c·d) for c changed points, at times O(m·d) for all that are left.
  package func update(changed: [Int32], gone: [Int32], pool: WorkerPool) {
    areFloatsCurrent = false
    for id in gone {
      bytes.empty(Int(positions[Int(id)]))
      positions[Int(id)] = -1
    }
    emptyCount += gone.count
    if emptyCount * 8 > bytes.count {
      let left = (0..<bytes.count).compactMap { position in
        positions[Int(bytes.ids[position])] == Int32(position) ? bytes.ids[position] : nil
      }
      for (position, id) in left.enumerated() { positions[Int(id)] = Int32(position) }
      bytes.place(left, labels: labels, pool: pool)
      emptyCount = 0
    } else {
      // A cluster that changed twice is placed once: two threads would write the same place.
      var isListed = Set<Int32>()
      bytes.placeAgain(
        changed.map { positions[Int($0)] }.filter { $0 >= 0 && isListed.insert($0).inserted },
        pool: pool)
    }
  }

  /// The positions whose point is gone.
  private var emptyCount = 0

  /// Finds the neighbors of all points, each pair's product being computed once.
  ///
  /// - Complexity: O(n²·d/2).
  package func searchAll(pool: WorkerPool) {
    let all = (0..<bytes.count).compactMap { position in
      positions[Int(bytes.ids[position])] == Int32(position) ? Int32(position) : nil
    }
    let panel = currentPanel(pool: pool)
    let count = panel.paddedCount
    let candidates = Candidates(count: count, nearest: lists.width)
    for position in all { candidates.limits[Int(position)] = .infinity }
    let whole = 0..<count
    let size = Self.blockSize
    for round in Tournament(playerCount: whole.pieceCount(size: size)).rounds() {
      pool.forEach(
        round.count, makeScratch: { Buffer<UInt8>(unwritten: panel.packedSize(size)) }
      ) { game, packed in
        let (one, other) = round[game]
        scan(
          panel, positions: Array(whole.piece(one, size: size).map(Int32.init)),
          against: whole.piece(other, size: size), packed: packed,
          own: candidates.kernelCandidates(from: one * size),
          others: one == other ? nil : candidates.kernelCandidates(from: 0))
      }
    }
    pairCount += count * count / 2
    let places = 0..<all.count
    let coarse = pool.map(places.pieceCount(size: 256)) { chunk in
      places.piece(chunk, size: 256).filter { place in
        !self.conclude(
          panel, candidates.kernelCandidates(from: 0), query: Int(all[place]),
          position: Int(all[place]), limit: .infinity)
      }
    }
    refine(
      coarse.joined().map { bytes.ids[Int(all[$0])] }, limits: nil, after: panel.form, pool: pool)
    skipsBytes = skipsBytes || (panel.form == .bytes && refinedCounts.floats * 4 > all.count)
  }

  /// Finds the neighbors of some points.
  ///
  /// - Parameters:
  ///   - limits: for each, a value above which neighbors are of no interest; nil for none.
  /// - Complexity: O(q·m·d) for q queries among m points.
  package func search(_ queries: [Int32], limits: [Double]? = nil, pool: WorkerPool) {
    precondition(limits.map { $0.count == queries.count } ?? true, "each query needs a limit")
    let panel = currentPanel(pool: pool)
    let coarse = scanAll(panel, queries, limits: limits, pool: pool)
    refine(
      coarse.map { queries[$0] }, limits: limits.map { limits in coarse.map { limits[$0] } },
      after: panel.form, pool: pool)
  }

  /// The panel to scan first.
  private func currentPanel(pool: WorkerPool) -> NeighborPanel {
    skipsBytes ? floatPanel(pool: pool) : bytes
  }

  private func floatPanel(pool: WorkerPool) -> NeighborPanel {
    let panel =
      floats
      ?? NeighborPanel(
        points, form: .floats, center: center, unit: bytes.unit, mixesTies: mixesTies,
        instructions: instructions, pool: pool)
    floats = panel
    if !areFloatsCurrent {
      panel.place((0..<bytes.count).map { bytes.ids[$0] }, labels: labels, pool: pool)
      for position in 0..<bytes.count
      where positions[Int(bytes.ids[position])] != Int32(position) {
        panel.empty(position)
      }
      areFloatsCurrent = true
    }
    return panel
  }

  /// Answers queries that a scan was too coarse for.
  private func refine(
    _ queries: [Int32], limits: [Double]?, after form: NeighborPanel.Form, pool: WorkerPool
  ) {
    guard !queries.isEmpty else { return }
    var rest = queries
    if form == .bytes {
      refinedCounts.floats += queries.count
      let panel = floatPanel(pool: pool)
      let coarse = scanAll(panel, queries, limits: limits, pool: pool)
      rest = coarse.map { queries[$0] }
    }
    refinedCounts.measured += rest.count
    let left = rest
    let panel = bytes
    let size = 4
    let all = 0..<left.count
    pool.forEach(all.pieceCount(size: size)) { chunk in
      panel.withKernelPanel { kernelPanel in
        for place in all.piece(chunk, size: size) {
          self.measureAll(left[place], kernelPanel)
        }
      }
    }
    pairCount += rest.count * bytes.count
  }

  private func measureAll(_ id: Int32, _ kernelPanel: NeighborPanel.KernelPanel) {
    let query = Int(id)
    let length = withUnsafePointer(to: kernelPanel.panel) {
      kindred_measure_all(
        $0, Int64(bytes.count), positions[query], Int32(lists.width),
        lists.entries.base + query * lists.width)
    }
    lists.lengths[query] = length
    lists.bounds[query] =
      Int(length) == lists.width
      ? lists.entries[(query + 1) * lists.width - 1].value : .infinity
  }

  /// Scans all targets for some queries; returns the places of those that it was too coarse for.
  private func scanAll(
    _ panel: NeighborPanel, _ queries: [Int32], limits: [Double]?, pool: WorkerPool
  ) -> [Int] {
    let size = queries.count >= 1_024 ? 64 : queries.count >= 64 ? 16 : 8
    let all = 0..<queries.count
    pairCount += queries.count * panel.paddedCount
    let coarse = pool.map(
      all.pieceCount(size: size),
      makeScratch: {
        (
          Buffer<UInt8>(unwritten: panel.packedSize(size)),
          Candidates(count: size, nearest: lists.width)
        )
      }
    ) { chunk, scratch in
      let piece = all.piece(chunk, size: size)
      let (packed, candidates) = scratch
      candidates.clear()
      for (place, query) in piece.enumerated() {
        candidates.limits[place] = scaledLimit(limits?[query] ?? .infinity)
      }
      scan(
        panel, positions: piece.map { positions[Int(queries[$0])] }, against: 0..<panel.paddedCount,
        packed: packed, own: candidates.kernelCandidates(from: 0), others: nil)
      return piece.filter { query in
        !self.conclude(
          panel, candidates.kernelCandidates(from: 0), query: query - piece.lowerBound,
          position: Int(positions[Int(queries[query])]), limit: limits?[query] ?? .infinity)
      }
    }
    return Array(coarse.joined())
  }

  /// A limit in the panel's unit, rounded up.
  private func scaledLimit(_ limit: Double) -> Float {
    (Float(limit * bytes.unit * bytes.unit * (1 + 4e-6)) + 1e-37).nextUp
  }

  private func scan(
    _ panel: NeighborPanel, positions: [Int32], against targets: Range<Int>,
    packed: Buffer<UInt8>, own: KernelCandidates, others: KernelCandidates?
  ) {
    panel.withKernelPanel { kernelPanel in
      withUnsafePointer(to: kernelPanel.panel) { panel in
        packed.base.withMemoryRebound(to: kindred_query_tile.self, capacity: 1) { tiles in
          kindred_pack_queries(panel, positions, Int64(positions.count), tiles)
          withUnsafePointer(to: own.candidates) { own in
            guard let others else {
              return kindred_scan_neighbors(
                panel, tiles, Int64(positions.count),
                Int64(targets.lowerBound), Int64(targets.upperBound), own, nil)
            }
            withUnsafePointer(to: others.candidates) {
              kindred_scan_neighbors(
                panel, tiles, Int64(positions.count),
                Int64(targets.lowerBound), Int64(targets.upperBound), own, $0)
            }
          }
        }
      }
    }
  }

  /// Makes a query's list of its candidates; returns whether its first neighbor is certain.
  private func conclude(
    _ panel: NeighborPanel, _ candidates: KernelCandidates, query: Int, position: Int, limit: Double
  ) -> Bool {
    let id = Int(panel.ids[position])
    var bound = 0.0
    let length = panel.withKernelPanel { kernelPanel in
      withUnsafePointer(to: kernelPanel.panel) { panel in
        withUnsafePointer(to: candidates.candidates) {
          kindred_conclude_neighbors(
            panel, $0, Int64(query), Int32(position), lists.entries.base + id * lists.width,
            &bound)
        }
      }
    }
    lists.lengths[id] = length
    lists.bounds[id] = bound
    if length > 0 { return lists.entries[id * lists.width].value <= bound || bound >= limit }
    // Without a limit there is no other point; within one, what searches finds all points instead.
    return limit == .infinity && bound >= limit
  }
}

/// Candidates as the kernels take them.
private struct KernelCandidates: @unchecked Sendable {
  let candidates: kindred_candidates
}

/// What some queries have found so far.
private final class Candidates: Sendable {
  let limits: Buffer<Float>
  private let found: Buffer<Int32>
  private let measured: Buffer<Int32>
  private let positions: Buffer<Int32>
  private let bounds: Buffer<Float>
  private let nearest: Int
  private static let capacity = Int(KINDRED_CANDIDATE_LIMIT)

  init(count: Int, nearest: Int) {
    self.nearest = nearest
    limits = Buffer(count: count, repeating: -.infinity)
    found = Buffer(count: count, repeating: 0)
    measured = Buffer(count: count, repeating: 0)
    positions = Buffer(unwritten: count * Self.capacity)
    bounds = Buffer(unwritten: 2 * count * Self.capacity)
  }

  func clear() {
    limits.elements.update(repeating: -.infinity)
    found.elements.update(repeating: 0)
    measured.elements.update(repeating: 0)
  }

  /// Those of the queries from one on.
  func kernelCandidates(from first: Int) -> KernelCandidates {
    let start = first * Self.capacity
    return KernelCandidates(
      candidates: kindred_candidates(
        limit: limits.base + first, found: found.base + first,
        measured: measured.base + first, positions: positions.base + start,
        least: bounds.base + start,
        most: bounds.base + limits.count * Self.capacity + start, nearest: Int32(nearest)))
  }
}
