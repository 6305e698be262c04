import Foundation

extension BadInput {
  /// Files that cannot be read as a catalogue, whatever is asked of them.
  static let unreadableCatalogues: [BadInput] = [
    file("missing file", nil, 66, ["films.csv", "no such file"]),
    file("empty file", Data(), 66, ["films.csv", "empty"]),
    file("byte order mark alone", Data([0xEF, 0xBB, 0xBF]), 66, ["films.csv", "empty"]),
    file("header only", Data(Sample.header.utf8), 65, ["films.csv", "no rows"]),
    file(
      "unterminated quote", Sample.catalogue(replacing: 4, with: "s3,Third,\"never closed\n"), 65,
      ["films.csv:4:10:", "quote"]),
    file(
      "text after a closing quote",
      Sample.catalogue(replacing: 4, with: "s3,Third,\"closed\" and more\n"), 65, ["films.csv:4:"]),
    file(
      "too few fields", Sample.catalogue(replacing: 3, with: "s2,only two\n"), 65,
      ["films.csv:3", "2 fields", "3"]),
    file(
      "too many fields", Sample.catalogue(replacing: 3, with: "s2,Second,text,more,yet more\n"), 65,
      ["films.csv:3", "5 fields", "3"]),
    file(
      "Latin-1 bytes",
      Sample.catalogue(
        replacing: 5, with: Array("s4,Caf".utf8) + [0xE9] + Array(",a small place\n".utf8)), 65,
      ["films.csv:5:7:", "0xE9", "UTF-8"]),
    file(
      "overlong UTF-8", Sample.catalogue(replacing: 5, with: [0x73, 0x2C, 0xC0, 0xAF, 0x2C, 0x0A]),
      65, ["films.csv:5:3:", "UTF-8"]),
    file("cut inside a character", Sample.catalogue + [0x73, 0x2C, 0xE2, 0x82], 65, ["films.csv"]),
    file(
      "UTF-16", Data([0xFF, 0xFE]) + Data("id,title\n".utf16.flatMap { [UInt8($0 & 0xFF), 0] }),
      65, ["films.csv", "UTF-16"]),
    file(
      "NUL byte", Sample.catalogue(replacing: 6, with: "s5,Fi\0fth,a text\n"), 65, ["films.csv:6:"]),
    file(
      "another delimiter",
      Data(String(decoding: Sample.catalogue, as: UTF8.self).replacing(",", with: "|").utf8), 65,
      ["films.csv", "delimiter", "'|'"]),
    file("compressed data that end early", Sample.truncatedGzip, 65, ["films.csv"]),
  ]

