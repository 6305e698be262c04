/// The rows ordered by label, and cut into fixed pieces that never span two clusters.
struct LabelOrder: Sendable {
  /// The rows, those of cluster 0 first, ascending inside a cluster, n.
  let rows: Buffer<Int32>
  /// The number of rows of each cluster, k.
  let sizes: [Int]
  /// The pieces: a cluster and the places in `rows` that it covers.
  let pieces: [(cluster: Int, rows: Range<Int>)]
  /// The pieces of each cluster in order, k ranges of indices into `pieces`.
  let piecesOfCluster: [Range<Int>]

  /// Orders rows by counting.
  init(_ labels: Buffer<Int32>, clusterCount: Int) {
    var sizes = [Int](repeating: 0, count: clusterCount)
    for row in 0..<labels.count { sizes[Int(labels.base[row])] += 1 }
    var starts = [Int](repeating: 0, count: clusterCount + 1)
    for cluster in 0..<clusterCount { starts[cluster + 1] = starts[cluster] + sizes[cluster] }
    let rows = Buffer<Int32>(count: labels.count, repeating: 0)
    var next = starts
    for row in 0..<labels.count {
      let cluster = Int(labels.base[row])
      rows.base[next[cluster]] = Int32(row)
      next[cluster] += 1
    }
    var pieces: [(cluster: Int, rows: Range<Int>)] = []
    var piecesOfCluster: [Range<Int>] = []
    for cluster in 0..<clusterCount {
      let members = starts[cluster]..<starts[cluster + 1]
      let first = pieces.count
      for piece in 0..<members.pieceCount(size: 4_096) {
        pieces.append((cluster, members.piece(piece, size: 4_096)))
      }
      piecesOfCluster.append(first..<pieces.count)
    }
    self.rows = rows
    self.sizes = sizes
    self.pieces = pieces
    self.piecesOfCluster = piecesOfCluster
  }

  /// Σ ‖x‖ over the rows of a cluster.
  func mass(ofCluster cluster: Int, squaredNorms: Buffer<Double>) -> Double {
    var mass = 0.0
    for piece in piecesOfCluster[cluster] {
      for place in pieces[piece].rows {
        mass += squaredNorms.base[Int(rows.base[place])].squareRoot()
      }
    }
    return mass
  }
}
