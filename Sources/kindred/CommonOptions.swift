internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices

/// What every command takes, whatever it prints.
struct MannersOptions: ParsableArguments {
  @Flag(help: "Replace what is there.")
  var force = false

  @Option(
    help: ArgumentHelp("Colors: auto, always or never.", valueName: "when"),
    completion: .list(ColorChoice.allCases.map(\.rawValue)))
  // Main reads it before all else, so that complaints have the colors that were asked for.
  var color: String?

  @Flag(name: .shortAndLong, help: "Say nothing but errors.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: times and memory.")
  var verbose = false

  /// A line that tells how far the command's work is.
  func progress(_ command: String) -> ProgressLine { ProgressLine(command, isShown: !quiet) }

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

  /// A sentence for people, unless they want none; on a terminal it goes on below itself.
  func note(_ text: String) {
    guard !quiet else { return }
    let width = Terminal.Stream.words.isTerminal ? Terminal.columns(of: .words) : .max
    Terminal.note(DisplayWidth.wrapping(text, to: width, indent: 2).joined(separator: "\n"))
  }

  /// A command for people to copy, which is never broken.
  func suggest(_ command: String) { if !quiet { Terminal.note(command) } }

  /// A line for people who want to know more.
  func detail(_ text: String) { if verbose && !quiet { Terminal.note(text) } }
}

/// Options that every command takes whose results have a format.
struct CommonOptions: ParsableArguments {
  /// How results are written.
  enum Format: String, CaseIterable { case table, json, csv }

  @Option(
    help: ArgumentHelp(
      "Results as table, json or csv.", valueName: "format"),
    completion: .list(Format.allCases.map(\.rawValue)))
  var format = "table"

  @OptionGroup var manners: MannersOptions

  var force: Bool { manners.force }
  var quiet: Bool { manners.quiet }
  var verbose: Bool { manners.verbose }

  func chosenFormat() throws -> Format {
    try OptionParsing.choice(format, option: "--format")
  }

  func progress(_ command: String) -> ProgressLine { manners.progress(command) }

  func detail(_ seconds: PhaseSeconds) { manners.detail(seconds) }

  func detail(_ file: InputFile) { manners.detail(file) }

  func note(_ text: String) { manners.note(text) }

  func suggest(_ command: String) { manners.suggest(command) }

  func detail(_ text: String) { manners.detail(text) }
}