  /// Options that do not fit the options' own rules or the data.
  static let wrongOptions: [BadInput] = [
    sweep(
      "unknown column", ["--text", "descripton", "--k", "2...4"], 64,
      ["descripton", "did you mean", "description", "title"]),
    sweep("unknown required column", ["--k", "2...4", "--require", "nowhere"], 64, ["nowhere"]),
    sweep("range runs backwards", ["--k", "5...2"], 64, ["5...2", "backwards"]),
    sweep("k is zero", ["--k", "0"], 64, ["--k"]),
    sweep("k is negative", ["--k=-3"], 64, ["--k"]),
    sweep("k is a fraction", ["--k", "2.5"], 64, ["--k", "2.5"]),
    sweep("k is a word", ["--k", "ten"], 64, ["--k", "ten"]),
    sweep("k does not fit a machine word", ["--k", "99999999999999999999"], 64, ["--k"]),
    sweep("step is zero", ["--k", "2...8:0"], 64, ["--k"]),
    sweep("every k above the rows", ["--k", "50"], 64, ["50", "12"]),
    sweep("no thread", ["--k", "2...4", "--threads", "0"], 64, ["--threads"]),
    sweep(
      "memory limit is a word", ["--k", "2...4", "--max-memory", "lots"], 64, ["--max-memory"]),
    sweep(
      "unknown algorithm", ["--k", "2...4", "--algorithm", "kmean"], 64,
      ["kmean", "did you mean", "kmeans"]),
    sweep("unknown option", ["--k", "2...4", "--sed", "7"], 64, ["--sed", "--seed"]),
    sweep("no batches like these", ["--k", "2", "--batch-growth", "nest"], 64, ["nested"]),
    sweep(
      "negative patience", ["--k", "2", "--max-no-improvement", "-1"], 64,
      ["--max-no-improvement -1"]),
    sweep(
      "negative share", ["--k", "2", "--reassignment-ratio", "-0.1"], 64,
      ["--reassignment-ratio -0.1", "0 or more"]),
    sweep("negative threads", ["--k", "2...4", "--threads", "-1"], 64, ["--threads -1"]),
    sweep("no text column is named", ["--k", "2...4", "--text", ""], 64, ["--text"]),
    sweep("lengths run backwards", ["--k", "2", "--ngram", "2...1"], 64, ["--ngram 2...1"]),
    sweep("no document may have a term", ["--k", "2", "--max-df", "0"], 64, ["--max-df"]),
    sweep(
      "bounds that cross", ["--k", "2", "--min-df", "5", "--max-df", "2"], 64,
      ["--min-df", "at least 5", "--max-df", "at most 2 of 12"]),
    sweep(
      "mistyped linkage", ["--k", "2", "--algorithm", "wrad"], 64, ["wrad", "did you mean", "ward"]),
    sweep(
      "micro-clusters of another linkage",
      ["--k", "2", "--algorithm", "average", "--micro", "5"], 64, ["--micro 5", "ward"]),
    tree("unknown linkage", ["--linkage", "wrd"], 64, ["--linkage wrd", "did you mean", "ward"]),
    tree("unknown metric", ["--linkage", "average", "--metric", "cos"], 64, ["cosine"]),
    tree(
      "means of cosines", ["--linkage", "ward", "--metric", "cosine"], 64,
      ["--metric cosine", "euclidean", "average"]),
    tree("more clusters than rows", ["--cut", "13"], 64, ["13", "12"]),
    tree("no clusters", ["--cut", "0"], 64, ["--cut 0"]),
    tree("two cuts", ["--cut", "3", "--height", "1"], 64, ["--cut", "--height"]),
    tree("a height below zero", ["--height", "-1"], 64, ["--height -1", "0 or more"]),
    tree(
      "no matrix for complete linkage", ["--linkage", "complete", "--linkage-memory", "free"], 64,
      ["complete", "matrix"]),
    BadInput(
      name: "a cut of no tree", files: ["films.csv": Sample.catalogue],
      arguments: ["tree", "cut", "nowhere", "--k", "2"], exitCodes: [66], fragments: ["nowhere"]),
    sweep(
      "stability of one restart", ["--k", "2...4", "--select", "stability", "--n-init", "1"], 64,
      ["--select stability", "--n-init"]),
    sweep("share of all rows", ["--k", "2", "--holdout", "1"], 64, ["--holdout 1", "0.2"]),
    sweep(
      "two kinds of unseen rows", ["--k", "2", "--holdout", "0.2", "--test", "films.csv"], 64,
      ["--test", "--holdout"]),
    sweep("mistyped stability", ["--k", "2", "--stability", "sample"], 64, ["samples"]),
    sweep("no reference sets", ["--k", "2", "--gap", "0"], 64, ["--gap 0"]),
    sweep("unknown class column", ["--k", "2", "--truth", "titel"], 64, ["titel", "title"]),
    sweep(
      "no such k to explain", ["--k", "2...4", "--explain", "5"], 64, ["--explain 5", "2, 3"]),
    sweep("mistyped stop words", ["--k", "2", "--stop-words", "englsh"], 64, ["english"]),
    sweep("no stemmer", ["--k", "2", "--stem", "klingon"], 64, ["klingon", "english"]),
    sweep(
      "too many latent dimensions", ["--k", "2", "--lsa", "500"], 64, ["--lsa 500", "at most"]),
    sweep("mistyped metric", ["--k", "2", "--metric", "cosin"], 64, ["cosine"]),
    sweep("mistyped format", ["--k", "2", "--format", "xml"], 64, ["--format xml", "json"]),
    BadInput(
      name: "empty output folder", files: ["films.csv": Sample.catalogue],
      arguments: sweepArguments + ["--out", ""], exitCodes: [64], fragments: ["--out"]),
    BadInput(
      name: "mistyped part",
      arguments: ["export", "out", "--what", "repot", "--out", "t"],
      exitCodes: [64], fragments: ["--what repot", "report"]),
    BadInput(
      name: "start centers of another k",
      files: [
        "films.csv": Sample.catalogue,
        "C.npy": Sample.npy(Sample.npyHeader, data: [UInt8](repeating: 0, count: 32)),
      ],
      arguments: [
        "cluster", "films.csv", "--text", "description", "--k", "3", "--initial-centers", "C.npy",
      ], exitCodes: [64], fragments: ["C.npy", "4 start centers", "3 clusters"]),
    BadInput(
      name: "start centers of another width",
      files: [
        "films.csv": Sample.catalogue,
        "C.npy": Sample.npy(Sample.npyHeader, data: [UInt8](repeating: 0, count: 32)),
      ],
      arguments: [
        "cluster", "films.csv", "--text", "description", "--k", "4", "--initial-centers", "C.npy",
      ], exitCodes: [65], fragments: ["C.npy", "2 columns"]),
    sweep("seed does not fit", ["--k", "2...4", "--seed", "18446744073709551616"], 64, ["--seed"]),
    BadInput(
      name: "no such command", arguments: ["swep", "films.csv"], exitCodes: [64, 66],
      fragments: ["swep"]),
    BadInput(
      name: "one row", files: ["films.csv": Data((Sample.header + Sample.rows[0]).utf8)],
      arguments: ["sweep", "films.csv", "--text", "description", "--k", "2...4", "--out", "out"],
      exitCodes: [64], fragments: ["one"]),
  ]

