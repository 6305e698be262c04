/// How far a falling curve sags below the straight line between its ends; its knee is where it sags most.
///
/// Both axes are scaled to 0...1 first, so a depth is a share of the whole fall, in −1...1.
///
/// Use when more clusters always fit better, as with inertia, and the question is from where on they are
/// hardly worth it. Do not use for a handful of k: the knee moves with the ends of the range.
///
/// Satopää et al., "Finding a 'kneedle' in a haystack", doi:10.1109/ICDCSW.2011.20.
public struct InertiaKnee: Sendable, Equatable {
  /// How far each point lies below the line.
  public let depths: [Double]

  /// The deepest point, the first among equals.
  public let index: Int

  /// Measures a curve; nil with fewer than 3 points, or when it does not fall from the first to the last.
  ///
  /// - Parameters:
  ///   - clusterCounts: ascending, without repeats, as many as there are inertias.
  ///   - inertias: the sum of squares for each of them.
  /// - Complexity: O(points).
  public init?(clusterCounts: [Int], inertias: [Double]) {
    precondition(clusterCounts.count == inertias.count, "each k needs its inertia")
    guard clusterCounts.count > 2, let first = inertias.first, let last = inertias.last,
      first > last
    else { return nil }
    let width = Double(clusterCounts[clusterCounts.count - 1] - clusterCounts[0])
    depths = zip(clusterCounts, inertias).map { k, inertia in
      (first - inertia) / (first - last) - Double(k - clusterCounts[0]) / width
    }
    var best = 0
    for point in depths.indices where depths[point] > depths[best] { best = point }
    index = best
  }
}
