internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
  /// How results are written.
  enum Format: String, CaseIterable { case table, json, csv }

  @Option(
    help: ArgumentHelp(
      "How results are written: table, json or csv.", valueName: "format"))
  var format = "table"

  @Flag(help: "Replace what is there.")
  var force = false

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: times and memory.")
  var verbose = false

  func chosenFormat() throws -> Format {
    try OptionParsing.choice(format, option: "--format")
  }

  /// Times by phase and memory, for people who want to know more.
  func detail(_ seconds: PhaseSeconds) {
    let total = PhaseSeconds.Phase.allCases.reduce(0) { $0 + seconds[$1] }
    detail(
      "seconds: \(Facts.plain(seconds.json)), together"
        + " \(NumberText.fixed(total, decimals: 3));"
        + " peak memory \(VisibleText.byteCount(Terminal.peakMemory))")
  }

  /// How a file was understood, for people who want to know more.
  func detail(_ file: InputFile) {
    let name = file.format == .matrixMarket ? "Matrix Market" : file.format.rawValue
    detail("\(file.name) read as \(name)\(file.wasCompressed ? ", expanded from gzip" : "")")
  }

  /// A line for people, unless they want none.
  func note(_ text: String) { if !quiet { Terminal.note(text) } }

  /// A line for people who want to know more.
  func detail(_ text: String) { if verbose && !quiet { Terminal.note(text) } }
}

/// How much of the machine a command may use.
struct ResourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads; results do not depend on it. All cores without it.", valueName: "n"))
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "Refuse work that needs more memory: 4GiB, 500MB.", valueName: "size"))
  var maxMemory: String?

  /// The worker pool, after BLAS has been checked against known answers.
  func pool() throws -> WorkerPool {
    let count = try threads.map { value in
      try OptionParsing.wholeNumber(value, option: "--threads", 1...4_096)
    }
    if let failure = BLAS.knownAnswerFailure() {
      throw Complaint(
        code: "blas.wrong", exitCode: 70, message: failure,
        hint: "set OPENBLAS_CORETYPE to another core, such as Haswell, and run again")
    }
    return WorkerPool(threadCount: count)
  }

  func memoryLimit() throws -> Int? {
    try maxMemory.map { try OptionParsing.byteCount($0, option: "--max-memory") }
  }

  /// Reads an input, bounded by the memory limit.
  func read(_ path: String) throws -> InputFile {
    if path == "-", Terminal.readsKeyboard {
      throw Complaint(
        code: "usage.keyboard", exitCode: 64, place: "standard input",
        message: "waiting for input on a terminal", hint: "give a file, or pipe one in")
    }
    let file = try InputFile.read(
      path: path, byteLimit: try memoryLimit() ?? InputFile.defaultByteLimit)
    guard !file.bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) else {
      throw InputError(
        kind: .malformed, code: "input.hdf5", file: file.name,
        message: "is an HDF5 file, expected a catalogue or a matrix",
        hint: "kindred recommend and kindred predict read a model.h5")
    }
    return file
  }

  /// Refuses work that would not fit, before it starts.
  func check(_ plan: MemoryPlan) throws {
    guard let limit = try memoryLimit(), plan.totalBytes > limit else { return }
    throw Complaint(
      code: "memory.limit", exitCode: 71,
      message: "this needs about \(VisibleText.byteCount(plan.totalBytes)), over the limit of"
        + " \(VisibleText.byteCount(limit)); \(plan.largestPart)",
      hint: "raise --max-memory, or use fewer --threads, fewer columns or a smaller --k")
  }
}