  /// Files that other commands read.
  static let misplacedFiles: [BadInput] = [
    BadInput(
      name: "a model for a catalogue", files: ["model.h5": Sample.truncatedHDF5],
      arguments: ["check", "model.h5"], exitCodes: [65], fragments: ["model.h5", "HDF5", "predict"]),
    BadInput(
      name: "a matrix for columns", files: ["X.mtx": Sample.matrixMarket("1 1 1\n1 1 1\n")],
      arguments: ["columns", "X.mtx"], exitCodes: [64], fragments: ["X.mtx", "matrix"]),
    BadInput(
      name: "a folder for a catalogue", files: ["films/a.csv": Sample.catalogue],
      arguments: ["check", "films"], exitCodes: [66], fragments: ["films", "folder"]),
    BadInput(
      name: "a folder without a run", files: ["films/a.csv": Sample.catalogue],
      arguments: ["export", "films", "--out", "x.csv"], exitCodes: [66],
      fragments: ["films", "no finished run"]),
    BadInput(
      name: "a mistyped file name", files: ["films.csv": Sample.catalogue],
      arguments: ["check", "films.cvs"], exitCodes: [66], fragments: ["did you mean films.csv"]),
    BadInput(
      name: "labels of other rows",
      files: ["films.csv": Sample.catalogue, "labels.csv": Data("cluster\n0\n1\n".utf8)],
      arguments: ["score", "films.csv", "--labels", "labels.csv"], exitCodes: [65],
      fragments: ["labels.csv", "2 labels for 12 rows"]),
    BadInput(
      name: "unseen rows of another width",
      files: [
        "X.mtx": Sample.matrixMarket("3 2 3\n1 1 1\n2 2 1\n3 1 2\n"),
        "Y.mtx": Sample.matrixMarket("1 3 1\n1 1 1\n"),
      ],
      arguments: ["cluster", "X.mtx", "--k", "2", "--test", "Y.mtx"], exitCodes: [65],
      fragments: ["Y.mtx", "3 columns", "2"]),
  ]

