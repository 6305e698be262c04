internal import Experiments
internal import Matrices
internal import Report

/// `report.html` of a run.
enum ReportFile {
  /// The file of a finished run.
  ///
  /// - Parameter tree: the top of a tree of its rows, when there is one.
  static func file(
    _ publication: RunPublication, details: RunPublication.Details, tree: Dendrogram?,
    pool: WorkerPool
  ) throws -> RunFolder.File {
    let page = try RunReport(publication, details: details, tree: tree, pool: pool).html()
    return RunFolder.File("report.html", page)
  }
}
