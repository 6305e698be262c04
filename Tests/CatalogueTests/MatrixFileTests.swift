internal import Catalogue
internal import Matrices
import Testing

struct MatrixFileTests {
  private struct Golden: Decodable {
    struct Example: Decodable {
      let suffix: String
      let bytes: String
      let shape: [Int]
      let elements: String
    }
    struct Dense: Decodable {
      let npy: String
    }
    struct Written: Decodable {
      let dense: Dense
      let labels: [String: String]
      let doubles: String
      let npz: String
    }
    let arrays: [String: Example]
    let refused: [String: [String]]
    let written: Written
  }

  private let stored: Golden

  init() throws { stored = try golden("catalogue_matrices.json", as: Golden.self) }

  private func dense(_ matrix: FeatureMatrix) -> DenseMatrix {
    switch matrix {
    case .dense(let matrix): matrix
    case .sparse(let matrix): matrix.dense()
    }
  }

  private func read(_ suffix: String, _ stored: [UInt8]) throws -> FeatureMatrix {
    try MatrixFile.read(InputFile(name: "x.\(suffix)", storedBytes: stored))
  }

  @Test func readsWhatNumPyAndSciPyWrite() throws {
    #expect(stored.arrays.count == 43)
    for name in stored.arrays.keys.sorted() {
      let example = try #require(stored.arrays[name])
      let matrix = try read(example.suffix, bytes(example.bytes))
      let elements = try bytes(example.elements)
      let expected = stride(from: 0, to: elements.count, by: 4).map { at in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(elements[at + $1]) << (8 * $1) })
      }
      #expect([matrix.rowCount, matrix.columnCount] == example.shape, "\(name)")
      #expect(dense(matrix).elements == expected, "\(name)")
      if case .sparse(let sparse) = matrix {
        #expect(sparse.storedCount == expected.count { $0 != 0 }, "\(name)")
        #expect(example.suffix != "npy")
      } else {
        #expect(example.suffix == "npy")
      }
    }
  }

  @Test func refusesWithTheRightCode() throws {
    for name in stored.refused.keys.sorted() {
      let example = try #require(stored.refused[name])
      let data = try bytes(example[1])
      let error = try complaint { _ = try read(example[0], data) }
      #expect(error.code == name.split(separator: " ").first.map(String.init), "\(name): \(error)")
      #expect(error.kind == (name == "matrix.too-large" ? .resource : .malformed), "\(name)")
    }
  }

  @Test func saysWhereNumbersAreNotFinite() throws {
    func message(_ name: String) throws -> String {
      let example = try #require(stored.refused[name])
      let data = try bytes(example[1])
      return try complaint { _ = try read(example[0], data) }.message
    }
    let place = "row 1, column 0 (counted from 0) is"
    #expect(try message("matrix.not-finite") == "\(place) infinite")
    #expect(try message("matrix.not-finite Fortran") == "\(place) infinite")
    #expect(try message("matrix.not-finite single") == "\(place) beyond single precision")
    #expect(try message("matrix.not-finite npz").hasSuffix("is not a number"))
    #expect(
      try message("npz.indices")
        == "array 'indices': element 2 is 5, the matrix has 5 columns")
    #expect(try message("npy.size overflow").hasPrefix("header says more than 8 EiB, file has"))
    #expect(try message("npy.objects") == "holds Python objects; refused")
    #expect(try message("npz.missing-array") == "has no array 'indptr'")
  }

  @Test func writesWhatNumPyWrites() throws {
    let npy = try bytes(stored.written.dense.npy)
    let matrix = dense(try read("npy", npy))
    #expect(MatrixFile.npyBytes(matrix) == npy)
    #expect(
      MatrixFile.npyBytes(
        doubles: matrix.elements.map { Double($0) }, rowCount: matrix.rowCount,
        columnCount: matrix.columnCount) == (try bytes(stored.written.doubles)))
    let labels: [Int32] = [3, -1, 0, 2, 2]
    #expect(MatrixFile.npyBytes(labels) == (try bytes(#require(stored.written.labels["<i4"]))))
  }

  @Test func writesWhatSciPyWrites() throws {
    let expected = try bytes(stored.written.npz)
    guard case .sparse(let matrix) = try read("npz", expected) else {
      Issue.record("a sparse matrix was expected")
      return
    }
    let written = try MatrixFile.npzBytes(matrix)
    #expect(try MatrixFile.npzBytes(matrix) == written)
    #expect(try read("npz", written) == .sparse(matrix))
    let names = ["indices", "indptr", "format", "shape", "data"].map { $0 + ".npy" }
    func entries(_ archive: [UInt8]) throws -> [String: [UInt8]] {
      try ZipArchive.read(archive, entries: names, name: "x.npz", byteLimit: 1 << 20)
    }
    #expect(try entries(written) == entries(expected))
    #expect(try entries(written).count == 5)
    let error = try complaint {
      _ = try ZipArchive.read(written, entries: names, name: "x.npz", byteLimit: 300)
    }
    #expect(error.code == "npz.too-large")
  }

  @Test func everyCutOfAnArchiveIsRefused() throws {
    let whole = try bytes(stored.written.npz)
    for count in stride(from: 1, to: whole.count, by: 7) {
      let error = try complaint { _ = try read("npz", Array(whole[..<count])) }
      #expect(error.kind == .malformed)
    }
  }

  @Test(arguments: 0..<100)
  func damagedArchivesNeverTrap(seed: UInt64) throws {
    var generator = CounterGenerator(seed: seed)
    let names = stored.arrays.keys.sorted().filter { stored.arrays[$0]?.suffix != "mtx.gz" }
    let example = try #require(stored.arrays[names[generator.nextIndex(below: names.count)]])
    var data = try bytes(example.bytes)
    for _ in 0..<1 + generator.nextIndex(below: 4) {
      data[generator.nextIndex(below: data.count)] = UInt8(truncatingIfNeeded: generator.next())
    }
    do {
      let matrix = try read(example.suffix, data)
      #expect(matrix.firstNonFinite() == nil)
    } catch let error as InputError {
      #expect(error.report.hasPrefix("error["))
    }
  }

  @Test func readsLabels() throws {
    let expected: [Int32] = [3, -1, 0, 2, 2]
    for kind in stored.written.labels.keys.sorted() {
      let file = try InputFile(
        name: "l.npy", storedBytes: bytes(#require(stored.written.labels[kind])))
      #expect(try MatrixFile.readLabels(file) == expected, "\(kind)")
    }
    func labels(_ text: String, _ name: String = "l.csv") throws -> [Int32] {
      try MatrixFile.readLabels(InputFile(name: name, storedBytes: Array(text.utf8)))
    }
    #expect(try labels("3\n-1\r\n0\n\n 2\n2", "labels.txt") == expected)
    #expect(try labels("row,id,cluster\n0,a,3\n1,b,-1\n") == [3, -1])
    #expect(try labels("anything\n3\n-1\n") == [3, -1])
    #expect(try labels("{\"cluster\": 4}\n{\"cluster\": 0}", "l.jsonl") == [4, 0])
    let word = try complaint { _ = try labels("row,cluster\n0,3\n1,x\n") }
    #expect(word.code == "labels.not-an-integer" && word.line == 3)
    let plain = try complaint { _ = try labels("1\n2\nx\n") }
    #expect(plain.code == "labels.not-an-integer" && plain.line == 3)
    #expect(try complaint { _ = try labels("a,b\n1,2\n") }.code == "columns.unknown")
    let large = MatrixFile.npyBytes(doubles: [1, 2], rowCount: 2, columnCount: 1)
    let error = try complaint {
      _ = try MatrixFile.readLabels(InputFile(name: "l.npy", storedBytes: large))
    }
    #expect(error.code == "labels.shape")
  }
}
