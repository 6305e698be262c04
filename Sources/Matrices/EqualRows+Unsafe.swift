/// Finds rows that are equal, element by element.
package enum EqualRows {
  /// For each row the lowest row that equals it: its own number where no row before it does.
  ///
  /// - Complexity: O(n·d).
  package static func firsts(in matrix: DenseMatrix, pool: WorkerPool) -> [Int32] {
    let all = 0..<matrix.rowCount
    let width = matrix.columnCount
    let hashes = Buffer<UInt64>(unwritten: matrix.rowCount)
    var firsts = [Int32](repeating: 0, count: matrix.rowCount)
    matrix.elements.withUnsafeBufferPointer { elements in
      let elements = SharedPointer(elements)
      pool.forEach(all.pieceCount(size: 1_024)) { chunk in
        for row in all.piece(chunk, size: 1_024) {
          var hash: UInt64 = 0xCBF2_9CE4_8422_2325
          for place in row * width..<(row + 1) * width {
            // Adding 0 gives both zeros one pattern.
            hash = (hash ^ UInt64((elements[place] + 0).bitPattern)) &* 0x0000_0100_0000_01B3
            hash ^= hash >> 29
          }
          hashes.base[row] = hash
        }
      }
      var slotCount = 16
      while slotCount < 2 * matrix.rowCount { slotCount *= 2 }
      var slots = [Int32](repeating: -1, count: slotCount)
      for row in all {
        var slot = Int(truncatingIfNeeded: hashes.base[row]) & (slotCount - 1)
        while slots[slot] >= 0 {
          let other = Int(slots[slot])
          if hashes.base[other] == hashes.base[row],
            (0..<width).allSatisfy({ elements[row * width + $0] == elements[other * width + $0] })
          {
            break
          }
          slot = (slot + 1) & (slotCount - 1)
        }
        if slots[slot] < 0 { slots[slot] = Int32(row) }
        firsts[row] = slots[slot]
      }
    }
    return firsts
  }
}
