internal import CHDF5
public import Experiments

/// The file that keeps a finished run: `model.h5`, laid out as Documentation/model-format.md says.
public enum ModelFile {
  /// The version of the layout that this build writes, and the newest that it reads.
  public static let formatVersion = 1

  /// The version of libhdf5 that this build was compiled with, such as `1.10.8`.
  public static let libraryVersion = "\(H5_VERS_MAJOR).\(H5_VERS_MINOR).\(H5_VERS_RELEASE)"

  /// Writes a model to a file and flushes it to the disk.
  ///
  /// Give a temporary name and rename the file when all is well; nothing is left behind on failure.
  /// The same model gives the same bytes, always. One call at a time works; others wait.
  ///
  /// The parts of the model must agree with each other, as its type describes.
  ///
  /// - Throws: `StoreError` of kind cannotCreate, permission or writeFailed.
  /// - Complexity: O(k·d + n + nnz) time, and as much memory as the file is long.
  public static func write(_ model: FittedModel, to path: String) throws(StoreError) {
    if let disagreement = Agreement.firstFault(in: model) {
      preconditionFailure("a model must agree with itself: \(disagreement)")
    }
    let file = StoredFile(path: path, kind: .model)
    try HDF5Library.withLock(file: file) { () throws(StoreError) in
      try ModelWriter(model, to: file).write()
    }
  }

  /// Reads a model from a file.
  ///
  /// Every part is checked before it is used: the structure of the file, the checksums, the shapes,
  /// the numbers, and that all parts agree. Files of other programs are refused.
  ///
  /// - Throws: `StoreError` of kind missing, empty, permission, readFailed or malformed; a malformed
  ///   file's message names the part and what is wrong with it.
  /// - Complexity: O(k·d + n + nnz).
  public static func read(path: String) throws(StoreError) -> FittedModel {
    let file = StoredFile(path: path, kind: .model)
    try HDF5Structure.check(InputFile.open(file))
    return try HDF5Library.withLock(file: file) { () throws(StoreError) in
      try ModelReader(file).model()
    }
  }
}
