public import Experiments

/// The file that keeps every clustering of a sweep: `runs.h5`, laid out as
/// Documentation/run-folder.md says, so that any k can be had without fitting again.
public enum RunsFile {
  /// The version of the layout that this build writes, and the newest that it reads.
  public static let formatVersion = 1

  /// The most runs that one file holds: HDF5 keeps more links in an index only.
  public static let runLimit = 65_535

  /// Writes the runs to a file and flushes it to the disk.
  ///
  /// Give a temporary name and rename the file when all is well; nothing is left behind on failure.
  /// The same runs give the same bytes, always. One call at a time works; others wait.
  ///
  /// The runs must be of the same rows and columns, each with its own algorithm and k, and the
  /// algorithms' names have letters, digits, `-` and `_` only.
  ///
  /// - Throws: `StoreError` of kind cannotCreate, permission or writeFailed; the last also for more
  ///   than `runLimit` runs.
  /// - Complexity: O(k·d + n) summed over the runs, and as much memory as the file is long.
  public static func write(_ records: [RunRecord], to path: String) throws(StoreError) {
    let file = StoredFile(path: path, kind: .runs)
    guard records.count <= runLimit else {
      throw StoreError(
        .writeFailed, "limit", file,
        "\(records.count) runs do not fit one file, which holds \(runLimit)",
        hint: "split the sweep")
    }
    if let disagreement = Agreement.firstFault(in: records) {
      preconditionFailure("runs must agree with each other: \(disagreement)")
    }
    try HDF5Library.withLock(file: file) { () throws(StoreError) in
      try RunsWriter(records, to: file).write()
    }
  }

  /// The algorithm and number of clusters (k) of each run in a file, ascending by both.
  ///
  /// - Throws: `StoreError` of kind missing, empty, permission, readFailed or malformed.
  /// - Complexity: O(r log r) for r runs; none of their numbers are read.
  public static func contents(path: String) throws(StoreError) -> [(
    algorithm: String, clusterCount: Int
  )] {
    let names = try withReader(path) { (reader) throws(StoreError) in try reader.names() }
    return names.map { ($0.algorithm, $0.clusterCount) }
  }

  /// Reads one run from a file, or nil when the file holds no such run.
  ///
  /// The structure of the whole file is checked, and of this run every part: the checksums, the
  /// shapes, the numbers, and that all parts agree. The numbers of other runs are not read.
  ///
  /// - Throws: `StoreError` of kind missing, empty, permission, readFailed or malformed; a malformed
  ///   file's message names the part and what is wrong with it.
  /// - Complexity: O(k·d + n + r log r) for r runs.
  public static func read(algorithm: String, clusterCount: Int, path: String) throws(StoreError)
    -> RunRecord?
  {
    let name = RunName(algorithm: algorithm, clusterCount: clusterCount)
    return try withReader(path) { (reader) throws(StoreError) in
      try reader.names().contains(name) ? try reader.run(name) : nil
    }
  }

  private static func withReader<Result: Sendable>(
    _ path: String, _ body: (borrowing RunsReader) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    let file = StoredFile(path: path, kind: .runs)
    try HDF5Structure.check(InputFile.open(file))
    return try HDF5Library.withLock(file: file) { () throws(StoreError) in
      try body(RunsReader(file))
    }
  }
}
