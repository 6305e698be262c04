/// The search for a space that holds the leading right singular vectors of X.
///
/// Works on blocks of `d×stride` numbers, row-major, of which the first `width` lanes are used and the
/// others stay zero.
struct SubspaceSearch {
  private let products: SparseProducts
  private let pool: WorkerPool
  private let componentCount: Int
  /// The number of vectors searched with: some more than asked for.
  private let width: Int
  private let stride: Int
  private let rowCount: Int
  /// The terms in at most 64 fixed pieces.
  private let chunkSize: Int

  /// The vectors found so far, orthonormal between steps.
  private var basis: Buffer<Float>
  private var next: Buffer<Float>
  private var spare: Buffer<Float>

  /// The vectors beyond those asked for; more only fill the last register.
  private static let oversampling = 10
  /// Up to this many rows or columns the whole space is searched, which leaves nothing to chance.
  private static let wholeSpaceLimit = 256
  /// The degree of the Chebyshev filter: explained variance then exceeds that of five power
  /// iterations on catalogues of texts.
  private static let filterDegree = 4
  /// The filter starts afresh before its gain grows so large that single precision loses vectors.
  private static let greatestGain = 1e7
  /// Rows that are turned to double precision at once.
  private static let blockSize = 256

  /// Starts from XᵀX times random signs.
  init(_ products: SparseProducts, componentCount: Int, seed: UInt64, pool: WorkerPool) {
    self.products = products
    self.pool = pool
    self.componentCount = componentCount
    let smaller = min(products.rowCount, products.columnCount)
    let lanes = SparseProducts.laneCount
    let wanted = (componentCount + Self.oversampling + lanes - 1) / lanes * lanes
    width = smaller <= Self.wholeSpaceLimit ? smaller : min(wanted, smaller)
    stride = (width + lanes - 1) / lanes * lanes
    rowCount = products.columnCount
    chunkSize = max(1_024, (products.columnCount + 63) / 64)
    basis = Buffer(count: rowCount * stride, repeating: 0)
    next = Buffer(count: rowCount * stride, repeating: 0)
    spare = Buffer(count: rowCount * stride, repeating: 0)
    drawSigns(seed: seed)
    products.applyGram(to: next, into: basis, stride: stride, pool: pool)
    orthonormalizeBasis(.single)
  }

  /// Fills `next` with −1 and 1, a function of the seed, the row and the lane.
  private func drawSigns(seed: UInt64) {
    let (target, width, stride) = (next, self.width, self.stride)
    forEachChunk { rows in
      for row in rows {
        var generator = CounterGenerator(seed: seed, step: UInt64(row), purpose: 0x5356_44)
        var bits: UInt64 = 0
        for lane in 0..<width {
          if lane % 64 == 0 { bits = generator.next() }
          target.base[row * stride + lane] = bits & 1 == 0 ? -1 : 1
          bits >>= 1
        }
      }
    }
  }

  /// Amplifies the leading directions of the space.
  ///
  /// With λ the eigenvalues of XᵀX and a the least of the space's Ritz values, T is the Chebyshev
  /// polynomial of 2λ/a − 1: at most 1 in size for λ in 0...a, and growing fast above. Its three-term
  /// recurrence runs on whole blocks.
  mutating func filter() {
    guard width < min(products.rowCount, products.columnCount) else { return }
    products.applyGram(to: basis, into: next, stride: stride, pool: pool)
    let (values, _) = BLAS.eigenvectors(
      of: product(basis, next), relativeTo: identity(), size: width)
    guard let least = values.first, let greatest = values.last, least > 1e-6 * greatest else {
      // Below the last wanted direction there is nothing left to damp.
      return
    }
    let half = least / 2
    let reach = greatest / half - 1
    // T₁ from the product that is already there.
    combine(next, Float(1 / half), basis, -1)
    var (gain, gainBefore) = (reach, 1.0)
    for _ in 1..<Self.filterDegree {
      let gainAfter = 2 * reach * gain - gainBefore
      if gainAfter > Self.greatestGain {
        swap(&basis, &next)
        orthonormalizeBasis(.double)
        products.applyGram(
          to: basis, scale: Float(1 / half), blockScale: -1, into: next, stride: stride, pool: pool)
        (gain, gainBefore) = (reach, 1)
        continue
      }
      // T₍ₖ₊₁₎ takes the place of T₍ₖ₋₁₎.
      products.applyGram(
        to: next, scale: Float(2 / half), blockScale: -2, resultScale: -1, into: basis,
        stride: stride, pool: pool)
      swap(&basis, &next)
      (gain, gainBefore) = (gainAfter, gain)
    }
    swap(&basis, &next)
    orthonormalizeBasis(.double)
  }

  /// The leading singular vectors within the space, `d×r`, and their singular values.
  mutating func leadingVectors() -> (basis: DenseMatrix, singularValues: [Double]) {
    products.applyGram(to: basis, into: next, stride: stride, pool: pool)
    // Householder's vectors are orthonormal already; all others pass the test.
    let factor =
      BLAS.cholesky(gram(basis, .single), size: width, leastRatio: Precision.single.leastRatio)
      ?? identity()
    let (values, vectors) = BLAS.eigenvectors(
      of: product(basis, next), relativeTo: factor, size: width)
    let leading = (0..<componentCount).map { width - 1 - $0 }
    rotateBasis(count: componentCount) { component, lane in
      vectors[leading[component] * width + lane]
    }

    let (target, stride, count) = (spare, self.stride, componentCount)
    let peaks = mapChunks { rows in
      var peaks = [Float](repeating: 0, count: count)
      for row in rows {
        for component in 0..<count {
          let value = target.base[row * stride + component]
          if abs(value) > abs(peaks[component]) { peaks[component] = value }
        }
      }
      return peaks
    }
    let signs = (0..<componentCount).map { component in
      var peak: Float = 0
      for part in peaks where abs(part[component]) > abs(peak) { peak = part[component] }
      return peak < 0 ? Float(-1) : 1
    }
    let elements = [Float](writing: rowCount * count) { memory, filled in
      nonisolated(unsafe) let output = memory.baseAddress
      forEachChunk { rows in
        guard let output else { return }
        for row in rows {
          for component in 0..<count {
            output[row * count + component] =
              target.base[row * stride + component] * signs[component]
          }
        }
      }
      filled = rowCount * count
    }
    return (
      DenseMatrix(rowCount: rowCount, columnCount: count, elements: elements),
      leading.map { max(0, values[$0]).squareRoot() }
    )
  }

