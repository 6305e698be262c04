internal import Catalogue
internal import TextFeatures

/// A JSON value of a configuration file.
enum ConfigurationNode: Decodable {
  case null
  case truth(Bool)
  case whole(UInt64)
  case number(Double)
  case text(String)
  case list([ConfigurationNode])
  case object([String: ConfigurationNode])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .truth(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .whole(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let values = try? container.decode([ConfigurationNode].self) {
      self = .list(values)
    } else {
      self = .object(try container.decode([String: ConfigurationNode].self))
    }
  }

  /// What the value is, in words.
  var kind: String {
    switch self {
    case .null: "null"
    case .truth: "true or false"
    case .whole(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let text): "'\(text.prefix(40))'"
    case .list: "a list"
    case .object: "an object"
    }
  }
}

/// Takes the options out of a configuration file one by one, and complains about what is left.
struct ConfigurationReader {
  let file: String
  private var members: [String: ConfigurationNode]
  private var known: [String] = []

  init(file: String, members: [String: ConfigurationNode]) {
    self.file = file
    self.members = members
  }

  /// Complains about members that no option is called.
  func refuseOthers() throws(ConfigurationError) {
    guard let key = members.keys.min() else { return }
    let near = nearestNames(to: key, in: known, limit: 1).first
    throw ConfigurationError(
      file: file,
      message: "unknown key '\(key)'" + (near.map { "; did you mean '\($0)'?" } ?? ""), key: key)
  }

  private mutating func take(_ key: String) -> ConfigurationNode? {
    known.append(key)
    return members.removeValue(forKey: key)
  }

  private func expected(
    _ what: String, _ key: String, _ found: ConfigurationNode
  ) -> ConfigurationError {
    ConfigurationError(
      file: file, message: "'\(key)': expected \(what), found \(found.kind)",
      key: key.split(separator: ".").first.map(String.init))
  }

  mutating func optionalText(
    _ key: String, _ use: (String?) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    switch node {
    case .null: use(nil)
    case .text(let text): use(text)
    default: throw expected("a text or null", key, node)
    }
  }

  mutating func texts(_ key: String, _ use: ([String]) -> Void) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    use(try texts(key, node))
  }

  private func texts(
    _ key: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> [String] {
    guard case .list(let nodes) = node else { throw expected("a list of texts", key, node) }
    var texts: [String] = []
    for node in nodes {
      guard case .text(let text) = node else { throw expected("a list of texts", key, node) }
      texts.append(text)
    }
    return texts
  }

  mutating func truth(_ key: String, _ use: (Bool) -> Void) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    guard case .truth(let value) = node else { throw expected("true or false", key, node) }
    use(value)
  }

  mutating func optionalNumber(
    _ key: String, _ bounds: ClosedRange<Int>, _ use: (Int?) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    if case .null = node { return use(nil) }
    use(try wholeNumber(key, node, bounds))
  }

  mutating func wholeNumbers(
    _ key: String, _ bounds: ClosedRange<Int>, _ use: ([Int]) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    guard case .list(let nodes) = node, !nodes.isEmpty else {
      throw expected("a list of whole numbers", key, node)
    }
    var numbers: [Int] = []
    for node in nodes { numbers.append(try wholeNumber(key, node, bounds)) }
    use(numbers)
  }

  /// Whole numbers, none of them for null.
  mutating func optionalWholeNumbers(
    _ key: String, _ bounds: ClosedRange<Int>, _ use: ([Int]) -> Void
  ) throws(ConfigurationError) {
    if case .null? = members[key] {
      _ = take(key)
      return use([])
    }
    try wholeNumbers(key, bounds, use)
  }

  private func wholeNumber(
    _ key: String, _ node: ConfigurationNode, _ bounds: ClosedRange<Int>
  ) throws(ConfigurationError) -> Int {
    guard case .whole(let value) = node, let number = Int(exactly: value), bounds.contains(number)
    else {
      throw expected(
        "a whole number in \(bounds.lowerBound)...\(bounds.upperBound)", key, node)
    }
    return number
  }

  mutating func number(
    _ key: String, _ bounds: ClosedRange<Double>, _ use: (Double) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    use(try number(key, node, bounds))
  }

  mutating func optionalNumber(
    _ key: String, _ bounds: ClosedRange<Double>, _ use: (Double?) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    if case .null = node { return use(nil) }
    use(try number(key, node, bounds))
  }

  private func number(
    _ key: String, _ node: ConfigurationNode, _ bounds: ClosedRange<Double>
  ) throws(ConfigurationError) -> Double {
    switch node {
    case .whole(let value) where bounds.contains(Double(value)): return Double(value)
    case .number(let value) where bounds.contains(value): return value
    default:
      let top = bounds.upperBound == 1 ? "from 0 to 1" : "of 0 or more"
      throw expected("a number \(top)", key, node)
    }
  }

  mutating func seed(_ key: String, _ use: (UInt64) -> Void) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    switch node {
    case .whole(let value): return use(value)
    case .text(let text):
      if let value = UInt64(text) { return use(value) }
    default: break
    }
    throw expected("a whole number of 64 bits", key, node)
  }

  /// `auto`, null for none, or a number of latent dimensions.
  mutating func latentDimensions(
    _ key: String, _ use: (_ chooses: Bool, _ count: Int?) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    switch node {
    case .null: use(false, nil)
    case .text("auto"): use(true, nil)
    case .whole: use(false, try wholeNumber(key, node, 1...100_000))
    default: throw expected("a whole number, 'auto' or null", key, node)
    }
  }

  mutating func bound(
    _ key: String, _ use: (TextFeatureOptions.DocumentFrequency) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    if case .object(let members) = node, members.count == 1 {
      if let count = members["count"] {
        return use(.count(try wholeNumber("\(key).count", count, 0...Int(Int32.max))))
      }
      if let share = members["share"] {
        return use(.fraction(try number("\(key).share", share, 0...1)))
      }
    }
    throw expected("{\"count\": N} or {\"share\": X}", key, node)
  }

  mutating func stopWords(
    _ key: String, _ use: (TextFeatureOptions.StopWords) -> Void
  ) throws(ConfigurationError) {
    guard let node = take(key) else { return }
    switch node {
    case .text("english"): use(.english)
    case .text("none"): use(.none)
    case .list: use(.list(try texts(key, node)))
    default: throw expected("english, none or a list of words", key, node)
    }
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ use: (Choice) -> Void
  ) throws(ConfigurationError) where Choice.RawValue == String {
    guard let node = take(key) else { return }
    use(try choice(key, node))
  }

  mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ use: (Choice?) -> Void
  ) throws(ConfigurationError) where Choice.RawValue == String {
    guard let node = take(key) else { return }
    if case .null = node { return use(nil) }
    use(try choice(key, node))
  }

  mutating func choices<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ use: ([Choice]) -> Void
  ) throws(ConfigurationError) where Choice.RawValue == String {
    guard let node = take(key) else { return }
    guard case .list(let nodes) = node, !nodes.isEmpty else { throw expected("a list", key, node) }
    var choices: [Choice] = []
    for node in nodes { choices.append(try choice(key, node)) }
    use(choices)
  }

  private func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ node: ConfigurationNode
  ) throws(ConfigurationError) -> Choice where Choice.RawValue == String {
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    guard case .text(let text) = node, let choice = Choice(rawValue: text) else {
      throw expected("one of \(known)", key, node)
    }
    return choice
  }
}
