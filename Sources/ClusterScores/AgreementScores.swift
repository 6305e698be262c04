/// How a clustering agrees with the known classes of its rows.
public struct AgreementScores: Sendable, Equatable {
  /// The number of rows whose class is known.
  public let rowCount: Int

  /// Agreement on pairs of rows, corrected for chance, in −½...1.
  public let adjustedRandIndex: Double

  /// Mutual information over the arithmetic mean of the entropies, in 0...1.
  public let normalizedMutualInformation: Double

  /// 1 when every cluster holds rows of one class only, in 0...1.
  public let homogeneity: Double

  /// 1 when every class lies in one cluster, in 0...1.
  public let completeness: Double

  /// The share of rows that belong to the most frequent class of their cluster, in 0...1.
  public let purity: Double

  /// Scores a table of clusters (first) and classes (second).
  ///
  /// - Complexity: O(cells + clusters + classes).
  public init(_ table: ContingencyTable) {
    rowCount = table.rowCount
    adjustedRandIndex = table.adjustedRandIndex
    normalizedMutualInformation = table.normalizedMutualInformation
    homogeneity = table.homogeneity
    completeness = table.completeness
    purity = table.purity
  }

  /// The names of the scores, as tables have them.
  public static let names = ["ari", "nmi", "homogeneity", "completeness", "purity"]

  /// The scores, in the order of `names`.
  public var values: [Double] {
    [adjustedRandIndex, normalizedMutualInformation, homogeneity, completeness, purity]
  }
}
