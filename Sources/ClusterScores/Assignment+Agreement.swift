public import Clustering

/// Agreement with another clustering of the same rows; each is O(n·log n).
///
/// Make one `ContingencyTable` instead when several of these are wanted.
extension Assignment {
  /// Agreement on pairs of rows, corrected for chance; symmetric, at most 1.
  ///
  /// Use to compare clusterings, whatever their k. Do not use to see which of them splits the other:
  /// that is what homogeneity and completeness are for.
  ///
  /// - Complexity: O(n·log n).
  public func adjustedRandIndex(comparedTo other: Assignment) -> Double {
    ContingencyTable(self, other).adjustedRandIndex
  }

  /// Shared information over the mean of the entropies; symmetric, in 0...1.
  ///
  /// Use for clusterings of similar k. Do not use to compare values between different k: chance
  /// alone raises it as k grows.
  ///
  /// - Complexity: O(n·log n).
  public func normalizedMutualInformation(comparedTo other: Assignment) -> Double {
    ContingencyTable(self, other).normalizedMutualInformation
  }

  /// How far each cluster holds rows of one true class only, in 0...1.
  ///
  /// - Complexity: O(n·log n).
  public func homogeneity(comparedTo truth: Assignment) -> Double {
    ContingencyTable(self, truth).homogeneity
  }

  /// How far each true class lies in one cluster only, in 0...1.
  ///
  /// - Complexity: O(n·log n).
  public func completeness(comparedTo truth: Assignment) -> Double {
    ContingencyTable(self, truth).completeness
  }

  /// The harmonic mean of homogeneity and completeness; symmetric, in 0...1.
  ///
  /// - Complexity: O(n·log n).
  public func vMeasure(comparedTo other: Assignment) -> Double {
    ContingencyTable(self, other).vMeasure
  }

  /// The share of rows that belong to the most frequent true class of their cluster, in 0...1.
  ///
  /// - Complexity: O(n·log n).
  public func purity(comparedTo truth: Assignment) -> Double {
    ContingencyTable(self, truth).purity
  }
}
