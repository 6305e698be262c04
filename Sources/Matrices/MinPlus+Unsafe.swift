internal import CKernels

/// A rectangle of a square table of numbers, or the transpose of one.
package struct TablePart: Sendable {
  let start: Int
  let rowStep: Int
  let columnStep: Int
  let rowCount: Int
  let columnCount: Int

  /// The rectangle of some rows and columns of a table with `side` rows.
  package init(rows: Range<Int>, columns: Range<Int>, side: Int) {
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= side && columns.lowerBound >= 0
        && columns.upperBound <= side, "a part lies outside its table")
    (start, rowStep, columnStep) = (rows.lowerBound * side + columns.lowerBound, side, 1)
    (rowCount, columnCount) = (rows.count, columns.count)
  }

  private init(transposing part: TablePart) {
    (start, rowStep, columnStep) = (part.start, part.columnStep, part.rowStep)
    (rowCount, columnCount) = (part.columnCount, part.rowCount)
  }

  /// The rectangle with rows and columns exchanged.
  package var transposed: TablePart { TablePart(transposing: self) }
}

/// One thread's products in which a minimum takes the place of a sum, and a sum that of a product.
package final class MinPlus {
  private let table: Buffer<Double>
  private let side: Int
  private let level: InstructionSet
  private let strip = Buffer<Double>(unwritten: Int(KINDRED_MIN_PLUS_SCRATCH))
  private var between = Buffer<Double>(unwritten: 0)

  /// Prepares products of parts of a table, `side × side`, row-major.
  package init(table: Buffer<Double>, side: Int, level: InstructionSet = .best) {
    precondition(table.count == side * side, "a table must be square")
    self.table = table
    self.side = side
    self.level = level
  }

  /// Writes min over p of left[i, p] + right[p, j], then the same of that and each of `last`, side by side.
  ///
  /// Without `left`, `right` itself is what `last` is multiplied with; without `last`, the first product is
  /// what is written. The results' columns stand in the table at `columns`, one range each of `last`.
  ///
  /// - Complexity: O(m·n·p) for each product.
  package func write(
    rows: Range<Int>, _ left: TablePart?, _ right: TablePart, columns: Range<Int>,
    last: [(inner: Range<Int>, part: TablePart, columns: Range<Int>)]
  ) {
    let width = right.columnCount
    precondition(columns.count == width && rows.upperBound <= side, "a product does not fit")
    let target = table.base + rows.lowerBound * side
    if last.isEmpty {
      if let left {
        multiply(part(left), part(right), shape(left, right), to: target + columns.lowerBound)
      } else {
        copy(right, to: target + columns.lowerBound)
      }
      return
    }
    var source = part(right)
    if let left {
      if between.count < rows.count * width { between = Buffer(unwritten: rows.count * width) }
      multiply(part(left), source, shape(left, right), to: between.base, step: width)
      source = kindred_part(start: between.base, row: Int64(width), column: 1)
    }
    for product in last {
      precondition(
        product.inner.upperBound <= width && product.inner.count == product.part.rowCount
          && product.columns.count == product.part.columnCount
          && product.columns.upperBound <= side, "a product does not fit")
      var inner = source
      inner.start += product.inner.lowerBound * Int(source.column)
      multiply(
        inner, part(product.part), (rows.count, product.columns.count, product.inner.count),
        to: target + product.columns.lowerBound)
    }
  }

  private func part(_ part: TablePart) -> kindred_part {
    kindred_part(
      start: table.base + part.start, row: Int64(part.rowStep), column: Int64(part.columnStep))
  }

  private func shape(_ left: TablePart, _ right: TablePart) -> (Int, Int, Int) {
    precondition(left.columnCount == right.rowCount, "the shapes of a product must agree")
    return (left.rowCount, right.columnCount, left.columnCount)
  }

  private func multiply(
    _ left: kindred_part, _ right: kindred_part,
    _ shape: (rows: Int, columns: Int, depth: Int), to target: UnsafeMutablePointer<Double>,
    step: Int? = nil
  ) {
    kindred_min_plus(
      level.rawValue, Int64(shape.rows), Int64(shape.columns), Int64(shape.depth), left, right,
      target, Int64(step ?? side), strip.base)
  }

  private func copy(_ source: TablePart, to target: UnsafeMutablePointer<Double>) {
    let start = table.base + source.start
    for i in 0..<source.rowCount {
      for j in 0..<source.columnCount {
        target[i * side + j] = start[i * source.rowStep + j * source.columnStep]
      }
    }
  }
}
