internal import Catalogue
internal import Clustering
internal import ClusterScores
internal import FoundationEssentials
internal import Matrices
internal import TextFeatures

extension RunConfiguration {
  /// Every option under its name on the command line, with `_` for `-`; `lsa_seed` where LSA has another
  /// seed than the rest.
  public var json: JSONValue {
    let list = { (texts: [String]) in JSONValue.array(texts.map(JSONValue.string)) }
    let text = { (text: String?) in text.map(JSONValue.string) ?? .null }
    let number = { (number: Int?) in number.map(JSONValue.int) ?? .null }
    let stopWords: JSONValue =
      switch features.stopWords {
      case .english: .string("english")
      case .none: .string("none")
      case .list(let words): list(words)
      }
    let wholeSeed = { (seed: UInt64) in
      Int(exactly: seed).map(JSONValue.int) ?? .string(String(seed))
    }
    let latentSeed = features.seed == seed ? [] : [("lsa_seed", wholeSeed(features.seed))]
    return .object(
      [
        ("preset", text(preset)), ("text", list(textColumns)), ("title", text(titleColumn)),
        ("id", text(identifierColumn)), ("require", list(requiredColumns)),
        ("tokens", .string(features.tokenRule.rawValue)), ("stop_words", stopWords),
        ("stem", text(features.stemLanguage)),
        ("ngram", .array([.int(features.shortestNGram), .int(features.longestNGram)])),
        ("min_df", Self.json(features.minimumDocumentFrequency)),
        ("max_df", Self.json(features.maximumDocumentFrequency)),
        ("max_features", number(features.featureLimit)),
        ("sublinear_tf", .bool(features.usesSublinearTermFrequency)),
        (
          "lsa", choosesLatentDimensions ? .string("auto") : number(features.latentDimensionCount)
        ),
        ("algorithm", list(algorithms.map(\.rawValue))),
        ("k", clusterCounts.isEmpty ? .null : .array(clusterCounts.map(JSONValue.int))),
        ("n_init", number(restartCount)),
        ("max_iter", number(iterationLimit)),
        ("tol", relativeTolerance.map(JSONValue.number) ?? .null),
        ("batch_size", .int(batchRowCount)), ("batch_growth", .string(batchGrowth.rawValue)),
        ("max_no_improvement", number(noImprovementLimit)),
        ("reassignment_ratio", .number(reassignmentRatio)), ("seeding", .string(seeding.rawValue)),
        ("initial_centers_sha256", text(initialCentersSHA256)),
        ("seed", wholeSeed(seed)),
        ("kernel", .string(kernel.rawValue)), ("metric", .string(metric.rawValue)),
        ("select", .string(selection.rawValue)),
        ("stability", text(stability?.rawValue)), ("truth", text(truthColumn)),
        ("truth_sha256", text(truthSHA256)),
        ("holdout", heldOutShare.map(JSONValue.number) ?? .null),
        ("gap", number(gapReferenceCount)),
        ("linkage_memory", .string(linkageMemory.rawValue)),
        ("height", cutHeight.map(JSONValue.number) ?? .null),
        ("micro", number(microClusterCount)), ("leaf_order", .string(leafOrder.rawValue)),
        ("leaves", .int(pictureLeafCount)), ("excel_safe", .bool(isSpreadsheetSafe)),
      ] + latentSeed)
  }

  private static func json(_ bound: TextFeatureOptions.DocumentFrequency) -> JSONValue {
    switch bound {
    case .count(let count): .object([("count", .int(count))])
    case .fraction(let share): .object([("share", .number(share))])
    }
  }

  /// Reads options from the bytes of a `run.json`, or of its `options` alone; what is not there keeps
  /// its default.
  ///
  /// - Throws: `ConfigurationError` with the member that is at fault.
  public init(json bytes: [UInt8], name: String) throws(ConfigurationError) {
    self.init()
    do throws(ConfigurationError) {
      try read(bytes, name: name)
    } catch {
      var error = error
      error.locate(in: bytes)
      throw error
    }
  }

