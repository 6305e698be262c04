internal import Catalogue
internal import ClusterScores
internal import Clustering
internal import Matrices

extension RunPublication {
  /// The tables of clusters, of classes and of unseen rows, as far as there are any.
  func evidenceFiles(squaredDistances: [Double]) -> [RunFolder.File] {
    let best = result.best
    var files = [
      RunFolder.File(
        "clusters.csv",
        Array(ClusterTable.csv(clusterLines(squaredDistances: squaredDistances)).utf8))
    ]
    if let heldOut, let scores = best.heldOut {
      files.append(
        RunFolder.File("heldout.csv", Array(HeldOutTable.csv(heldOut, scores).utf8)))
    }
    if let truth = result.truth {
      files.append(RunFolder.File("truth.csv", Array(truth.csv(best.model.assignment).utf8)))
    }
    return files
  }

  /// The chosen clusters in numbers.
  package func clusterLines(squaredDistances: [Double]) -> [ClusterTable.Line] {
    let best = result.best
    return ClusterTable.lines(
      points: input.features, centroids: best.model.centroids, assignment: best.model.assignment,
      clusterSilhouettes: best.silhouette.clusterMeans, squaredDistances: squaredDistances)
  }

  /// What the unseen rows are, in words.
  package var heldOutName: String? {
    guard let heldOut else { return nil }
    guard let share = configuration.heldOutShare else { return heldOut.name }
    let percent = NumberText.shortest((share * 1_000).rounded() / 10)
    let count = VisibleText.grouped(heldOut.features.rowCount)
    return "\(percent) % of the rows, held out: \(count)"
  }
}
