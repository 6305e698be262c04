internal import Catalogue
internal import Clustering
internal import Experiments
internal import ModelStore
internal import TextFeatures

/// Everything that can go wrong in one shape: `error[code]: place: message`, the line, a caret, help.
struct Complaint: Error {
  var code: String
  var exitCode: Int32
  var place: String?
  var line: Int?
  var column: Int?
  var byte: Int?
  var message: String
  var hint: String
  /// The whole text, where the error brings its own.
  private var report: String?

  init(
    code: String, exitCode: Int32, place: String? = nil, message: String, hint: String
  ) {
    self.code = code
    self.exitCode = exitCode
    self.place = place
    self.message = message
    self.hint = hint
  }

  /// A complaint of the argument parser about an option.
  init(usage message: String, arguments: [String]) {
    let words = Array(arguments.prefix { !$0.hasPrefix("-") }.prefix(2))
    let command = words == ["tree", "cut"] ? "tree cut" : words.first
    // The parser ends some messages with advice of its own on further lines.
    let first = message.split(separator: "\n").first.map(String.init) ?? message
    self.init(
      code: "usage", exitCode: 64,
      message: Self.lowerCased(Self.plainer(first, commandPath: words)),
      hint: "kindred \(command.map { "\($0) " } ?? "")--help lists the options")
  }

  /// Any error that a command can throw.
  init(_ error: any Error) {
    switch error {
    case let error as Complaint: self = error
    case let error as InputError: self.init(input: error)
    case let error as OutputError:
      self.init(
        code: error.code, exitCode: error.kind.exitCode, place: error.path,
        message: error.message, hint: error.hint)
    case let error as StoreError: self.init(store: error)
    case let error as FeatureError: self.init(features: error)
    case let error as ClusteringError: self.init(clustering: error)
    case let error as ConfigurationError:
      self.init(configuration: error)
    default:
      self.init(
        code: "internal", exitCode: 70, message: "unexpected: \(error)",
        hint: "this is a fault of kindred; please report it with the command line")
    }
  }

  private init(input error: InputError) {
    self.init(
      code: error.code, exitCode: error.kind.exitCode, place: error.file,
      message: error.message, hint: error.hint ?? Self.advice(for: error))
    line = error.line
    column = error.column
    byte = error.byte
    var error = error
    error.hint = hint
    report = error.report
  }

  private init(configuration error: ConfigurationError) {
    self.init(
      code: "config", exitCode: 78, place: error.file, message: error.message,
      hint: "use a run.json that kindred wrote; Documentation/run-folder.md lists its keys")
    line = error.line
    column = error.column
    report =
      InputError(
        kind: .malformed, code: code, file: error.file, line: error.line, column: error.column,
        message: error.message, excerpt: error.excerpt, caret: error.caret, hint: hint
      ).report
  }

  /// The same complaint about a file, where it names none of its own.
  func about(_ file: String) -> Complaint {
    var complaint = self
    if complaint.place == nil, complaint.report == nil { complaint.place = file }
    return complaint
  }

  /// A text that fits a screen, for what users wrote may have any length.
  private static func cut(_ text: String) -> String {
    guard text.unicodeScalars.count > 600 else { return text }
    return String(text.prefix(400)) + "…" + String(text.suffix(100))
  }

  private static func advice(for error: InputError) -> String {
    switch error.kind {
    case .missing: "correct the path"
    case .empty: "give a catalogue with a header line, or a matrix file"
    case .permission: "ask for the right to read it, or copy it"
    case .malformed, .usage: "correct the file; kindred check looks at it again"
    case .resource: "raise --max-memory, or give a smaller input"
    case .readFailed: "try again; check the disk"
    }
  }

  private init(store error: StoreError) {
    let exitCode: Int32 =
      switch error.kind {
      case .malformed: 65
      case .missing, .empty: 66
      case .permission: 77
      case .readFailed, .writeFailed: 74
      case .cannotCreate: 73
      }
    self.init(
      code: error.code, exitCode: exitCode, place: error.file, message: error.message,
      hint: error.hint ?? "kindred sweep writes a model.h5")
  }

  private init(features error: FeatureError) {
    switch error {
    case .invalidParameter(let name, let reason):
      self.init(
        code: "features.parameter", exitCode: 64, message: Self.named("\(name): \(reason)"),
        hint: "change the option and run again")
    case .noText, .noWordsLeft:
      self.init(
        code: "text.no-words", exitCode: 65, message: error.description,
        hint: "choose another column with --text")
    case .unknownStemLanguage(let name, let known):
      let near = nearestNames(to: name, in: known, limit: 1).first
      self.init(
        code: "features.stem", exitCode: 64,
        message: "--stem \(name): no such language"
          + (near.map { "; did you mean '\($0)'?" } ?? ""),
        hint: "there are: \(known.joined(separator: ", "))")
    case .tooManyLatentDimensions(let requested, let limit):
      self.init(
        code: "features.lsa", exitCode: 64, message: "--lsa \(requested): at most \(limit) here",
        hint: "give --lsa \(limit) or less")
    }
  }

