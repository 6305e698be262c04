internal import Catalogue
internal import Clustering
internal import Experiments
internal import Matrices

/// The rows of a run: those that are fitted, those that are not, and the classes of the former.
struct RunRows {
  let prepared: PreparedInput
  let heldOut: PreparedInput?
  let truth: TrueClasses?
}

extension RunOptions {
  /// Reads all rows of a run.
  func rows(
    of file: InputFile, configuration: RunConfiguration, truthFile: TruthFile?, pool: WorkerPool,
    seconds: inout PhaseSeconds
  ) throws -> RunRows {
    if let share = configuration.heldOutShare {
      let (training, heldOut, kept) = try PreparedInput.load(
        file, holdingOut: share, configuration: configuration, pool: pool, seconds: &seconds)
      let count = training.features.rowCount + heldOut.features.rowCount
      return RunRows(
        prepared: training, heldOut: heldOut,
        truth: try truthFile?.classes(of: count, keeping: kept) ?? training.truth)
    }
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    let heldOut = try loadHeldOut(
      configuration, prepared: prepared, pool: pool, seconds: &seconds)
    return RunRows(
      prepared: prepared, heldOut: heldOut,
      truth: try truthFile?.classes(of: prepared.features.rowCount, keeping: nil)
        ?? prepared.truth)
  }

  /// Reads the unseen rows with the training rows' features.
  private func loadHeldOut(
    _ configuration: RunConfiguration, prepared: PreparedInput, pool: WorkerPool,
    seconds: inout PhaseSeconds
  ) throws -> PreparedInput? {
    guard let test = task.test else { return nil }
    let file = try seconds.measure(.read) { try resources.read(test) }
    guard file.holdsMatrix == (prepared.featureModel == nil) else {
      throw InputError(
        kind: .usage, code: "test.other-kind", file: file.name,
        message: "the unseen rows are \(file.holdsMatrix ? "a matrix" : "texts"), the input is not",
        hint: "give rows of the input's kind")
    }
    var own = configuration
    if own.textColumns.isEmpty { own.textColumns = prepared.textColumns }
    own.truthColumn = nil
    let heldOut = try ReadColumns.telling(
      prepared.textColumns, remedy: "fit with --text and the columns that both files have"
    ) {
      try PreparedInput.load(
        file, configuration: own, model: prepared.featureModel, basis: prepared.matrixBasis,
        pool: pool, seconds: &seconds)
    }
    guard heldOut.features.columnCount == prepared.features.columnCount else {
      throw InputError(
        kind: .malformed, code: "test.columns", file: file.name,
        message: "\(heldOut.features.columnCount) columns, the input has"
          + " \(prepared.features.columnCount)",
        hint: "give --test a matrix made with the same features")
    }
    for note in heldOut.notes { common.note("note: \(file.name): \(note)") }
    return heldOut
  }
}
