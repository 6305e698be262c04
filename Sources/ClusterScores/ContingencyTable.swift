public import Clustering
internal import Glibc

/// How often each cluster of one clustering meets each cluster of another, on the same rows.
///
/// Only the pairs of clusters that do meet are stored, by cluster of the first, then of the second.
public struct ContingencyTable: Sendable, Equatable {
  /// A pair of clusters and the number of rows that are in both.
  public struct Cell: Sendable, Equatable {
    /// The cluster of the first clustering.
    public let first: Int

    /// The cluster of the second clustering.
    public let second: Int

    /// The number of rows in both, at least 1.
    public let rowCount: Int
  }

  /// The pairs of clusters that share rows.
  public let cells: [Cell]

  /// The number of rows of each cluster of the first clustering; empty clusters have 0.
  public let firstSizes: [Int]

  /// The number of rows of each cluster of the second clustering; empty clusters have 0.
  public let secondSizes: [Int]

  /// The number of rows (n).
  public let rowCount: Int

  /// Counts the rows of each pair of clusters; both clusterings must have n rows.
  ///
  /// - Complexity: O(n·log n + k₁ + k₂).
  public init(_ first: Assignment, _ second: Assignment) {
    precondition(
      first.labels.count == second.labels.count,
      "clusterings of \(first.labels.count) and \(second.labels.count) rows cannot be compared")
    let pairs = zip(first.labels, second.labels).map { Int64($0) << 32 | Int64($1) }.sorted()
    var cells: [Cell] = []
    var start = 0
    for end in 1..<max(1, pairs.count + 1) where end == pairs.count || pairs[end] != pairs[start] {
      cells.append(
        Cell(
          first: Int(pairs[start] >> 32), second: Int(pairs[start] & 0xffff_ffff),
          rowCount: end - start))
      start = end
    }
    self.cells = cells
    firstSizes = first.sizes()
    secondSizes = second.sizes()
    rowCount = pairs.count
  }

  /// Agreement on pairs of rows, corrected for chance: 1 for equal partitions, about 0 for unrelated
  /// ones, at least −½.
  ///
  /// Hubert and Arabie 1985, doi:10.1007/BF01908075.
  ///
  /// - Complexity: O(cells + k₁ + k₂).
  public var adjustedRandIndex: Double {
    // Ordered pairs of rows, as in scikit-learn's pair confusion matrix.
    let together = Self.sumOfSquares(cells.map(\.rowCount)) - rowCount
    let onlyFirst = Self.sumOfSquares(firstSizes) - rowCount - together
    let onlySecond = Self.sumOfSquares(secondSizes) - rowCount - together
    let apart = rowCount * rowCount - rowCount - together - onlyFirst - onlySecond
    if onlyFirst == 0, onlySecond == 0 { return 1 }
    let (tp, fn, fp, tn) = (
      Double(together), Double(onlyFirst), Double(onlySecond), Double(apart)
    )
    return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn))
  }

  private static func sumOfSquares(_ counts: [Int]) -> Int { counts.reduce(0) { $0 + $1 * $1 } }

  /// What one clustering tells of the other, in nats, at least 0.
  ///
  /// - Complexity: O(cells).
  public var mutualInformation: Double {
    if Self.occupiedCount(firstSizes) <= 1 || Self.occupiedCount(secondSizes) <= 1 { return 0 }
    let total = Double(rowCount)
    let sum = cells.reduce(0) { sum, cell in
      let share = Double(cell.rowCount) / total
      let expected =
        Double(firstSizes[cell.first]) / total * (Double(secondSizes[cell.second]) / total)
      return sum + share * log(share / expected)
    }
    return sum < Double.ulpOfOne ? 0 : sum
  }

  private static func occupiedCount(_ sizes: [Int]) -> Int { sizes.count { $0 > 0 } }

  private static func entropy(_ sizes: [Int], rowCount: Int) -> Double {
    if occupiedCount(sizes) <= 1 { return 0 }
    return -sizes.reduce(0) { sum, size in
      guard size > 0 else { return sum }
      let share = Double(size) / Double(rowCount)
      return sum + share * log(share)
    }
  }

  /// Mutual information over the arithmetic mean of the entropies, in 0...1.
  ///
  /// - Complexity: O(cells + k₁ + k₂).
  public var normalizedMutualInformation: Double {
    if Self.occupiedCount(firstSizes) <= 1, Self.occupiedCount(secondSizes) <= 1 { return 1 }
    let information = mutualInformation
    if information == 0 { return 0 }
    let mean =
      (Self.entropy(firstSizes, rowCount: rowCount)
        + Self.entropy(secondSizes, rowCount: rowCount)) / 2
    return information / mean
  }

  /// 1 when every cluster of the first clustering lies in one cluster of the second, in 0...1.
  ///
  /// The second clustering is the truth. Rosenberg and Hirschberg 2007, ACL D07-1043.
  ///
  /// - Complexity: O(cells + k₁ + k₂).
  public var homogeneity: Double {
    let entropy = Self.entropy(secondSizes, rowCount: rowCount)
    return entropy == 0 ? 1 : mutualInformation / entropy
  }

  /// 1 when every cluster of the second clustering lies in one cluster of the first, in 0...1.
  ///
  /// The second clustering is the truth.
  ///
  /// - Complexity: O(cells + k₁ + k₂).
  public var completeness: Double {
    let entropy = Self.entropy(firstSizes, rowCount: rowCount)
    return entropy == 0 ? 1 : mutualInformation / entropy
  }

  /// The harmonic mean of homogeneity and completeness, in 0...1.
  ///
  /// - Complexity: O(cells + k₁ + k₂).
  public var vMeasure: Double {
    let (h, c) = (homogeneity, completeness)
    return h + c == 0 ? 0 : 2 * h * c / (h + c)
  }

  /// The share of rows that belong to the most frequent second cluster of their first cluster.
  ///
  /// In 0...1; 1 when there are no rows. The second clustering is the truth.
  ///
  /// - Complexity: O(cells + k₁).
  public var purity: Double {
    var largest = [Int](repeating: 0, count: firstSizes.count)
    for cell in cells { largest[cell.first] = max(largest[cell.first], cell.rowCount) }
    return rowCount == 0 ? 1 : Double(largest.reduce(0, +)) / Double(rowCount)
  }
}
