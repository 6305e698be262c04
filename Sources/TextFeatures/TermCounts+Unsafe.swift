internal import Matrices
internal import Synchronization

/// The terms of one chunk of rows, numbered by the counter that found them.
final class ChunkCounts: @unchecked Sendable {
  /// The place of the counter among all counters.
  let counter: Int

  /// The entries of all rows of the chunk, row after row.
  let entries: UnsafeMutableBufferPointer<TermCount>

  /// Where each row's entries end.
  var rowEnds: [Int32]

  init(counter: Int, copying counted: GrowingMemory<TermCount>, rowEnds: [Int32]) {
    self.counter = counter
    entries = .allocate(capacity: counted.count)
    _ = entries.initialize(from: UnsafeBufferPointer(start: counted.base, count: counted.count))
    self.rowEnds = rowEnds
  }

  deinit { entries.deallocate() }
}

/// The terms of all rows, before they have columns.
struct TermCounts: Sendable {
  /// Rows are counted in chunks of this many.
  static let chunkSize = 1_024

  let rowCount: Int
  let chunks: [ChunkCounts]
  let counters: [TermCounterBox]

  /// Counts the terms of all texts; the options must have been checked.
  ///
  /// - Complexity: O(total bytes).
  init(_ texts: PackedStrings, options: TextFeatureOptions, pool: WorkerPool) {
    let registry = CounterRegistry(options: options)
    let rows = 0..<texts.count
    rowCount = texts.count
    chunks = pool.map(
      rows.pieceCount(size: Self.chunkSize), makeScratch: { registry.makeCounter() }
    ) { chunk, box in
      Self.count(rows.piece(chunk, size: Self.chunkSize), of: texts, with: box)
    }
    counters = registry.counters
  }

  private static func count(
    _ rows: Range<Int>, of texts: PackedStrings, with box: TermCounterBox
  ) -> ChunkCounts {
    var rowEnds: [Int32] = []
    rowEnds.reserveCapacity(rows.count)
    texts.bytes.withUnsafeBufferPointer { bytes in
      texts.offsets.withUnsafeBufferPointer { offsets in
        let counter = box.counter
        counter.pointee.startChunk()
        for row in rows {
          let start = offsets[row]
          if let base = bytes.baseAddress, offsets[row + 1] > start {
            counter.pointee.count(base + start, length: offsets[row + 1] - start, row: row)
          }
          rowEnds.append(Int32(counter.pointee.entries.count))
        }
      }
    }
    return ChunkCounts(
      counter: box.number, copying: box.counter.pointee.entries, rowEnds: rowEnds)
  }
}

/// Makes one counter for each worker and keeps them all.
private final class CounterRegistry: Sendable {
  private let options: TextFeatureOptions
  private let stopWords: [String]
  private let made = Mutex<[TermCounterBox]>([])

  init(options: TextFeatureOptions) {
    self.options = options
    stopWords = options.stopWords.words
  }

  var counters: [TermCounterBox] { made.withLock { $0 } }

  func makeCounter() -> TermCounterBox {
    made.withLock { boxes in
      let box = TermCounterBox(number: boxes.count, options: options, stopWords: stopWords)
      boxes.append(box)
      return box
    }
  }
}
