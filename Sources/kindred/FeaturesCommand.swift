internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices
internal import TextFeatures

/// `kindred features`: the matrix that a run would cluster.
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Write the TF-IDF or LSA matrix and the vocabulary.",
    discussion: """
      Examples:
        kindred features films.csv --text description --out X.npz
        kindred features films.csv --preset notebook --out X.npz
        kindred features X.npz --lsa 100 --out L.npy

      TF-IDF goes to a .npz (SciPy CSR), LSA to a .npy: what a run would cluster,
      unless --lsa says otherwise. vocabulary.txt beside it names the columns of
      the TF-IDF matrix, one a line.
      """)

  @Argument(help: "A catalogue, or a matrix with --lsa.", completion: .input)
  var input: String

  @Option(
    help: ArgumentHelp(
      "The matrix file to write: .npz for TF-IDF, .npy for LSA.", valueName: "file"),
    completion: .file())
  var out: String

  @Option(
    help: ArgumentHelp(
      "Seed of LSA; 0.", valueName: "n"))
  var seed: String?

  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    if let seed {
      guard let value = UInt64(seed) else {
        throw OptionParsing.refuse(
          "--seed", seed, "not a whole number of 64 bits", hint: "give 0 or more")
      }
      configuration.features.seed = value
    }
    // Which of the two is wanted shows in the name, unless --lsa tells.
    if features.lsa == nil, out.hasSuffix(".npz"), configuration.choosesLatentDimensions {
      configuration.choosesLatentDimensions = false
    }
    let isReduced = configuration.features.latentDimensionCount != nil
    let isLatent = isReduced || configuration.choosesLatentDimensions
    let ending = isLatent ? ".npy" : ".npz"
    guard out.hasSuffix(ending) else {
      throw OptionParsing.refuse(
        "--out", out, "\(isLatent ? "LSA" : "TF-IDF") goes to a \(ending) file",
        hint: "give a name that ends in \(ending)")
    }
    try AtomicFile.checkTarget(out, replacing: common.force)
    try Files.check(input, against: out)
    let pool = try resources.pool()
    let progress = common.progress("features")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    let file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    common.detail(file)
    if file.holdsMatrix, !isReduced {
      throw Complaint(
        code: "usage.matrix", exitCode: 64, place: file.name,
        message: "is a matrix already", hint: "give --lsa D to reduce it")
    }
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    for note in prepared.notes { common.note("note: \(note)") }
    if isLatent, case .sparse = prepared.features {
      throw Complaint(
        code: "features.too-few", exitCode: 65, place: file.name,
        message: "too few rows or terms for LSA", hint: "give --out a name that ends in .npz")
    }

    let start = ContinuousClock.now
    let bytes =
      switch prepared.features {
      case .dense(let matrix): MatrixFile.npyBytes(matrix)
      case .sparse(let matrix): try MatrixFile.npzBytes(matrix)
      }
    try AtomicFile.write(bytes, to: out, replacing: common.force)
    if let model = prepared.featureModel {
      let folder = out.lastIndex(of: "/").map { String(out[...$0]) } ?? ""
      let vocabulary = model.terms.joined(separator: "\n") + "\n"
      try AtomicFile.write(
        Array(vocabulary.utf8), to: folder + "vocabulary.txt", replacing: true)
    }
    seconds.add(ContinuousClock.now - start, to: .write)
    Facts.print(
      [
        ("rows", .int(prepared.features.rowCount)),
        ("columns", .int(prepared.features.columnCount)),
        ("nonzeros", .int(prepared.nonzeroCount)),
        ("rows_dropped", .int(prepared.droppedRowCount)),
        ("rows_without_words", .int(prepared.rowsWithoutWords.count)),
        ("threads", .int(pool.threadCount)), ("blas_core", .string(BLAS.coreName)),
        ("isa", .string(InstructionSet.best.name)),
        ("peak_memory_bytes", .int(Terminal.peakMemory)), ("seconds", seconds.json),
      ], format: format)
    common.detail(seconds)
    if let note = prepared.latentNote { common.note("note: \(note)") }
    common.note("written to \(out)")
  }
}
