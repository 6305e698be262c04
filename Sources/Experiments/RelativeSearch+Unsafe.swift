internal import Matrices

/// Finds the nearest rows by the measure of `Recommender`, to the last bit.
///
/// The similarities of a block of rows to all rows are found in single precision: those from latent rows
/// and from words that more than a sixteenth of the rows have by one matrix product, those from other words
/// by their postings. Rows that may be among the nearest by these are measured in double precision.
final class RelativeSearch: Sendable {
  /// A row and how like it is.
  struct Found {
    let row: Int
    let similarity: Double

    func isNearer(than other: Found) -> Bool {
      similarity != other.similarity ? similarity > other.similarity : row < other.row
    }
  }

  /// The relatives of the rows of a block.
  struct Part: Sendable {
    var rows: [Int32] = []
    var similarities: [Double] = []
    /// How many shared words each relative has in `sharedColumns`.
    var sharedCounts: [Int32] = []
    var sharedColumns: [Int32] = []
  }

  /// How many rows are searched for at once.
  let blockSize: Int

  private let listLength: Int
  private let wordLimit: Int
  private let rowCount: Int
  /// The sparse rows; nil when all rows are dense.
  private let terms: CSRMatrix?
  private let termNorms: [Double]
  /// The dense rows, alone or behind the sparse ones.
  private let dense: DenseMatrix?
  private let denseNorms: [Double]

  /// What the cosine of dense rows counts beside that of sparse ones, and the sum of both weights.
  private let denseWeight: Double
  private let totalWeight: Double

  /// The rare words: where the rows of each begin, the rows, and their values at length one.
  private let heads: [Int]
  private let postingRows: Buffer<Int32>
  private let postingValues: Buffer<Float>

  /// The common words and the dense row of each row, at length one, `n×width`.
  private let panel: Buffer<Float>
  private let width: Int
  /// The column of each word in the panel; −1 for a rare one.
  private let places: [Int32]

  /// Words of more than this share of the rows are common: GEMM is faster than postings there.
  private static let commonShare = 16

  /// Prepares rows.
  ///
  /// - Complexity: O(nnz + n·width).
  init(_ model: FittedModel, listLength: Int, wordLimit: Int) {
    self.listLength = listLength
    self.wordLimit = wordLimit
    let rowCount = model.features.rowCount
    self.rowCount = rowCount
    switch model.features {
    case .sparse(let matrix): (terms, dense) = (matrix, nil)
    case .dense(let matrix): (terms, dense) = (model.termFeatures, matrix)
    }
    termNorms = terms.map { Self.norms(.sparse($0)) } ?? []
    denseNorms = dense.map { Self.norms(.dense($0)) } ?? []
    denseWeight = dense == nil ? 0 : terms == nil ? 1 : Recommender.latentWeight
    totalWeight = (terms == nil ? 0 : 1) + denseWeight
    blockSize = Self.blockSize(rowCount: rowCount)

    // Where each column's postings begin, and which columns are in the panel instead.
    var counts = [Int](repeating: 0, count: terms?.columnCount ?? 0)
    if let terms { for column in terms.columnIndices { counts[Int(column)] += 1 } }
    var places = [Int32](repeating: -1, count: counts.count)
    var heads = [Int](repeating: 0, count: counts.count + 1)
    var common = 0
    for (column, count) in counts.enumerated() {
      if Self.isCommon(count, rowCount) {
        places[column] = Int32(common)
        common += 1
      }
      heads[column + 1] = heads[column] + (places[column] < 0 ? count : 0)
    }
    let width = common + (dense?.columnCount ?? 0)
    postingRows = Buffer(count: heads[counts.count], repeating: 0)
    postingValues = Buffer(count: heads[counts.count], repeating: 0)
    panel = Buffer(count: rowCount * width, repeating: 0)
    (self.places, self.heads, self.width) = (places, heads, width)
    fill(commonCount: common)
  }

  /// The panel is packed for every block, so that large blocks are cheap; 16 MiB of results are much.
  private static func blockSize(rowCount: Int) -> Int {
    min(128, max(8, (1 << 22) / max(1, rowCount)))
  }

  private static func isCommon(_ count: Int, _ rowCount: Int) -> Bool {
    count > rowCount / commonShare && count > 32
  }

