internal import ArgumentParser
internal import Catalogue
internal import Experiments

/// `--explain`: why a k was chosen or was not.
struct ExplainOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Say why this k was chosen or not; of a run folder too.", valueName: "k"))
  var explain: String?

  /// The k that is asked about.
  func count() throws -> Int? {
    try explain.map { try OptionParsing.wholeNumber($0, option: "--explain", 1...1_000_000) }
  }

  /// Refuses a k that is not tried.
  static func check(_ k: Int, among counts: [Int]) throws {
    guard !counts.contains(k) else { return }
    let known =
      counts.count > 12
      ? "\(counts.count) from \(counts[0]) to \(counts[counts.count - 1])"
      : counts.map(String.init).joined(separator: ", ")
    throw OptionParsing.refuse(
      "--explain", String(k), "no such k is tried", hint: "the k are: \(known)")
  }

  /// Explains a k of a finished run on standard output.
  func explain(_ k: Int, ofRun folder: String, out: String?, common: CommonOptions) throws {
    let format = try common.chosenFormat()
    guard out == nil else {
      throw Complaint(
        code: "usage.explain", exitCode: 64, message: "--explain of a finished run writes nothing",
        hint: "leave --out out, or give the catalogue; kindred export \(folder) --explain \(k)"
          + " writes a file")
    }
    Terminal.output(try Self.text(k, ofRun: folder, format: format))
  }

  /// The explanation of a k of a finished run.
  static func text(
    _ k: Int, ofRun folder: String, format: CommonOptions.Format
  ) throws -> String {
    guard Files.exists("\(folder)/\(RunFolder.manifestName)"),
      Files.exists("\(folder)/sweep.json")
    else {
      throw Complaint(
        code: "explain.no-run", exitCode: 66, place: folder,
        message: "holds no finished sweep", hint: "make one with kindred sweep --out \(folder)")
    }
    let file = try RunFolder.read("sweep.json", of: folder)
    guard let record = SweepRecord(json: file.bytes) else {
      throw Complaint(
        code: "explain.other-version", exitCode: 65, place: "\(folder)/sweep.json",
        message: "was written by another version of kindred", hint: "make the run again")
    }
    guard let explanation = ChoiceExplanation(of: k, in: record) else {
      let counts = Array(Set(record.runs.map(\.k))).sorted()
      try check(k, among: counts)
      throw Complaint(
        code: "explain.other-version", exitCode: 65, place: "\(folder)/sweep.json",
        message: "does not say how k = \(k) was judged", hint: "make the run again")
    }
    switch format {
    case .table: return explanation.text
    case .json:
      return JSONValue.object([("k", .int(k)), ("explanation", .string(explanation.text))]).text
        + "\n"
    case .csv:
      return "k,sentence\n"
        + explanation.paragraphs.joined().map { "\(k),\(CSVText.field($0))\n" }.joined()
    }
  }
}
