internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices
internal import TextFeatures

/// Which columns and rows of a catalogue are read.
struct InputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Text columns, by name or number: a,b; else guessed.",
      valueName: "columns"))
  var text: String?

  @Option(
    help: ArgumentHelp(
      "Title column; else guessed.", valueName: "column"))
  var title: String?

  @Option(
    name: .customLong("id"),
    help: ArgumentHelp(
      "Identifier column; else guessed.", valueName: "column"))
  var identifier: String?

  @Option(
    help: ArgumentHelp(
      "Drop rows in which one of these columns is blank.", valueName: "columns"))
  var require: String?

  func apply(to configuration: inout RunConfiguration) throws {
    if let text { configuration.textColumns = try OptionParsing.list(text, option: "--text") }
    if let title { configuration.titleColumn = title }
    if let identifier { configuration.identifierColumn = identifier }
    if let require {
      configuration.requiredColumns = try OptionParsing.list(require, option: "--require")
    }
  }

  /// Refuses options about columns where there are none.
  func check(for file: InputFile) throws {
    let named = [
      ("--text", text), ("--title", title), ("--id", identifier), ("--require", require),
    ]
    guard file.holdsMatrix, let (option, _) = named.first(where: { $0.1 != nil }) else { return }
    throw Complaint(
      code: "usage.matrix", exitCode: 64, place: file.name,
      message: "is a matrix, and \(option) chooses columns of a catalogue",
      hint: "leave \(option) out, or give the catalogue")
  }
}

/// How texts become numbers.
struct FeatureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Start from a preset: notebook.", valueName: "name"), completion: .list(["notebook"]))
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "Start from the options of a run.json.", valueName: "run.json"),
    completion: .file(extensions: ["json"]))
  var config: String?

  @Option(
    help: ArgumentHelp(
      "Keep the N commonest terms.", valueName: "n"))
  var maxFeatures: String?

  @Option(
    help: ArgumentHelp(
      "Drop terms in fewer rows: a count, or a share: 0.01.", valueName: "n"))
  var minDf: String?

  @Option(
    help: ArgumentHelp(
      "Drop terms in more rows: a count, or a share: 0.5.", valueName: "n"))
  var maxDf: String?

  @Option(
    help: ArgumentHelp(
      "Words in a term: 1, or 1...2.", valueName: "a...b"))
  var ngram: String?

  @Flag(help: "Count a term that occurs t times as 1 + ln t.")
  var sublinearTf = false

  @Option(
    help: ArgumentHelp(
      "Words to leave out: english, none, or a file.", valueName: "words"), completion: .file())
  var stopWords: String?

  @Option(
    help: ArgumentHelp(
      "Stem words: none, or a language such as english.", valueName: "language"))
  var stem: String?

  @Option(
    help: ArgumentHelp(
      "Tokens: words, sklearn or delete-punctuation.", valueName: "rule"),
    completion: .values(TextFeatureOptions.TokenRule.self))
  var tokens: String?

  @Option(
    help: ArgumentHelp(
      "Latent dimensions: a number, none, or auto (25).",
      valueName: "n"), completion: .list(["auto", "none"]))
  var lsa: String?

  /// The options before any flag: the defaults, a preset, or an earlier run's.
  private func base() throws -> RunConfiguration {
    var configuration = RunConfiguration()
    if let config {
      let file: InputFile
      do throws(InputError) {
        file = try InputFile.read(path: config, byteLimit: 16 << 20)
      } catch {
        guard error.kind == .empty else { throw error }
        throw Complaint(
          code: "config", exitCode: 78, place: error.file, message: "empty file",
          hint: "use a run.json that kindred wrote")
      }
      configuration = try RunConfiguration(json: file.bytes, name: file.name)
    }
    if let preset {
      enum Preset: String, CaseIterable { case notebook }
      let _: Preset = try OptionParsing.choice(preset, option: "--preset")
      configuration = .notebook
    }
    return configuration
  }

  /// The options of a run, from the base, the input's and these.
  func configuration(reading source: InputOptions) throws -> RunConfiguration {
    var configuration = try base()
    try source.apply(to: &configuration)
    try apply(to: &configuration)
    return configuration
  }

  private func apply(to configuration: inout RunConfiguration) throws {
    var features = configuration.features
    if let maxFeatures {
      features.featureLimit = try OptionParsing.wholeNumber(
        maxFeatures, option: "--max-features", 1...Int(Int32.max))
    }
    if let minDf {
      features.minimumDocumentFrequency = try frequency(minDf, option: "--min-df")
    }
    if let maxDf {
      features.maximumDocumentFrequency = try frequency(maxDf, option: "--max-df")
    }
    if let ngram {
      let lengths = try OptionParsing.counts(
        ngram, option: "--ngram", limit: 8, hint: "give 1, 2, or a range such as 1...2")
      features.shortestNGram = lengths.first ?? 1
      features.longestNGram = lengths.last ?? 1
    }
    if sublinearTf { features.usesSublinearTermFrequency = true }
    if let stopWords {
      switch stopWords {
      case "english": features.stopWords = .english
      case "none": features.stopWords = .none
      default: features.stopWords = .list(try Self.words(inFile: stopWords))
      }
    }
    if let stem { features.stemLanguage = stem == "none" ? nil : stem }
    if let tokens { features.tokenRule = try OptionParsing.choice(tokens, option: "--tokens") }
    if let lsa {
      configuration.choosesLatentDimensions = lsa == "auto"
      features.latentDimensionCount =
        lsa == "none" || lsa == "auto"
        ? nil
        : try OptionParsing.wholeNumber(lsa, option: "--lsa", 1...100_000, or: ["auto", "none"])
    }
    configuration.features = features
  }

  /// Refuses options about texts where there are none.
  func check(for file: InputFile) throws {
    let named = [
      ("--preset", preset), ("--max-features", maxFeatures), ("--min-df", minDf),
      ("--max-df", maxDf), ("--ngram", ngram), ("--sublinear-tf", sublinearTf ? "" : nil),
      ("--stop-words", stopWords), ("--stem", stem), ("--tokens", tokens),
    ]
    guard file.holdsMatrix, let (option, _) = named.first(where: { $0.1 != nil }) else { return }
    throw Complaint(
      code: "usage.matrix", exitCode: 64, place: file.name,
      message: "is a matrix, and \(option) is about texts",
      hint: "leave \(option) out, or give the catalogue")
  }

  private func frequency(
    _ value: String, option: String
  ) throws -> TextFeatureOptions.DocumentFrequency {
    let (count, share) = try OptionParsing.documentFrequency(value, option: option)
    if let count { return .count(count) }
    return .fraction(share ?? 1)
  }

  /// The words of a file, one a line, lower case.
  private static func words(inFile path: String) throws -> [String] {
    if !Files.exists(path),
      let near = nearestNames(to: path, in: ["english", "none"], limit: 1).first
    {
      throw OptionParsing.refuse(
        "--stop-words", path, "no such list or file; did you mean '\(near)'?",
        hint: "give english, none, or a file with one word a line")
    }
    let file = try InputFile.read(path: path, byteLimit: 64 << 20)
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      throw InputError(
        kind: .malformed, code: "stop-words.not-utf8", file: file.name,
        message: "the stop words are not UTF-8", hint: "convert it with iconv -t utf-8")
    }
    return text.split(whereSeparator: \.isWhitespace).map { $0.lowercased() }
  }
}
