internal import Catalogue
internal import Clustering
internal import Experiments
internal import Foundation
internal import Matrices
internal import ModelStore
internal import TextFeatures

/// Inputs to begin with: what the tests know to be hard, and what the program writes itself.
enum Seeds {
  /// Writes a folder of files for each target.
  static func write(into path: String) throws {
    for target in FuzzTarget.all {
      let folder = URL(filePath: path).appending(path: target.name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (place, bytes) in try inputs(of: target.name, scratch: folder).enumerated()
      where bytes.count <= target.byteLimit {
        try Data(bytes).write(to: folder.appending(path: "seed-\(place)"))
      }
    }
  }

  private static func inputs(of target: String, scratch: URL) throws -> [[UInt8]] {
    switch target {
    case "csv":
      return files(["csv"]) + texts(["a;b\n1;2\n", "a\tb\n1\t2\n", "\u{FEFF}a,b\r\n\"1\n\",2\r\n"])
    case "jsonl":
      return texts([
        "{\"title\": \"A\", \"n\": 1.5e3}\n{\"title\": \"\\u00e9\\ud83d\\ude00\", \"n\": null}\n",
        "{\"a\": [1, {\"b\": true}], \"c\": \"\\n\"}\n", "[{\"a\": 1}]",
      ])
    case "csv-round-trip": return texts(["\u{4}a\u{7}\"b\"\u{7},\n\u{7}", "\u{3}=1\u{7}\ttab\r"])
    case "mtx":
      return files(["mtx"])
        + texts([
          "%%MatrixMarket matrix coordinate pattern symmetric\n%\n3 3 2\n2 1\n3 3\n",
          "%%MatrixMarket matrix coordinate integer skew-symmetric\n2 2 1\n2 1 -4\n",
        ])
    case "npy":
      return files(["npy"])
        + [
          MatrixFile.npyBytes(DenseMatrix(rowCount: 2, columnCount: 2, elements: [1, -2, 0, 0.5])),
          Array(
            Sample.npy(
              "{'descr': '>f8', 'fortran_order': True, 'shape': (1, 2), }",
              data: [UInt8](repeating: 63, count: 16))),
        ]
    case "npz":
      let matrix = CSRMatrix(
        rowCount: 2, columnCount: 3, rowOffsets: [0, 2, 3], columnIndices: [0, 2, 1],
        values: [1, -0.5, 2])
      return files(["npz"]) + [try MatrixFile.npzBytes(matrix)]
    case "labels":
      return texts(["0\n1\n1\n", "cluster\n0\n-1\n", "{\"cluster\": 3}\n"])
        + [MatrixFile.npyBytes([0, 1, -2])]
    case "model": return try models(scratch)
    case "runs": return try runs(scratch)
    case "units": return try units()
    case "tree":
      return [
        [0.0, 1, 0.5, 2, 2, 3, 1, 3].flatMap { number in
          (0..<8).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) }
        }, Array(0..<60),
      ]
    case "configuration":
      var configuration = RunConfiguration()
      let standard = Array(configuration.json.prettyText.utf8)
      configuration.clusterCounts = [2, 3]
      configuration.features.stopWords = .list(["a"])
      return files(["json"]) + [standard, Array(configuration.json.text.utf8)]
    case "numbers":
      return texts(["2...30", "10...100:10", "5,10,20", "4GiB", "0.5", "1e-4", "a,b"])
    case "arguments": return commandLines
    case "tokens":
      return texts([
        "\u{0}\u{1}\u{0}The quick brown foxes\nfoxes ran; don't\n",
        "\u{1}\u{2}\u{0}Straße ΣΊΣΥΦΟΣ İstanbul\ne\u{301}te\u{301}\n",
        "\u{2}\u{3}\u{4}snake_case U.S.A. кошки\n\u{2019}s\n",
      ])
    default:
      return texts([
        "</script><script>", "\"><img onerror=x>", "]]>&amp;", "\u{202E}abc\u{2066}", "\u{1B}[31m",
        "\u{2028}\u{2029}\u{FEFF}", "e\u{301}\u{1F468}\u{200D}\u{1F469}", "\\x1b",
      ])
    }
  }

  private static func texts(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

  /// Every case of the table of bad inputs.
  private static let cases: [BadInput] =
    BadInput.unreadableCatalogues + BadInput.wrongOptions + BadInput.misplacedFiles
    + BadInput.wrongConfigurations + BadInput.withoutContent + BadInput.damagedMatrices
    + BadInput.damagedModels

  /// The files of the table of bad inputs that end so.
  private static func files(_ suffixes: Set<String>) -> [[UInt8]] {
    let found = cases.flatMap { input in
      input.files.filter { suffixes.contains(String($0.key.split(separator: ".").last ?? "")) }
        .values.map { [UInt8]($0) }
    }
    return Set(found).sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static var commandLines: [[UInt8]] {
    (cases.map(\.arguments).filter { !$0.isEmpty }
      + [
        ["films.csv"], ["tree", "cut", "out", "--height", "0.5"], ["help", "exit-codes"],
        ["bench", "--threads", "1,2"], ["export", "out", "--what", "labels", "--format", "csv"],
      ]).map { Array($0.joined(separator: "\n").utf8) }
  }

  private static func models(_ scratch: URL) throws -> [[UInt8]] {
    let titles = (1...8).map { "Title \($0)" }
    return try [
      SampleModels.sparse(titles: titles), SampleModels.matrixOnly(),
    ].flatMap { model in
      try written(scratch) { path in try ModelFile.write(model, to: path) }
    }
  }

  private static func runs(_ scratch: URL) throws -> [[UInt8]] {
    let records = try [
      SampleRuns.run("kmeans", 2, columnCount: 4, density: 1),
      SampleRuns.run("ward", 3, columnCount: 4, density: 0.2, silhouettes: []),
    ]
    return try written(scratch) { path in try RunsFile.write(records, to: path) }
  }

  /// A file as it is written, and without the checksums of its numbers, so that any number is read.
  private static func written(
    _ scratch: URL, _ write: (_ path: String) throws -> Void
  ) throws -> [[UInt8]] {
    let file = scratch.appending(path: "writing")
    try write(file.path)
    defer { try? FileManager.default.removeItem(at: file) }
    let bytes = [UInt8](try Data(contentsOf: file))
    var unchecked = bytes
    let headers = HeaderForger.headers(in: bytes)
    for start in bytes.indices.dropLast(5) where bytes[start...].starts(with: "crc32".utf8) {
      unchecked[start] = UInt8(ascii: "x")
    }
    for header in headers { HeaderForger.sign(&unchecked, header) }
    return [bytes, unchecked]
  }

  private static func units() throws -> [[UInt8]] {
    let name = FitUnit.Name(plan: .init(algorithm: .kmeans, clusterCount: 2), restart: 1)
    let model = KMeansModel(
      centroids: DenseMatrix(rowCount: 2, columnCount: 3, elements: [1, 0, 0, 0, 0, 2]),
      assignment: try Assignment(labels: [0, 1, 1, 0, 1], clusterCount: 2), inertia: 2.5,
      iterations: [.init(inertia: 3, centerShift: 0.5, changedLabelCount: 5)], didConverge: true,
      winningRestart: 1)
    let tree = try LinkageTree(linkageMatrix: [0, 1, 0.5, 2])
    return [
      StoreTargets.unitFile.bytes([
        .fit(FitUnit(name: name, inertia: 2.5, labels: [], model: model)),
        .fit(FitUnit(name: name, inertia: 3, labels: [], model: nil)),
        .tree(TreeUnit(linkage: .single, tree: tree, leafOfRow: [0, 1, 1, 0, 1])),
      ])
    ]
  }
}
