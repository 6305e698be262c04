internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices
internal import ModelStore
internal import Report

/// What a tree leaves in a run folder.
enum TreeFiles {
  /// Publishes a tree, and its cut as any other clustering.
  static func publish(
    _ result: TreeWork.Result, of work: TreeWork, into folder: RunFolder,
    converter: PictureConverter?, manners: MannersOptions, seconds: inout PhaseSeconds
  ) throws {
    let start = ContinuousClock.now
    var picture = try DendrogramFile.picture(
      result.grown, metric: work.metric, cut: result.cut?.best.model.assignment,
      order: result.order, leafLimit: work.configuration.pictureLeafCount, input: work.prepared)
    var files: [RunFolder.File]
    if let cut = result.cut {
      let publication = RunPublication(
        input: work.prepared, configuration: work.configuration, result: cut, command: "tree",
        heldOut: nil)
      let details = try publication.details(pool: work.pool)
      files = publication.files(details)
      let figures = try RunFigures(of: publication, details: details, pool: work.pool)
      files += figures.files
      picture.colors = figures.colors
      // What takes longest comes first.
      files.insert(
        ReportFile.file(
          publication, details: details, figures: figures, tree: picture, pool: work.pool), at: 0)
      let model = publication.model
      files.append(.model(model))
      let records = publication.records
      files.append(.runs(records))
    } else {
      files = [
        RunFolder.File(
          "run.json",
          Array(
            RunDescription.json(
              command: "tree", input: work.prepared, configuration: work.configuration
            ).utf8))
      ]
    }
    files += TreePublication.files(result.grown, order: result.order, input: work.prepared)
    files.append(DendrogramFile.file(picture))
    files = converter?.adding(to: files) ?? files
    seconds.add(ContinuousClock.now - start, to: .write)
    let spent = seconds
    let formulas = SpreadsheetOption.FormulaCounts()
    let times = FileSeconds()
    files = times.measuring(
      SpreadsheetOption.prepare(files, work.configuration, counts: formulas))
    files.append(
      RunFolder.File(
        "timing.json", timing(seconds: spent, files: times, threadCount: work.pool.threadCount),
        isReproducible: false))
    let publishing = ContinuousClock.now
    try folder.publish(files, pool: work.pool)
    formulas.warn(manners)
    seconds.add(ContinuousClock.now - publishing, to: .write)
  }

  /// What varies between equal runs, as it is when this is called.
  private static func timing(
    seconds: PhaseSeconds, files: FileSeconds, threadCount: Int
  ) -> [UInt8] {
    JSONValue.object([
      ("seconds", seconds.json), ("files", files.json), ("threads", .int(threadCount)),
      ("peak_memory_bytes", .int(Terminal.peakMemory)),
    ]).prettyBytes
  }
}
