/// The centers of one K-Means run among its points: assigns rows, moves centers, hands centers out.
///
/// Labels are exact: each row's label is the lowest index among the centers that are nearest in double
/// precision, whichever kernel and instruction set did the bulk of the work.
package protocol CenterSpace: AnyObject, Sendable {
  /// The number of rows (n).
  var rowCount: Int { get }
  /// The number of columns (d).
  var columnCount: Int { get }
  /// The number of centers (k).
  var clusterCount: Int { get }

  /// Puts the centers in place, `k×d`.
  func setCenters(_ centers: DenseMatrix, pool: WorkerPool)

  /// Puts the centers at the places of k rows.
  func setCenters(toRows rows: [Int], pool: WorkerPool)

  /// Labels every row with its nearest center.
  ///
  /// Standings that come again after a move keep the scores of rows whose label cannot have changed.
  ///
  /// - Complexity: O(nnz·k).
  func assign(into standings: Standings, pool: WorkerPool)

  /// Moves every center to the mean of its rows and returns the summed squared distance moved.
  ///
  /// A center without rows stays out of use until it gets rows again. `changes`: how the labels differ from
  /// those of the last move; nil where that is to be found out.
  ///
  /// - Complexity: O(nnz + d·k) at first; later O(n + entries of the rows that changed), and for sparse
  ///   points O(d·k) simple steps to tell how far coordinates moved.
  func moveCenters(to labels: Buffer<Int32>, changes: LabelChanges?, pool: WorkerPool) -> Double

  /// Σ ⟨x, c⟩ − ‖c‖²/2 over the rows and the centers of their labels before the last move.
  ///
  /// The sums that a move makes tell it exactly and at no cost.
  var movedScoreSum: Double { get }

  /// How far the last move moved each center, k distances.
  var movedDistances: [Double] { get }

  /// ‖c‖² of each center, k.
  var squaredNorms: Buffer<Double> { get }

  /// The same centers among other rows of the same points; this space is then spent.
  ///
  /// - Complexity: O(n + d + cells of rare terms) for sparse points, O(n + k·d) for dense ones.
  func among(_ points: EnginePoints, pool: WorkerPool) -> any CenterSpace

  /// Labels the listed rows with their nearest centers; a row may be listed more than once.
  func assign(batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool)

  /// Labels the listed rows, then moves each center towards those of its label, as the mean of all rows
  /// that it has absorbed; a row counts as often as it is listed.
  ///
  /// Sculley, "Web-scale k-means clustering", DOI 10.1145/1772690.1772862. The start position counts for
  /// nothing once a center absorbs its first row.
  ///
  /// - Complexity: O(entries of the batch, times k).
  func absorb(batch: Buffer<Int32>, into standings: Standings, pool: WorkerPool) -> Absorption

  /// Puts a center at the place of a row, as if it had absorbed that row `weight` times.
  func replaceCenter(_ cluster: Int, withRow row: Int, weight: Double)

  /// How many rows each center has absorbed, k.
  var absorbedWeights: Buffer<Double> { get }

  /// Rounds the centers to the single-precision numbers that a model holds, and returns them, `k×d`.
  ///
  /// A center without rows becomes a copy of the center with the most rows, as in scikit-learn.
  func publish(pool: WorkerPool) -> DenseMatrix

  /// The squared distance of every row to the center of its label, n of them, in double precision.
  ///
  /// - Complexity: O(nnz).
  func squaredDistances(to labels: Buffer<Int32>, pool: WorkerPool) -> [Double]
}

extension CenterSpace {
  /// Moves every center to the mean of its rows, which are compared with those of the last move.
  package func moveCenters(to labels: Buffer<Int32>, pool: WorkerPool) -> Double {
    moveCenters(to: labels, changes: nil, pool: pool)
  }
}

/// What a batch told of the centers before it moved them, and how far it did.
package struct Absorption: Sendable {
  /// The summed squared distances of the batch's rows to their centers before.
  package let inertia: Double
  /// The summed squared distances that the centers moved.
  package let centerShift: Double
}

/// Which kernel computes the products of rows and centers.
public enum ProductKernel: String, Sendable, Hashable, Codable, CaseIterable {
  /// The cost model chooses.
  case automatic = "auto"
  /// Rows are written out and multiplied by BLAS.
  case gemm
  /// Stored values meet panels of centers, term by term.
  case sparse

  /// The share of stored elements from which writing sparse rows out for BLAS is the cheaper way.
  ///
  /// A sparse multiply-add costs about four dense ones, since it waits for the panel's cache line;
  /// `kindred bench` prints both rates, so the constant can be checked on any machine.
  package static let denseShare = 0.25

  /// The kernel for sparse rows of a given share of stored elements.
  package func resolved(storedShare: Double) -> ProductKernel {
    self == .automatic ? (storedShare >= Self.denseShare ? .gemm : .sparse) : self
  }
}