  /// target = scale · target + otherScale · other.
  private func combine(
    _ target: Buffer<Float>, _ scale: Float, _ other: Buffer<Float>, _ otherScale: Float
  ) {
    let stride = self.stride
    forEachChunk { rows in
      for index in rows.lowerBound * stride..<rows.upperBound * stride {
        target.base[index] = scale * target.base[index] + otherScale * other.base[index]
      }
    }
  }

  /// Puts an orthonormal basis of the same space in place of `basis`.
  private mutating func orthonormalizeBasis(_ precision: Precision) {
    guard
      let factor = BLAS.cholesky(
        gram(basis, precision), size: width, leastRatio: precision.leastRatio)
    else {
      if precision == .single { return orthonormalizeBasis(.double) }
      BLAS.orthonormalize(basis.base, rows: rowCount, columns: width, stride: stride)
      return
    }
    let inverse = BLAS.inverse(ofUpper: factor, size: width)
    rotateBasis(count: width) { component, lane in inverse[lane * width + component] }
    swap(&basis, &spare)
  }

  /// spare = basis · turn, with the turn given by its columns; lanes from `count` on are zero.
  private func rotateBasis(count: Int, _ turn: (_ component: Int, _ lane: Int) -> Double) {
    var elements = [Float](repeating: 0, count: stride * stride)
    for component in 0..<count {
      for lane in 0..<width { elements[component * stride + lane] = Float(turn(component, lane)) }
    }
    let rotation = Buffer(elements, orEmpty: 0)
    let (source, target, stride) = (basis, spare, self.stride)
    forEachChunk { rows in
      BLAS.multiplyTransposed(
        source.base + rows.lowerBound * stride, rotation.base, rows: rows.count, columns: stride,
        depth: stride, into: target.base + rows.lowerBound * stride, stride: stride)
    }
  }

  /// How the inner products of two blocks are summed within a chunk; chunks are added in `Double`.
  private enum Precision {
    /// For blocks that are nearly orthonormal or far from dependent.
    case single
    /// For blocks whose columns are close to each other.
    case double

    /// The smallest ratio of a Cholesky factor's diagonal that this precision can vouch for.
    var leastRatio: Double { self == .single ? 1e-2 : 1e-6 }
  }

  private func gram(_ block: Buffer<Float>, _ precision: Precision) -> [Double] {
    let (width, stride) = (self.width, self.stride)
    switch precision {
    case .single:
      return sumOfChunks { rows in
        let sum = Buffer<Float>(count: width * width, repeating: 0)
        BLAS.addGram(
          block.base + rows.lowerBound * stride, rows: rows.count, columns: width, stride: stride,
          into: sum.base)
        return sum.elements.map(Double.init)
      }
    case .double:
      return sumOfChunks { rows in
        let wide = Buffer<Double>(count: Self.blockSize * stride, repeating: 0)
        let sum = Buffer<Double>(count: width * width, repeating: 0)
        for index in 0..<rows.pieceCount(size: Self.blockSize) {
          let piece = rows.piece(index, size: Self.blockSize)
          let source = block.base + piece.lowerBound * stride
          for position in 0..<piece.count * stride {
            wide.base[position] = Double(source[position])
          }
          BLAS.addGram(wide.base, rows: piece.count, columns: width, stride: stride, into: sum.base)
        }
        return sum.array()
      }
    }
  }

  /// leftᵀ · right of two blocks.
  private func product(_ left: Buffer<Float>, _ right: Buffer<Float>) -> [Double] {
    let (width, stride) = (self.width, self.stride)
    return sumOfChunks { rows in
      let sum = Buffer<Float>(count: width * width, repeating: 0)
      let offset = rows.lowerBound * stride
      BLAS.addProduct(
        left.base + offset, right.base + offset, rows: rows.count, columns: width, stride: stride,
        into: sum.base)
      return sum.elements.map(Double.init)
    }
  }

  /// Adds up the `width×width` numbers that `body` makes of each chunk of rows, in chunk order.
  private func sumOfChunks(_ body: @Sendable (_ rows: Range<Int>) -> [Double]) -> [Double] {
    var total = [Double](repeating: 0, count: width * width)
    for part in mapChunks(body) {
      for index in total.indices { total[index] += part[index] }
    }
    return total
  }

  private func identity() -> [Double] {
    (0..<width * width).map { $0 % (width + 1) == 0 ? 1 : 0 }
  }

  private func forEachChunk(_ body: @Sendable (_ rows: Range<Int>) -> Void) {
    let rows = 0..<rowCount
    pool.forEach(rows.pieceCount(size: chunkSize)) { body(rows.piece($0, size: chunkSize)) }
  }

  private func mapChunks<Part: Sendable>(
    _ body: @Sendable (_ rows: Range<Int>) -> Part
  ) -> [Part] {
    let rows = 0..<rowCount
    return pool.map(rows.pieceCount(size: chunkSize)) { body(rows.piece($0, size: chunkSize)) }
  }
}
