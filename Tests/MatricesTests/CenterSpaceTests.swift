internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Centers among points")
struct CenterSpaceTests {
  static let sizes = [
    1, 2, 15, 16, 17, 48, 49, 64, 65, 96, 97, 128, 129, 319, 320, 321, 350, 640, 641, 700,
  ]

  static var levels: [InstructionSet] { InstructionSet.allCases.filter { $0 <= .best } }

  /// Centers that are points and means of points, some of them twice.
  func centers(_ points: CSRMatrix, count: Int, seed: UInt64) -> DenseMatrix {
    var generator = CounterGenerator(seed: seed, purpose: 0xCE)
    let full = points.dense()
    var elements: [Float] = []
    let width = points.columnCount
    for cluster in 0..<count {
      if cluster % 5 == 4 {
        let earlier = generator.nextIndex(below: cluster)
        elements.append(contentsOf: elements[earlier * width..<(earlier + 1) * width])
        continue
      }
      let first = full.row(generator.nextIndex(below: points.rowCount))
      let second = full.row(generator.nextIndex(below: points.rowCount))
      elements.append(contentsOf: zip(first, second).map { ($0 + $1) / 2 })
    }
    return DenseMatrix(rowCount: count, columnCount: width, elements: elements)
  }

  /// The labels that a space gives all rows.
  func labels(_ space: any CenterSpace, threads: Int) -> (labels: [Int32], best: [Float]) {
    let standings = Standings(rowCount: space.rowCount)
    space.assign(into: standings, pool: WorkerPool(threadCount: threads))
    return (standings.labels.array(), standings.best.array())
  }

