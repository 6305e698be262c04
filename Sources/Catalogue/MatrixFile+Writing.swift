public import Matrices

extension MatrixFile {
  /// A dense matrix as a `.npy` file: `<f4`, C order.
  ///
  /// - Complexity: O(n·d).
  public static func npyBytes(_ matrix: DenseMatrix) -> [UInt8] {
    npyBytes(
      "<f4", shape: "(\(matrix.rowCount), \(matrix.columnCount))", matrix.elements.map(\.bitPattern)
    )
  }

  /// Labels as a `.npy` file of one dimension: `<i4`.
  ///
  /// - Complexity: O(n).
  public static func npyBytes(_ labels: [Int32]) -> [UInt8] {
    npyBytes("<i4", shape: "(\(labels.count),)", labels)
  }

  /// Double-precision numbers, `n×d` in row-major order, as a `.npy` file: `<f8`, C order.
  ///
  /// - Complexity: O(n·d).
  public static func npyBytes(
    doubles: [Double], rowCount: Int, columnCount: Int
  ) -> [UInt8] {
    precondition(doubles.count == rowCount * columnCount, "an array needs n·d elements")
    return npyBytes(
      "<f8", shape: "(\(rowCount), \(columnCount))", doubles.map(\.bitPattern))
  }

  /// A sparse matrix as a `.npz` file that `scipy.sparse.load_npz` reads.
  ///
  /// Entries are stored without compression and dated 1980, so equal matrices give equal bytes.
  ///
  /// - Throws: `InputError` of kind `resource` when memory runs out.
  /// - Complexity: O(n + nnz).
  public static func npzBytes(_ matrix: CSRMatrix) throws(InputError) -> [UInt8] {
    let offsets: [UInt8]
    let vector = "(\(matrix.rowOffsets.count),)"
    // SciPy wants both index arrays of one type, 32 bits when they suffice.
    let stored = "(\(matrix.storedCount),)"
    let columns: [UInt8]
    if matrix.storedCount <= Int(Int32.max) {
      offsets = npyBytes(
        "<i4", shape: vector, matrix.rowOffsets.map { Int32(truncatingIfNeeded: $0) })
      columns = npyBytes("<i4", shape: stored, matrix.columnIndices)
    } else {
      offsets = npyBytes("<i8", shape: vector, matrix.rowOffsets)
      columns = npyBytes("<i8", shape: stored, matrix.columnIndices.map { Int64($0) })
    }
    return try ZipArchive.write([
      ("indices.npy", columns),
      ("indptr.npy", offsets),
      ("format.npy", npyBytes("|S3", shape: "()", Array("csr".utf8))),
      ("shape.npy", npyBytes("<i8", shape: "(2,)", [matrix.rowCount, matrix.columnCount])),
      ("data.npy", npyBytes("<f4", shape: stored, matrix.values.map(\.bitPattern))),
    ])
  }

  private static func npyBytes(
    _ type: String, shape: String, _ elements: [some FixedWidthInteger & BitwiseCopyable]
  ) -> [UInt8] {
    let text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    // Magic, version and length take 10 bytes; the elements begin on a multiple of 64.
    let padding = (64 - (10 + text.utf8.count + 1) % 64) % 64
    let length = text.utf8.count + padding + 1
    var bytes = NPYArray.magic
    bytes.append(contentsOf: [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)])
    bytes.append(contentsOf: text.utf8)
    bytes.append(contentsOf: repeatElement(0x20, count: padding))
    bytes.append(0x0A)
    NPYArray.append(elements, to: &bytes)
    return bytes
  }
}
