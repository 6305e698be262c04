internal import Glibc
internal import Matrices

/// The last step from counts to a matrix: columns, weights, unit rows.
struct TermWeights {
  /// The inverse document frequency of each column.
  let inverseDocumentFrequencies: [Double]

  /// True to count a term that occurs t times as 1 + ln t.
  let usesSublinearTermFrequency: Bool

  /// Rows up to this long are sorted by insertion.
  private static let insertionLimit = 24

  /// The weighted matrix of counted rows; every row has length one or is empty.
  ///
  /// The counts are used up: their chunks hold columns in place of terms afterwards.
  ///
  /// - Parameter columns: for each counter the column of each of its terms, −1 for none.
  /// - Complexity: O(n + nnz log t) for rows of t terms.
  func matrix(_ counts: consuming TermCounts, columns: [[Int32]], pool: WorkerPool) -> CSRMatrix {
    let chunks = counts.chunks
    pool.forEach(chunks.count) { chunk in
      Self.renumber(chunks[chunk], columns[chunks[chunk].counter])
    }
    var offsets: [Int] = [0]
    offsets.reserveCapacity(counts.rowCount + 1)
    var chunkStarts: [Int] = []
    for chunk in chunks {
      let base = offsets[offsets.count - 1]
      chunkStarts.append(base)
      for end in chunk.rowEnds { offsets.append(base + Int(end)) }
    }
    let stored = offsets[offsets.count - 1]
    let starts = chunkStarts
    var values: [Float] = []
    let columnIndices = [Int32](writing: stored) { indices, indexCount in
      nonisolated(unsafe) let indexBase = indices.baseAddress
      values = [Float](writing: stored) { weights, weightCount in
        nonisolated(unsafe) let weightBase = weights.baseAddress
        pool.forEach(chunks.count) { chunk in
          guard let indexBase, let weightBase else { return }
          weigh(chunks[chunk], indexBase + starts[chunk], weightBase + starts[chunk])
        }
        weightCount = stored
      }
      indexCount = stored
    }
    return CSRMatrix(
      rowCount: counts.rowCount, columnCount: inverseDocumentFrequencies.count,
      rowOffsets: offsets, columnIndices: columnIndices, values: values)
  }

  /// Puts columns in place of terms, drops terms without one, and sorts each row.
  private static func renumber(_ chunk: ChunkCounts, _ columns: [Int32]) {
    guard let entries = chunk.entries.baseAddress else { return }
    var kept = 0
    var position = 0
    columns.withUnsafeBufferPointer { columns in
      chunk.rowEnds.withUnsafeMutableBufferPointer { ends in
        for row in ends.indices {
          let end = Int(ends[row])
          let start = kept
          while position < end {
            let entry = entries[position]
            position &+= 1
            let column = columns[Int(entry.term)]
            if column < 0 { continue }
            entries[kept] = TermCount(term: UInt32(bitPattern: column), count: entry.count)
            kept &+= 1
          }
          sort(entries + start, kept - start)
          ends[row] = Int32(kept)
        }
      }
    }
  }

  @inline(__always)
  private static func sort(_ entries: UnsafeMutablePointer<TermCount>, _ count: Int) {
    if count > insertionLimit {
      var row = UnsafeMutableBufferPointer(start: entries, count: count)
      row.sort { $0.term < $1.term }
      return
    }
    var sortedCount = 1
    while sortedCount < count {
      let entry = entries[sortedCount]
      var place = sortedCount
      while place > 0 && entries[place &- 1].term > entry.term {
        entries[place] = entries[place &- 1]
        place &-= 1
      }
      entries[place] = entry
      sortedCount &+= 1
    }
  }

  /// Writes the columns and weights of a chunk's rows.
  private func weigh(
    _ chunk: ChunkCounts, _ indices: UnsafeMutablePointer<Int32>,
    _ weights: UnsafeMutablePointer<Float>
  ) {
    guard let entries = chunk.entries.baseAddress else { return }
    var scratch = GrowingMemory<Double>(capacity: 256)
    defer { scratch.deallocate() }
    inverseDocumentFrequencies.withUnsafeBufferPointer { rarity in
      chunk.rowEnds.withUnsafeBufferPointer { ends in
        var position = 0
        for row in ends.indices {
          let end = Int(ends[row])
          let start = position
          scratch.reserve(end - start)
          var squares = 0.0
          while position < end {
            let entry = entries[position]
            let weight = frequency(entry.count) * rarity[Int(entry.term)]
            scratch[position &- start] = weight
            squares += weight * weight
            indices[position] = Int32(bitPattern: entry.term)
            position &+= 1
          }
          let norm = squares.squareRoot()
          for entry in start..<end {
            weights[entry] = Float(scratch[entry &- start] / norm)
          }
        }
      }
    }
  }

  @inline(__always)
  private func frequency(_ count: UInt32) -> Double {
    usesSublinearTermFrequency && count > 1 ? 1 + log(Double(count)) : Double(count)
  }
}
