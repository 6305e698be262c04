internal import CKernels
internal import Synchronization

extension PairMatrix {
  /// The share of the squared norms up to which a squared distance is computed by differences: the
  /// distances above keep six digits.
  static let nearShare: Float = 0.5

  /// Up to this many sparse rows, every distance is computed by differences.
  static let exactRowLimit = 2_048

  /// The same share for products in double precision, which keep nine digits above it.
  static let nearShareOfDoubles = 1e-6

  /// The tiles of one column of tiles that are made together.
  private static let tilesTogether = 8

  /// Writes all distances, tile by tile on and above the diagonal and their mirror images.
  ///
  /// - Returns: each cluster's nearest one.
  func fill(
    _ points: TilePoints, groups: PairGroups?, measure: Measure, pool: WorkerPool
  ) -> [Neighbor] {
    let blocks = PairBlock.blocks(rowCount: points.rowCount, groups: groups)
    var pieces: [(column: Int, rows: Range<Int>)] = []
    for column in blocks.indices {
      let above = 0..<column + 1
      for piece in 0..<above.pieceCount(size: Self.tilesTogether) {
        pieces.append((column, above.piece(piece, size: Self.tilesTogether)))
      }
    }
    let source = PairSource(points, groups: groups, measure: measure, exponent: exponent)
    let found = Mutex<[Partners]>([])
    pool.forEach(
      pieces.count,
      makeScratch: {
        let partners = Partners(columnCount: width)
        found.withLock { $0.append(partners) }
        return (PairTileMaker(source, level: level), partners)
      }
    ) { [pieces] number, scratch in
      let columns = blocks[pieces[number].column]
      for row in pieces[number].rows {
        write(scratch.0.tile(blocks[row], columns), blocks[row], columns, scratch.1)
      }
    }
    let all = found.withLock { $0 }
    return (0..<rowCount).map { row in
      var best = all[0].partner(of: row)
      for partners in all.dropFirst() {
        let other = partners.partner(of: row)
        if (other.code, other.tie) < (best.code, best.tie) { best = other }
      }
      return Neighbor(column: Int(best.place), code: best.code)
    }
  }

  private func write(
    _ tile: UnsafeMutablePointer<UInt32>, _ row: PairBlock, _ column: PairBlock,
    _ partners: Partners
  ) {
    let (rows, columns) = (row.clusters, column.clusters)
    let tileStride = Int64(TileMaker.stride)
    let isDiagonal = rows == columns
    let (rowCount, columnCount) = (Int32(rows.count), Int32(columns.count))
    kindred_pair_border(tile, tileStride, rowCount, columnCount, isDiagonal ? 1 : 0)
    var kernelPartners = kindred_partners(
      value: partners.codes.base, tie: partners.ties.base, place: partners.places.base)
    for across in isDiagonal ? [Int32(0)] : [0, 1] {
      kindred_pair_fold(
        level.rawValue, tile, tileStride, rowCount, columnCount, Int64(rows.lowerBound),
        Int64(columns.lowerBound), keys.base, &kernelPartners, across)
    }
    kindred_pair_store(
      level.rawValue, tile, tileStride, rowCount, columnCount,
      elements.base + rows.lowerBound * stride + columns.lowerBound, Int64(stride))
    guard !isDiagonal else { return }
    kindred_pair_store_turned(
      level.rawValue, tile, tileStride, rowCount, columnCount,
      elements.base + columns.lowerBound * stride + rows.lowerBound, Int64(stride))
  }
}

/// One thread's best partner of each row.
private final class Partners: Sendable {
  let codes: Buffer<UInt32>
  let ties: Buffer<UInt32>
  let places: Buffer<Int32>

  init(columnCount: Int) {
    codes = Buffer(count: columnCount, repeating: .max)
    ties = Buffer(count: columnCount, repeating: 0)
    places = Buffer(count: columnCount, repeating: -1)
  }

  func partner(of row: Int) -> (code: UInt32, tie: UInt32, place: Int32) {
    (codes[row], ties[row], places[row])
  }
}

/// What tiles of distances are made of.
private struct PairSource: Sendable {
  let points: TilePoints
  let groups: PairGroups?
  let measure: PairMatrix.Measure
  let exponent: Int32
  let norms: Buffer<Float>
  let weights: Buffer<Double>?

  /// Whether every distance is computed by differences: exact ones cost little when rows are few.
  let isExact: Bool

  /// Dense rows for products in double precision.
  let doubles: CenteredDoubles?

  /// What each row counts in its cluster's mean distances, or nil.
  let groupWeights: Buffer<Double>?

  init(
    _ points: TilePoints, groups: PairGroups?, measure: PairMatrix.Measure, exponent: Int32
  ) {
    self.points = points
    self.groups = groups
    self.measure = measure
    self.exponent = exponent
    norms = points.shiftedNorms(by: 0)
    isExact =
      points.original.isSparse && points.fitsTiles
      && points.rowCount <= PairMatrix.exactRowLimit
    if case .dense(let matrix) = points.original {
      doubles = CenteredDoubles(matrix)
    } else {
      doubles = nil
    }
    weights = measure.weights.map { Buffer($0, orEmpty: 1) }
    groupWeights = groups?.weights.map { Buffer($0, orEmpty: 0) }
  }

  /// The code of the distance of two rows by differences.
  func code(_ row: Int, _ column: Int) -> UInt32 {
    let squared = points.original.squaredDifference(row, points.original, column)
    var distance = measure.isSquared ? squared : squared.squareRoot()
    if let weights {
      let (u, v) = (weights[row], weights[column])
      distance *= 2 * u * v / (u + v)
    }
    return PairMatrix.code(Double(sign: .plus, exponent: Int(exponent), significand: distance))
  }