  /// Configuration files that are none.
  static let wrongConfigurations: [BadInput] = [
    ("unknown key", "{\"options\": {\"seedd\": 2}}", ["seedd", "did you mean 'seed'"]),
    ("wrong type", "{\"k\": \"ten\"}", ["'k'", "a list of whole numbers", "'ten'"]),
    ("wrong value", "{\"metric\": \"manhattan\"}", ["'metric'", "euclidean", "manhattan"]),
    ("no object", "[]", ["an object", "a list"]),
    ("no JSON", "{", ["run.json:1:2:", "a key in quotes"]),
  ].map { name, text, fragments in
    BadInput(
      name: "configuration: \(name)",
      files: ["films.csv": Sample.catalogue, "run.json": Data(text.utf8)],
      arguments: ["sweep", "films.csv", "--config", "run.json", "--out", "out"],
      exitCodes: [78], fragments: ["run.json"] + fragments)
  }

  /// Readable files that hold nothing to cluster.
  static let withoutContent: [BadInput] = [
    BadInput(
      name: "all texts empty", files: ["films.csv": Sample.withoutTexts],
      arguments: ["sweep", "films.csv", "--text", "description", "--k", "2...4", "--out", "out"],
      exitCodes: [65], fragments: ["description", "text"]),
    sweep("no word is frequent enough", ["--k", "2...4", "--min-df", "12"], 65, ["--min-df"]),
  ]

