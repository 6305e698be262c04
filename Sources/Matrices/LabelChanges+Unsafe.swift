/// How labels differ from those that the centers were last summed by.
struct LabelChanges: Sendable {
  /// The number of rows of each cluster now, k.
  let sizes: [Int]
  /// The rows with another label than before, ascending.
  let rows: [Int32]

  /// Compares labels; without earlier ones only the sizes are counted.
  init(
    _ labels: Buffer<Int32>, since previous: Buffer<Int32>?, clusterCount: Int, pool: WorkerPool
  ) {
    let size = 8_192
    let all = 0..<labels.count
    let parts = pool.map(all.pieceCount(size: size)) { chunk in
      var sizes = [Int](repeating: 0, count: clusterCount)
      var rows: [Int32] = []
      for row in all.piece(chunk, size: size) {
        let label = labels.base[row]
        sizes[Int(label)] += 1
        if let previous, label != previous.base[row] { rows.append(Int32(row)) }
      }
      return (sizes: sizes, rows: rows)
    }
    sizes = (0..<clusterCount).map { cluster in parts.reduce(0) { $0 + $1.sizes[cluster] } }
    rows = parts.flatMap(\.rows)
  }
}
