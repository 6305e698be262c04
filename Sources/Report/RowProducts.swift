internal import Matrices

/// Products of rows of one cluster, as differences to their center, with the ways from it to other centers
/// and with directions of their own.
struct RowProducts {
  private let points: FeatureMatrix
  private let centroids: DenseMatrix
  private let center: Int
  private let others: [Int]
  private let directions: [[Double]]
  private let unit: Double

  /// The centers by column, `d×k`, for sparse rows.
  private let columns: [Float]

  /// ‖b − a‖² for each other center b, of which the share of a row is a part.
  private let squaredLengths: [Double]

  /// ⟨a, b − a⟩ for each other center b, and ⟨a, direction⟩; for sparse rows.
  private let offsets: [Double]

  /// For dense rows: the ways and directions side by side, a block of lanes for each column.
  let panel: [SIMD16<Float>]
  private let blockCount: Int

  /// Prepares the ways from a center.
  ///
  /// - Parameters:
  ///   - directions: d numbers each, or empty ones, whose products are 0.
  ///   - unit: the length that differences are measured in.
  ///   - columns: the centers by column, `d×k`, when rows are sparse.
  ///   - room: a panel that is done with, whose memory this one takes over.
  /// - Complexity: O(d·ways).
  init(
    points: FeatureMatrix, centroids: DenseMatrix, center: Int, others: [Int],
    directions: [[Double]], unit: Double, columns: [Float], room: consuming [SIMD16<Float>] = []
  ) {
    self.columns = columns
    self.points = points
    self.centroids = centroids
    self.center = center
    self.others = others
    self.directions = directions
    self.unit = unit
    let d = centroids.columnCount
    var squaredLengths: [Double] = []
    var offsets: [Double] = []
    for other in others {
      var (squared, offset) = (0.0, 0.0)
      for column in 0..<d {
        let own = Double(centroids.elements[center * d + column]) / unit
        let way = Double(centroids.elements[other * d + column]) / unit - own
        squared += way * way
        offset += own * way
      }
      squaredLengths.append(squared)
      offsets.append(offset)
    }
    for direction in directions {
      var offset = 0.0
      for column in direction.indices {
        offset += Double(centroids.elements[center * d + column]) / unit * direction[column]
      }
      offsets.append(offset)
    }
    self.squaredLengths = squaredLengths
    self.offsets = offsets
    blockCount = (offsets.count + 15) / 16
    // Panels that come and go would leave holes in the heap, each a little too small for the next one.
    var panel = room
    panel.removeAll(keepingCapacity: true)
    if case .dense = points {
      panel.append(contentsOf: repeatElement(.zero, count: d * blockCount))
      for (lane, other) in others.enumerated() {
        for column in 0..<d {
          let own = Double(centroids.elements[center * d + column])
          let way = (Double(centroids.elements[other * d + column]) - own) / unit
          panel[column * blockCount + lane / 16][lane % 16] = Float(way)
        }
      }
      for (index, direction) in directions.enumerated() {
        let lane = others.count + index
        for column in direction.indices {
          panel[column * blockCount + lane / 16][lane % 16] = Float(direction[column])
        }
      }
    }
    self.panel = panel
  }

  /// The products of a row: one for each other center, then one for each direction.
  ///
  /// - Complexity: O(stored elements of the row·ways).
  func values(of row: Int) -> [Double] {
    switch points {
    case .dense(let matrix): values(of: row, matrix)
    case .sparse(let matrix): values(of: row, matrix)
    }
  }

  /// How far a row has gone from its center to another: 0 there, ½ half way; nil for centers in one place.
  func share(_ index: Int, of values: [Double]) -> Double? {
    squaredLengths[index] > 1e-12 ? values[index] / squaredLengths[index] : nil
  }

  private func values(of row: Int, _ matrix: DenseMatrix) -> [Double] {
    let d = matrix.columnCount
    var sums = [SIMD16<Float>](repeating: .zero, count: blockCount)
    for column in 0..<d {
      let own = Double(centroids.elements[center * d + column])
      let difference = Float((Double(matrix.elements[row * d + column]) - own) / unit)
      for block in 0..<blockCount {
        sums[block] += panel[column * blockCount + block] * difference
      }
    }
    return offsets.indices.map { Double(sums[$0 / 16][$0 % 16]) }
  }

  private func values(of row: Int, _ matrix: CSRMatrix) -> [Double] {
    var values = offsets.map { -$0 }
    for entry in matrix.entries(ofRow: row) {
      let column = Int(matrix.columnIndices[entry])
      let value = Double(matrix.values[entry]) / unit
      let start = column * centroids.rowCount
      let own = Double(columns[start + center])
      let share = value / unit
      for index in others.indices {
        values[index] += share * (Double(columns[start + others[index]]) - own)
      }
      for (index, direction) in directions.enumerated() where !direction.isEmpty {
        values[others.count + index] += value * direction[column]
      }
    }
    return values
  }
}
