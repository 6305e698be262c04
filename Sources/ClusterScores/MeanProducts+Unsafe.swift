internal import Matrices

/// Products of the means of clusters with each other, with their rows and with the mean of all rows.
struct MeanProducts {
  /// ⟨mean, mean⟩, `k×k`, row-major, where row ≤ column.
  let gram: [Double]

  /// ⟨row, mean of its cluster⟩.
  let withOwnMean: [Double]

  /// The squared distance of each mean to the mean of all rows.
  let toCenter: [Double]

  /// Adds the products up column by column; `postings` is the transpose of the rows.
  ///
  /// - Complexity: O(nnz + Σ_t k_t²), k_t the clusters that have column t.
  init(_ postings: CSRMatrix, _ clusters: OccupiedClusters) {
    let sums = Sums(rowCount: postings.columnCount, clusters)
    postings.columnIndices.withUnsafeBufferPointer { rows in
      postings.values.withUnsafeBufferPointer { values in
        guard let rows = rows.baseAddress, let values = values.baseAddress else { return }
        for column in 0..<postings.rowCount {
          let entries = postings.entries(ofRow: column)
          sums.add(rows + entries.lowerBound, values + entries.lowerBound, count: entries.count)
        }
      }
    }
    gram = sums.gram.array()
    withOwnMean = sums.withOwnMean.array()
    toCenter = sums.toCenter.array()
  }

  /// The sums under way.
  private struct Sums {
    let gram: Buffer<Double>
    let withOwnMean: Buffer<Double>
    let toCenter: Buffer<Double>
    private let labels: Buffer<Int32>
    private let sizes: Buffer<Double>
    /// One column of the means, 0 for the clusters without it.
    private let means: Buffer<Double>
    /// The clusters with the column, ascending.
    private let present: Buffer<Int32>
    private let clusterCount: Int

    init(rowCount: Int, _ clusters: OccupiedClusters) {
      clusterCount = clusters.count
      gram = Buffer(count: clusterCount * clusterCount, repeating: 0)
      withOwnMean = Buffer(count: rowCount, repeating: 0)
      toCenter = Buffer(count: clusterCount, repeating: 0)
      means = Buffer(count: clusterCount, repeating: 0)
      present = Buffer(count: clusterCount, repeating: 0)
      labels = Buffer(clusters.labels.map(Int32.init), orEmpty: 0)
      sizes = Buffer(clusters.sizes, orEmpty: 0)
    }

    /// Adds the products of one column, whose values the given rows have.
    func add(_ rows: UnsafePointer<Int32>, _ values: UnsafePointer<Float>, count: Int) {
      let (labels, means, present) = (labels.base, means.base, present.base)
      for place in 0..<count { means[Int(labels[Int(rows[place])])] += Double(values[place]) }
      let sizes = sizes.base
      var total = 0.0
      var presentCount = 0
      for cluster in 0..<clusterCount {
        let sum = means[cluster]
        present[presentCount] = Int32(truncatingIfNeeded: cluster)
        guard sum != 0 else { continue }
        presentCount += 1
        total += sum
        means[cluster] = sum / sizes[cluster]
      }
      let center = total / Double(withOwnMean.count)
      let toCenter = toCenter.base
      for cluster in 0..<clusterCount {
        let difference = means[cluster] - center
        toCenter[cluster] += difference * difference
      }
      for index in 0..<presentCount {
        let first = Int(present[index])
        let products = gram.base + first * clusterCount
        let mean = means[first]
        for other in index..<presentCount {
          let second = Int(present[other])
          products[second] += mean * means[second]
        }
      }
      let withOwnMean = withOwnMean.base
      for place in 0..<count {
        let row = Int(rows[place])
        withOwnMean[row] += Double(values[place]) * means[Int(labels[row])]
      }
      for index in 0..<presentCount { means[Int(present[index])] = 0 }
    }
  }
}
