internal import CKernels

/// Sums of Euclidean distances by label, each distance by differences in `Double`.
///
/// Use for so few pairs that rounding does not average out. Do not use for many: a pair costs
/// several times as much as in a tile.
package enum ExactLabelSums {
  /// Writes the sums of a query row's distances to the targets of each slot, added in row order, to the first sums.
  ///
  /// Both sets of points must be stored in one form.
  ///
  /// - Complexity: O(stored elements of the targets + n·runs).
  package static func write(
    of row: Int, in queries: FeatureMatrix, to targets: FeatureMatrix, labels: LabelSlots,
    into sums: Buffer<Double>
  ) {
    precondition(queries.columnCount == targets.columnCount, "rows must have as many columns")
    precondition(
      labels.rowCount == targets.rowCount && sums.count >= labels.slotCount,
      "each target needs labels, and each slot a sum")
    let sums = sums.base
    sums.update(repeating: 0, count: labels.slotCount)
    for target in 0..<targets.rowCount {
      let distance = queries.squaredDifference(row, targets, target).squareRoot()
      let slots = labels.slots.base + target * labels.runCount
      for run in 0..<labels.runCount { sums[Int(slots[run])] += distance }
    }
  }
}

extension FeatureMatrix {
  /// The squared Euclidean distance of one of the rows to a row of other points, by differences.
  ///
  /// - Complexity: O(stored elements of the two rows).
  package func squaredDifference(_ row: Int, _ other: FeatureMatrix, _ otherRow: Int) -> Double {
    switch (self, other) {
    case (.dense(let a), .dense(let b)):
      a.elements.withUnsafeBufferPointer { first in
        b.elements.withUnsafeBufferPointer { second in
          guard let first = first.baseAddress, let second = second.baseAddress else { return 0 }
          let depth = a.columnCount
          return kindred_squared_difference(
            InstructionSet.best.rawValue, first + row * depth, second + otherRow * depth,
            Int64(depth))
        }
      }
    case (.sparse(let a), .sparse(let b)): a.squaredDifference(row, b, otherRow)
    default: preconditionFailure("points that are compared must be stored in one form")
    }
  }
}
