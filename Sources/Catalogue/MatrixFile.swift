public import Matrices

/// Reads and writes matrices in the formats of NumPy, SciPy and Matrix Market.
public enum MatrixFile {
  /// Reads a matrix of finite numbers, one row a point.
  ///
  /// - `.npy`: two dimensions; float16/32/64, integers or booleans; C or Fortran order; either byte
  ///   order.
  /// - `.npz`: what `scipy.sparse.save_npz` writes in the formats csr, csc and coo.
  /// - `.mtx`: coordinate; real, integer or pattern; general, symmetric or skew-symmetric.
  ///
  /// In sparse matrices columns need not ascend, repeated pairs are summed, and zeros are dropped.
  ///
  /// - Throws: `InputError` of kind `malformed` with the position, `resource` for dimensions out of
  ///   proportion, `usage` for a file that holds a catalogue.
  /// - Complexity: O(bytes), and O(nnz log nnz) where columns do not ascend.
  public static func read(_ file: InputFile) throws(InputError) -> FeatureMatrix {
    switch file.format {
    case .npy: .dense(try denseMatrix(file))
    case .npz: .sparse(try sparseArchive(file))
    case .matrixMarket: .sparse(try MatrixMarketReader.read(file))
    case .csv, .tsv, .jsonl:
      throw InputError(
        kind: .usage, code: "input.not-a-matrix", file: file.name,
        message: "holds a catalogue, expected a matrix", hint: "give a .npy, .npz or .mtx file")
    }
  }

  private static func denseMatrix(_ file: InputFile) throws(InputError) -> DenseMatrix {
    let array = try NPYArray(file.bytes, name: file.name)
    guard array.shape.count == 2 else {
      let count = array.shape.count
      throw array.complaint(
        "npy.shape", "has \(count) \(count == 1 ? "dimension" : "dimensions"), expected 2",
        "one row a point: array.reshape(n, d)")
    }
    let rowCount = array.shape[0]
    let columnCount = array.shape[1]
    guard rowCount > 0, columnCount > 0 else {
      throw array.complaint(
        "matrix.no-elements", "the matrix has \(rowCount) rows and \(columnCount) columns")
    }
    try FileBytes.checkMemory(4 * array.count, name: file.name)
    let stored = try array.floats()
    if let index = stored.firstIndex(where: { !$0.isFinite }) {
      let row = array.isFortran ? index % rowCount : index / columnCount
      let column = array.isFortran ? index / rowCount : index % columnCount
      throw notFinite(
        stored[index], isTooLarge: array.isStoredFinite(at: index), row: row, column: column,
        name: file.name)
    }
    guard array.isFortran else {
      return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: stored)
    }
    var elements = [Float](repeating: 0, count: stored.count)
    for column in 0..<columnCount {
      for row in 0..<rowCount {
        elements[row * columnCount + column] = stored[column * rowCount + row]
      }
    }
    return DenseMatrix(rowCount: rowCount, columnCount: columnCount, elements: elements)
  }

  /// The complaint about an element that is no finite single-precision number, counted from 0.
  static func notFinite(
    _ value: Float, isTooLarge: Bool, row: Int, column: Int, name: String
  ) -> InputError {
    let what = value.isNaN ? "not a number" : isTooLarge ? "beyond single precision" : "infinite"
    return InputError(
      kind: .malformed, code: "matrix.not-finite", file: name,
      message: "row \(row), column \(column) (counted from 0) is \(what)",
      hint: "replace it, for example with numpy.nan_to_num")
  }
}
