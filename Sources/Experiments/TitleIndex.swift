/// Finds rows by title, whatever the case and the accents.
public struct TitleIndex: Sendable {
  /// What a look-up found.
  public enum Match: Sendable, Equatable {
    /// Just one row.
    case row(Int)
    /// Several rows with this title.
    case several([Int])
    /// None; the rows with the most similar titles.
    case none(nearest: [Int])
  }

  private let titles: [String]
  private let folded: [[UInt8]]

  /// Folds titles once.
  ///
  /// - Complexity: O(total length).
  public init(_ titles: [String]) {
    self.titles = titles
    folded = titles.map { Array(Self.folded($0).utf8) }
  }

  /// Finds a title; an exact match wins over matches that differ in case or accents.
  ///
  /// - Complexity: O(total length), times the length of the title when nothing matches.
  public func match(_ title: String, suggestionLimit: Int = 3) -> Match {
    let exact = titles.indices.filter { titles[$0] == title }
    if exact.count == 1 { return .row(exact[0]) }
    if exact.count > 1 { return .several(exact) }
    let wanted = Array(Self.folded(title).utf8)
    let alike = folded.indices.filter { folded[$0] == wanted }
    if alike.count == 1 { return .row(alike[0]) }
    if alike.count > 1 { return .several(alike) }
    return .none(nearest: nearest(wanted, limit: suggestionLimit))
  }

  /// Whether two titles are the same but for case, accents and spaces.
  ///
  /// - Complexity: O(length).
  public static func match(_ left: String, _ right: String) -> Bool {
    folded(left) == folded(right)
  }

  /// The rows with the most similar titles, one row a title.
  private func nearest(_ wanted: [UInt8], limit: Int) -> [Int] {
    var seen = Set<[UInt8]>()
    var best: [(row: Int, distance: Double)] = []
    for row in folded.indices where seen.insert(folded[row]).inserted {
      let candidate = folded[row]
      let longest = max(wanted.count, candidate.count, 1)
      // A title that begins with or holds what was typed is nearer than its length says.
      let holds = Self.contains(candidate, wanted)
      let share =
        holds ? 0.2 : Double(Self.editDistance(wanted, candidate)) / Double(longest)
      best.append((row, share))
    }
    return best.sorted { $0.distance != $1.distance ? $0.distance < $1.distance : $0.row < $1.row }
      .prefix(limit).map(\.row)
  }

  private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
    guard part.count >= 4, part.count <= text.count else { return false }
    return (0...(text.count - part.count)).contains { start in
      text[start..<start + part.count].elementsEqual(part)
    }
  }

  /// The least number of single-byte edits between two texts.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    // Beyond this length two titles differ enough to be told by their start.
    let (left, right) = (left.prefix(200), right.prefix(200))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, b) in right.enumerated() {
        let kept = diagonal + (a == b ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(kept, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }

  /// A title in lower case without accents, white space and the ends trimmed to single spaces.
  static func folded(_ title: String) -> String {
    var folded = ""
    var needsSpace = false
    for scalar in title.unicodeScalars {
      if scalar.properties.isWhitespace {
        needsSpace = !folded.isEmpty
        continue
      }
      let base = baseLetters(scalar)
      guard !base.isEmpty else { continue }
      if needsSpace {
        folded += " "
        needsSpace = false
      }
      folded += base
    }
    return folded
  }

  /// A scalar's lower-case letters without marks; nothing for a combining mark.
  private static func baseLetters(_ scalar: Unicode.Scalar) -> String {
    if scalar.isASCII { return scalar.properties.lowercaseMapping }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return ""
    default: break
    }
    // A typographic apostrophe is typed as a plain one.
    if scalar == "\u{2019}" || scalar == "\u{2018}" { return "'" }
    let lower = scalar.properties.lowercaseMapping
    // The Unicode name tells the base: LATIN SMALL LETTER E WITH ACUTE.
    guard let first = lower.unicodeScalars.first, let name = first.properties.name,
      name.hasPrefix("LATIN SMALL LETTER "), let cut = name.firstRange(of: " WITH ")
    else { return lower }
    let letter = name[..<cut.lowerBound].dropFirst("LATIN SMALL LETTER ".count)
    return letter.count <= 2 ? letter.lowercased() : lower
  }
}
