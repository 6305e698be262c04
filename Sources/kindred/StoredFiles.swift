internal import Experiments
internal import ModelStore

extension RunFolder.File {
  /// The fitted model as `model.h5`.
  static func model(_ model: FittedModel) -> RunFolder.File {
    RunFolder.File("model.h5") { path in
      try Self.publishing { () throws(StoreError) in try ModelFile.write(model, to: path) }
    }
  }

  /// Every clustering of a run as `runs.h5`.
  static func runs(_ records: [RunRecord]) -> RunFolder.File {
    RunFolder.File("runs.h5") { path in
      try Self.publishing { () throws(StoreError) in try RunsFile.write(records, to: path) }
    }
  }

  /// Turns a failure of writing into one that names the published file instead of the temporary one.
  private static func publishing(
    _ write: () throws(StoreError) -> Void
  ) throws(OutputError) {
    do throws(StoreError) {
      try write()
    } catch {
      let kind: OutputError.Kind =
        switch error.kind {
        case .cannotCreate: .cannotCreate
        case .permission: .permission
        case .malformed, .missing, .empty, .readFailed, .writeFailed: .writeFailed
        }
      throw OutputError(
        kind: kind, code: error.code, path: error.file, message: error.message,
        hint: error.hint ?? "check the disk and run again")
    }
  }
}
