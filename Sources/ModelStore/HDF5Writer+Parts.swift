internal import Experiments
internal import Matrices

/// The parts that models and runs have in common.
extension HDF5Writer {
  /// The longest text that an attribute holds; HDF5's own limit is 64 KiB with the header.
  private static let attributeByteLimit = 60_000

  /// The attributes that say what the file is and who wrote it.
  func addFormat(version: Int, program: String) throws(StoreError) {
    try addAttribute(text: stored.formatName, "format")
    try addAttribute(version, "format_version")
    try add(text: program, "program_version")
  }

  /// A text: an attribute, or a dataset of its bytes where an attribute cannot hold it.
  func add(text: String, _ name: String) throws(StoreError) {
    if text.utf8.count <= Self.attributeByteLimit, !text.utf8.contains(0) {
      try addAttribute(text: text, name)
    } else {
      try add([UInt8](text.utf8), name, shape: [text.utf8.count])
    }
  }

  /// A list of texts: their bytes one after the other, and where each begins.
  func add(_ texts: [String], _ name: String) throws(StoreError) {
    let packed = PackedStrings(texts)
    try addGroup(name)
    try add(packed.bytes, "\(name)/bytes", shape: [packed.bytes.count])
    try add(packed.offsets, "\(name)/offsets", shape: [packed.offsets.count])
  }

  /// A matrix in compressed rows, in the three arrays that SciPy takes.
  func add(_ matrix: CSRMatrix, _ name: String) throws(StoreError) {
    try addGroup(name)
    try addAttribute([matrix.rowCount, matrix.columnCount], "shape", on: name)
    try add(matrix.values, "\(name)/data", shape: [matrix.storedCount])
    try add(matrix.columnIndices, "\(name)/indices", shape: [matrix.storedCount])
    try add(matrix.rowOffsets, "\(name)/indptr", shape: [matrix.rowOffsets.count])
  }

  /// A matrix of either kind; the names inside its group tell which.
  func add(_ matrix: FeatureMatrix, _ name: String) throws(StoreError) {
    switch matrix {
    case .sparse(let matrix): try add(matrix, name)
    case .dense(let matrix):
      try addGroup(name)
      try add(
        matrix.elements, "\(name)/dense", shape: [matrix.rowCount, matrix.columnCount])
    }
  }

  /// Scores by name; NaN stands for an undefined one.
  func add(_ scores: [FittedModel.Score], _ name: String) throws(StoreError) {
    try addGroup(name)
    try add(scores.map(\.name), "\(name)/names")
    try add(scores.map { $0.value ?? .nan }, "\(name)/values", shape: [scores.count])
  }
}
