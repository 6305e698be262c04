import CKernels

/// Tiles of the silhouette: products of sparse rows, distances, and their sums by label.
func registerTiles() {
  let side = Int(KINDRED_TILE_SIDE)
  let elementCount = side * side
  for length in [7, 50] {
    register("tile of products, sparse m=\(length)", .operations, isShort: true) {
      let rows = SparseRows(rowCount: side, length: length)
      let postings = rows.postings()
      let heads = Memory.made(rows.columnCount + 1) { Int32(postings.offsets[$0]) }
      let tile = Memory.filled(elementCount, with: Float(0))
      var pairCount = 0
      for entry in 0..<rows.storedCount {
        let column = Int(rows.columns[entry])
        pairCount += Int(heads[column + 1] - heads[column])
      }
      return Kernel(amount: 2 * Double(pairCount)) {
        kindred_sparse_tile(
          rows.offsets, Int32(side), rows.columns, rows.values, heads, postings.rows,
          postings.values, tile, Int64(side))
      }
    }
  }
  register("distances from dots", .bytes, isShort: true) {
    let tile = Memory.uniform(elementCount)
    // With norms this large, distances taken for dots give sound distances again.
    let norms = Memory.filled(side, with: Float(1_000))
    let near = Memory.filled(elementCount + 1, with: UInt32(0))
    return Kernel(amount: 2 * 4 * Double(elementCount)) {
      _ = kindred_distances_from_dots(
        kindred_best_level(), tile, Int64(side), Int32(side), Int32(side), norms, norms, 1e-3, 1,
        near)
    }
  }
  // One clustering, and a sweep's worth of them at once.
  for counts in [[45], [300], Array(2...30)] {
    let name = counts.count == 1 ? "k=\(counts[0])" : "k=2...30 at once"
    for isByColumns in [true, false] {
      register("fold tile by \(isByColumns ? "columns" : "rows") \(name)", .bytes, isShort: true) {
        let tile = Memory.uniform(elementCount)
        var starts: [UInt32] = [0]
        for count in counts { starts.append(starts[starts.count - 1] + UInt32(count)) }
        let runStarts = Memory.made(starts.count) { starts[$0] }
        var generator = Generator()
        let slots = Memory.made(side * counts.count) { place in
          let run = place % counts.count
          return starts[run] + UInt32(generator.nextUnit() * Double(counts[run]))
        }
        let slotCount = Int(starts[starts.count - 1])
        let sums = Memory.filled(side * slotCount, with: 0.0)
        let fold = isByColumns ? kindred_add_tile_columns : kindred_add_tile_rows
        // Each element is read once for each clustering.
        return Kernel(amount: 4 * Double(elementCount * counts.count)) {
          fold(
            kindred_best_level(), tile, Int64(side), Int32(side), Int32(side), slots,
            Int32(counts.count), runStarts, 0, sums)
        }
      }
    }
  }
}