  private mutating func read(_ bytes: [UInt8], name: String) throws(ConfigurationError) {
    guard let node = try? JSONDecoder().decode(ConfigurationNode.self, from: Data(bytes)) else {
      throw ConfigurationError(file: name, message: "not readable as JSON")
    }
    guard case .object(let members) = node else {
      throw ConfigurationError(
        file: name, message: "expected an object of options, found \(node.kind)")
    }
    var reader = ConfigurationReader(file: name, members: members)
    if let options = members["options"] {
      guard case .object(let inner) = options else {
        throw ConfigurationError(
          file: name, message: "'options': expected an object, found \(options.kind)")
      }
      reader = ConfigurationReader(file: name, members: inner)
    }
    try read(&reader)
    try reader.refuseOthers()
  }

  private mutating func read(_ reader: inout ConfigurationReader) throws(ConfigurationError) {
    try reader.optionalText("preset") { preset = $0 }
    try reader.texts("text") { textColumns = $0 }
    try reader.optionalText("title") { titleColumn = $0 }
    try reader.optionalText("id") { identifierColumn = $0 }
    try reader.texts("require") { requiredColumns = $0 }
    try reader.choice("tokens") { features.tokenRule = $0 }
    try reader.stopWords("stop_words") { features.stopWords = $0 }
    try reader.optionalText("stem") { features.stemLanguage = $0 }
    try reader.wholeNumbers("ngram", 1...8) { lengths in
      features.shortestNGram = lengths.min() ?? 1
      features.longestNGram = lengths.max() ?? 1
    }
    try reader.bound("min_df") { features.minimumDocumentFrequency = $0 }
    try reader.bound("max_df") { features.maximumDocumentFrequency = $0 }
    try reader.optionalNumber("max_features", 1...Int(Int32.max)) { features.featureLimit = $0 }
    try reader.truth("sublinear_tf") { features.usesSublinearTermFrequency = $0 }
    try reader.latentDimensions("lsa") { chooses, count in
      choosesLatentDimensions = chooses
      features.latentDimensionCount = count
    }
    try reader.choices("algorithm") { algorithms = $0 }
    try reader.optionalWholeNumbers("k", 1...1_000_000) { clusterCounts = Set($0).sorted() }
    try reader.optionalNumber("n_init", 1...100_000) { restartCount = $0 }
    try reader.optionalNumber("max_iter", 1...10_000_000) { iterationLimit = $0 }
    try reader.optionalNumber("tol", 0...Double.greatestFiniteMagnitude) { relativeTolerance = $0 }
    try reader.optionalNumber("batch_size", 1...100_000_000) { batchRowCount = $0 ?? 1_024 }
    try reader.choice("batch_growth") { batchGrowth = $0 }
    try reader.optionalNumber("max_no_improvement", 0...10_000_000) {
      noImprovementLimit = $0
    }
    try reader.number("reassignment_ratio", 0...Double.greatestFiniteMagnitude) {
      reassignmentRatio = $0
    }
    try reader.choice("seeding") { seeding = $0 }
    try reader.optionalText("initial_centers_sha256") { initialCentersSHA256 = $0 }
    try reader.seed("seed") { value in
      seed = value
      features.seed = value
    }
    try reader.seed("lsa_seed") { features.seed = $0 }
    try reader.choice("kernel") { kernel = $0 }
    try reader.truth("excel_safe") { isSpreadsheetSafe = $0 }
    try reader.choice("metric") { metric = $0 }
    try reader.choice("select") { selection = $0 }
    try reader.optionalChoice("stability") { stability = $0 }
    try reader.optionalText("truth") { truthColumn = $0 }
    try reader.optionalText("truth_sha256") { truthSHA256 = $0 }
    try reader.optionalNumber("holdout", 0...1) { heldOutShare = $0 }
    try reader.optionalNumber("gap", 1...1_000) { gapReferenceCount = $0 }
    try reader.choice("linkage_memory") { linkageMemory = $0 }
    try reader.optionalNumber("height", 0...Double.greatestFiniteMagnitude) { cutHeight = $0 }
    try reader.optionalNumber("micro", 1...Int(Int32.max)) { microClusterCount = $0 }
    try reader.choice("leaf_order") { leafOrder = $0 }
    try reader.optionalNumber("leaves", 2...1_000) { pictureLeafCount = $0 ?? 30 }
  }
}
