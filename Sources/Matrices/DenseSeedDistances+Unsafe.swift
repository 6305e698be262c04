/// Distances to chosen dense rows, all candidates of a step in one matrix product.
final class DenseSeedDistances: SeedDistances, @unchecked Sendable {
  private let points: DensePoints
  let closest: Buffer<Double>
  private var distances = Buffer<Float>(count: 0, repeating: 0)
  private var candidates: [Int] = []

  private static let chunkSize = 256

  init(_ points: DensePoints) {
    self.points = points
    closest = Buffer(count: points.matrix.rowCount, repeating: .infinity)
  }

  func start(at row: Int, pool: WorkerPool) {
    _ = reductions(for: [row], pool: pool)
    accept(0, pool: pool)
  }

  func reductions(for candidates: [Int], pool: WorkerPool) -> [Double] {
    let matrix = points.matrix
    let count = candidates.count
    let width = matrix.columnCount
    self.candidates = candidates
    if distances.count < matrix.rowCount * count {
      distances = Buffer(count: matrix.rowCount * count, repeating: 0)
    }
    let distances = distances
    let targets = matrix.selecting(rows: candidates).elements
    let norms = candidates.map { points.squaredNorms.base[$0] }
    let partials = matrix.elements.withUnsafeBufferPointer { elements in
      targets.withUnsafeBufferPointer { targets in
        let elements = SharedPointer(elements)
        let targets = SharedPointer(targets)
        return pool.map((0..<matrix.rowCount).pieceCount(size: Self.chunkSize)) { chunk in
          let rows = (0..<matrix.rowCount).piece(chunk, size: Self.chunkSize)
          let tile = distances.base + rows.lowerBound * count
          if width > 0 {
            BLAS.multiplyTransposed(
              elements.advanced(to: rows.lowerBound * width), targets.advanced(to: 0),
              rows: rows.count, columns: count, depth: width, into: tile, stride: count)
          }
          var reductions = [Double](repeating: 0, count: count)
          for (position, row) in rows.enumerated() {
            let own = points.squaredNorms.base[row]
            for place in 0..<count {
              let sum = own + norms[place]
              let distance = sum - 2 * Double(tile[position * count + place])
              // Below this single precision cannot tell a duplicate from a near one.
              let clamped = distance > 1e-6 * sum ? distance : 0
              tile[position * count + place] = Float(clamped)
              let closest = closest.base[row]
              if clamped < closest { reductions[place] += closest - clamped }
            }
          }
          return reductions
        }
      }
    }
    return partials.reduce(into: [Double](repeating: 0, count: count)) { sums, partial in
      for place in 0..<count { sums[place] += partial[place] }
    }
  }

  func accept(_ place: Int, pool: WorkerPool) {
    let count = candidates.count
    for row in 0..<points.matrix.rowCount {
      closest.base[row] = min(closest.base[row], Double(distances.base[row * count + place]))
    }
    closest.base[candidates[place]] = 0
  }
}
