internal import Catalogue
internal import Experiments

/// Reads options' values, with complaints that name the option, the value and the nearest right one.
enum OptionParsing {
  /// A complaint about an option's value.
  static func refuse(_ option: String, _ value: String, _ reason: String, hint: String) -> Complaint
  {
    Complaint(
      code: "usage.value", exitCode: 64, message: "\(option) \(value): \(reason)", hint: hint)
  }

  /// One of a closed set of values.
  static func choice<Choice: RawRepresentable & CaseIterable>(
    _ value: String, option: String
  ) throws -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: value) { return choice }
    let known = Choice.allCases.map(\.rawValue)
    throw refuse(
      option, value, "no such choice" + HelpTopics.suggestion(for: value, among: known),
      hint: "choose from: \(known.joined(separator: ", "))")
  }

  /// A comma list that names something.
  static func list(_ value: String, option: String) throws -> [String] {
    let names = list(value)
    guard !names.isEmpty else {
      throw Complaint(
        code: "usage.value", exitCode: 64, message: "\(option) names nothing",
        hint: "give a name, or several with commas between: \(option) a,b")
    }
    return names
  }

  /// A comma list.
  static func list(_ value: String) -> [String] {
    value.split(separator: ",").map { String($0.trimming(while: \.isWhitespace)) }
      .filter { !$0.isEmpty }
  }

  /// Numbers of clusters: `A...B`, `A...B:STEP`, and comma lists of those and of numbers.
  static func clusterCounts(_ value: String) throws -> [Int] {
    try counts(
      value, option: "--k", limit: 1_000_000,
      hint: "give a number, a range such as 2...30 or 10...100:10, or a list such as 5,10,20")
  }

  /// Whole numbers from 1 to a limit: numbers, ranges, ranges with a step, and lists of those.
  static func counts(_ value: String, option: String, limit: Int, hint: String) throws -> [Int] {
    var counts = Set<Int>()
    func number(_ text: some StringProtocol) throws -> Int {
      guard let number = Int(text) else {
        let reason = text.isEmpty ? "a number is missing" : "'\(text)' is not a whole number"
        throw refuse(option, value, reason, hint: hint)
      }
      guard number >= 1 else { throw refuse(option, value, "must be at least 1", hint: hint) }
      guard number <= limit else {
        throw refuse(option, value, "must be at most \(VisibleText.grouped(limit))", hint: hint)
      }
      return number
    }
    let parts = value.split(separator: ",", omittingEmptySubsequences: false)
    for part in parts {
      guard let dots = part.firstRange(of: "...") else {
        counts.insert(try number(part))
        continue
      }
      let start = try number(part[..<dots.lowerBound])
      let rest = part[dots.upperBound...].split(separator: ":", omittingEmptySubsequences: false)
      guard rest.count == 1 || rest.count == 2 else {
        throw refuse(option, value, "a range has one step at most", hint: hint)
      }
      let end = try number(rest[0])
      guard start <= end else {
        throw refuse(option, value, "the range runs backwards", hint: "write \(end)...\(start)")
      }
      let step = rest.count == 2 ? try number(rest[1]) : 1
      guard (end - start) / step < 10_000 else {
        throw refuse(option, value, "more than 10,000 numbers", hint: "give a step")
      }
      for count in stride(from: start, through: end, by: step) { counts.insert(count) }
    }
    return counts.sorted()
  }

  /// A size in bytes such as `4GiB` or `500MB`.
  static func byteCount(_ value: String, option: String) throws -> Int {
    let units: [(String, Double)] = [
      ("kib", 1_024), ("mib", 1_048_576), ("gib", 1_073_741_824), ("tib", 1_099_511_627_776),
      ("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12),
    ]
    let text = value.lowercased()
    for (unit, factor) in units where text.hasSuffix(unit) {
      if let number = Double(text.dropLast(unit.count).trimming(while: \.isWhitespace)),
        number > 0, number * factor < 9e18
      {
        return Int(number * factor)
      }
    }
    throw refuse(option, value, "not a size", hint: "give a size such as 4GiB or 500MB")
  }

  /// A share or a count of documents: `0.5` is a share, `5` a count.
  static func documentFrequency(_ value: String, option: String) throws -> (Int?, Double?) {
    if let count = Int(value), count >= 0 { return (count, nil) }
    if let share = Double(value), share >= 0, share <= 1 { return (nil, share) }
    throw refuse(
      option, value, "neither a count nor a share", hint: "give a count such as 2, or 0.0 to 1.0")
  }

  /// A finite number that is not negative.
  static func nonNegative(_ value: String, option: String, hint: String) throws -> Double {
    guard let number = Double(value), number.isFinite, number >= 0 else {
      throw refuse(option, value, "not a number of 0 or more", hint: hint)
    }
    return number
  }

  /// A whole number within bounds; `words` are what the option takes beside it.
  static func wholeNumber(
    _ value: String, option: String, _ bounds: ClosedRange<Int>, or words: [String] = []
  ) throws -> Int {
    guard let number = Int(value), bounds.contains(number) else {
      let others = words.map { ", or \($0)" }.joined()
      throw refuse(
        option, value,
        "not a whole number in \(bounds.lowerBound)...\(bounds.upperBound)"
          + HelpTopics.suggestion(for: value, among: words),
        hint: "give a number in that range\(others)")
    }
    return number
  }
}

extension StringProtocol {
  /// The text without characters at both ends that a test holds for.
  fileprivate func trimming(while holds: (Character) -> Bool) -> SubSequence {
    var rest = drop(while: holds)
    while let last = rest.last, holds(last) { rest.removeLast() }
    return rest
  }
}
