package import Matrices

/// The nearest relatives of many rows.
package struct RelativeLists: Sendable, Equatable {
  /// How many relatives each row has.
  package let listLength: Int
  /// The relatives of each row asked for, nearest first; `listLength` a row.
  package let rows: [Int32]
  /// How like each relative is.
  package let similarities: [Double]
  /// Where the shared words of each relative begin in `sharedColumns`, one offset more than relatives.
  package let sharedOffsets: [Int]
  /// The columns of the words that a row shares with a relative, by descending weight.
  package let sharedColumns: [Int32]
}

extension Recommender {
  /// The relatives of some rows: the same as `relatives(ofRow:count:)` finds for each.
  ///
  /// Rows that share a word with a row are found by postings. The latent cosine adds at most a fifth to a
  /// similarity, so most of these, and nearly always all rows without a shared word, need none.
  ///
  /// - Parameters:
  ///   - rows: the rows asked for.
  ///   - count: how many relatives, at least 1; fewer when there are not as many other rows.
  ///   - wordLimit: the most shared words of a relative.
  /// - Complexity: O(postings of the rows' words) and what latent cosines are needed; 12·`count` bytes a row
  ///   asked for, and 4 a shared word.
  package func lists(
    ofRows rows: [Int], count: Int, wordLimit: Int, pool: WorkerPool
  ) -> RelativeLists {
    let search = RelativeSearch(model)
    let length = min(count, model.features.rowCount - 1)
    let chunkSize = 64
    let parts = pool.map(
      rows.indices.pieceCount(size: chunkSize), makeScratch: { RelativeSearch.Scratch(search) }
    ) { chunk, scratch in
      rows.indices.piece(chunk, size: chunkSize).map { place in
        let nearest = search.nearest(to: rows[place], count: length, &scratch)
        return nearest.map { found in
          (
            found,
            sharedColumns(rows[place], found.row).prefix(wordLimit).map { Int32($0.column) }
          )
        }
      }
    }
    var offsets = [0]
    var columns: [Int32] = []
    let all = parts.joined().joined()
    for (_, shared) in all {
      columns += shared
      offsets.append(columns.count)
    }
    return RelativeLists(
      listLength: length, rows: all.map { Int32($0.0.row) },
      similarities: all.map(\.0.similarity), sharedOffsets: offsets, sharedColumns: columns)
  }
}

/// Finds the nearest rows by the measure of `Recommender`, to the last bit.
private struct RelativeSearch: Sendable {
  struct Found: Sendable {
    let row: Int
    let similarity: Double

    func isNearer(than other: Found) -> Bool {
      similarity != other.similarity ? similarity > other.similarity : row < other.row
    }
  }

  /// What one thread needs: products with the row in question, and which rows have one.
  struct Scratch {
    var products: [Double]
    var isTouched: [Bool]
    var touched: [Int32] = []

    init(_ search: RelativeSearch) {
      products = [Double](repeating: 0, count: search.rowCount)
      isTouched = [Bool](repeating: false, count: search.rowCount)
    }
  }

  private let rowCount: Int
  /// The sparse rows, and their transpose; nil when all rows are dense.
  private let terms: CSRMatrix?
  private let postings: CSRMatrix?
  private let termNorms: [Double]
  /// The dense rows, alone or behind the sparse ones.
  private let dense: DenseMatrix?
  private let denseNorms: [Double]

  init(_ model: FittedModel) {
    rowCount = model.features.rowCount
    switch model.features {
    case .sparse(let matrix): (terms, dense) = (matrix, nil)
    case .dense(let matrix): (terms, dense) = (model.termFeatures, matrix)
    }
    postings = terms?.transposed()
    termNorms =
      terms.map { terms in
        (0..<terms.rowCount).map { row in
          terms.values[terms.entries(ofRow: row)].reduce(0) { $0 + Double($1) * Double($1) }
        }
      } ?? []
    denseNorms =
      dense.map { dense in
        (0..<dense.rowCount).map { dense.row($0).reduce(0) { $0 + Double($1) * Double($1) } }
      } ?? []
  }

  /// The most that a row without a shared word can have.
  private var restLimit: Double { dense == nil ? 0 : similarity(0, 1) }

  private func similarity(_ termCosine: Double, _ denseCosine: Double) -> Double {
    let weight = Recommender.latentWeight
    return (termCosine + weight * denseCosine) / (1 + weight)
  }

  func nearest(to row: Int, count: Int, _ scratch: inout Scratch) -> [Found] {
    guard count > 0 else { return [] }
    guard let terms, let postings else {
      var best: [Found] = []
      for other in 0..<rowCount where other != row {
        Self.offer(Found(row: other, similarity: denseCosine(row, other)), to: &best, count)
      }
      return best
    }
    // Columns in ascending order add up as the plain loop over a row does.
    for entry in terms.entries(ofRow: row) {
      let own = Double(terms.values[entry])
      for place in postings.entries(ofRow: Int(terms.columnIndices[entry])) {
        let other = postings.columnIndices[place]
        if !scratch.isTouched[Int(other)] {
          scratch.isTouched[Int(other)] = true
          scratch.touched.append(other)
        }
        scratch.products[Int(other)] += Double(postings.values[place]) * own
      }
    }
    var best: [Found] = []
    for other in scratch.touched.lazy.map(Int.init) where other != row {
      let cosine = FeatureMatrix.cosine(
        scratch.products[other], termNorms[row], termNorms[other])
      consider(other, of: row, termCosine: cosine, &best, count)
    }
    if best.count < count || best[count - 1].similarity <= restLimit {
      for other in 0..<rowCount where other != row && !scratch.isTouched[other] {
        consider(other, of: row, termCosine: 0, &best, count)
      }
    }
    for other in scratch.touched {
      scratch.isTouched[Int(other)] = false
      scratch.products[Int(other)] = 0
    }
    scratch.touched.removeAll(keepingCapacity: true)
    return best
  }

  private func consider(
    _ other: Int, of row: Int, termCosine: Double, _ best: inout [Found], _ count: Int
  ) {
    guard dense != nil else {
      return Self.offer(Found(row: other, similarity: termCosine), to: &best, count)
    }
    if best.count == count, similarity(termCosine, 1) < best[count - 1].similarity { return }
    let found = Found(row: other, similarity: similarity(termCosine, denseCosine(row, other)))
    Self.offer(found, to: &best, count)
  }

  private static func offer(_ found: Found, to best: inout [Found], _ count: Int) {
    if best.count == count {
      guard found.isNearer(than: best[count - 1]) else { return }
      best.removeLast()
    }
    var place = best.count
    while place > 0, found.isNearer(than: best[place - 1]) { place -= 1 }
    best.insert(found, at: place)
  }

  private func denseCosine(_ left: Int, _ right: Int) -> Double {
    guard let dense else { return 0 }
    let (a, b) = (left * dense.columnCount, right * dense.columnCount)
    var product = 0.0
    for column in 0..<dense.columnCount {
      product += Double(dense.elements[a + column]) * Double(dense.elements[b + column])
    }
    return FeatureMatrix.cosine(product, denseNorms[left], denseNorms[right])
  }
}