  var kernelMeasure: kindred_pair_measure {
    kindred_pair_measure(
      squared: measure.isSquared ? 1 : 0, exponent: exponent,
      weights: weights.map { UnsafePointer($0.base) })
  }
}

/// One thread's maker of tiles of codes of distances.
private final class PairTileMaker {
  private let source: PairSource
  private let level: InstructionSet
  private let dots: TileMaker
  private let near: Buffer<UInt32>

  /// The products of dense rows.
  private let products: Buffer<Double>

  init(_ source: PairSource, level: InstructionSet) {
    self.source = source
    self.level = level
    dots = TileMaker(source.points, source.points)
    near = Buffer(unwritten: DistanceTiles.side * DistanceTiles.side + 1)
    products = Buffer(
      count: source.doubles == nil ? 0 : DistanceTiles.side * TileMaker.stride, repeating: 0)
  }

  /// The codes of the distances of some clusters to others, `TileMaker.stride` apart, in the maker's memory.
  func tile(_ rows: PairBlock, _ columns: PairBlock) -> UnsafeMutablePointer<UInt32> {
    guard let doubles = source.doubles else { return tile(rows.rows, columns.rows) }
    let tile = UnsafeMutableRawPointer(dots.elements.base).assumingMemoryBound(to: UInt32.self)
    measureDoubles(rows.rows, columns.rows, of: doubles)
    if let groups = source.groups { group(rows, columns, groups) }
    kindred_pair_encode(
      level.rawValue, products.base, Int64(TileMaker.stride), Int32(rows.clusters.count),
      Int32(columns.clusters.count), source.exponent, tile)
    return tile
  }

  /// The codes of the distances of sparse rows.
  private func tile(_ rows: Range<Int>, _ columns: Range<Int>) -> UnsafeMutablePointer<UInt32> {
    let stride = TileMaker.stride
    guard source.points.fitsTiles && !source.isExact else {
      let tile = UnsafeMutableRawPointer(dots.elements.base).assumingMemoryBound(to: UInt32.self)
      for row in rows {
        for column in columns where rows != columns || row < column {
          tile[(row - rows.lowerBound) * stride + column - columns.lowerBound] =
            source.code(row, column)
        }
      }
      return tile
    }
    let products = dots.dots(rows, columns)
    let tile = UnsafeMutableRawPointer(products.base).assumingMemoryBound(to: UInt32.self)
    var measure = source.kernelMeasure
    let nearCount = kindred_pair_distances(
      level.rawValue, products.base, Int64(stride), Int32(rows.count), Int32(columns.count),
      source.norms.base, Int64(rows.lowerBound), Int64(columns.lowerBound), PairMatrix.nearShare,
      &measure, near.base)
    for index in 0..<Int(nearCount) {
      let (row, column) = (Int(near[index] >> 16), Int(near[index] & 0xffff))
      // Below the diagonal stands what is above it.
      if rows == columns && row >= column { continue }
      tile[row * stride + column] = source.code(
        rows.lowerBound + row, columns.lowerBound + column)
    }
    return tile
  }

  /// Makes the products the distances of dense rows.
  private func measureDoubles(
    _ rows: Range<Int>, _ columns: Range<Int>, of doubles: CenteredDoubles
  ) {
    guard case .dense(let matrix) = source.points.original else {
      preconditionFailure("products in double precision are those of dense rows")
    }
    let width = doubles.columnCount
    let stride = Int64(TileMaker.stride)
    BLAS.multiplyTransposed(
      doubles.rows.base + rows.lowerBound * width, doubles.rows.base + columns.lowerBound * width,
      rows: rows.count, columns: columns.count, depth: width, into: products.base,
      stride: TileMaker.stride)
    var measure = source.kernelMeasure
    let count = kindred_pair_lengths(
      level.rawValue, products.base, stride, Int32(rows.count), Int32(columns.count),
      doubles.norms.base, Int64(rows.lowerBound), Int64(columns.lowerBound),
      PairMatrix.nearShareOfDoubles, &measure, near.base)
    matrix.elements.withUnsafeBufferPointer { elements in
      kindred_pair_repair(
        level.rawValue, products.base, stride, near.base, count, elements.baseAddress,
        Int64(matrix.columnCount), Int64(rows.lowerBound), Int64(columns.lowerBound), &measure)
    }
  }

  /// Makes the distances of rows those of their clusters.
  private func group(_ rows: PairBlock, _ columns: PairBlock, _ groups: PairGroups) {
    let (rowStarts, columnStarts) = (groups.offsets(of: rows), groups.offsets(of: columns))
    let weights = source.groupWeights.map { UnsafePointer($0.base) }
    rowStarts.withUnsafeBufferPointer { rowStarts in
      columnStarts.withUnsafeBufferPointer { columnStarts in
        var down = kindred_pair_groups(
          count: Int32(rows.clusters.count), starts: rowStarts.baseAddress,
          weights: weights.map { $0 + rows.rows.lowerBound })
        var across = kindred_pair_groups(
          count: Int32(columns.clusters.count), starts: columnStarts.baseAddress,
          weights: weights.map { $0 + columns.rows.lowerBound })
        kindred_pair_group(
          level.rawValue, products.base, Int64(TileMaker.stride), Int32(columns.rows.count), &down,
          &across)
      }
    }
  }
}
