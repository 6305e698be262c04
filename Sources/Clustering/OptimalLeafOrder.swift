internal import Matrices

/// The dynamic program of optimal leaf orders.
///
/// The rows stand as the tree lies. One square table holds, below its diagonal, the distance of every two
/// rows and, above it, the least sum over the orders that begin with one row and end with the other: of
/// the smallest cluster that has both, whose two parts they come from. A cluster's sums follow from those
/// of its parts by products in which the minimum takes the place of the sum.
struct OptimalLeafOrder {
  private let tree: LinkageTree
  /// The row at each place, n.
  private let order: [Int]
  /// The places of each cluster, 2n − 1.
  private let places: [Range<Int>]
  private let table: Buffer<Double>

  /// Clusters up to this many rows are done by one thread each.
  private static let smallSize = 512
  /// The rows of a product that one thread does at a time.
  private static let blockSize = 64

  private var side: Int { tree.leafCount }

  init(_ tree: LinkageTree, _ points: LinkagePoints, pool: WorkerPool) {
    self.tree = tree
    order = tree.leafOrder()
    guard let places = tree.places(inOrder: order) else {
      preconditionFailure("the rows of a cluster stand together as the tree lies")
    }
    self.places = places
    table = Buffer(unwritten: tree.leafCount * tree.leafCount)
    measure(points, pool: pool)
    fill(pool: pool)
  }

  /// Writes the distances.
  private func measure(_ points: LinkagePoints, pool: WorkerPool) {
    let all = 0..<side
    pool.forEach(all.pieceCount(size: 8)) { chunk in
      for i in all.piece(chunk, size: 8) {
        for j in 0..<i {
          let squared = points.rows.squaredDifference(order[i], points.rows, order[j])
          table[i * side + j] = points.scale * (points.isSquared ? squared : squared.squareRoot())
        }
      }
    }
  }

  /// Writes the sums of every cluster, parts before wholes.
  private func fill(pool: WorkerPool) {
    let count = tree.leafCount
    // The largest small cluster that each small merge is part of.
    var top = Array(tree.merges.indices)
    for index in tree.merges.indices.reversed() {
      for part in [tree.merges[index].left, tree.merges[index].right]
      where part >= count && tree.merges[index].size <= Self.smallSize {
        top[part - count] = top[index]
      }
    }
    var jobOfTop = [Int](repeating: -1, count: tree.merges.count)
    var jobs: [[Int]] = []
    for (index, merge) in tree.merges.enumerated() where merge.size <= Self.smallSize {
      if jobOfTop[top[index]] < 0 {
        jobOfTop[top[index]] = jobs.count
        jobs.append([])
      }
      jobs[jobOfTop[top[index]]].append(index)
    }
    let smallJobs = jobs
    pool.forEach(jobs.count, makeScratch: { MinPlus(table: table, side: side) }) { job, products in
      for index in smallJobs[job] {
        for rows in blocks(ofMerge: index) { fill(merge: index, rows: rows, products) }
      }
    }
    for (index, merge) in tree.merges.enumerated() where merge.size > Self.smallSize {
      let blocks = blocks(ofMerge: index)
      pool.forEach(blocks.count, makeScratch: { MinPlus(table: table, side: side) }) {
        fill(merge: index, rows: blocks[$0], $1)
      }
    }
  }

  /// The parts of a cluster as they stand: ranges of places, none for a row.
  private func parts(_ cluster: Int) -> (left: Range<Int>, right: Range<Int>)? {
    guard cluster >= tree.leafCount else { return nil }
    let merge = tree.merges[cluster - tree.leafCount]
    return (places[merge.left], places[merge.right])
  }

  /// The places of a merge's left part in blocks that lie in one of its own parts each.
  private func blocks(ofMerge index: Int) -> [Range<Int>] {
    let left = tree.merges[index].left
    let ranges = parts(left).map { [$0.left, $0.right] } ?? [places[left]]
    return ranges.flatMap { range in
      (0..<range.pieceCount(size: Self.blockSize)).map { range.piece($0, size: Self.blockSize) }
    }
  }

  /// The least sums of a merge from some first rows of its left part to all rows of its right one.
  private func fill(merge index: Int, rows: Range<Int>, _ products: MinPlus) {
    let merge = tree.merges[index]
    let right = places[merge.right]
    var sums: TablePart?
    var ends = rows
    if let own = parts(merge.left) {
      // An order that begins in one part of the left cluster ends in the other.
      let isFirst = own.left.contains(rows.lowerBound)
      ends = isFirst ? own.right : own.left
      sums =
        isFirst
        ? TablePart(rows: rows, columns: ends, side: side)
        : TablePart(rows: ends, columns: rows, side: side).transposed
    }
    let distances = TablePart(rows: right, columns: ends, side: side).transposed
    var last: [(inner: Range<Int>, part: TablePart, columns: Range<Int>)] = []
    if let own = parts(merge.right) {
      let forth = TablePart(rows: own.left, columns: own.right, side: side)
      let split = own.left.count
      last = [
        (split..<right.count, forth.transposed, own.left), (0..<split, forth, own.right),
      ]
    }
    products.write(rows: rows, sums, distances, columns: right, last: last)
  }

  /// The best order.
  func rows() -> [Int] {
    guard let whole = parts(2 * side - 2) else { return order }
    var (best, first, last) = (Double.infinity, whole.left.lowerBound, whole.right.lowerBound)
    for u in whole.left {
      for w in whole.right where table[u * side + w] < best {
        (best, first, last) = (table[u * side + w], u, w)
      }
    }
    var found: [Int] = []
    found.reserveCapacity(side)
    var open = [(cluster: 2 * side - 2, first: first, last: last)]
    while let (cluster, first, last) = open.popLast() {
      guard let parts = parts(cluster) else {
        found.append(order[first])
        continue
      }
      let merge = tree.merges[cluster - tree.leafCount]
      let isForth = parts.left.contains(first)
      let (u, w) = isForth ? (first, last) : (last, first)
      let (m, k) = joint(merge, u, w)
      if isForth {
        open.append((merge.right, k, w))
        open.append((merge.left, u, m))
      } else {
        open.append((merge.left, m, u))
        open.append((merge.right, w, k))
      }
    }
    return found
  }

  /// The rows at which the two parts of a merge meet in the best order from u in the left one to w in the
  /// right one.
  private func joint(_ merge: LinkageTree.Merge, _ u: Int, _ w: Int) -> (Int, Int) {
    let leftEnds = otherEnds(merge.left, u)
    let rightEnds = otherEnds(merge.right, w)
    var (best, left, right) = (Double.infinity, leftEnds.lowerBound, rightEnds.lowerBound)
    for m in leftEnds {
      let before = m == u ? 0 : table[min(u, m) * side + max(u, m)]
      for k in rightEnds {
        let after = k == w ? 0 : table[min(k, w) * side + max(k, w)]
        let sum = before + table[k * side + m] + after
        if sum < best { (best, left, right) = (sum, m, k) }
      }
    }
    return (left, right)
  }

  /// The places at which an order of a cluster that begins at a place may end.
  private func otherEnds(_ cluster: Int, _ place: Int) -> Range<Int> {
    guard let parts = parts(cluster) else { return place..<place + 1 }
    return parts.left.contains(place) ? parts.right : parts.left
  }
}
