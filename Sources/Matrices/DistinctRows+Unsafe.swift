/// Which rows of a matrix are equal.
package struct DistinctRows: Sendable {
  /// The first row that equals each row, n; rows that come first have their own number.
  package let first: [Int32]

  /// The rows that come first, ascending.
  package let distinct: [Int32]

  private static let chunkSize = 1_024

  /// Compares rows whose hashes are equal; −0 equals 0.
  ///
  /// - Complexity: O(stored elements + n·log n).
  package init(_ points: FeatureMatrix, pool: WorkerPool) {
    let count = points.rowCount
    let hashes = Buffer<UInt64>(unwritten: count)
    pool.forEach((0..<count).pieceCount(size: Self.chunkSize)) { chunk in
      for row in (0..<count).piece(chunk, size: Self.chunkSize) {
        hashes[row] = points.hash(ofRow: row)
      }
    }
    let order = (0..<Int32(count)).sorted { left, right in
      let (a, b) = (hashes[Int(left)], hashes[Int(right)])
      return a != b ? a < b : left < right
    }
    var first = (0..<Int32(count)).map { $0 }
    var start = 0
    // The rows of one hash that equal none before them; more than one only when hashes collide.
    var leaders: [Int32] = []
    for (place, row) in order.enumerated() {
      if hashes[Int(row)] != hashes[Int(order[start])] || place == 0 {
        start = place
        leaders = [row]
      } else if let leader = leaders.first(where: { points.areEqual(Int($0), Int(row)) }) {
        first[Int(row)] = leader
      } else {
        leaders.append(row)
      }
    }
    distinct = first.indices.filter { first[$0] == Int32($0) }.map(Int32.init)
    self.first = first
  }
}

extension FeatureMatrix {
  /// A hash of a row's elements that does not tell −0 from 0.
  func hash(ofRow row: Int) -> UInt64 {
    switch self {
    case .dense(let matrix):
      let width = matrix.columnCount
      return matrix.elements.withUnsafeBufferPointer { elements in
        var hash: UInt64 = 0
        for position in row * width..<(row + 1) * width {
          hash = Self.mixed(hash, UInt64((elements[position] + 0).bitPattern))
        }
        return Self.finished(hash)
      }
    case .sparse(let matrix):
      return matrix.columnIndices.withUnsafeBufferPointer { columns in
        matrix.values.withUnsafeBufferPointer { values in
          var hash: UInt64 = 0
          for position in matrix.entries(ofRow: row) where values[position] != 0 {
            let column = UInt64(UInt32(bitPattern: columns[position]))
            hash = Self.mixed(hash, column << 32 | UInt64(values[position].bitPattern))
          }
          return Self.finished(hash)
        }
      }
    }
  }

  private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
    let product = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 29)
  }

  private static func finished(_ hash: UInt64) -> UInt64 {
    let product = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
    return product ^ (product >> 32)
  }

  /// Whether two rows have the same elements.
  func areEqual(_ row: Int, _ other: Int) -> Bool {
    switch self {
    case .dense(let matrix):
      let width = matrix.columnCount
      return matrix.elements.withUnsafeBufferPointer { elements in
        for column in 0..<width
        where elements[row * width + column] != elements[other * width + column] {
          return false
        }
        return true
      }
    case .sparse: return squaredDifference(row, self, other) == 0
    }
  }
}
