internal import ArgumentParser

/// What a shell offers for the value of an option.
extension CompletionKind {
  /// Files that a run can read.
  static var input: CompletionKind {
    .file(extensions: ["csv", "tsv", "jsonl", "gz", "npz", "npy", "mtx"])
  }

  /// The values of a closed set, with some more words.
  static func values<Choice: RawRepresentable & CaseIterable>(
    _: Choice.Type, and others: [String] = []
  ) -> CompletionKind where Choice.RawValue == String {
    .list(Choice.allCases.map(\.rawValue) + others)
  }
}
