/// The nearest neighbors of each of some rows, nearest first.
///
/// Rows have places here, 0 ..< n, and numbers, by which equal distances are ordered.
package final class RowNeighbors: Sendable {
  /// The number of rows (n).
  package let rowCount: Int
  /// The number of neighbors that a list has room for (k).
  package let capacity: Int
  /// The squared distances, n×k; where there are no more neighbors, how far they were searched for.
  package let distances: Buffer<Double>
  /// The places of the neighbors, n×k; −1 where there are no more.
  package let neighbors: Buffer<Int32>
  /// The number of the row at each place, n.
  package let numbers: Buffer<Int32>

  init(numbers: Buffer<Int32>, capacity: Int) {
    rowCount = numbers.count
    self.capacity = capacity
    self.numbers = numbers
    distances = Buffer(unwritten: rowCount * capacity)
    neighbors = Buffer(unwritten: rowCount * capacity)
  }

  /// Empties the list at a place, for neighbors nearer than a limit.
  func clear(_ place: Int, limit: Double = .infinity) {
    for entry in place * capacity..<(place + 1) * capacity {
      distances[entry] = limit
      neighbors[entry] = -1
    }
  }

  /// Takes a neighbor into the list at a place, where it is among the nearest.
  func insert(_ neighbor: Int, at distance: Double, into place: Int) {
    let first = place * capacity
    var entry = first + capacity - 1
    func isBefore(_ entry: Int) -> Bool {
      if distance != distances[entry] { return distance < distances[entry] }
      return neighbors[entry] >= 0 && numbers[neighbor] < numbers[Int(neighbors[entry])]
    }
    guard isBefore(entry) else { return }
    while entry > first, isBefore(entry - 1) {
      distances[entry] = distances[entry - 1]
      neighbors[entry] = neighbors[entry - 1]
      entry -= 1
    }
    distances[entry] = distance
    neighbors[entry] = Int32(neighbor)
  }
}

/// A row whose neighbors are asked for.
package struct RowNeighborQuery: Sendable {
  /// The row's place.
  package let place: Int32
  /// Only neighbors at a squared distance below this are needed.
  package let limit: Double

  /// Asks for neighbors.
  package init(place: Int32, limit: Double = .infinity) {
    self.place = place
    self.limit = limit
  }
}

/// A way to find each row's nearest neighbors, all of them or those with another label.
package protocol RowNeighborSearch: Sendable {
  /// The lists that are filled.
  var lists: RowNeighbors { get }

  /// Fills the lists of all rows.
  func findAll(pool: WorkerPool)

  /// Fills the lists of some rows anew, with neighbors whose label is another.
  ///
  /// - Parameters:
  ///   - queries: the rows, each once.
  ///   - labels: a label for each place, n.
  func find(_ queries: [RowNeighborQuery], outside labels: Buffer<Int32>, pool: WorkerPool)
}
