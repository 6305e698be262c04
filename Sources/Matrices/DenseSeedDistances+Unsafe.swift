internal import CKernels

/// Distances to chosen dense rows, all candidates of a step in one pass over the rows' bytes.
///
/// ⟨x, c⟩ is at most the product of their bytes plus the rounding errors' lengths. Where that shows that
/// x is nearer to a seed than to c, x is not read; the few other rows are measured in double precision,
/// so the result is the same as if all were.
final class DenseSeedDistances: SeedDistances, @unchecked Sendable {
  private let points: DensePoints
  private let instructions: InstructionSet
  let closest: Buffer<Double>
  /// A little less than (‖x‖² − closest)/2 in the unit of the bytes, padded to 16.
  ///
  /// A candidate c is nearer only when its product with x is at least this and ‖c‖²/2.
  private var need = Buffer<Float>(count: 0, repeating: 0)
  private var candidates: [Int] = []
  /// For each chunk the rows that the candidates of the last call would come nearer to.
  private var nearer: [[[kindred_nearer]]] = []

  /// A multiple of the groups of `ByteRows`.
  private static let chunkSize = 2_048

  init(_ points: DensePoints, instructions: InstructionSet) {
    self.points = points
    self.instructions = instructions
    closest = Buffer(count: points.matrix.rowCount, repeating: .infinity)
  }

  func start(at row: Int, pool: WorkerPool) {
    let padded = points.byteRows(instructions: instructions, pool: pool).paddedCount
    need = Buffer(count: padded, repeating: -.infinity)
    _ = reductions(for: [row], pool: pool)
    accept(0, pool: pool)
  }

  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double] {
    precondition(candidates.count <= Int(KINDRED_SEED_LIMIT), "too many candidates at once")
    self.candidates = candidates
    let count = candidates.count
    let bytes = points.byteRows(instructions: instructions, pool: pool)
    let all = 0..<points.matrix.rowCount
    let need = need
    let trials = bytes.withKernelRows(of: points) { kernelRows in
      let seeds = CandidateBytes(
        candidates, of: kernelRows.rows, squaredNorms: points.squaredNorms, unit: bytes.unit,
        instructions: instructions)
      return pool.map(
        all.pieceCount(size: Self.chunkSize),
        makeScratch: { Buffer<kindred_nearer>(unwritten: Self.chunkSize * count) }
      ) { chunk, scratch in
        let rows = all.piece(chunk, size: Self.chunkSize)
        var found = [Int64](repeating: 0, count: count)
        var reductions = [Double](repeating: 0, count: count)
        withUnsafePointer(to: kernelRows.rows) { points in
          withUnsafePointer(to: seeds.kernelSeeds) { seeds in
            kindred_try_seeds(
              instructions.rawValue, points, Int64(rows.lowerBound), Int64(rows.upperBound),
              need.base, closest.base, seeds, scratch.base, Int64(Self.chunkSize), &found,
              &reductions)
          }
        }
        let nearer = (0..<count).map { place in
          let start = place * Self.chunkSize
          return Array(scratch.elements[start..<start + Int(found[place])])
        }
        return (reductions: reductions, nearer: nearer)
      }
    }
    nearer = trials.map(\.nearer)
    return trials.reduce(into: [Double](repeating: 0, count: count)) { sums, trial in
      for place in 0..<count { sums[place] += trial.reductions[place] }
    }
  }

  func accept(_ place: Int, pool: WorkerPool) {
    let norms = points.squaredNorms
    let unit = points.byteRows(instructions: instructions, pool: pool).unit
    // Beyond this number of columns there are no bytes to compare, and every row is measured.
    let hasBytes = points.matrix.columnCount <= Int(KINDRED_BYTE_COLUMN_LIMIT)
    let nearer = nearer
    let need = need
    pool.forEach(nearer.count) { chunk in
      for found in nearer[chunk][place] {
        let row = Int(found.row)
        // Several candidates of one call may be taken one after the other.
        guard found.distance < closest.base[row] else { continue }
        closest.base[row] = found.distance
        guard hasBytes else { continue }
        let norm = norms.base[row]
        let margin = 2e-6 * (norm + found.distance)
        let scaled = ((norm - found.distance) / 2 - margin) * unit * unit
        need.base[row] = (Float(scaled) - 1e-30).nextDown
      }
    }
  }

  private(set) var postponed: [Int] = []

  func postpone(_ row: Int) { postponed.append(row) }

  func forgetPostponed() { postponed.removeAll() }

  func postponedAreFarther(fromRow row: Int, than bound: Double) -> Bool {
    let width = points.matrix.columnCount
    return points.matrix.elements.withUnsafeBufferPointer { elements in
      guard width > 0, let base = elements.baseAddress else {
        return postponed.isEmpty || bound < 0
      }
      return postponed.allSatisfy { seed in
        kindred_squared_distance(
          instructions.rawValue, base + row * width, base + seed * width, Int64(width)) > bound
      }
    }
  }
}

/// Candidates as the kernel takes them.
private final class CandidateBytes: @unchecked Sendable {
  private let rows: Buffer<Int32>
  private let quads: Buffer<Int32>
  private let offsets: Buffer<Int32>
  private let measures: Buffer<Float>

  init(
    _ candidates: [Int], of points: kindred_byte_rows, squaredNorms: Buffer<Double>, unit: Double,
    instructions: InstructionSet
  ) {
    rows = Buffer(candidates.map(Int32.init), orEmpty: 0)
    quads = Buffer(count: (Int(points.d) + 3) / 4 * candidates.count, repeating: 0)
    offsets = Buffer(count: candidates.count, repeating: 0)
    measures = Buffer(count: candidates.count * 4, repeating: 0)
    guard points.d <= KINDRED_BYTE_COLUMN_LIMIT else { return }
    withUnsafePointer(to: points) { points in
      withUnsafePointer(to: kernelSeeds) { seeds in
        kindred_seed_quads(instructions.rawValue, points, squaredNorms.base, unit, seeds)
      }
    }
  }

  var kernelSeeds: kindred_seeds {
    let count = rows.count
    return kindred_seeds(
      count: Int32(count), rows: rows.base, quads: quads.base, offset: offsets.base,
      scale: measures.base, error: measures.base + count, length: measures.base + 2 * count,
      half: measures.base + 3 * count)
  }
}
