internal import Matrices
internal import TestSupport
internal import Testing

/// Numbers near the ends of single precision, where products vanish or overflow.
@Suite("Centers among points of extreme scale")
struct ExtremeScaleTests {
  let pool = WorkerPool(threadCount: 2)

  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  /// Powers of two, so that scaling rounds nothing.
  static let exponents = [-100, -75, -72, -68, -60, 0, 45]

  private func scaled(_ matrix: DenseMatrix, by factor: Float) -> DenseMatrix {
    DenseMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount,
      elements: matrix.elements.map { $0 * factor })
  }

  /// Every form of the points with every kernel and level.
  private func spaces(
    _ full: DenseMatrix, clusterCount: Int, absorbsBatches: Bool = false
  ) -> [(String, any CenterSpace)] {
    let sparse = EnginePoints(.sparse(full.sparse()), pool: pool)
    let dense = EnginePoints(.dense(full), pool: pool)
    return Self.levels.flatMap { level in
      [
        (sparse, ProductKernel.sparse, "sparse"), (sparse, .gemm, "gemm"),
        (dense, .automatic, "dense"),
      ].map { points, kernel, name in
        (
          "\(name) \(level)",
          points.space(
            clusterCount: clusterCount, kernel: kernel, instructionSet: level,
            absorbsBatches: absorbsBatches)
        )
      }
    }
  }

  private func labels(_ space: any CenterSpace, threads: Int = 2) -> [Int32] {
    let standings = Standings(rowCount: space.rowCount)
    space.assign(into: standings, pool: WorkerPool(threadCount: threads))
    return standings.labels.array()
  }

  /// ⟨x, c⟩ − ‖c‖²/2 in double precision: the nearest center, the lowest index among equals.
  private func oracle(_ full: DenseMatrix, _ centers: DenseMatrix) -> [Int32] {
    (0..<full.rowCount).map { row in
      var best = (score: -Double.infinity, label: Int32(0))
      for cluster in 0..<centers.rowCount {
        var product = 0.0
        var norm = 0.0
        for column in 0..<full.columnCount {
          let cell = Double(centers[cluster, column])
          product += Double(full[row, column]) * cell
          norm += cell * cell
        }
        if product - norm / 2 > best.score { best = (product - norm / 2, Int32(cluster)) }
      }
      return best.label
    }
  }

  @Test("Scaling all points by a power of two changes no label", arguments: exponents)
  func scaling(exponent: Int) {
    let factor = Float(sign: .plus, exponent: exponent, significand: 1)
    let points = RandomPoints.text(seed: 31, rowCount: 300, columnCount: 40).dense()
    let full = scaled(points, by: factor)
    let centers = full.selecting(rows: Array(0..<37))
    let expected = oracle(points, points.selecting(rows: Array(0..<37)))
    for (name, space) in spaces(full, clusterCount: 37) {
      space.setCenters(centers, pool: pool)
      #expect(labels(space) == expected, "\(name)")
      #expect(labels(space, threads: 1) == expected, "\(name)")
    }
  }

  @Test("Rows and centers of all scales at once get exact labels", arguments: [1, 5, 17, 60])
  func mixedScales(clusterCount: Int) {
    var generator = CounterGenerator(seed: UInt64(clusterCount), purpose: 0x5CA1E)
    func number() -> Float {
      let kind = generator.nextIndex(below: 8)
      let sign: Float = generator.nextIndex(below: 2) == 0 ? -1 : 1
      if kind == 0 { return sign * .greatestFiniteMagnitude }
      if kind == 1 {
        return sign * .leastNonzeroMagnitude * Float(1 + generator.nextIndex(below: 9))
      }
      if kind < 4 { return 0 }
      let exponent = generator.nextIndex(below: 200) - 100
      return sign * Float(sign: .plus, exponent: exponent, significand: 1)
    }
    func matrix(_ rowCount: Int) -> DenseMatrix {
      // Whole rows of one scale, and rows of several.
      let rows = (0..<rowCount).flatMap { row -> [Float] in
        let scale =
          row % 3 == 0 ? 1 : Float(sign: .plus, exponent: 20 - 3 * row % 60, significand: 1)
        return (0..<11).map { _ in
          row % 3 == 0 ? number() : scale * (Float(generator.nextIndex(below: 7)) - 3)
        }
      }
      return DenseMatrix(rowCount: rowCount, columnCount: 11, elements: rows)
    }
    let full = matrix(190)
    let centers = matrix(clusterCount)
    let expected = oracle(full, centers)
    for (name, space) in spaces(full, clusterCount: clusterCount) {
      space.setCenters(centers, pool: pool)
      #expect(labels(space) == expected, "\(name)")
    }
  }

  @Test("A center far away hides no other", arguments: [Float(1e12), 1e20, 1e38, -3e38])
  func farCenter(distance: Float) {
    let full = RandomPoints.blobs(seed: 3, rowCount: 200, columnCount: 9)
    var cells = full.selecting(rows: Array(0..<20)).elements
    for column in 0..<9 { cells[9 * 4 + column] = distance }
    let centers = DenseMatrix(rowCount: 20, columnCount: 9, elements: cells)
    let expected = SlowKMeans(full, centers: centers).labels()
    for (name, space) in spaces(full, clusterCount: 20) {
      space.setCenters(centers, pool: pool)
      #expect(labels(space) == expected, "\(name)")
    }
  }

  @Test("Ties on a grid of whole numbers go to the lowest center", arguments: [2, 16, 33, 81])
  func gridTies(clusterCount: Int) {
    var generator = CounterGenerator(seed: 4, purpose: UInt64(clusterCount))
    func grid(_ rowCount: Int, step: Int) -> DenseMatrix {
      DenseMatrix(
        rowCount: rowCount, columnCount: 3,
        elements: (0..<3 * rowCount).map { _ in Float(step * generator.nextIndex(below: 4) - 3) })
    }
    let full = grid(400, step: 1)
    let centers = grid(clusterCount, step: 2)
    let expected = SlowKMeans(full, centers: centers).labels()
    for (name, space) in spaces(full, clusterCount: clusterCount) {
      space.setCenters(centers, pool: pool)
      #expect(labels(space) == expected, "\(name)")
    }
  }

  @Test(
    "Rows skipped at extreme scales have the labels that a look would give", arguments: exponents)
  func skippedRows(exponent: Int) {
    let factor = Float(sign: .plus, exponent: exponent, significand: 1)
    let text = RandomPoints.text(seed: 5, rowCount: 1_500, columnCount: 120).dense()
    let blobs = RandomPoints.blobs(seed: 5, rowCount: 1_500, columnCount: 7, blobCount: 30)
    for matrix in [
      FeatureMatrix.sparse(scaled(text, by: factor).sparse()), .dense(scaled(blobs, by: factor)),
    ] {
      let space = EnginePoints(matrix, pool: pool).space(clusterCount: 30, kernel: .automatic)
      space.setCenters(toRows: Array(0..<30), pool: pool)
      let kept = Standings(rowCount: 1_500)
      for step in 0..<14 {
        space.assign(into: kept, pool: pool)
        if step % 5 == 4 {
          #expect(labels(space) == kept.labels.array(), "step \(step)")
          space.assign(into: kept, pool: pool)
        }
        _ = space.moveCenters(to: kept.labels, pool: pool)
      }
      space.assign(into: kept, pool: pool)
      #expect(labels(space, threads: 1) == kept.labels.array())
    }
  }

  @Test("A row of huge values that leaves a cluster takes all of itself along")
  func outlierLeaves() {
    let count = 2_000
    let blobs = RandomPoints.blobs(seed: 6, rowCount: count, columnCount: 5)
    var cells = blobs.elements
    for column in 0..<5 { cells[column] = 1e14 }
    let full = DenseMatrix(rowCount: count, columnCount: 5, elements: cells)
    for (name, space) in spaces(full, clusterCount: 2) {
      space.setCenters(toRows: [0, 1], pool: pool)
      var now = [Int32](repeating: 1, count: count)
      _ = space.moveCenters(to: Buffer(now, orEmpty: 0), pool: pool)
      now[0] = 0
      _ = space.moveCenters(to: Buffer(now, orEmpty: 0), pool: pool)
      let center = space.publish(pool: pool).row(1)
      for (column, value) in center.enumerated() {
        let mean = (1..<count).reduce(0.0) { $0 + Double(full[$1, column]) } / Double(count - 1)
        #expect(isClose(Double(value), mean, relative: 1e-6, absolute: 1e-6), "\(name)")
      }
    }
  }

  @Test("A center that has absorbed tens of millions of rows stays their mean")
  func longAbsorption() {
    let full = DenseMatrix(rowCount: 2, columnCount: 2, elements: [0.1, 0, 0.1, 1e-3])
    for (name, space) in spaces(full, clusterCount: 1, absorbsBatches: true) {
      space.setCenters(toRows: [0], pool: pool)
      let standings = Standings(rowCount: 2)
      space.replaceCenter(0, withRow: 0, weight: 0x1p25)
      let batch = Buffer<Int32>((0..<4_096).map { $0 % 2 }, orEmpty: 0)
      for _ in 0..<1_024 { _ = space.absorb(batch: batch, into: standings, pool: pool) }
      // 2²² rows more than at first, half of them with the second column.
      let center = space.publish(pool: pool).row(0)
      #expect(isClose(Double(center[center.startIndex]), 0.1, relative: 1e-5), "\(name)")
      let share = Double(1 << 21) / Double((1 << 25) + (1 << 22))
      #expect(
        isClose(Double(center[center.startIndex + 1]), 1e-3 * share, relative: 1e-5), "\(name)")
    }
  }

  @Test("What an absorbed row loses to rounding is not in the center's length")
  func absorbedLength() {
    let points = CSRMatrix(
      rowCount: 3, columnCount: 2, rowOffsets: [0, 1, 2, 3], columnIndices: [0, 0, 0],
      values: [1e8, 1, 0.5])
    let space = EnginePoints(.sparse(points), pool: pool).space(
      clusterCount: 1, kernel: .sparse, absorbsBatches: true)
    space.setCenters(toRows: [0], pool: pool)
    let standings = Standings(rowCount: 3)
    _ = space.absorb(batch: Buffer([0, 1], orEmpty: 0), into: standings, pool: pool)
    let distances = space.squaredDistances(to: standings.labels, pool: pool)
    #expect(distances == [5e7 * 5e7, (5e7 - 1) * (5e7 - 1), (5e7 - 0.5) * (5e7 - 0.5)])
  }
}
