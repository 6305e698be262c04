package import Matrices

/// Points made from a seed, so that a failing seed is the whole repro.
package enum RandomPoints {
  /// Rows of unit length with few stored values, frequent columns first, as texts have them.
  ///
  /// Every tenth row is empty and every seventh repeats an earlier one when `isOdd` is set.
  package static func text(
    seed: UInt64, rowCount: Int, columnCount: Int, length: Int = 8, isOdd: Bool = true
  ) -> CSRMatrix {
    var generator = CounterGenerator(seed: seed, purpose: 0x7E57)
    var offsets = [0]
    var columns: [Int32] = []
    var values: [Float] = []
    for row in 0..<rowCount {
      if isOdd, row % 7 == 6 {
        let earlier = generator.nextIndex(below: row)
        columns.append(contentsOf: columns[offsets[earlier]..<offsets[earlier + 1]])
        values.append(contentsOf: values[offsets[earlier]..<offsets[earlier + 1]])
      } else if !isOdd || row % 10 != 9 {
        var chosen = Set<Int32>()
        for _ in 0..<1 + generator.nextIndex(below: 2 * length) {
          let unit = generator.nextUnit()
          chosen.insert(Int32(unit * unit * Double(columnCount)))
        }
        let weights = chosen.sorted().map { ($0, generator.nextUnit() + 0.1) }
        let norm = weights.reduce(0) { $0 + $1.1 * $1.1 }.squareRoot()
        for (column, weight) in weights {
          columns.append(column)
          values.append(Float(weight / norm))
        }
      }
      offsets.append(columns.count)
    }
    return CSRMatrix(
      rowCount: rowCount, columnCount: columnCount, rowOffsets: offsets, columnIndices: columns,
      values: values)
  }

  /// Rows scattered around `blobCount` places.
  package static func blobs(
    seed: UInt64, rowCount: Int, columnCount: Int, blobCount: Int = 5
  ) -> DenseMatrix {
    var generator = CounterGenerator(seed: seed, purpose: 0xB10B)
    let places = (0..<blobCount * columnCount).map { _ in Float(generator.nextUnit() * 4 - 2) }
    var elements: [Float] = []
    for _ in 0..<rowCount {
      let blob = generator.nextIndex(below: blobCount)
      for column in 0..<columnCount {
        elements.append(places[blob * columnCount + column] + Float(generator.nextUnit() - 0.5))
      }
    }
    return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }
}