/// How much of the machine a command may use.
struct ResourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Threads; results stay the same. All cores without it.", valueName: "n"))
  var threads: String?

  @Option(
    help: ArgumentHelp(
      "Refuse work that needs more memory: 4GiB, 500MB.", valueName: "size"))
  var maxMemory: String?

  @Option(
    help: ArgumentHelp(
      "Refuse inputs of more bytes, expanded: 64GiB.", valueName: "size", visibility: .hidden))
  var maxInput: String?

  @Option(
    help: ArgumentHelp(
      "Refuse longer fields of a catalogue: 16MiB.", valueName: "size", visibility: .hidden))
  var maxField: String?

  @Option(
    help: ArgumentHelp(
      "Refuse catalogues of more columns: 10000.", valueName: "n", visibility: .hidden))
  var maxColumns: String?

  /// The worker pool, after BLAS has been checked against known answers.
  func pool() throws -> WorkerPool {
    let count = try threads.map { value in
      try OptionParsing.wholeNumber(value, option: "--threads", 1...4_096)
    }
    let wanted = count ?? WorkerPool.activeCoreCount
    let roomy = SystemLimits.threadsWithRoom(upTo: wanted)
    guard roomy > 0 else {
      throw Complaint(
        code: "memory.address-space", exitCode: 71,
        message: "the limit on address space leaves too little memory for one thread",
        hint: "raise it (ulimit -v) by some 300 MiB")
    }
    if let failure = BLAS.knownAnswerFailure() {
      throw Complaint(
        code: "blas.wrong", exitCode: 70, message: failure,
        hint: "set OPENBLAS_CORETYPE to another core, such as Haswell, and run again")
    }
    let possible = SystemLimits.threads(upTo: wanted + Self.otherThreadCount)
    guard possible > Self.otherThreadCount else {
      throw Complaint(
        code: "system.threads", exitCode: 71,
        message: "the system lets this process make no thread",
        hint: "raise the limit on processes (ulimit -u), or the one on address space (ulimit -v)")
    }
    let given = min(roomy, possible - Self.otherThreadCount)
    if given < wanted {
      Terminal.note(
        "warning: the system allows \(given) of \(wanted) threads; results are the same")
    }
    return WorkerPool(threadCount: given)
  }

  /// Threads beside those that compute: for the clock, the disk and the queues behind both.
  private static let otherThreadCount = 3

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
    var limits = ReadLimits()
    if let maxField {
      limits.fieldBytes = try OptionParsing.byteCount(maxField, option: "--max-field")
    }
    if let maxColumns {
      limits.columnCount = try OptionParsing.wholeNumber(
        maxColumns, option: "--max-columns", 1...Int(Int32.max))
    }
    let inputLimit = try maxInput.map { try OptionParsing.byteCount($0, option: "--max-input") }
    var file = try InputFile.read(
      path: path,
      byteLimit: min(
        inputLimit ?? InputFile.defaultByteLimit, try memoryLimit() ?? InputFile.defaultByteLimit))
    file.limits = limits
    guard !file.bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) else {
      throw InputError(
        kind: .malformed, code: "input.hdf5", file: file.name,
        message: "is an HDF5 file, expected a catalogue or a matrix",
        hint: "kindred recommend and kindred predict read a model.h5")
    }
    return file
  }

  /// Refuses work that would not fit, before it starts, and says what would.
  ///
  /// - Parameter remedy: smaller work that stays within a limit, in words, or nil when there is none.
  func check(_ plan: MemoryPlan, remedy: (_ limit: Int) -> String? = { _ in nil }) throws {
    guard let limit = try memoryLimit() else { return try checkMachine(plan) }
    guard plan.totalBytes > limit else { return }
    let enough = (plan.totalBytes + (1 << 20) - 1) >> 20
    throw Complaint(
      code: "memory.limit", exitCode: 71,
      message: "this needs about \(VisibleText.byteCount(plan.totalBytes)), over the limit of"
        + " \(VisibleText.byteCount(limit)); \(plan.largestPart)",
      hint: "give --max-memory \(enough)MiB"
        + (remedy(limit).map { "; within the limit \($0) would fit" }
          ?? ", or fewer rows or columns"))
  }
}

extension ResourceOptions {
  /// Refuses work for which the machine is too small, where no other limit was given.
  private func checkMachine(_ plan: MemoryPlan) throws {
    let enough = (plan.totalBytes + (1 << 20) - 1) >> 20
    let need = "this needs about \(VisibleText.byteCount(plan.totalBytes))"
    let machine = Terminal.physicalMemory
    guard plan.totalBytes <= machine else {
      throw Complaint(
        code: "memory.machine", exitCode: 71,
        message: "\(need), more than the \(VisibleText.byteCount(machine)) of this machine;"
          + " \(plan.largestPart)",
        hint: "give fewer rows or columns, or --max-memory \(enough)MiB to try all the same")
    }
    guard let space = SystemLimits.addressSpace, plan.totalBytes > space else { return }
    throw Complaint(
      code: "memory.address-space", exitCode: 71,
      message: "\(need), the limit on address space is \(VisibleText.byteCount(space))",
      hint: "raise it (ulimit -v), or give fewer rows or columns")
  }
}

extension MemoryPlan.Standing {
  /// What this process holds, in whole MiB.
  static var ofThisProcess: MemoryPlan.Standing {
    let mebibyte = 1 << 20
    func whole(_ count: Int) -> Int { (count + mebibyte - 1) / mebibyte * mebibyte }
    return MemoryPlan.Standing(
      residentByteCount: whole(Terminal.residentMemory), peakByteCount: whole(Terminal.peakMemory))
  }
}
