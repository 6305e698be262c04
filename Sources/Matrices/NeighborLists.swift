internal import CKernels

/// A point that is near another one, and how near.
package struct Neighbor: Sendable, Equatable {
  /// The point's number.
  package let id: Int32
  /// Its value for the other: for plain rows the squared Euclidean distance.
  package let value: Double

  package init(id: Int32, value: Double) {
    self.id = id
    self.value = value
  }
}

/// For each point a few neighbors, nearest first, and what is known of all others.
package final class NeighborLists: Sendable {
  /// The number of points.
  package let count: Int

  /// The most neighbors that a list holds.
  package let width: Int

  /// `count×width`, of which `lengths` are used.
  let entries: Buffer<kindred_neighbor>

  let lengths: Buffer<Int32>

  /// For each point: the value of whatever is not in its list is at least this.
  package let bounds: Buffer<Double>

  /// The most neighbors that any list can hold.
  package static let greatestWidth = Int(KINDRED_NEIGHBOR_LIMIT)

  /// Makes empty lists of which nothing is known.
  package init(count: Int, width: Int) {
    precondition(
      width >= 1 && width <= Self.greatestWidth, "a list holds 1 to \(Self.greatestWidth)")
    self.count = count
    self.width = width
    entries = Buffer(unwritten: count * width)
    lengths = Buffer(count: count, repeating: 0)
    bounds = Buffer(count: count, repeating: 0)
  }

  /// The number of neighbors in a point's list.
  package func length(of point: Int) -> Int { Int(lengths[point]) }

  /// A neighbor of a point, 0 being the nearest.
  package subscript(point: Int, place: Int) -> Neighbor {
    let entry = entries[point * width + place]
    return Neighbor(id: entry.id, value: entry.value)
  }

  /// The nearest in a point's list when no other point can be nearer, else nil.
  package func certainNearest(of point: Int) -> Neighbor? {
    guard lengths[point] > 0 else { return nil }
    let first = self[point, 0]
    return first.value <= bounds[point] ? first : nil
  }
}