  private init(clustering error: ClusteringError) {
    switch error {
    case .invalidParameter(let name, let reason):
      self.init(
        code: "clustering.parameter", exitCode: 64,
        message: "\(name.contains(" ") ? "" : "--")\(name): \(reason)",
        hint: "change the option and run again")
    case .tooFewRows(let found, let required):
      let rows = found == 1 ? "one row" : "\(found) rows"
      self.init(
        code: "clustering.too-few-rows", exitCode: 64, message: "k = \(required), but only \(rows)",
        hint: found == 1 ? "give a catalogue of two rows or more" : "give --k \(found) or less")
    case .nonFiniteValue(let row, let column):
      self.init(
        code: "matrix.not-finite", exitCode: 65,
        message: "row \(row + 1), column \(column + 1) is not a finite number",
        hint: "replace it, or leave the row out")
    case .rowTooLong(let row, let length):
      self.init(
        code: "matrix.row-too-long", exitCode: 65,
        message: "row \(row + 1) has length \(Float(length)), more than "
          + "\(Float(KMeans.greatestRowLength))",
        hint: "divide all values by a constant, or leave the row out")
    case .columnMismatch(let expected, let found):
      self.init(
        code: "matrix.columns", exitCode: 65,
        message: "\(found) columns, where \(expected) are expected",
        hint: "give rows made with the same features")
    case .labelOutOfRange(let row, let label, let clusterCount):
      self.init(
        code: "labels.range", exitCode: 65,
        message: "label \(label) in row \(row + 1) is not in 0..<\(clusterCount)",
        hint: "labels count from 0")
    case .malformedTree(let merge, let reason):
      self.init(
        code: "tree.malformed", exitCode: 65, message: "merge \(merge + 1): \(reason)",
        hint: "make the tree again with kindred tree")
    case .overMemoryLimit(let required, let limit, let fittingRowCount):
      self.init(
        code: "tree.over-memory", exitCode: 71,
        message: "the tree needs \(VisibleText.byteCount(required)), the limit is"
          + " \(VisibleText.byteCount(limit))",
        hint: "up to \(fittingRowCount) rows fit; --linkage single or ward on dense rows needs less"
      )
    case .centersOverMemoryLimit(let clusterCount, let required, let limit):
      self.init(
        code: "tree.centers-over-memory", exitCode: 71,
        message:
          "this height cuts the tree into \(VisibleText.grouped(clusterCount)) clusters, whose"
          + " centers need \(VisibleText.byteCount(required)); \(VisibleText.byteCount(limit)) are left",
        hint: "cut higher, or leave the cut out and use kindred tree cut, which makes no centers")
    case .cancelled:
      self.init(
        code: "cancelled", exitCode: 70, message: "the work was cancelled", hint: "run it again")
    }
  }

  /// The complaint for people.
  var text: String {
    if let report { return report }
    let start = place.map { VisibleText.escaping($0) + ": " } ?? ""
    return "error[\(code)]: \(Self.cut(start + VisibleText.escaping(message)))\n"
      + "  help: \(Self.cut(VisibleText.escaping(hint)))"
  }

  /// The complaint for people, its first word and the caret standing out.
  var styled: StyledText {
    var styled = StyledText()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      if index > 0 { styled.add("\n") }
      let start = index == 0 ? line.firstIndex(of: ":") : nil
      if let start {
        styled.add(String(line[..<start]), .fault)
        styled.add(String(line[start...]))
      } else if line.hasSuffix("^"), line.contains(" | ") {
        styled.add(String(line.dropLast()))
        styled.add("^", .fault)
      } else if line.hasPrefix("  help:") {
        styled.add("  help:", .label)
        styled.add(String(line.dropFirst(7)))
      } else {
        styled.add(String(line))
      }
    }
    return styled
  }

  /// The complaint for programs.
  var json: String {
    var members: [(String, JSONValue)] = [
      ("code", .string(code)), ("exit", .int(Int(exitCode))),
    ]
    if let place { members.append(("file", .string(place))) }
    if let line { members.append(("line", .int(line))) }
    if let column { members.append(("column", .int(column))) }
    if let byte { members.append(("byte", .int(byte))) }
    members += [("message", .string(message)), ("hint", .string(hint))]
    return VisibleText.escapingJSON(JSONValue.object([("error", .object(members))]).text)
  }

  /// The parser's sentence in this command's words, with the nearest of the command's own options.
  private static func plainer(_ sentence: String, commandPath: [String]) -> String {
    guard sentence.contains("Unknown option") else {
      return sentence.replacing("Missing expected argument", with: "Missing")
    }
    let statement = sentence.split(separator: ". Did you mean ", maxSplits: 1).first ?? ""
    guard let quoted = statement.split(separator: "'").last, quoted.hasPrefix("--") else {
      return String(statement)
    }
    let name = quoted.split(separator: "=", maxSplits: 1).first.map(String.init) ?? ""
    return statement
      + HelpTopics.suggestion(for: name, among: KnownOptions.names(of: commandPath))
  }

  /// Options under the names that they have on the command line.
  private static func named(_ text: String) -> String {
    let names = [
      "shortestNGram": "--ngram", "longestNGram": "--ngram",
      "minimumDocumentFrequency": "--min-df", "maximumDocumentFrequency": "--max-df",
      "featureLimit": "--max-features", "latentDimensionCount": "--lsa",
    ]
    return names.keys.sorted().reduce(text) { $0.replacing($1, with: names[$1] ?? $1) }
      .replacing(".0 ", with: " ")
  }

  private static func lowerCased(_ sentence: String) -> String {
    var text = sentence
    for prefix in ["Error: "] where text.hasPrefix(prefix) { text.removeFirst(prefix.count) }
    if text.hasSuffix(".") { text.removeLast() }
    guard let first = text.first, text.dropFirst().first?.isUppercase != true else { return text }
    return first.lowercased() + text.dropFirst()
  }
}
