internal import Foundation
import Matrices
import Testing

@Suite struct TruncatedSVDTests {
  private struct Golden: Decodable {
    struct Matrix: Decodable {
      let rows: Int
      let columns: Int
      let elements: [Float]
      let singularValues: [Double]
      let firstVectors: [[Double]]
      let variances: [Double]
      let ratios: [Double]
    }

    let small: [Matrix]
  }

  private let pool = WorkerPool(threadCount: 2)

  /// A random sparse matrix with `perRow` draws a row; low columns are drawn more often.
  private static func sparse(rows: Int, columns: Int, perRow: Int, seed: UInt64) -> CSRMatrix {
    var generator = CounterGenerator(seed: seed)
    var offsets: [Int] = [0]
    var indices: [Int32] = []
    var values: [Float] = []
    for row in 0..<rows {
      var chosen = Set<Int32>()
      for _ in 0..<(row % 17 == 3 ? 0 : perRow) {
        let unit = generator.nextUnit()
        chosen.insert(Int32(unit * unit * unit * Double(columns)))
      }
      for column in chosen.sorted() {
        indices.append(column)
        values.append(Float(generator.nextUnit() + 0.1))
      }
      offsets.append(values.count)
    }
    return CSRMatrix(
      rowCount: rows, columnCount: columns, rowOffsets: offsets, columnIndices: indices,
      values: values)
  }

  /// The largest distance of the columns' inner products from those of orthonormal columns.
  private static func departure(_ matrix: DenseMatrix, scales: [Double]? = nil) -> Double {
    var worst = 0.0
    for first in 0..<matrix.columnCount {
      for second in 0...first {
        var sum = 0.0
        for row in 0..<matrix.rowCount {
          sum += Double(matrix[row, first]) * Double(matrix[row, second])
        }
        if let scales { sum /= scales[first] * scales[second] }
        worst = max(worst, abs(sum - (first == second ? 1 : 0)))
      }
    }
    return worst
  }

  private static func peaksArePositive(_ basis: DenseMatrix) -> Bool {
    (0..<basis.columnCount).allSatisfy { column in
      var peak: Float = 0
      for row in 0..<basis.rowCount where abs(basis[row, column]) > abs(peak) {
        peak = basis[row, column]
      }
      return peak > 0
    }
  }

