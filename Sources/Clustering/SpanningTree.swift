internal import Matrices

/// The minimum spanning tree of rows by Borůvka's rounds over lists of nearest neighbors.
///
/// In each round every component but the largest takes its shortest edge to another. Most are in the lists;
/// a row whose list ends before that edge's length may have a shorter one and is searched again, this time
/// outside its component. Edges are ordered by length, then by the lower and the higher of their rows, so
/// there is one tree, whatever lists and components were met on the way.
///
/// Borůvka, "O jistém problému minimálním", 1926; March, Ram, Gray, "Fast Euclidean minimum spanning tree",
/// 2010, DOI 10.1145/1835804.1835882.
struct SpanningTree {
  /// An edge between two places of the lists, and its squared length.
  struct Edge {
    var squaredLength = Double.infinity
    /// The lower of the two rows' numbers above the higher one: decides among edges of one length.
    var rank = UInt64.max
    var places: (Int32, Int32) = (0, 0)

    static func < (left: Edge, right: Edge) -> Bool {
      left.squaredLength != right.squaredLength
        ? left.squaredLength < right.squaredLength : left.rank < right.rank
    }
  }

  /// How far a search goes beyond the shortest edge known, as a factor of its squared length: what is found
  /// there serves later rounds.
  private static let searchShare = 2.0

  private let search: any RowNeighborSearch
  private let lists: RowNeighbors
  /// Edges beside those of the lists.
  private let others: [Edge]

  /// Takes lists to be filled, and edges that the search does not know.
  init(_ search: any RowNeighborSearch, others: [Edge] = []) {
    self.search = search
    lists = search.lists
    self.others = others
  }

  /// An edge between two places.
  static func edge(_ lists: RowNeighbors, _ place: Int, _ other: Int, _ squaredLength: Double)
    -> Edge
  {
    let (a, b) = (UInt64(lists.numbers[place]), UInt64(lists.numbers[other]))
    return Edge(
      squaredLength: squaredLength, rank: min(a, b) << 32 | max(a, b),
      places: (Int32(place), Int32(other)))
  }

  /// The n − 1 edges, shortest first; a cancelled task stops before the next round.
  func edges(
    pool: WorkerPool, progress: (_ componentCount: Int) -> Void
  ) throws(ClusteringError) -> [Edge] {
    let count = lists.rowCount
    guard count > 1 else { return [] }
    guard !Task.isCancelled else { throw .cancelled }
    search.findAll(pool: pool)
    var forest = Components(count: count)
    var found: [Edge] = []
    found.reserveCapacity(count - 1)
    while forest.count > 1 {
      guard !Task.isCancelled else { throw .cancelled }
      progress(forest.count)
      let labels = forest.labels()
      let largest = forest.largest
      var best = [Edge](repeating: Edge(), count: forest.count)
      for place in 0..<count { offer(place, labels, to: &best) }
      for edge in others { offer(edge, labels, to: &best) }
      let open = (0..<Int32(count)).filter { place in
        let label = Int(labels[Int(place)])
        return label != largest && bound(Int(place)) < best[label]
      }
      if !open.isEmpty {
        search.find(
          open.map { place in
            let shortest = best[Int(labels[Int(place)])].squaredLength
            return RowNeighborQuery(place: place, limit: Self.searchShare * shortest)
          }, outside: labels, pool: pool)
        for place in open { offer(Int(place), labels, to: &best) }
      }
      for label in 0..<best.count where label != largest {
        let edge = best[label]
        precondition(edge.squaredLength < .infinity, "a component has an edge to another")
        if forest.join(Int(edge.places.0), Int(edge.places.1)) { found.append(edge) }
      }
      forest.number()
    }
    return found.sorted { $0 < $1 }
  }

  /// What every edge of a row that is not in its list comes after.
  private func bound(_ place: Int) -> Edge {
    let last = (place + 1) * lists.capacity - 1
    guard lists.neighbors[last] >= 0 else {
      return Edge(squaredLength: lists.distances[last], rank: 0)
    }
    return Self.edge(lists, place, Int(lists.neighbors[last]), lists.distances[last])
  }

  /// Gives a row's list to its component and to those of its neighbors.
  private func offer(_ place: Int, _ labels: Buffer<Int32>, to best: inout [Edge]) {
    let own = labels[place]
    for entry in place * lists.capacity..<(place + 1) * lists.capacity {
      let neighbor = Int(lists.neighbors[entry])
      guard neighbor >= 0 else { return }
      guard labels[neighbor] != own else { continue }
      let distance = lists.distances[entry]
      guard
        distance <= best[Int(own)].squaredLength
          || distance <= best[Int(labels[neighbor])].squaredLength
      else { continue }
      offer(Self.edge(lists, place, neighbor, distance), labels, to: &best)
    }
  }

  /// Gives an edge to the two components that it joins.
  private func offer(_ edge: Edge, _ labels: Buffer<Int32>, to best: inout [Edge]) {
    let ends = (Int(labels[Int(edge.places.0)]), Int(labels[Int(edge.places.1)]))
    guard ends.0 != ends.1 else { return }
    if edge < best[ends.0] { best[ends.0] = edge }
    if edge < best[ends.1] { best[ends.1] = edge }
  }
}

/// Which places are joined, and a number for each component.
private struct Components {
  private var parents: [Int32]
  private var sizes: [Int32]
  private let numbers: Buffer<Int32>
  /// The number of components, and the one with the most places, the lowest among equals.
  private(set) var count: Int
  private(set) var largest = 0

  init(count: Int) {
    self.count = count
    parents = (0..<Int32(count)).map { $0 }
    sizes = [Int32](repeating: 1, count: count)
    numbers = Buffer(parents, orEmpty: 0)
  }

  private mutating func root(of place: Int) -> Int {
    var place = place
    while Int(parents[place]) != place {
      parents[place] = parents[Int(parents[place])]
      place = Int(parents[place])
    }
    return place
  }

  /// Joins two places; false when they were.
  mutating func join(_ place: Int, _ other: Int) -> Bool {
    var (kept, joined) = (root(of: place), root(of: other))
    guard kept != joined else { return false }
    if sizes[kept] < sizes[joined] { (kept, joined) = (joined, kept) }
    parents[joined] = Int32(kept)
    sizes[kept] += sizes[joined]
    return true
  }

  /// Numbers the components by their lowest places.
  mutating func number() {
    var numberOfRoot = [Int32](repeating: -1, count: parents.count)
    count = 0
    var greatest: Int32 = 0
    for place in parents.indices {
      let root = root(of: place)
      if numberOfRoot[root] < 0 {
        numberOfRoot[root] = Int32(count)
        if sizes[root] > greatest { (greatest, largest) = (sizes[root], count) }
        count += 1
      }
      numbers[place] = numberOfRoot[root]
    }
  }

  /// The number of each place's component; overwritten by `number`.
  func labels() -> Buffer<Int32> { numbers }
}
