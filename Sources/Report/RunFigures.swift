internal import Catalogue
internal import Clustering
public import Experiments
public import Matrices
internal import TextFeatures

/// The figures of a finished run: those that its results have something to show in.
public enum RunFigures {
  /// The words that name a cluster.
  private static let wordLimit = 3

  /// `elbow.svg`, `silhouette.svg`, `map.svg` and `heatmap.svg`.
  ///
  /// The elbow needs two different k, the silhouette a defined one, the heat map two clusters.
  ///
  /// - Throws: `ClusteringError` for centers that cannot be compared.
  /// - Complexity: that of `ClusterMap`, and O(nnz + n log n).
  public static func files(
    of publication: RunPublication, pool: WorkerPool
  ) throws -> [RunFolder.File] {
    let result = publication.result
    let best = result.best
    let assignment = best.model.assignment
    let names = names(of: assignment, input: publication.input)
    var files: [RunFolder.File] = []
    if let elbow = ElbowFigure(result) { files.append(RunFolder.File("elbow.svg", elbow.svg())) }
    if let silhouette = SilhouetteFigure(result, names: names) {
      files.append(RunFolder.File("silhouette.svg", silhouette.svg()))
    }
    let map = try ClusterMap(
      points: publication.input.features, centroids: best.model.centroids, assignment: assignment,
      pool: pool)
    files.append(RunFolder.File("map.svg", MapFigure(map, of: best, names: names).svg()))
    let similarity = try ClusterSimilarity(
      centroids: best.model.centroids, sizes: assignment.sizes(), pool: pool)
    if similarity.order.count > 1 {
      files.append(RunFolder.File("heatmap.svg", HeatMapFigure(similarity, names: names).svg()))
    }
    return files
  }

  /// The words that set each cluster apart, or where there are none, those that describe it.
  ///
  /// - Complexity: O(nnz).
  static func names(of assignment: Assignment, input: PreparedInput) -> [String] {
    let summaries = ClusterSummary.summaries(
      of: assignment, squaredDistances: [Double](repeating: 0, count: assignment.labels.count),
      source: .init(terms: input.termRows, displayTerms: input.featureModel?.displayTerms ?? []),
      wordLimit: wordLimit, rowLimit: 1)
    return summaries.map { summary in
      let words = summary.discriminatingWords.isEmpty ? summary.words : summary.discriminatingWords
      return words.map(\.text).joined(separator: ", ")
    }
  }
}