  /// The bytes of a search and of its threads.
  ///
  /// - Complexity: O(nnz + d).
  static func byteCount(terms: CSRMatrix, latentCount: Int, threadCount: Int) -> Int {
    var counts = [Int](repeating: 0, count: terms.columnCount)
    for column in terms.columnIndices { counts[Int(column)] += 1 }
    let common = counts.filter { isCommon($0, terms.rowCount) }
    let width = common.count + latentCount
    let blockSize = blockSize(rowCount: terms.rowCount)
    let rare = (terms.storedCount - common.reduce(0, +)).saturatingProduct(8)
    let threads = (terms.rowCount.saturatingProduct(4).saturatingSum(width.saturatingProduct(4)))
      .saturatingProduct(blockSize)
      .saturatingSum(terms.rowCount.saturatingProduct(5), terms.columnCount.saturatingProduct(9))
    return rare.saturatingSum(
      terms.rowCount.saturatingProduct(width.saturatingProduct(4).saturatingSum(16)),
      terms.columnCount.saturatingProduct(20), threads.saturatingProduct(threadCount))
  }

  private static func norms(_ rows: FeatureMatrix) -> [Double] {
    (0..<rows.rowCount).map { rows.squaredNorm(of: $0) }
  }

  /// One over the length; 0 for a row of zeros.
  private static func scale(_ squaredNorm: Double, weight: Double = 1) -> Double {
    squaredNorm > 0 && squaredNorm.isFinite ? (weight / squaredNorm).squareRoot() : 0
  }

  private func fill(commonCount: Int) {
    if let terms {
      var next = heads
      let (rows, values) = (postingRows.base, postingValues.base)
      for row in 0..<rowCount {
        let scale = Self.scale(termNorms[row])
        for entry in terms.entries(ofRow: row) {
          let column = Int(terms.columnIndices[entry])
          let value = Float(Double(terms.values[entry]) * scale)
          if places[column] >= 0 {
            panel.base[row * width + Int(places[column])] = value
          } else {
            rows[next[column]] = Int32(row)
            values[next[column]] = value
            next[column] += 1
          }
        }
      }
    }
    if let dense {
      for row in 0..<rowCount {
        let scale = Self.scale(denseNorms[row], weight: denseWeight)
        let (own, target) = (row * dense.columnCount, row * width + commonCount)
        for column in 0..<dense.columnCount {
          panel.base[target + column] = Float(Double(dense.elements[own + column]) * scale)
        }
      }
    }
  }

  /// What one thread needs.
  final class Scratch {
    /// The rows of a block, `block×width`, and their similarities to all rows, `block×stride`.
    fileprivate let queries: Buffer<Float>
    fileprivate let similarities: Buffer<Float>
    fileprivate let stride: Int
    /// The greatest of every four similarities that are 16 apart.
    fileprivate let greatest: Buffer<Float>
    fileprivate let candidates: Buffer<Int32>
    /// The row in question, written out, and which of its columns are stored.
    fileprivate let own: Buffer<Double>
    fileprivate let isStored: Buffer<Bool>
    /// The shared words of a relative, by descending weight.
    fileprivate let weights: Buffer<Double>
    fileprivate let words: Buffer<Int32>
    /// The greatest similarities, descending.
    fileprivate var best: [Float] = []

    init(_ search: RelativeSearch) {
      stride = (search.rowCount + 63) / 64 * 64
      queries = Buffer(count: search.blockSize * search.width, repeating: 0)
      // Places behind the last row stay the least of all.
      similarities = Buffer(count: search.blockSize * stride, repeating: -.infinity)
      greatest = Buffer(unwritten: stride / 4)
      candidates = Buffer(unwritten: stride)
      own = Buffer(count: search.terms?.columnCount ?? 0, repeating: 0)
      isStored = Buffer(count: search.terms?.columnCount ?? 0, repeating: false)
      weights = Buffer(count: search.wordLimit + 1, repeating: 0)
      words = Buffer(count: search.wordLimit + 1, repeating: 0)
    }
  }

  /// The relatives of some rows, as many as a block has at most.
  func found(for rows: [Int], _ scratch: Scratch) -> Part {
    var part = Part()
    guard listLength > 0 else { return part }
    multiply(rows, scratch)
    var nearest: [Found] = []
    for (place, row) in rows.enumerated() {
      let similarities = scratch.similarities.base + place * scratch.stride
      addPostings(of: row, to: similarities)
      similarities[row] = -.infinity
      let count = collect(similarities, errorBound(of: row), scratch)
      writeOut(row, scratch)
      nearest.removeAll(keepingCapacity: true)
      measure(row, similarities, scratch, count, &nearest)
      for found in nearest {
        part.rows.append(Int32(found.row))
        part.similarities.append(found.similarity)
        part.sharedCounts.append(Int32(appendShared(found.row, scratch, to: &part.sharedColumns)))
      }
      clear(row, scratch)
    }
    return part
  }