extension FeatureMatrix {
  /// About how many bytes the centers of one run among these points take, with what is known of the rows.
  ///
  /// Sparse centers have lanes for every center on frequent terms only, unless BLAS wants all of them.
  ///
  /// - Complexity: O(nnz + d) for sparse rows, else O(1).
  package func centersByteCount(clusterCount: Int, kernel: ProductKernel) -> Int {
    let lanes = (clusterCount + 15) / 16 * 16
    let rows = rowCount.saturatingProduct(108)
    let partials = clusterCount.saturatingProduct(1_024)
    switch self {
    case .dense:
      return rows.saturatingSum(clusterCount.saturatingProduct(columnCount, 16), partials)
    case .sparse(let matrix):
      let cells = Swift.max(1, rowCount.saturatingProduct(columnCount))
      let isWrittenOut =
        kernel.resolved(storedShare: Double(storedCount) / Double(cells)) == .gemm
      if isWrittenOut {
        return rows.saturatingSum(
          partials, columnCount.saturatingProduct(4 * (lanes + clusterCount) + 88))
      }
      let frequent = matrix.frequentColumns(atLeast: lanes / 8)
      // Rare terms are kept cell by cell.
      return rows.saturatingSum(
        partials, frequent.count.saturatingProduct(lanes, 12),
        (storedCount - frequent.storedCount).saturatingProduct(8),
        columnCount.saturatingProduct(88))
    }
  }
}

extension CSRMatrix {
  /// How many columns have at least so many stored values, and how many values these are.
  fileprivate func frequentColumns(atLeast least: Int) -> (count: Int, storedCount: Int) {
    var counts = [Int32](repeating: 0, count: columnCount)
    for column in columnIndices { counts[Int(column)] += 1 }
    return counts.reduce(into: (count: 0, storedCount: 0)) { frequent, count in
      guard count >= least else { return }
      frequent.count += 1
      frequent.storedCount += Int(count)
    }
  }
}

extension Int {
  /// The product with factors that are not negative, or the greatest number when it is beyond that.
  package func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(self) { result, factor in
      let (value, overflow) = result.multipliedReportingOverflow(by: factor)
      return overflow ? .max : value
    }
  }

  /// The sum with parts that are not negative, or the greatest number when it is beyond that.
  package func saturatingSum(_ parts: Int...) -> Int {
    parts.reduce(self) { result, part in
      let (value, overflow) = result.addingReportingOverflow(part)
      return overflow ? .max : value
    }
  }
}

/// The points of a fit in the form that the engine works on, shared by all runs of a sweep.
package enum EnginePoints: Sendable {
  /// Full rows.
  case dense(DensePoints)
  /// Sparse rows, renumbered and transposed.
  case sparse(SparsePoints)

  /// Prepares a matrix.
  ///
  /// - Complexity: O(stored elements).
  package init(_ matrix: FeatureMatrix, pool: WorkerPool) {
    switch matrix {
    case .dense(let dense): self = .dense(DensePoints(dense, pool: pool))
    case .sparse(let sparse): self = .sparse(SparsePoints(sparse, pool: pool))
    }
  }

  /// The number of rows (n).
  package var rowCount: Int {
    switch self {
    case .dense(let points): points.matrix.rowCount
    case .sparse(let points): points.rowCount
    }
  }

  /// The number of columns (d).
  package var columnCount: Int {
    switch self {
    case .dense(let points): points.matrix.columnCount
    case .sparse(let points): points.columnCount
    }
  }

  /// ‖x‖² of each row, n.
  package var squaredNorms: Buffer<Double> {
    switch self {
    case .dense(let points): points.squaredNorms
    case .sparse(let points): points.squaredNorms
    }
  }

  /// The sparse rows that are zero, ascending; none among full rows, where zero is a place like others.
  ///
  /// - Complexity: O(n).
  package var emptyRows: [Int] {
    guard case .sparse(let points) = self else { return [] }
    return (0..<points.rowCount).filter { points.squaredNorms[$0] == 0 }
  }

  /// Some of the rows, in the given order.
  ///
  /// - Complexity: O(d + stored elements of the picked rows).
  package func picking(_ rows: [Int32], pool: WorkerPool) -> EnginePoints {
    switch self {
    case .dense(let points):
      .dense(DensePoints(points.matrix.selecting(rows: rows.map(Int.init)), pool: pool))
    case .sparse(let points): .sparse(SparsePoints(rows, of: points, pool: pool))
    }
  }

  /// The centers of one run among these points, all zero at first.
  ///
  /// Only a space that `absorbsBatches` may be asked to: it keeps more room for what centers may become.
  package func space(
    clusterCount: Int, kernel: ProductKernel, instructionSet: InstructionSet = .best,
    absorbsBatches: Bool = false, pool: WorkerPool = WorkerPool(threadCount: 1)
  ) -> any CenterSpace {
    switch self {
    case .dense(let points):
      DenseCenters(points, clusterCount: clusterCount, instructionSet: instructionSet)
    case .sparse(let points):
      SparseCenters(
        points, clusterCount: clusterCount, kernel: kernel, instructionSet: instructionSet,
        keepsLanes: absorbsBatches, pool: pool)
    }
  }
}
