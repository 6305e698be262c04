internal import Matrices
internal import TestSupport
internal import Testing

@Suite("Matrices")
struct MatrixTests {
  /// ⎡1 0 2⎤, ⎢0 0 0⎥, ⎣0 3 0⎦.
  let small = CSRMatrix(
    rowCount: 3, columnCount: 3, rowOffsets: [0, 2, 2, 3], columnIndices: [0, 2, 1],
    values: [1, 2, 3])

  @Test("Sparse rows are written out where their columns say")
  func dense() {
    #expect(small.dense().elements == [1, 0, 2, 0, 0, 0, 0, 3, 0])
    #expect(small.dense()[2, 1] == 3)
    #expect(Array(small.dense().row(0)) == [1, 0, 2])
    #expect(small.storedCount == 3)
    #expect(small.entries(ofRow: 1).isEmpty)
  }

  @Test(
    "Transposing swaps rows and columns, and twice is nothing", arguments: 0..<20 as Range<UInt64>)
  func transpose(seed: UInt64) {
    let points = RandomPoints.text(seed: seed, rowCount: 40, columnCount: 23)
    let transposed = points.transposed()
    let full = points.dense()
    for row in 0..<40 {
      for column in 0..<23 { #expect(transposed.dense()[column, row] == full[row, column]) }
    }
    #expect(transposed.transposed() == points)
  }

  @Test("Selecting rows keeps their order and repeats what is asked for twice")
  func selection() {
    let points = RandomPoints.text(seed: 1, rowCount: 30, columnCount: 17)
    let rows = [7, 0, 7, 29, 9]
    #expect(points.selecting(rows: rows).dense() == points.dense().selecting(rows: rows))
    #expect(
      FeatureMatrix.sparse(points).selecting(rows: rows)
        == .sparse(points.selecting(rows: rows)))
    #expect(points.selecting(rows: []).rowCount == 0)
  }

  @Test("Finds the first row whose columns do not ascend")
  func invalidRows() {
    #expect(CSRMatrix.firstInvalidRow([0, 2, 2, 3], [0, 2, 1], columnCount: 3) == nil)
    #expect(CSRMatrix.firstInvalidRow([0, 2, 3], [2, 0, 1], columnCount: 3) == 0)
    #expect(CSRMatrix.firstInvalidRow([0, 1, 3], [2, 1, 1], columnCount: 3) == 1)
    #expect(CSRMatrix.firstInvalidRow([0, 1, 2], [0, 3], columnCount: 3) == 1)
    #expect(CSRMatrix.firstInvalidRow([0, 1, 2], [0, -1], columnCount: 3) == 1)
    #expect(CSRMatrix.firstInvalidRow([0, 2, 1, 2], [0, 1], columnCount: 3) == 1)
    #expect(CSRMatrix.firstInvalidRow([0, 5, 2], [0, 1], columnCount: 3) == 0)
  }

  @Test("Finds the first number that is not finite")
  func nonFinite() {
    #expect(small.firstNonFinite() == nil)
    let bad = CSRMatrix(
      rowCount: 4, columnCount: 3, rowOffsets: [0, 1, 1, 1, 3], columnIndices: [0, 1, 2],
      values: [1, .nan, .infinity])
    #expect(bad.firstNonFinite().map { [$0.row, $0.column] } == [3, 1])
    let full = DenseMatrix(rowCount: 2, columnCount: 2, elements: [1, 2, 3, -.infinity])
    #expect(FeatureMatrix.dense(full).firstNonFinite().map { [$0.row, $0.column] } == [1, 1])
  }
}
