internal import Clustering
internal import Matrices
internal import Testing

/// A public way to group rows, seen from outside: what all of them owe is in `ClustererContractTests`.
struct Clusterer: Sendable, CustomTestStringConvertible {
  /// What a fit came to: labels, and every number that must not vary, as text.
  struct Outcome: Equatable {
    let assignment: Assignment
    let numbers: String
  }

  let name: String
  /// True when the outcome does not depend on random draws, so that rows in another order give the same groups.
  let isDeterministic: Bool
  /// True when groups that lie far apart are found whatever the draws, so that neither storage nor order matters.
  let findsFarGroups: Bool
  let fit:
    @Sendable (_ points: FeatureMatrix, _ clusterCount: Int, _ pool: WorkerPool) throws -> Outcome

  var testDescription: String { name }

  /// Every public algorithm in every variant.
  static let all: [Clusterer] =
    [
      kMeans("kmeans") { _ in }, kMeans("kmeans, k-means++") { $0.seeding = .kMeansPlusPlus },
      kMeans("kmeans, random") { $0.seeding = .random },
      kMeans("kmeans, gemm") { $0.kernel = .gemm },
      kMeans("minibatch") { $0.variant = .miniBatch(KMeans.MiniBatch()) },
      kMeans("nested") {
        var batch = KMeans.MiniBatch()
        batch.growth = .nested
        batch.rowCount = 8
        $0.variant = .miniBatch(batch)
      },
    ]
    + Linkage.allCases.flatMap { linkage in
      LinkageMetric.allCases.filter { !linkage.isGeometric || $0 == .euclidean }.map {
        agglomerative(linkage, $0)
      }
    }

  private static func kMeans(
    _ name: String, _ change: @escaping @Sendable (inout KMeans) -> Void
  ) -> Clusterer {
    // Rows drawn at random may be two of one group, and none of another.
    Clusterer(name: name, isDeterministic: false, findsFarGroups: !name.contains("random")) {
      points, clusterCount, pool in
      var settings = KMeans(clusterCount: clusterCount)
      settings.restartCount = 2
      change(&settings)
      let model = try settings.fit(points, pool: pool)
      return Outcome(
        assignment: model.assignment,
        numbers: "\(model.inertia) \(model.centroids.elements) \(model.iterations.count)")
    }
  }

  private static func agglomerative(_ linkage: Linkage, _ metric: LinkageMetric) -> Clusterer {
    // Under the cosine two of the groups point the same way.
    Clusterer(
      name: "\(linkage.rawValue), \(metric.rawValue)", isDeterministic: true,
      findsFarGroups: metric == .euclidean
    ) {
      points, clusterCount, pool in
      var settings = Agglomerative(linkage: linkage)
      settings.metric = metric
      let tree = try settings.tree(of: points, pool: pool)
      return Outcome(
        assignment: try tree.assignment(clusterCount: clusterCount),
        numbers: "\(tree.linkageMatrix())")
    }
  }
}
