public import Clustering
public import Matrices

/// A clustering on a plane: a place for every row and every center.
///
/// **Centers** lie at distances like those they have (`CenterLayout`). **A row** stands off its center a in
/// two steps. It leans towards other centers b: with t = ⟨x − a, b − a⟩ / ‖b − a‖², which is 0 at the
/// center, ½ where both are equally near and below 0 behind, by the mean of t·(b − a) on the plane over
/// all b where t > 0, weighted by (1 + t)¹⁰, and 1 for the center itself. Then it spreads around that place by at
/// most half the usual distance between neighboring centers, by what is left of its difference to its center
/// along the two directions that the plane shows best.
///
/// So near clusters are near, a row half way between two clusters lies half way, and rows without a clear
/// cluster fill the space between. A distance between two rows says nothing. Both axes have one scale and no
/// unit: the longer side goes from 0 to 1, the shorter is centered, y grows downwards.
///
/// Use for a picture of the whole. Do not use to find relatives of a row.
public struct ClusterMap: Sendable, Equatable {
  /// The place of each row, `n×2`, each number in 0...1.
  public let rows: DenseMatrix

  /// The place of each center, `k×2`, each number in 0...1.
  public let centers: DenseMatrix

  /// The most centers that are laid out pair by pair.
  private static let layoutLimit = 256

  /// How far a usual row spreads, in distances between neighboring centers.
  private static let spread = 0.25

  /// Places rows and centers; the same bytes for any number of threads.
  ///
  /// Of more than 256 centers, those of the largest clusters are laid out, and the others placed among them
  /// as rows are.
  ///
  /// - Parameters:
  ///   - points: the rows, `n×d`.
  ///   - centroids: the centers, `k×d`.
  ///   - assignment: the cluster of each row.
  ///   - pool: the threads; the result does not depend on their number.
  /// - Throws: `ClusteringError` when there are more than 256 centers and one is too long to be compared.
  /// - Complexity: O(s·min(k, 32) + k·d·min(k, 32) + min(k, 256)²·d), s the stored elements.
  public init(
    points: FeatureMatrix, centroids: DenseMatrix, assignment: Assignment, pool: WorkerPool
  ) throws(ClusteringError) {
    precondition(
      assignment.labels.count == points.rowCount
        && assignment.clusterCount == centroids.rowCount
        && centroids.columnCount == points.columnCount,
      "a map needs a label for each row, and a center for each label")
    let k = centroids.rowCount
    let space = CenterDirections(centroids)
    var places: [Double]
    if k > Self.layoutLimit {
      places = try Self.places(ofMany: centroids, assignment: assignment, pool: pool)
    } else {
      places = CenterLayout(products: space.products(), count: k).positions
    }
    var placement = RowPlacement(
      points: points, centroids: centroids, assignment: assignment, places: places, space: space)
    placement.findDirections()
    let offsets = placement.offsets(pool: pool)
    let reach = Self.spread * placement.neighborDistance
    var rowPlaces = [Double](repeating: 0, count: 2 * points.rowCount)
    for (row, label) in assignment.labels.enumerated() {
      for axis in 0..<2 {
        rowPlaces[2 * row + axis] =
          places[2 * Int(label) + axis] + offsets.lean[2 * row + axis]
          + reach * offsets.spread[2 * row + axis]
      }
    }
    Self.scale(&rowPlaces, &places)
    rows = DenseMatrix(
      rowCount: points.rowCount, columnCount: 2, elements: rowPlaces.map(Float.init))
    centers = DenseMatrix(rowCount: k, columnCount: 2, elements: places.map(Float.init))
  }

  /// The places of more centers than can be laid out pair by pair.
  private static func places(
    ofMany centroids: DenseMatrix, assignment: Assignment, pool: WorkerPool
  ) throws(ClusteringError) -> [Double] {
    let sizes = assignment.sizes()
    let landmarks = sizes.indices.sorted { (-sizes[$0], $0) < (-sizes[$1], $1) }
      .prefix(layoutLimit).sorted()
    let chosen = centroids.selecting(rows: landmarks)
    let nearest = try CenterAssignment(of: .dense(centroids), to: chosen, pool: pool)
    let map = try ClusterMap(
      points: .dense(centroids), centroids: chosen, assignment: nearest.assignment, pool: pool)
    return map.rows.elements.map(Double.init)
  }

  /// Brings all places into the unit square.
  private static func scale(_ rows: inout [Double], _ centers: inout [Double]) {
    var (least, greatest) = ([Double.infinity, .infinity], [-Double.infinity, -.infinity])
    for places in [rows, centers] {
      for (index, value) in places.enumerated() {
        least[index % 2] = min(least[index % 2], value)
        greatest[index % 2] = max(greatest[index % 2], value)
      }
    }
    let side = max(greatest[0] - least[0], greatest[1] - least[1])
    let factor = side > 0 && side.isFinite ? 1 / side : 0
    func place(_ value: Double, _ axis: Int) -> Double {
      let middle = least[axis] + (greatest[axis] - least[axis]) / 2
      return min(1, max(0, 0.5 + (value - middle) * factor))
    }
    for index in rows.indices { rows[index] = place(rows[index], index % 2) }
    for index in centers.indices { centers[index] = place(centers[index], index % 2) }
  }
}
