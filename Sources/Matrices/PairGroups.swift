/// Rows that lie side by side as clusters, for a matrix that begins with them.
package struct PairGroups: Sendable {
  /// Where each cluster's rows begin, m + 1 offsets.
  package let starts: [Int]

  /// What each row counts in its cluster's mean distances, n numbers; nil for the greatest distance.
  package let weights: [Double]?

  /// The most rows that a cluster may have.
  package static let greatestSize = 16

  /// Describes clusters.
  package init(starts: [Int], weights: [Double]?) {
    precondition(
      zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 && $1 - $0 <= Self.greatestSize },
      "a cluster has 1 to \(Self.greatestSize) rows")
    self.starts = starts
    self.weights = weights
  }

  /// The number of clusters (m).
  var count: Int { starts.count - 1 }

  /// Where each cluster of a block begins among the block's rows, and where the last ends.
  func offsets(of block: PairBlock) -> [Int32] {
    starts[block.clusters.lowerBound...block.clusters.upperBound].map {
      Int32($0 - block.rows.lowerBound)
    }
  }
}

/// Some clusters, whose rows make one side of a tile.
struct PairBlock: Sendable {
  let clusters: Range<Int>
  let rows: Range<Int>

  /// Cuts clusters into blocks of at most 256 rows, all but the last of whole groups of 16 clusters.
  static func blocks(rowCount: Int, groups: PairGroups?) -> [PairBlock] {
    let side = DistanceTiles.side
    guard let groups else {
      let rows = 0..<rowCount
      return (0..<rows.pieceCount(size: side)).map {
        let piece = rows.piece($0, size: side)
        return PairBlock(clusters: piece, rows: piece)
      }
    }
    var blocks: [PairBlock] = []
    var first = 0
    while first < groups.count {
      var end = first
      while end < groups.count,
        groups.starts[min(end + 16, groups.count)] - groups.starts[first] <= side
      {
        end = min(end + 16, groups.count)
      }
      precondition(end > first, "16 clusters have at most 256 rows")
      blocks.append(
        PairBlock(clusters: first..<end, rows: groups.starts[first]..<groups.starts[end]))
      first = end
    }
    return blocks
  }
}
