/// How far apart two clusters of a tree are, given how far apart their rows are.
public enum Linkage: String, Sendable, Hashable, Codable, CaseIterable {
  /// The nearest two rows.
  ///
  /// Use when chains of neighbors should hold together. Do not use for groups of similar size: it makes
  /// one that grows row by row.
  case single

  /// The farthest two rows.
  ///
  /// Use when no cluster may be wider than its height. Do not use with outliers: one row decides.
  case complete

  /// The mean over all pairs of rows (UPGMA).
  ///
  /// Use for texts by cosine. Do not use when clusters of a given variance are wanted: take `ward`.
  case average

  /// The mean of the two clusters that were merged last, whatever their sizes (WPGMA).
  ///
  /// Use when small clusters should count as much as large ones. Do not use otherwise: `average` is what
  /// readers expect.
  case weighted

  /// What a merge adds to the sum of squared distances to the means.
  ///
  /// Use to compare with K-Means, whose objective it is. Do not use with a metric other than Euclidean.
  case ward

  /// The distance of the means (UPGMC); heights may fall from child to parent.
  ///
  /// Use for a few thousand rows. Do not use for more: it needs the whole matrix and its steps in order.
  case centroid

  /// The distance of points that lie halfway between those of the merged clusters (WPGMC).
  ///
  /// Use for a few thousand rows. Do not use where heights must rise: like `centroid`, they may fall.
  case median

  /// Whether merging two clusters never brings one nearer to a third, so that nearest pairs may be merged in
  /// any order.
  public var isReducible: Bool { self != .centroid && self != .median }

  /// Whether the linkage is a function of means, so that only Euclidean distances have a meaning.
  public var isGeometric: Bool { self == .ward || self == .centroid || self == .median }
}

/// The distance of two rows in a tree.
public enum LinkageMetric: String, Sendable, Hashable, Codable, CaseIterable {
  /// ‖x − y‖.
  case euclidean
  /// ‖x − y‖².
  case squaredEuclidean = "sqeuclidean"
  /// 1 − ⟨x, y⟩ / (‖x‖·‖y‖); a row of zeros is at 1 from others and at 0 from rows of zeros.
  case cosine
}
