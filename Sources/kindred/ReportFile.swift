internal import Experiments
internal import Matrices
internal import Report

/// `report.html` of a run.
enum ReportFile {
  /// The file of a finished run, which is made while others are written.
  ///
  /// - Parameter tree: the top of a tree of its rows, when there is one.
  static func file(
    _ publication: RunPublication, details: RunPublication.Details, figures: RunFigures,
    tree: Dendrogram?, pool: WorkerPool
  ) -> RunFolder.File {
    RunFolder.File(
      "report.html",
      making: {
        try RunReport(publication, details: details, figures: figures, tree: tree, pool: pool)
          .html()
      })
  }
}