  @Test("Every kernel, level and thread count gives each row its nearest center", arguments: sizes)
  func nearest(clusterCount: Int) {
    let points = RandomPoints.text(seed: 9, rowCount: 1_100, columnCount: 60)
    let centers = centers(points, count: clusterCount, seed: UInt64(clusterCount))
    let expected = SlowKMeans(points.dense(), centers: centers).labels()
    let pool = WorkerPool(threadCount: 2)
    let sparse = EnginePoints(.sparse(points), pool: pool)
    let dense = EnginePoints(.dense(points.dense()), pool: pool)
    for level in Self.levels {
      for (prepared, kernel) in [
        (sparse, ProductKernel.sparse), (sparse, .gemm), (sparse, .automatic), (dense, .automatic),
      ] {
        let space = prepared.space(
          clusterCount: clusterCount, kernel: kernel, instructionSet: level)
        space.setCenters(centers, pool: pool)
        let once = labels(space, threads: 1)
        #expect(once.labels == expected, "\(kernel) \(level)")
        for threads in [2, 3, 8] { #expect(labels(space, threads: threads) == once) }
      }
    }
  }

  @Test("A batch gets the labels that a whole assignment gives", arguments: [1, 20, 64, 350])
  func batches(clusterCount: Int) {
    let points = RandomPoints.text(seed: 2, rowCount: 700, columnCount: 90)
    let centers = centers(points, count: clusterCount, seed: 1)
    let pool = WorkerPool(threadCount: 2)
    var generator = CounterGenerator(seed: 8)
    let batch = Buffer(
      (0..<600).map { _ in Int32(generator.nextIndex(below: 700)) }, orEmpty: 0)
    for (matrix, kernel) in [
      (FeatureMatrix.sparse(points), ProductKernel.sparse), (.sparse(points), .gemm),
      (.dense(points.dense()), .automatic),
    ] {
      let space = EnginePoints(matrix, pool: pool).space(clusterCount: clusterCount, kernel: kernel)
      space.setCenters(centers, pool: pool)
      let expected = labels(space, threads: 1).labels
      let standings = Standings(rowCount: 700)
      space.assign(batch: batch, into: standings, pool: pool)
      for row in batch.array() { #expect(standings.labels[Int(row)] == expected[Int(row)]) }
    }
  }

  @Test("A batch that lists rows again has one outcome, whichever thread comes last")
  func repeatedRows() {
    let points = RandomPoints.blobs(seed: 5, rowCount: 300, columnCount: 100)
    var generator = CounterGenerator(seed: 6)
    let batch = Buffer(
      (0..<4_000).map { _ in Int32(generator.nextIndex(below: 300)) }, orEmpty: 0)
    let space = EnginePoints(.dense(points), pool: WorkerPool()).space(
      clusterCount: 37, kernel: .automatic)
    space.setCenters(toRows: Array(0..<37), pool: WorkerPool())
    let outcomes = (0..<40).map { run in
      let standings = Standings(rowCount: 300)
      space.assign(batch: batch, into: standings, pool: WorkerPool(threadCount: 1 + run % 4))
      return standings.best.array() + standings.second.array()
    }
    #expect(outcomes.allSatisfy { $0 == outcomes[0] })
  }

  @Test("Absorbing tells the batch's inertia and what the centers moved")
  func absorptions() {
    let points = RandomPoints.text(seed: 6, rowCount: 500, columnCount: 60)
    let pool = WorkerPool(threadCount: 2)
    let start = centers(points, count: 9, seed: 2)
    for matrix in [FeatureMatrix.sparse(points), .dense(points.dense())] {
      let space = EnginePoints(matrix, pool: pool).space(
        clusterCount: 9, kernel: .automatic, absorbsBatches: true)
      space.setCenters(start, pool: pool)
      var slow = SlowKMeans(points.dense(), centers: start)
      let standings = Standings(rowCount: 500)
      var generator = CounterGenerator(seed: 12)
      var absorbed: [Int] = []
      var labelsThen: [Int32] = []
      for _ in 0..<10 {
        let rows = (0..<150).map { _ in generator.nextIndex(below: 500) }
        let batch = Buffer(rows.map(Int32.init), orEmpty: 0)
        let found = space.absorb(batch: batch, into: standings, pool: pool)
        let inertia = rows.reduce(0.0) {
          $0 + slow.squaredDistance($1, Int(standings.labels[$1]))
        }
        #expect(isClose(found.inertia, inertia, relative: 1e-5))
        let before = slow.centers
        absorbed += rows
        labelsThen += rows.map { standings.labels[$0] }
        slow.setMeans(of: labelsThen, rows: absorbed)
        var shift = 0.0
        for (old, new) in zip(before, slow.centers) {
          guard let old, let new else { continue }
          shift += zip(old, new).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        #expect(isClose(found.centerShift, shift, relative: 1e-4, absolute: 1e-7))
      }
    }
  }

  @Test("Moving centers step by step gives the means, their distances and the shift")
  func moves() {
    let points = RandomPoints.text(seed: 4, rowCount: 900, columnCount: 70)
    let full = points.dense()
    let pool = WorkerPool(threadCount: 2)
    for matrix in [FeatureMatrix.sparse(points), .dense(full)] {
      let space = EnginePoints(matrix, pool: pool).space(clusterCount: 7, kernel: .automatic)
      let start = centers(points, count: 7, seed: 3)
      space.setCenters(start, pool: pool)
      var slow = SlowKMeans(full, centers: start)
      var generator = CounterGenerator(seed: 11)
      var now = (0..<900).map { _ in Int32(generator.nextIndex(below: 6)) }
      for step in 0..<12 {
        // From many changed rows to few, and clusters that lose all rows and get some again.
        for row in 0..<900 where generator.nextIndex(below: 1 << min(step, 7)) == 0 {
          now[row] = Int32(generator.nextIndex(below: step % 4 == 3 ? 5 : 6))
        }
        if step >= 8 { now[step] = 6 }
        let before = slow.centers
        // Rows far from the centers must not refill empty clusters here, so only the rest moves.
        slow.setMeans(of: now)
        let shift = space.moveCenters(to: Buffer(now, orEmpty: 0), pool: pool)
        var expected = 0.0
        for (old, new) in zip(before, slow.centers) {
          guard let old, let new else { continue }
          expected += zip(old, new).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        if step < 8 { #expect(isClose(shift, expected, relative: 1e-4, absolute: 1e-6)) }
        let distances = space.squaredDistances(to: Buffer(now, orEmpty: 0), pool: pool)
        for row in 0..<900 {
          #expect(
            isClose(
              distances[row], slow.squaredDistance(row, Int(now[row])), relative: 1e-5,
              absolute: 1e-6))
        }
      }
      let published = space.publish(pool: pool)
      for (cluster, center) in slow.centers.enumerated() {
        guard let center else { continue }
        for (column, value) in center.enumerated() {
          #expect(
            isClose(Double(published[cluster, column]), value, relative: 1e-6, absolute: 1e-7))
        }
      }
    }
  }

  @Test("Rows that are skipped after a move have the labels that a look would give them")
  func skippedRows() {
    let text = RandomPoints.text(seed: 12, rowCount: 3_000, columnCount: 300)
    let blobs = RandomPoints.blobs(seed: 12, rowCount: 3_000, columnCount: 19, blobCount: 40)
    let pool = WorkerPool(threadCount: 2)
    for matrix in [FeatureMatrix.sparse(text), .dense(blobs)] {
      let points = EnginePoints(matrix, pool: pool)
      for level in Self.levels {
        for clusterCount in [2, 16, 37, 350] {
          let space = points.space(
            clusterCount: clusterCount, kernel: .automatic, instructionSet: level)
          space.setCenters(toRows: Array(0..<clusterCount), pool: pool)
          let kept = Standings(rowCount: 3_000)
          for step in 0..<25 {
            space.assign(into: kept, pool: pool)
            // New standings are looked at row by row, and make the space forget the old ones.
            if step % 5 == 4 {
              #expect(labels(space, threads: 2).labels == kept.labels.array())
              space.assign(into: kept, pool: pool)
            }
            _ = space.moveCenters(to: kept.labels, pool: pool)
          }
          space.assign(into: kept, pool: pool)
          #expect(labels(space, threads: 1).labels == kept.labels.array())
        }
      }
    }
  }

  @Test("A cluster that shrinks from all rows to a few keeps an exact norm")
  func shrinking() {
    // Two rows side by side among very many: errors of the whole sum's size would swamp them.
    let count = 100_000
    let points = RandomPoints.blobs(seed: 1, rowCount: count, columnCount: 8, blobCount: 1)
    let pool = WorkerPool(threadCount: 1)
    let space = EnginePoints(.sparse(sparse(points)), pool: pool).space(
      clusterCount: 2, kernel: .sparse)
    space.setCenters(toRows: [0, 1], pool: pool)
    var labels = [Int32](repeating: 0, count: count)
    _ = space.moveCenters(to: Buffer(labels, orEmpty: 0), pool: pool)
    for row in 2..<count { labels[row] = 1 }
    _ = space.moveCenters(to: Buffer(labels, orEmpty: 0), pool: pool)
    let distances = space.squaredDistances(to: Buffer(labels, orEmpty: 0), pool: pool)
    let expected = (0..<8).reduce(0.0) {
      let half = (Double(points[0, $1]) - Double(points[1, $1])) / 2
      return $0 + half * half
    }
    #expect(isClose(distances[0], expected, relative: 1e-7))
    #expect(isClose(distances[1], expected, relative: 1e-7))
  }

  /// The same numbers, all stored.
  private func sparse(_ matrix: DenseMatrix) -> CSRMatrix {
    CSRMatrix(
      rowCount: matrix.rowCount, columnCount: matrix.columnCount,
      rowOffsets: (0...matrix.rowCount).map { $0 * matrix.columnCount },
      columnIndices: (0..<matrix.elements.count).map { Int32($0 % matrix.columnCount) },
      values: matrix.elements)
  }

  @Test("Points without columns or entries all go to the first center")
  func nothingToMultiply() {
    let pool = WorkerPool(threadCount: 2)
    let empty = CSRMatrix(
      rowCount: 3, columnCount: 0, rowOffsets: [0, 0, 0, 0], columnIndices: [], values: [])
    for matrix in [
      FeatureMatrix.sparse(empty), .dense(empty.dense()),
      .sparse(
        CSRMatrix(
          rowCount: 3, columnCount: 4, rowOffsets: [0, 0, 0, 0], columnIndices: [], values: [])),
    ] {
      for kernel in ProductKernel.allCases {
        let space = EnginePoints(matrix, pool: pool).space(clusterCount: 2, kernel: kernel)
        space.setCenters(DenseMatrix(zeros: 2, matrix.columnCount), pool: pool)
        #expect(labels(space, threads: 1).labels == [0, 0, 0])
        #expect(space.moveCenters(to: Buffer([0, 0, 1], orEmpty: 0), pool: pool) == 0)
        #expect(space.publish(pool: pool).elements.allSatisfy { $0 == 0 })
      }
    }
  }
}