  /// Writes the similarities that come from the panel.
  private func multiply(_ rows: [Int], _ scratch: Scratch) {
    guard width > 0 else {
      for place in rows.indices {
        (scratch.similarities.base + place * scratch.stride).update(repeating: 0, count: rowCount)
      }
      return
    }
    for (place, row) in rows.enumerated() {
      (scratch.queries.base + place * width).update(from: panel.base + row * width, count: width)
    }
    BLAS.multiplyTransposed(
      scratch.queries.base, panel.base, rows: rows.count, columns: rowCount, depth: width,
      into: scratch.similarities.base, stride: scratch.stride)
  }

  /// Adds the products of rare words.
  private func addPostings(of row: Int, to similarities: UnsafeMutablePointer<Float>) {
    guard let terms else { return }
    let scale = Self.scale(termNorms[row])
    let (rows, values) = (postingRows.base, postingValues.base)
    for entry in terms.entries(ofRow: row) {
      let column = Int(terms.columnIndices[entry])
      let own = Float(Double(terms.values[entry]) * scale)
      for place in heads[column]..<heads[column + 1] {
        similarities[Int(rows[place])] += own * values[place]
      }
    }
  }

  /// How far a similarity in single precision may be from the true one, in the same unit.
  private func errorBound(of row: Int) -> Float {
    let length = width + (terms?.entries(ofRow: row).count ?? 0) + 8
    return Float(length) * Float(totalWeight) * 0x1p-24
  }

  /// Lists the rows that may be among the nearest, ascending; returns how many.
  private func collect(
    _ similarities: UnsafeMutablePointer<Float>, _ error: Float, _ scratch: Scratch
  ) -> Int {
    typealias Lanes = SIMD16<Float>
    let pieceCount = scratch.stride / 64
    let values = UnsafeMutableRawPointer(similarities).assumingMemoryBound(to: Lanes.self)
    let greatest = UnsafeMutableRawPointer(scratch.greatest.base)
      .assumingMemoryBound(to: Lanes.self)
    for piece in 0..<pieceCount {
      var most = values[4 * piece]
      for other in 1..<4 {
        let next = values[4 * piece + other]
        most.replace(with: next, where: next .> most)
      }
      greatest[piece] = most
    }
    // The greatest of different sets of rows: as many of all rows are at least as great as the last of them.
    let setCount = min(pieceCount, max(4, listLength / 8))
    scratch.best.removeAll(keepingCapacity: true)
    for set in 0..<setCount {
      var most = greatest[set]
      var piece = set + setCount
      while piece < pieceCount {
        let next = greatest[piece]
        most.replace(with: next, where: next .> most)
        piece += setCount
      }
      for lane in 0..<16 { offer(most[lane], to: &scratch.best) }
    }
    let candidates = scratch.candidates.base
    var count = 0
    let least = bound(scratch.best, error)
    scratch.best.removeAll(keepingCapacity: true)
    for piece in 0..<pieceCount where Self.greatestLane(greatest[piece]) >= least {
      for row in 64 * piece..<min(64 * piece + 64, rowCount) where similarities[row] >= least {
        candidates[count] = Int32(row)
        count += 1
        offer(similarities[row], to: &scratch.best)
      }
    }
    let bound = bound(scratch.best, error)
    var kept = 0
    for index in 0..<count where similarities[Int(candidates[index])] >= bound {
      candidates[kept] = candidates[index]
      kept += 1
    }
    return kept
  }

  private static func greatestLane(_ lanes: SIMD16<Float>) -> Float {
    var eight = lanes.lowHalf
    eight.replace(with: lanes.highHalf, where: lanes.highHalf .> eight)
    var four = eight.lowHalf
    four.replace(with: eight.highHalf, where: eight.highHalf .> four)
    return Swift.max(Swift.max(four[0], four[1]), Swift.max(four[2], four[3]))
  }

  /// What a row must have that may be among the nearest.
  private func bound(_ best: [Float], _ error: Float) -> Float {
    best.count < listLength ? -.greatestFiniteMagnitude : best[listLength - 1] - 2 * error
  }

