internal import Catalogue
internal import Matrices
import Testing

struct MatrixMarketReaderTests {
  private let banner = "%%MatrixMarket matrix coordinate real general\n"

  private func read(_ text: String) throws -> CSRMatrix {
    let file = try InputFile(name: "x.mtx", storedBytes: Array(text.utf8))
    guard case .sparse(let matrix) = try MatrixFile.read(file) else {
      throw CancellationError()
    }
    return matrix
  }

  private func refuse(_ text: String) throws -> InputError {
    try complaint { _ = try read(text) }
  }

  @Test func readsEntriesInAnyOrder() throws {
    let matrix = try read(
      banner + "% a comment\n\n 3 4 6\n3 4 -1.5e0\r\n1\t2 2\n% more\n1 1 .5\n1 2 3\n2 2 0\n1 4 1.")
    #expect(matrix.rowOffsets == [0, 3, 3, 4])
    #expect(matrix.columnIndices == [0, 1, 3, 3])
    #expect(matrix.values == [0.5, 5, 1, -1.5])
    #expect(try read(banner + "2 2 0\n").storedCount == 0)
  }

  @Test func pointsAtMistakes() throws {
    func expect(
      _ text: String, _ code: String, _ line: Int, _ column: Int, _ message: String? = nil,
      sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
      let error = try refuse(text)
      #expect(error.code == code, sourceLocation: sourceLocation)
      #expect(error.line == line && error.column == column, sourceLocation: sourceLocation)
      if let message { #expect(error.message == message, sourceLocation: sourceLocation) }
    }
    try expect("1 1 1\n", "mtx.banner", 1, 1, "expected %%MatrixMarket")
    try expect("%%MatrixMarket matrix array real general\n", "mtx.unsupported", 1, 23)
    try expect(
      "%%MatrixMarket matrix coordinate complex general\n", "mtx.unsupported", 1, 34,
      "complex matrices are not supported")
    try expect("%%MatrixMarket matrix coordinate real hermitian\n", "mtx.unsupported", 1, 39)
    try expect(banner, "mtx.size", 2, 1)
    try expect(banner + "2 2\n", "mtx.size", 2, 1)
    try expect(banner + "2 x 1\n", "mtx.size", 2, 3)
    try expect(banner + "2 2 1\n0 1 1\n", "mtx.index", 3, 1, "row 0 (counting starts at 1)")
    try expect(banner + "2 2 1\n1 3 1\n", "mtx.index", 3, 3, "column 3, the matrix has 2 columns")
    try expect(banner + "2 2 2\n1 1 1\n", "mtx.entry-count", 4, 1, "declares 2 entries, has 1")
    try expect(banner + "2 2 1\n1 1 1\n1 2 1\n", "mtx.entry-count", 4, 1)
    try expect(banner + "2 2 1000000000\n1 1 1\n", "mtx.entry-count", 4, 1)
    try expect(banner + "2 2 1\n1 1 1 1\n", "mtx.entry", 3, 7)
    try expect(banner + "2 2 1\n1 1\n", "mtx.entry", 3, 4)
    try expect(banner + "2 2 1\n1.0 1 2\n", "mtx.entry", 3, 1)
    for word in ["nan", "inf", "1e400", "1e39", "0x1p3", "1,5", "-", "1e", "--1", "1e5x"] {
      try expect(
        banner + "2 2 1\n1 1 \(word)\n", "mtx.not-finite", 3, 5, "not a finite number: \"\(word)\"")
    }
  }

  @Test func halvesOfMatricesStandForTheWhole() throws {
    let start = "%%MatrixMarket matrix coordinate "
    let symmetric = try read(start + "real symmetric\n3 3 3\n1 1 5\n3 1 2\n2 2 1\n")
    #expect(symmetric.dense().elements == [5, 0, 2, 0, 1, 0, 2, 0, 0])
    let skew = try read(start + "integer skew-symmetric\n3 3 2\n2 1 4\n3 2 -1\n")
    #expect(skew.dense().elements == [0, -4, 0, 4, 0, 1, 0, -1, 0])
    let pattern = try read(start + "pattern symmetric\n2 2 2\n2 1\n2 2\n")
    #expect(pattern.dense().elements == [0, 1, 1, 1])
    #expect(try read(start + "integer general\n1 2 2\n1 1 -3\n1 2 2.0e1\n").values == [-3, 20])

    for (kind, entry, code, column, message) in [
      (
        "real symmetric", "1 3 2", "mtx.symmetry", 1,
        "row 1, column 3 lies above the diagonal of a symmetric matrix"
      ),
      ("pattern symmetric", " 2 3", "mtx.symmetry", 2, "row 2, column 3 lies above"),
      (
        "real skew-symmetric", "1 2 2", "mtx.symmetry", 1,
        "row 1, column 2 lies above the diagonal of a skew-symmetric matrix"
      ),
      (
        "real skew-symmetric", "2 2 0", "mtx.symmetry", 1,
        "row 2, column 2 lies on the diagonal of a skew-symmetric matrix"
      ),
      (
        "integer general", "2 2 1.5", "mtx.not-whole", 5,
        "not a whole number in an integer file: \"1.5\""
      ),
      ("integer symmetric", "2 1 1e-1", "mtx.not-whole", 5, "not a whole number"),
      ("integer general", "2 1 nan", "mtx.not-finite", 5, "not a finite number"),
    ] {
      let first = kind.hasPrefix("pattern") ? "3 1" : "3 1 7"
      let error = try refuse(start + "\(kind)\n3 3 2\n\(first)\n\(entry)\n")
      #expect(error.code == code, "\(kind), \(entry)")
      #expect(error.line == 4 && error.column == column, "\(kind), \(entry)")
      #expect(error.message.hasPrefix(message), "\(error.message)")
      #expect(error.hint?.isEmpty == false, "\(kind), \(entry)")
    }
    let pure = try refuse(start + "pattern skew-symmetric\n2 2 1\n2 1\n")
    #expect(pure.code == "mtx.unsupported" && pure.line == 1 && pure.column == 42)
  }

  @Test func refusesLyingSizesWithoutTakingMemory() throws {
    let large = try refuse(banner + "3000000000 3000000000 1\n1 1 1\n")
    #expect(large.kind.exitCode == 71)
    #expect(try refuse(banner + "2000000000 5 1\n1 1 1\n").kind == .resource)
    #expect(try refuse(banner + "99999999999999999999 5 1\n").code == "mtx.size")
    #expect(try refuse(banner + "0 5 0\n").code == "matrix.no-elements")
  }

  @Test(arguments: 0..<300)
  func numbersAreCorrectlyRounded(seed: UInt64) throws {
    var generator = CounterGenerator(seed: seed)
    let magnitude = Double(generator.nextIndex(below: 60)) - 30
    let value = Float((generator.nextUnit() - 0.5) * .exp10(magnitude))
    let matrix = try read(banner + "1 1 1\n1 1 \(Double(value))\n")
    #expect(matrix.values == (value == 0 ? [] : [value]))
  }
}

extension Double {
  fileprivate static func exp10(_ exponent: Double) -> Double {
    (0..<Int(exponent.magnitude)).reduce(1.0) { power, _ in exponent < 0 ? power / 10 : power * 10 }
  }
}
