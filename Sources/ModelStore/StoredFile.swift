/// A file that this module writes or reads, with what messages call it.
struct StoredFile: Sendable {
  /// What the file holds.
  enum Kind: String, Sendable {
    /// One fitted model.
    case model

    /// Every clustering of a sweep.
    case runs
  }

  /// The path as the caller named it.
  let path: String

  /// What the file holds.
  let kind: Kind

  /// The value of the attribute `format`, which tells the file from other programs' files.
  var formatName: String { "kindred-\(kind.rawValue)" }

  /// The name that a run folder gives such a file.
  var usualName: String { "\(kind.rawValue).h5" }

  /// What messages call such a file.
  var noun: String { "\(kind.rawValue) file" }

  /// More objects than any file of the kind has.
  var objectLimit: Int {
    switch kind {
    case .model: 256
    case .runs: (RunsFile.runLimit + 1) * 16
    }
  }
}
