internal import CKernels

/// Sparse rows of norm 0 or 1 with posting lists, for sums of distances to all of them at once.
///
/// Rows that share no column are √(‖x‖² + ‖y‖²) apart, which for unit rows hardly depends on y: its
/// sum over a cluster follows from three moments of ε = ‖y‖² − 1. Only the pairs that do share a
/// column are visited, and add the difference to their true distance.
///
/// Use when few pairs of rows overlap. Do not use for rows of other norms.
package struct SparseOverlaps: Sendable {
  /// The rows (n×d).
  package let matrix: CSRMatrix

  /// The rows by column (d×n).
  private let postings: CSRMatrix

  /// The squared norm of each row.
  package let norms: [Double]

  /// How far the squared norm of a unit row may be from 1: what third and higher powers of ε add to
  /// a distance is then below 10⁻¹⁵.
  private static let largestDeviation = 1e-5

  /// Prepares rows, or returns nil when a row's norm is neither 0 nor 1.
  ///
  /// - Complexity: O(n + d + nnz).
  package init?(_ matrix: CSRMatrix) {
    let points = FeatureMatrix.sparse(matrix)
    let norms = (0..<matrix.rowCount).map { points.squaredNorm(of: $0) }
    guard norms.allSatisfy({ $0 == 0 || abs($0 - 1) <= Self.largestDeviation }) else { return nil }
    self.matrix = matrix
    self.norms = norms
    postings = matrix.transposed()
  }

  /// The sums over the unit rows of each slot of 1, ε and ε², and the number of its zero rows.
  package struct Moments: Sendable {
    /// Those four, each with a number for every slot.
    private let sums: [Buffer<Double>]

    fileprivate init(_ overlaps: SparseOverlaps, _ labels: LabelSlots) {
      sums = (0..<4).map { _ in Buffer(count: labels.slotCount, repeating: 0) }
      for row in 0..<labels.rowCount {
        let deviation = overlaps.norms[row] - 1
        for run in 0..<labels.runCount {
          let slot = Int(labels.slots[row * labels.runCount + run])
          if overlaps.norms[row] == 0 {
            sums[3][slot] += 1
          } else {
            sums[0][slot] += 1
            sums[1][slot] += deviation
            sums[2][slot] += deviation * deviation
          }
        }
      }
    }

    private init(_ sums: [Buffer<Double>]) {
      precondition(Set(sums.map(\.count)).count == 1, "each slot has four moments")
      self.sums = sums
    }

    /// The moments of other slots, whose sums follow from those of these.
    package func map(_ transform: (Buffer<Double>) -> Buffer<Double>) -> Moments {
      Moments(sums.map(transform))
    }

    /// Adds to the sums of slots from `first` on a query row's distances to their rows, as if it shared no
    /// column with any.
    ///
    /// - Complexity: O(entries of the row + slots).
    package func addDistances(
      from queries: CSRMatrix, row: Int, first: Int, to target: Buffer<Double>
    ) {
      precondition(
        target.count == sums[0].count && (0...target.count).contains(first), "each slot has a sum")
      let norm = FeatureMatrix.sparse(queries).squaredNorm(of: row)
      let series = SparseOverlaps.series(norm)
      kindred_add_moments(
        InstructionSet.best.rawValue, sums[0].base + first, sums[1].base + first,
        sums[2].base + first, sums[3].base + first, series + [norm.squareRoot()],
        Int64(target.count - first), target.base + first)
    }
  }

  /// √(norm + 1 + ε) = s + ε/2s − ε²/8s³ + …: what 1, ε and ε² are multiplied with.
  private static func series(_ norm: Double) -> [Double] {
    let root = (norm + 1).squareRoot()
    return [root, 0.5 / root, -0.125 / (root * root * root)]
  }

  /// The moments of the slots.
  ///
  /// - Complexity: O(n·runs + slots).
  package func moments(_ labels: LabelSlots) -> Moments {
    precondition(labels.rowCount == matrix.rowCount, "each row needs labels")
    return Moments(self, labels)
  }

  /// One thread's space for dot products.
  package final class Scratch {
    /// The dot product with each row, n of them, all 0 between two rows.
    let dots: Buffer<Double>

    /// The rows reached, with room for every posting visited.
    var touched: Buffer<Int32>

    init(rowCount: Int) {
      dots = Buffer(count: rowCount, repeating: 0)
      touched = Buffer(count: rowCount, repeating: 0)
    }
  }

  /// Makes scratch space for one thread.
  package func makeScratch() -> Scratch { Scratch(rowCount: matrix.rowCount) }

  /// Writes for each slot what shared columns add to the distances of a query row from its rows;
  /// `Moments.addDistances` has the rest of them.
  ///
  /// - Complexity: O(postings of the query's columns + overlapping rows · runs + slots).
  package func sumCorrections(
    from queries: CSRMatrix, row: Int, labels: LabelSlots, scratch: Scratch,
    to sums: Buffer<Double>
  ) {
    precondition(queries.columnCount == matrix.columnCount, "rows must have as many columns")
    precondition(
      sums.count >= labels.slotCount && labels.rowCount == matrix.rowCount,
      "a row of sums needs one number a slot")
    let entries = queries.entries(ofRow: row)
    let norm = FeatureMatrix.sparse(queries).squaredNorm(of: row)
    let base = Self.series(norm)
    sums.base.update(repeating: 0, count: labels.slotCount)
    var room = 1
    for position in entries {
      room += postings.entries(ofRow: Int(queries.columnIndices[position])).count
    }
    if room > scratch.touched.count { scratch.touched = Buffer(count: 2 * room, repeating: 0) }
    withTargets(labels) { targets in
      var targets = targets
      queries.columnIndices.withUnsafeBufferPointer { columns in
        queries.values.withUnsafeBufferPointer { values in
          postings.columnIndices.withUnsafeBufferPointer { rows in
            postings.values.withUnsafeBufferPointer { weights in
              postings.rowOffsets.withUnsafeBytes { offsets in
                guard let columns = columns.baseAddress, let values = values.baseAddress else {
                  return
                }
                let first = entries.lowerBound
                let count = Int64(entries.count)
                let reached = kindred_overlaps(
                  columns + first, values + first, count,
                  offsets.baseAddress?.assumingMemoryBound(to: Int64.self), rows.baseAddress,
                  weights.baseAddress, scratch.dots.base, scratch.touched.base)
                kindred_add_overlap_corrections(
                  InstructionSet.best.rawValue, columns + first, values + first, count, norm, base,
                  scratch.touched.base, reached, scratch.dots.base, &targets, sums.base)
              }
            }
          }
        }
      }
    }
  }

  private func withTargets(_ labels: LabelSlots, _ body: (kindred_overlap_targets) -> Void) {
    matrix.rowOffsets.withUnsafeBytes { offsets in
      matrix.columnIndices.withUnsafeBufferPointer { columns in
        matrix.values.withUnsafeBufferPointer { values in
          norms.withUnsafeBufferPointer { norms in
            body(
              kindred_overlap_targets(
                offsets: offsets.baseAddress?.assumingMemoryBound(to: Int64.self),
                columns: columns.baseAddress, values: values.baseAddress,
                norms: norms.baseAddress, slots: labels.slots.base,
                runs: Int32(labels.runCount)))
          }
        }
      }
    }
  }
}
