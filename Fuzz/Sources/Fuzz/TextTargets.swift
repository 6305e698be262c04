internal import Catalogue
internal import Experiments
internal import FoundationEssentials
internal import Matrices
internal import Report
internal import TextFeatures

/// Texts on their way to features and to people.
enum TextTargets {
  private static let languages: [String?] = [
    nil, "english", "german", "russian", "turkish", "arabic", "finnish", "hungarian", "porter",
  ]

  /// Any texts become rows of length one or nothing, and the same rows when they are seen again.
  ///
  /// The first three bytes choose the options, the rest are texts, one a line.
  @Sendable static func tokens(_ bytes: [UInt8]) {
    guard bytes.count > 3 else { return }
    var options = TextFeatureOptions()
    options.tokenRule = [.words, .sklearn, .deletePunctuation][Int(bytes[0] & 3) % 3]
    options.stopWords = bytes[0] & 4 == 0 ? .none : bytes[0] & 8 == 0 ? .english : .list(["a"])
    options.usesSublinearTermFrequency = bytes[0] & 16 != 0
    options.shortestNGram = 1 + Int(bytes[0] >> 5) % 2
    options.longestNGram = options.shortestNGram + Int(bytes[0] >> 6) % 3
    options.stemLanguage = languages[Int(bytes[1]) % languages.count]
    options.minimumDocumentFrequency = .count(Int(bytes[2] & 3))
    options.featureLimit = bytes[2] & 4 == 0 ? nil : 1 + Int(bytes[2] >> 3)
    let texts = PackedStrings(
      bytes.dropFirst(3).split(separator: 10, omittingEmptySubsequences: false).map {
        String(decoding: $0, as: UTF8.self)
      })
    let pool = WorkerPool(threadCount: 1)
    guard let fitted = try? TextFeatureModel.fit(texts, options: options, pool: pool) else {
      return
    }
    let matrix = fitted.termMatrix
    law(matrix.rowCount == texts.count, "another number of rows")
    law(matrix.columnCount == fitted.model.terms.count, "a column without a term")
    law(
      zip(fitted.model.terms, fitted.model.terms.dropFirst()).allSatisfy {
        $0.utf8.lexicographicallyPrecedes($1.utf8)
      }, "terms do not ascend")
    for row in 0..<matrix.rowCount {
      let stored = matrix.rowOffsets[row]..<matrix.rowOffsets[row + 1]
      let norm = matrix.values[stored].reduce(0) { $0 + Double($1) * Double($1) }
      law(stored.isEmpty || abs(norm - 1) < 1e-5, "a row of length \(norm)")
    }
    law(
      (try? fitted.model.termMatrix(for: texts, pool: pool)) == matrix,
      "texts have other rows when they are seen again")
  }

  /// What is shown can harm nothing, and what is read back is what was there.
  @Sendable static func escapes(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    terminal(text)
    json(text)
    xml(text)
    for width in [1, 2, 5, 17] {
      law(DisplayWidth.of(DisplayWidth.cutting(text, to: width)) <= width, "wider than it may be")
      let cut = SVGText.cut(text, width: Double(width))
      law(cut.count <= text.count + 1, "longer for being cut")
    }
  }

  private static func terminal(_ text: String) {
    for shown in [VisibleText.escaping(text), VisibleText.escapingLines(text)] {
      for scalar in shown.unicodeScalars {
        let isKept = scalar == "\n" || scalar == "\t"
        law(
          isKept || scalar.properties.generalCategory != .control, "a control character is shown")
        law(!(0x202A...0x202E).contains(scalar.value), "text is turned around")
        law(!(0x2066...0x2069).contains(scalar.value), "text is turned around")
      }
    }
    // Escapes begin with a backslash, so a text without one comes back.
    if !text.unicodeScalars.contains("\\") {
      law(
        unescaped(VisibleText.escaping(text)).utf8.elementsEqual(text.utf8),
        "escapes are of another text")
    }
  }

  private static func unescaped(_ shown: String) -> String {
    var text = String.UnicodeScalarView()
    var rest = shown.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\", let kind = rest.popFirst() else {
        text.append(scalar)
        continue
      }
      switch kind {
      case "t": text.append("\t")
      case "n": text.append("\n")
      case "r": text.append("\r")
      default:
        let digits =
          kind == "x" ? rest.prefix(2) : rest.dropFirst().prefix { $0 != "}" }
        rest = rest.dropFirst(kind == "x" ? 2 : digits.count + 2)
        guard let value = UInt32(String(digits), radix: 16), let found = Unicode.Scalar(value)
        else { fatalError("an escape that is none") }
        text.append(found)
      }
    }
    return String(text)
  }

  private static func json(_ text: String) {
    let value = JSONValue.array([.string(text)]).text
    let page = ReportPage.escaped(Array(value.utf8))
    law(!page.contains { "<>&".utf8.contains($0) }, "markup in the page's data")
    law(
      !String(decoding: page, as: UTF8.self).unicodeScalars.contains {
        $0.value == 0x2028 || $0.value == 0x2029
      }, "a line's end in the page's data")
    for written in [value, VisibleText.escapingJSON(value), String(decoding: page, as: UTF8.self)] {
      let read = try? JSONDecoder().decode([String].self, from: Data(written.utf8))
      law(read?.first?.utf8.elementsEqual(text.utf8) == true, "JSON of another text")
    }
  }

  /// What XML reads, character by character as it does; markup and lone ampersands trap.
  private static func withoutEntities(_ escaped: String) -> [Unicode.Scalar] {
    let entities: [String: Unicode.Scalar] = [
      "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'",
    ]
    var found: [Unicode.Scalar] = []
    var rest = escaped.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      law(!"<>\"'".unicodeScalars.contains(scalar), "markup in a text")
      guard scalar == "&" else {
        found.append(scalar)
        continue
      }
      let name = rest.prefix { $0 != ";" }
      guard let meant = entities[String(name)], name.count < rest.count else {
        fatalError("an ampersand alone")
      }
      rest = rest.dropFirst(name.count + 1)
      found.append(meant)
    }
    return found
  }

  private static func xml(_ text: String) {
    let found = withoutEntities(SVGText.escaping(text))
    // All that has ink is there, in order; nothing is there that was not.
    var rest = found[...]
    for scalar in text.unicodeScalars {
      let isSpace = "\t\n\r\u{2028}\u{2029}".unicodeScalars.contains(scalar)
      if rest.first == (isSpace ? " " : scalar) {
        rest.removeFirst()
      } else {
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned: break
        default: fatalError("the letter \(scalar.value) is gone")
        }
      }
    }
    law(rest.isEmpty, "letters that were not there")
  }
}
