import Foundation

extension BadInput {
  /// SciPy archives whose arrays are missing or do not fit together.
  static let damagedArchives: [BadInput] =
    ["indptr", "indices", "data", "shape", "format"].map { array in
      archive("no \(array)", ["\(array).npy": nil], ["has no array '\(array)'", "save_npz"])
    } + [
      archive(
        "falling offsets", ["indptr.npy": Sample.integers([0, 3, 2, 4, 6])],
        ["'indptr': element 2 is 2"]),
      archive(
        "offsets of other rows", ["indptr.npy": Sample.integers([0, 2, 6])],
        ["has 3 elements, expected 5"]),
      archive(
        "offsets that end too far", ["indptr.npy": Sample.integers([0, 2, 3, 4, 600])],
        ["ends with 600"]),
      archive(
        "offsets that begin too far", ["indptr.npy": Sample.integers([1, 2, 3, 4, 6])],
        ["begins with 1"]),
      archive(
        "a column too far", ["indices.npy": Sample.integers([0, 9, 1, 0, 1, 2])],
        ["element 1 is 9", "3 columns"]),
      archive(
        "a negative column", ["indices.npy": Sample.integers([0, -1, 1, 0, 1, 2])],
        ["element 1 is -1"]),
      archive(
        "columns that are no whole numbers", ["indices.npy": Sample.floats([0, 2, 1, 0, 1, 2])],
        ["'indices'", "expected integers"]),
      archive(
        "a value that is no number", ["data.npy": Sample.floats([1, .nan, 3, 4, 1, 1])],
        ["row 0, column 2", "not a number"]),
      archive(
        "a sum beyond single precision",
        [
          "data.npy": Sample.floats(Array(repeating: 3e38, count: 6)),
          "indices.npy": Sample.integers([0, 0, 1, 0, 1, 2]),
        ], ["X.npz: row 0, column 0", "beyond single precision", "constant"]),
      archive(
        "three dimensions", ["shape.npy": Sample.integers([4, 3, 1])], ["expected rows and columns"]
      ),
      archive("negative rows", ["shape.npy": Sample.integers([-4, 3])], ["'shape'"]),
      archive(
        "a format that is none",
        [
          "format.npy": Sample.npy(
            "{'descr': '|S3', 'fortran_order': False, 'shape': (), }", data: Array("bsr".utf8))
        ], ["format 'bsr'", "csr, csc or coo"]),
      archive(
        "rows beyond any memory", ["shape.npy": Sample.integers([1 << 62, 1 << 62])],
        ["declares 4,611,686,018,427,387,904 rows"], exitCode: 71),
      archive(
        "columns beyond any use", ["shape.npy": Sample.integers([4, 2_000_000_000])],
        ["2,000,000,000 columns for 6 entries", "drop the empty"], exitCode: 71),
      archive(
        "an entry that claims 4 GiB", [:], ["data.npy"],
        claim: { $0 == "data.npy" ? 4 << 30 - 16 : $1 }),
      archive(
        "an entry that claims a byte", [:], ["data.npy"], claim: { $0 == "data.npy" ? 1 : $1 }),
      archive(
        "an entry beyond the file", [:], ["data.npy"], offset: { $0 == "data.npy" ? 1 << 20 : $1 }),
      archive(
        "overlapping entries", [:], ["data.npy"], offset: { $0 == "data.npy" ? 0 : $1 }),
    ]

