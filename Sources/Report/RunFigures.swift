internal import Catalogue
internal import Clustering
public import Experiments
public import Matrices

/// The figures of a finished run: those that its results have something to show in.
public struct RunFigures: Sendable {
  /// The words that name a cluster.
  private static let wordLimit = 3

  /// Where rows and clusters lie on the plane, for the figure and for the page.
  public let map: ClusterMap

  /// The color of each cluster.
  public let colors: ClusterColors

  /// What each cluster is called: the first words that set it apart, or, without these, its first words.
  let names: [String]

  private let publication: RunPublication
  private let pool: WorkerPool

  /// Lays out the map of a finished run.
  ///
  /// - Parameters:
  ///   - publication: the run.
  ///   - details: what its clusters are.
  ///   - pool: the threads; the figures do not depend on their number.
  /// - Throws: `ClusteringError` for centers that cannot be compared.
  /// - Complexity: that of `ClusterMap`.
  public init(
    of publication: RunPublication, details: RunPublication.Details, pool: WorkerPool
  ) throws {
    let model = publication.result.best.model
    self.publication = publication
    self.pool = pool
    names = details.summaries.map { summary in
      let words = summary.discriminatingWords.isEmpty ? summary.words : summary.discriminatingWords
      return words.prefix(Self.wordLimit).map(\.text).joined(separator: ", ")
    }
    map = try ClusterMap(
      points: publication.input.features, centroids: model.centroids,
      assignment: model.assignment, pool: pool)
    colors = ClusterColors(map, sizes: model.assignment.sizes())
  }

  /// `elbow.svg`, `silhouette.svg`, `map.svg` and `heatmap.svg`, drawn when they are written.
  ///
  /// The elbow needs two different k, the silhouette a defined one, the heat map two clusters.
  ///
  /// - Complexity: O(n log n + k²·d + k³) for k clusters, of which 45 at most count.
  public var files: [RunFolder.File] {
    let result = publication.result
    let best = result.best
    let assignment = best.model.assignment
    var files: [RunFolder.File] = []
    if let elbow = ElbowFigure(result) { files.append(RunFolder.File("elbow.svg", elbow.svg())) }
    if let silhouette = SilhouetteFigure(result, names: names, colors: colors) {
      files.append(RunFolder.File("silhouette.svg", silhouette.svg()))
    }
    files.append(
      RunFolder.File("map.svg", MapFigure(map, of: best, names: names).svg()))
    if assignment.sizes().count(where: { $0 > 0 }) > 1 {
      files.append(
        RunFolder.File(
          "heatmap.svg",
          making: {
            let similarity = try ClusterSimilarity(
              centroids: best.model.centroids, sizes: assignment.sizes(), pool: pool)
            return HeatMapFigure(similarity, names: names).svg()
          }))
    }
    return files
  }
}
