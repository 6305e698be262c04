internal import CKernels

/// Bounds on the distances of rows to centers that let most rows keep their label unseen.
///
/// A row is settled when its own center, moved away, is still nearer than all others, moved towards it.
/// Hamerly, "Making k-means even faster", DOI 10.1137/1.9781611972801.12; with 16 bounds a row, one for
/// the centers of each number modulo 16, because the fold has their best scores at hand. A full row that is
/// not settled is compared with the centers of those groups alone whose bound is too low: Ding et al.,
/// "Yinyang k-means", ICML 2015.
final class RowBounds: @unchecked Sendable {
  /// Beyond this the bounds would cost more memory than they save time: 256 MiB.
  private static let greatestRowCount = 1 << 22

  private let others: Buffer<Float>
  private let reach: Buffer<Float>
  private let groupDrift = Buffer<Float>(count: 16, repeating: 0)
  private let centerDrift: Buffer<Float>
  private var totals: [Double]
  private var groupTotals = [Double](repeating: 0, count: 16)
  /// The labels that the bounds belong to; nil when they say nothing.
  private var standings: Standings?

  init?(rowCount: Int, clusterCount: Int) {
    guard rowCount <= Self.greatestRowCount else { return nil }
    others = Buffer(count: rowCount * 16, repeating: 0)
    reach = Buffer(count: rowCount, repeating: 0)
    centerDrift = Buffer(count: clusterCount, repeating: 0)
    totals = [Double](repeating: 0, count: clusterCount)
  }

  /// Whether few enough labels change for bounds to save more than they cost.
  var isUseful = false {
    didSet { if !isUseful { forget() } }
  }

  /// True when the bounds belong to these standings; otherwise they begin anew, to belong to them.
  func resume(_ standings: Standings) -> Bool {
    if self.standings === standings { return true }
    guard isUseful else { return false }
    self.standings = standings
    for cluster in totals.indices {
      totals[cluster] = 0
      centerDrift[cluster] = 0
    }
    for group in 0..<16 {
      groupTotals[group] = 0
      groupDrift[group] = 0
    }
    return false
  }

  /// Forgets everything: centers were put elsewhere.
  func forget() { standings = nil }

  /// Takes in how far each center moved.
  func move(by distances: [Double]) {
    var greatest = [Double](repeating: 0, count: 16)
    for (cluster, distance) in distances.enumerated() {
      totals[cluster] += distance
      centerDrift[cluster] = Float(totals[cluster])
      greatest[cluster % 16] = max(greatest[cluster % 16], distance)
    }
    for group in 0..<16 {
      groupTotals[group] += greatest[group]
      groupDrift[group] = Float(groupTotals[group])
    }
  }

  /// Where an assignment writes the scores of the other centers.
  var scores: UnsafeMutablePointer<Float> { others.base }

  /// Sees to it that a row is looked at the next time.
  func unsettle(_ row: Int) {
    for group in 0..<16 { others.base[row * 16 + group] = -.infinity }
  }

  /// The bounds as the kernels take them, for rows of `columnCount` values.
  func kernelBounds(
    squaredNorms: Buffer<Double>, columnCount: Int, centerNorm: Float
  ) -> kindred_bounds {
    kindred_bounds(
      others: others.base, reach: reach.base, group_drift: groupDrift.base,
      center_drift: centerDrift.base, greatest_drift: groupDrift.elements.max() ?? 0,
      squared_norms: squaredNorms.base, length: Float(columnCount + 8), center_norm: centerNorm)
  }
}