  /// More numbers that a matrix cannot hold.
  static let moreDamagedMatrices: [BadInput] = [
    file(
      "mtx beyond any memory", "X.mtx", mtx("3000000000 3000000000 1\n1 1 1\n"), 71,
      ["X.mtx", "drop"]),
    file(
      "mtx of two thousand million columns", "X.mtx", mtx("3 2000000000 1\n1 1 1\n"), 71,
      ["columns for 1 entry"]),
    file(
      "mtx with a size beyond 64 bits", "X.mtx", mtx("99999999999999999999 2 1\n1 1 1\n"), 65,
      ["X.mtx:2:1"]),
    file("mtx with a size that is negative", "X.mtx", mtx("-3 3 1\n1 1 1\n"), 65, ["X.mtx:2:1"]),
    file("mtx with two sizes", "X.mtx", mtx("3 3\n1 1 1\n"), 65, ["found 2"]),
    file(
      "mtx with entries that nobody can write", "X.mtx", mtx("3 3 9000000000000000000\n1 1 1\n"),
      65, ["has 1"]),
    file(
      "mtx with one entry too many", "X.mtx", mtx("3 3 1\n1 1 1\n2 2 1\n"), 65,
      ["declares 1 entry, has more"]),
    file(
      "mtx of an array", "X.mtx", Data("%%MatrixMarket matrix array real general\n1 1\n1\n".utf8),
      65, ["array", ".npy"]),
    file(
      "mtx that is symmetric and not square", "X.mtx",
      Data("%%MatrixMarket matrix coordinate real symmetric\n2 3 1\n1 1 1\n".utf8), 65,
      ["must be square"]),
    file(
      "mtx that is symmetric and has both halves", "X.mtx",
      mtx("3 3 2\n2 1 4\n1 2 4\n", of: "real symmetric"), 65,
      ["X.mtx:4:1", "row 1, column 2 lies above the diagonal", "write general"]),
    file(
      "mtx that is skew-symmetric and has a diagonal", "X.mtx",
      mtx("3 3 2\n2 1 4\n2 2 1\n", of: "real skew-symmetric"), 65,
      ["X.mtx:4:1", "row 2, column 2 lies on the diagonal", "leave the diagonal out"]),
    file(
      "mtx of a skew-symmetric pattern", "X.mtx",
      mtx("3 3 1\n2 1\n", of: "pattern skew-symmetric"), 65, ["X.mtx:1:42", "no signs"]),
    file(
      "mtx of integers with a fraction", "X.mtx",
      mtx("3 3 1\n2 1 0.5\n", of: "integer general"), 65,
      ["X.mtx:3:5", "not a whole number", "\"0.5\"", "write real"]),
    file(
      "mtx with a hexadecimal number", "X.mtx", mtx("3 3 1\n1 1 0x1p3\n"), 65,
      ["X.mtx:3:5", "0x1p3"]),
    file(
      "mtx with a number beyond all", "X.mtx", mtx("3 3 1\n1 1 1e400\n"), 65,
      ["X.mtx:3:5", "1e400"]),
    file(
      "mtx with a row beyond length", "X.mtx", mtx("3 3 3\n1 1 3e38\n2 2 1\n3 3 1\n"), 65,
      ["X.mtx: row 1", "constant"]),
    file("mtx of nothing", "X.mtx", mtx("0 0 0\n"), 65, ["0 rows"]),
    file(
      "mtx with a banner of 10 MB", "X.mtx",
      Data(("%%MatrixMarket " + String(repeating: "a", count: 10_000_000)).utf8), 65,
      ["X.mtx:1:1", "2 words"]),
    file(
      "npy of one dimension", "X.npy", Sample.floats([1, 2, 3]), 65, ["1 dimension", "reshape"]),
    file("npy of complex numbers", "X.npy", npy("'<c8'", "(1, 1)", 8), 65, ["'<c8'", "astype"]),
    file("npy of records", "X.npy", npy("[('a', '<f4')]", "(1, 1)", 4), 65, ["records"]),
    file(
      "npy of another version", "X.npy",
      Data([0x93] + Array("NUMPY".utf8) + [9, 0, 2, 0, 0x7B, 0x7D, 0]), 65, ["format 9.0"]),
    file("npy without rows", "X.npy", npy("'<f4'", "(0, 3)", 0), 65, ["0 rows"]),
    file("npy of negative shape", "X.npy", npy("'<f4'", "(-2, -2)", 16), 65, ["X.npy"]),
    file("npy with bytes left", "X.npy", npy("'<f4'", "(2, 2)", 32), 65, ["16 bytes", "32 bytes"]),
  ]

  private static func archive(
    _ name: String, _ arrays: [String: Data?], _ fragments: [String], exitCode: Int32 = 65,
    claim: (String, Int) -> Int = { $1 }, offset: (String, Int) -> Int = { $1 }
  ) -> BadInput {
    file(
      "npz: \(name)", "X.npz",
      Sample.zip(Sample.csr(replacing: arrays), claim: claim, offset: offset),
      exitCode, ["X.npz"] + fragments)
  }

  private static func file(
    _ name: String, _ file: String, _ contents: Data, _ exitCode: Int32, _ fragments: [String]
  ) -> BadInput {
    BadInput(
      name: name, files: [file: contents],
      arguments: ["cluster", file, "--k", "2", "--out", "out"], exitCodes: [exitCode],
      fragments: fragments)
  }

  private static func mtx(_ text: String) -> Data { Sample.matrixMarket(text) }

  private static func mtx(_ text: String, of kind: String) -> Data {
    Data("%%MatrixMarket matrix coordinate \(kind)\n\(text)".utf8)
  }

  private static func npy(_ type: String, _ shape: String, _ byteCount: Int) -> Data {
    Sample.npy(
      "{'descr': \(type), 'fortran_order': False, 'shape': \(shape), }",
      data: [UInt8](repeating: 0, count: byteCount))
  }
}