  /// Matrix files that are damaged or hold what cannot be clustered.
  static let damagedMatrices: [BadInput] = [
    matrix("npz of noise", "X.npz", Data("PK\u{3}\u{4}noise".utf8)),
    matrix("npz without arrays", "X.npz", Sample.emptyZip),
    matrix("npz cut to nothing but a letter", "X.npz", Data("P".utf8)),
    matrix("npy without its magic", "X.npy", Data("NUMPY, but not quite".utf8)),
    matrix(
      "npy that ends in its header", "X.npy", Sample.npy(Sample.npyHeader, data: []).prefix(20)),
    matrix("npy with too few data", "X.npy", Sample.npy(Sample.npyHeader, data: [1, 2, 3, 4])),
    matrix(
      "npy with a shape beyond any memory", "X.npy",
      Sample.npy(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 8), }",
        data: [0, 0, 0, 0])),
    matrix(
      "npy of Python objects", "X.npy",
      Sample.npy("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", data: [0x80, 4])),
    matrix(
      "npy with a value that is not finite", "X.npy",
      Sample.npy(
        Sample.npyHeader, data: [0, 0, 0xC0, 0x7F] + [UInt8](repeating: 0, count: 28))),
    matrix("npy with an unreadable header", "X.npy", Sample.npy("{'descr': ", data: [0, 0, 0, 0])),
    matrix("mtx without its banner", "X.mtx", Data("3 3 1\n1 1 1.0\n".utf8), ["X.mtx:1"]),
    matrix(
      "mtx of complex numbers", "X.mtx",
      Data("%%MatrixMarket matrix coordinate complex general\n2 2 1\n1 1 1 0\n".utf8), ["complex"]),
    matrix("mtx with row 0", "X.mtx", Sample.matrixMarket("3 3 1\n0 1 1.0\n"), ["X.mtx:3"]),
    matrix("mtx with a row too far", "X.mtx", Sample.matrixMarket("3 3 1\n4 1 1.0\n"), ["X.mtx:3"]),
    matrix("mtx that ends early", "X.mtx", Sample.matrixMarket("3 3 2\n1 1 1.0\n"), ["2", "1"]),
    matrix(
      "mtx with too many entries", "X.mtx", Sample.matrixMarket("3 3 1\n1 1 1.0\n2 2 1.0\n")),
    matrix(
      "mtx with a value that is not finite", "X.mtx", Sample.matrixMarket("3 3 1\n1 1 nan\n"),
      ["X.mtx:3"]),
    matrix(
      "mtx with a comma for a point", "X.mtx", Sample.matrixMarket("3 3 1\n1 1 1,5\n"),
      ["X.mtx:3"]),
  ]

  /// Models that are damaged or are none.
  static let damagedModels: [BadInput] = [
    ("noise", Data("no model at all".utf8), Int32(65)),
    ("cut after the signature", Sample.truncatedHDF5, 65),
    ("empty", Data(), 66),
  ].flatMap { name, contents, exitCode in
    let files = ["model.h5": contents, "films.csv": Sample.catalogue]
    return [
      BadInput(
        name: "predict with a model: \(name)", files: files,
        arguments: ["predict", "model.h5", "films.csv", "--out", "labels.csv"],
        exitCodes: [exitCode], fragments: ["model.h5"]),
      BadInput(
        name: "recommend from a model: \(name)", files: files,
        arguments: ["recommend", "model.h5", "Title 1"], exitCodes: [exitCode],
        fragments: ["model.h5"]),
    ]
  }

  /// Places where nothing may or can be written.
  static let impossibleOutputs: [BadInput] = [
    BadInput(
      name: "folder with something else in it",
      files: ["films.csv": Sample.catalogue, "out/notes.txt": Data("mine".utf8)],
      arguments: sweepArguments + ["--out", "out"], exitCodes: [73], fragments: ["out", "--force"]),
    BadInput(
      name: "a file where the folder should be",
      files: ["films.csv": Sample.catalogue, "out": Data("mine".utf8)],
      arguments: sweepArguments + ["--out", "out"], exitCodes: [73], fragments: ["out"]),
    BadInput(
      name: "below a file", files: ["films.csv": Sample.catalogue, "file": Data("mine".utf8)],
      arguments: sweepArguments + ["--out", "file/out"], exitCodes: [73], fragments: ["file"]),
    BadInput(
      name: "where the kernel lets nobody create folders", files: ["films.csv": Sample.catalogue],
      arguments: sweepArguments + ["--out", "/sys/kindred-out"], exitCodes: [73, 77],
      fragments: ["/sys/kindred-out"]),
  ]

  static let sweepArguments = ["sweep", "films.csv", "--text", "description", "--k", "2...4"]

  /// The same file fault seen by every command that reads a catalogue.
  private static func file(
    _ name: String, _ contents: Data?, _ exitCode: Int32, _ fragments: [String]
  ) -> BadInput {
    BadInput(
      name: name, files: contents.map { ["films.csv": $0] } ?? [:], arguments: [],
      exitCodes: [exitCode], fragments: fragments)
  }

  private static func tree(
    _ name: String, _ options: [String], _ exitCode: Int32, _ fragments: [String]
  ) -> BadInput {
    BadInput(
      name: "tree: \(name)", files: ["films.csv": Sample.catalogue],
      arguments: ["tree", "films.csv", "--text", "description"] + options + ["--out", "out"],
      exitCodes: [exitCode], fragments: fragments)
  }

  private static func sweep(
    _ name: String, _ options: [String], _ exitCode: Int32, _ fragments: [String]
  ) -> BadInput {
    let text = options.contains("--text") ? [] : ["--text", "description"]
    return BadInput(
      name: name, files: ["films.csv": Sample.catalogue],
      arguments: ["sweep", "films.csv"] + text + options + ["--out", "out"],
      exitCodes: [exitCode], fragments: fragments)
  }

  private static func matrix(
    _ name: String, _ file: String, _ contents: Data, _ fragments: [String] = []
  ) -> BadInput {
    BadInput(
      name: name, files: [file: contents],
      arguments: ["cluster", file, "--k", "2", "--out", "out"], exitCodes: [65],
      fragments: [file] + fragments)
  }
}