  @Test func equalsTheFullDecomposition() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "TestSupport/Golden/features_svd.json")
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    for expected in golden.small {
      let matrix = DenseMatrix(
        rowCount: expected.rows, columnCount: expected.columns, elements: expected.elements)
      let count = 20
      let found = try TruncatedSVD.fit(.dense(matrix), componentCount: count, pool: pool)
      let scale = expected.singularValues[0]
      for component in 0..<count {
        #expect(
          abs(found.singularValues[component] - expected.singularValues[component]) < 1e-5 * scale)
        #expect(
          abs(found.explainedVariances[component] - expected.variances[component])
            < 1e-5 * scale * scale / Double(expected.rows))
        #expect(abs(found.explainedVarianceRatios[component] - expected.ratios[component]) < 1e-5)
      }
      for (component, vector) in expected.firstVectors.enumerated() {
        for row in 0..<expected.columns {
          #expect(abs(Double(found.basis[row, component]) - vector[row]) < 1e-4)
        }
      }
    }
  }

  @Test func vectorsAreOrthonormalAndSigned() throws {
    let matrix = Self.sparse(rows: 3_000, columns: 1_500, perRow: 9, seed: 5)
    let found = try TruncatedSVD.fit(matrix, componentCount: 24, seed: 3, pool: pool)
    #expect(found.basis.rowCount == 1_500 && found.basis.columnCount == 24)
    #expect(Self.departure(found.basis) < 1e-5)
    #expect(Self.peaksArePositive(found.basis))
    #expect(zip(found.singularValues, found.singularValues.dropFirst()).allSatisfy { $0 >= $1 })
    let projected = TruncatedSVD.project(
      .sparse(matrix), onto: found.basis, unitRows: false, pool: pool)
    #expect(Self.departure(projected, scales: found.singularValues) < 1e-4)

    for component in 0..<24 {
      let column = (0..<3_000).map { Double(projected[$0, component]) }
      let mean = column.reduce(0, +) / 3_000
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3_000
      #expect(abs(variance - found.explainedVariances[component]) < 1e-6 * (1 + variance))
    }
  }

  @Test func threadsDoNotMatter() throws {
    let matrix = Self.sparse(rows: 4_000, columns: 2_300, perRow: 12, seed: 9)
    let alone = try TruncatedSVD.fit(
      matrix, componentCount: 40, seed: 1, pool: WorkerPool(threadCount: 1))
    for threads in [2, 3, 8] {
      let together = try TruncatedSVD.fit(
        matrix, componentCount: 40, seed: 1, pool: WorkerPool(threadCount: threads))
      #expect(together == alone)
    }
    let other = try TruncatedSVD.fit(matrix, componentCount: 40, seed: 2, pool: pool)
    #expect(other != alone)
    let total = alone.explainedVariances.reduce(0, +)
    #expect(abs(other.explainedVariances.reduce(0, +) - total) < 0.005 * total)
  }

  @Test func dependentColumnsDoNotBreakIt() throws {
    // 400 rows that repeat five: rank five, far fewer than the vectors searched with.
    let five = Self.sparse(rows: 6, columns: 350, perRow: 60, seed: 2)
    let matrix = five.selecting(rows: (0..<400).map { [0, 1, 2, 4, 5][$0 % 5] })
    let found = try TruncatedSVD.fit(matrix, componentCount: 12, pool: pool)
    #expect(found.singularValues[4] > 1)
    #expect(found.singularValues[5...].allSatisfy { $0 < 1e-2 })
    #expect(Self.departure(found.basis) < 1e-4)
    let squares = matrix.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    let captured = found.singularValues.reduce(0.0) { $0 + $1 * $1 }
    #expect(abs(captured - squares) < 1e-4 * squares)

    let nothing = CSRMatrix(
      rowCount: 300, columnCount: 400, rowOffsets: [Int](repeating: 0, count: 301),
      columnIndices: [], values: [])
    let none = try TruncatedSVD.fit(nothing, componentCount: 3, pool: pool)
    #expect(none.singularValues == [0, 0, 0] && none.explainedVarianceRatios == [0, 0, 0])
    #expect(Self.departure(none.basis) < 1e-5)
  }

  @Test func steepSpectraKeepTheirSmallValues() throws {
    // A diagonal matrix: the singular values are the entries, from 1 down to 0.5³⁰.
    let count = 300
    let entries = (0..<count).map { Float(pow(0.5, Double($0) / 10)) }
    let matrix = CSRMatrix(
      rowCount: count, columnCount: count, rowOffsets: Array(0...count),
      columnIndices: (0..<Int32(count)).map { $0 }, values: entries)
    let found = try TruncatedSVD.fit(matrix, componentCount: 50, pool: pool)
    for component in 0..<50 {
      #expect(abs(found.singularValues[component] / Double(entries[component]) - 1) < 1e-4)
    }
  }

  @Test func tooManyComponentsAreRefused() {
    let matrix = Self.sparse(rows: 30, columns: 12, perRow: 4, seed: 1)
    for count in [0, -1, 12, 100] {
      let error = #expect(throws: TruncatedSVD.ComponentLimitError.self) {
        try TruncatedSVD.fit(matrix, componentCount: count, pool: pool)
      }
      #expect(error?.requested == count && error?.limit == 11)
    }
    #expect(throws: Never.self) {
      try TruncatedSVD.fit(matrix, componentCount: 11, pool: pool)
    }
  }

  @Test func projectionsDoNotDependOnOtherRows() throws {
    let matrix = Self.sparse(rows: 2_500, columns: 600, perRow: 7, seed: 4)
    let basis = try TruncatedSVD.fit(matrix, componentCount: 150, pool: pool).basis
    let all = TruncatedSVD.project(.sparse(matrix), onto: basis, unitRows: true, pool: pool)
    let rows = [2_499, 3, 1_024, 3]
    let some = TruncatedSVD.project(
      .sparse(matrix.selecting(rows: rows)), onto: basis, unitRows: true, pool: pool)
    #expect(some == all.selecting(rows: rows))
    for row in 0..<all.rowCount {
      let length = all.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(matrix.entries(ofRow: row).isEmpty ? length == 0 : abs(length - 1) < 1e-5)
    }
  }

  @Test(arguments: InstructionSet.allCases.filter { $0 <= .best })
  func kernelsEqualPlainLoops(instructions: InstructionSet) {
    let matrix = Self.sparse(rows: 700, columns: 90, perRow: 6, seed: 8)
    let products = SparseProducts(matrix, instructions: instructions)
    let dense = matrix.dense()
    let stride = 48
    var generator = CounterGenerator(seed: 1)
    let numbers = (0..<90 * stride).map { _ in Float(generator.nextUnit() - 0.5) }
    let block = Buffer(numbers, orEmpty: 0)
    let result = Buffer(numbers.map { $0 * 3 }, orEmpty: 0)
    products.applyGram(
      to: block, scale: 2, blockScale: -1, resultScale: 0.5, into: result, stride: stride,
      pool: pool)
    let basis = DenseMatrix(
      rowCount: 90, columnCount: 37,
      elements: (0..<90).flatMap { numbers[$0 * stride..<$0 * stride + 37] })
    let projected = products.projected(onto: basis, unitRows: false, pool: pool)

    for lane in [0, 15, 16, 36, 47] {
      let coordinates = (0..<700).map { row in
        (0..<90).reduce(0.0) { $0 + Double(dense[row, $1]) * Double(numbers[$1 * stride + lane]) }
      }
      for term in 0..<90 {
        let gram = (0..<700).reduce(0.0) { $0 + Double(dense[$1, term]) * coordinates[$1] }
        let own = Double(numbers[term * stride + lane])
        #expect(abs(Double(result[term * stride + lane]) - (2 * gram - own + 1.5 * own)) < 1e-3)
      }
      if lane < 37 {
        for row in 0..<700 {
          #expect(abs(Double(projected[row, lane]) - coordinates[row]) < 1e-5)
        }
      }
    }
  }
}
