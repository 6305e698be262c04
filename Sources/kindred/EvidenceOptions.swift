internal import ArgumentParser
internal import Catalogue
internal import Clustering
internal import Experiments

/// What is asked of clusterings beyond their scores: known classes, other fits, held-out rows.
struct EvidenceOptions: ParsableArguments {
  @OptionGroup var known: TruthOptions

  @Option(
    help: ArgumentHelp(
      "Compare fits: restarts, or samples (20 more fits).",
      valueName: "rule"), completion: .values(StabilityMeasure.self))
  var stability: String?

  @Option(
    help: ArgumentHelp(
      "Hold this share of the rows out as unseen: 0.2.",
      valueName: "x"))
  var holdout: String?

  @Option(
    help: ArgumentHelp(
      "Gap statistic over this many reference sets, such as 10.",
      valueName: "n"))
  var gap: String?

  func apply(to configuration: inout RunConfiguration) throws {
    known.apply(to: &configuration)
    if let stability {
      let measure: StabilityMeasure = try OptionParsing.choice(stability, option: "--stability")
      configuration.stability = measure
    }
    if let holdout {
      configuration.heldOutShare = try OptionParsing.nonNegative(
        holdout, option: "--holdout", hint: "give a share such as 0.2")
    }
    if let gap {
      configuration.gapReferenceCount = try OptionParsing.wholeNumber(
        gap, option: "--gap", 1...1_000)
    }
    if let share = configuration.heldOutShare, share <= 0 || share >= 1 {
      throw OptionParsing.refuse(
        "--holdout", holdout ?? NumberText.shortest(share), "not a share between 0 and 1",
        hint: "give a share such as 0.2")
    }
  }
}

/// Where the known classes of rows come from.
struct TruthOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Known classes to compare with: a column, or a .npy or .csv file of numbers.",
      valueName: "column"))
  var truth: String?

  /// True when the value is the name of a file of labels.
  private var namesFile: Bool {
    guard let truth else { return false }
    return [".npy", ".csv", ".tsv"].contains { truth.hasSuffix($0) }
  }

  func apply(to configuration: inout RunConfiguration) {
    if let truth { configuration.truthColumn = namesFile ? nil : truth }
    configuration.truthSHA256 = nil
  }

  /// Refuses a column where there are none.
  func check(for file: InputFile, _ configuration: RunConfiguration) throws {
    guard file.holdsMatrix, configuration.truthColumn != nil else { return }
    throw Complaint(
      code: "usage.matrix", exitCode: 64, place: file.name,
      message: "is a matrix, and --truth names a column of a catalogue",
      hint: "give --truth a .npy file with a class for each row")
  }

  /// The labels of the file that is named, when one is.
  func readFile() throws -> TruthFile? {
    guard let truth, namesFile else { return nil }
    let file = try InputFile.read(path: truth)
    return TruthFile(
      name: file.name, sha256: file.sha256, labels: try MatrixFile.readLabels(file))
  }
}

/// A file of known classes.
struct TruthFile {
  let name: String
  let sha256: String
  let labels: [Int32]

  /// The classes of an input's rows, or of those that were kept when some were held out.
  func classes(of rowCount: Int, keeping rows: [Int]?) throws -> TrueClasses {
    guard labels.count == rowCount else {
      throw InputError(
        kind: .malformed, code: "truth.count", file: name,
        message: "\(labels.count) classes for \(rowCount) rows",
        hint: "give the classes of these rows, one each")
    }
    guard labels.contains(where: { $0 >= 0 }) else {
      throw InputError(
        kind: .malformed, code: "truth.empty", file: name,
        message: "no row has a class: all are negative", hint: "number the classes from 0")
    }
    let classes = TrueClasses(file: name, labels: labels)
    return rows.map { classes.selecting(rows: $0) } ?? classes
  }
}