  private func offer(_ value: Float, to best: inout [Float]) {
    if best.count == listLength {
      guard value > best[listLength - 1] else { return }
      best.removeLast()
    }
    var place = best.count
    while place > 0, value > best[place - 1] { place -= 1 }
    best.insert(value, at: place)
  }

  private func writeOut(_ row: Int, _ scratch: Scratch) {
    guard let terms else { return }
    for entry in terms.entries(ofRow: row) {
      scratch.own.base[Int(terms.columnIndices[entry])] = Double(terms.values[entry])
      scratch.isStored.base[Int(terms.columnIndices[entry])] = true
    }
  }

  private func clear(_ row: Int, _ scratch: Scratch) {
    guard let terms else { return }
    for entry in terms.entries(ofRow: row) {
      scratch.own.base[Int(terms.columnIndices[entry])] = 0
      scratch.isStored.base[Int(terms.columnIndices[entry])] = false
    }
  }

  /// Measures the candidates in double precision and keeps the nearest.
  private func measure(
    _ row: Int, _ similarities: UnsafeMutablePointer<Float>, _ scratch: Scratch, _ count: Int,
    _ nearest: inout [Found]
  ) {
    let hasWords = terms != nil && termNorms[row] > 0
    let hasPlace = dense != nil && denseNorms[row] > 0
    let candidates = scratch.candidates.base
    for index in 0..<count {
      let other = Int(candidates[index])
      if nearest.count == listLength {
        // Nothing is nearer than an equal row, of which there may be very many.
        let last = nearest[listLength - 1]
        if last.similarity >= 1, last.row < other { continue }
      }
      var similarity = 0.0
      // Words' products are not negative: a sum of 0 has none.
      if hasPlace || (hasWords && similarities[other] != 0) {
        similarity = self.similarity(row, other, scratch)
      }
      let found = Found(row: other, similarity: similarity)
      if nearest.count == listLength {
        guard found.isNearer(than: nearest[listLength - 1]) else { continue }
        nearest.removeLast()
      }
      var place = nearest.count
      while place > 0, found.isNearer(than: nearest[place - 1]) { place -= 1 }
      nearest.insert(found, at: place)
    }
  }

  /// The similarity as `Recommender.relatives` adds it up: columns in ascending order, in double precision.
  private func similarity(_ row: Int, _ other: Int, _ scratch: Scratch) -> Double {
    var termCosine = 0.0
    if let terms {
      var product = 0.0
      let own = scratch.own.base
      for entry in terms.entries(ofRow: other) {
        product += Double(terms.values[entry]) * own[Int(terms.columnIndices[entry])]
      }
      termCosine = FeatureMatrix.cosine(product, termNorms[row], termNorms[other])
    }
    guard let dense else { return termCosine }
    let (a, b) = (row * dense.columnCount, other * dense.columnCount)
    var product = 0.0
    for column in 0..<dense.columnCount {
      product += Double(dense.elements[a + column]) * Double(dense.elements[b + column])
    }
    let cosine = FeatureMatrix.cosine(product, denseNorms[row], denseNorms[other])
    return terms == nil ? cosine : (termCosine + denseWeight * cosine) / totalWeight
  }

  /// Adds the columns that a row shares with the one that is written out, by descending weight.
  private func appendShared(_ other: Int, _ scratch: Scratch, to columns: inout [Int32]) -> Int {
    guard let terms, wordLimit > 0 else { return 0 }
    let (own, isStored) = (scratch.own.base, scratch.isStored.base)
    let (weights, words) = (scratch.weights.base, scratch.words.base)
    var count = 0
    for entry in terms.entries(ofRow: other) {
      let column = terms.columnIndices[entry]
      guard isStored[Int(column)] else { continue }
      let weight = Double(terms.values[entry]) * own[Int(column)]
      if count == wordLimit {
        guard weight > weights[count - 1] else { continue }
        count -= 1
      }
      var place = count
      // Of equal weights the lower column, which comes first, stays first.
      while place > 0, weight > weights[place - 1] {
        (weights[place], words[place]) = (weights[place - 1], words[place - 1])
        place -= 1
      }
      (weights[place], words[place]) = (weight, column)
      count += 1
    }
    columns.append(contentsOf: UnsafeBufferPointer(start: words, count: count))
    return count
  }
}
