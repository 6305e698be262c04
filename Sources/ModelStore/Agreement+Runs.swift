internal import Clustering
internal import Experiments
internal import Matrices

extension Agreement {
  /// What does not fit in one run of n rows and d columns, as a sentence, or nil.
  ///
  /// - Complexity: O(k·d).
  static func firstFault(in run: RunRecord, rowCount: Int, columnCount: Int) -> String? {
    let clusterCount = run.assignment.clusterCount
    if clusterCount < 1 || run.centroids.rowCount != clusterCount {
      return "there are \(run.centroids.rowCount) centroids for \(clusterCount) clusters"
    }
    if run.centroids.columnCount != columnCount {
      return "the centroids have \(run.centroids.columnCount) columns, the runs \(columnCount)"
    }
    if let position = run.centroids.firstNonFinite() {
      return "cluster \(position.row) has non-finite values (column \(position.column))"
    }
    if run.assignment.labels.count != rowCount {
      return "there are \(run.assignment.labels.count) labels for \(rowCount) rows"
    }
    if !run.silhouettes.isEmpty, run.silhouettes.count != rowCount {
      return "there are \(run.silhouettes.count) silhouettes for \(rowCount) rows"
    }
    if run.iterationCount < 0 { return "the fit took \(run.iterationCount) iterations" }
    return nil
  }

  /// What does not fit among the runs of one sweep, as a sentence, or nil.
  ///
  /// - Complexity: O(k·d) summed over the runs.
  static func firstFault(in runs: [RunRecord]) -> String? {
    guard let first = runs.first else { return nil }
    var names: Set<RunName> = []
    for run in runs {
      let name = RunName(run)
      guard name.isSound else { return "a file cannot hold a run named '\(name.text)'" }
      guard names.insert(name).inserted else { return "there are two runs '\(name.text)'" }
      let fault = firstFault(
        in: run, rowCount: first.assignment.labels.count, columnCount: first.centroids.columnCount)
      if let fault { return "\(name.text): \(fault)" }
    }
    return nil
  }
}
