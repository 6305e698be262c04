/// Reads XML strictly enough to find what a browser would refuse.
struct XMLText {
  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  /// The names of the elements, in the order of their start tags.
  private(set) var elements: [String] = []

  /// The texts between tags that hold anything but space, entities replaced.
  private(set) var texts: [String] = []

  init(_ bytes: [UInt8]) throws {
    guard let source = String(validating: bytes, as: UTF8.self) else {
      throw Malformed(description: "not UTF-8")
    }
    for scalar in source.unicodeScalars where scalar.value < 0x20 && scalar != "\n" {
      throw Malformed(description: "control character \(scalar.value)")
    }
    var open: [String] = []
    var rest = source[...]
    while let start = rest.firstIndex(of: "<") {
      try append(text: rest[..<start], isInside: !open.isEmpty)
      guard let end = rest[start...].firstIndex(of: ">") else {
        throw Malformed(description: "a tag is not closed")
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else {
          throw Malformed(description: "<\(tag)> closes something else")
        }
        continue
      }
      let name = String(tag.prefix { $0 != " " && $0 != "/" })
      try check(attributes: tag.dropFirst(name.count))
      elements.append(name)
      if !tag.hasSuffix("/") { open.append(name) }
    }
    try append(text: rest, isInside: false)
    guard open.isEmpty else { throw Malformed(description: "<\(open)> are not closed") }
  }

  private mutating func append(text: Substring, isInside: Bool) throws {
    let value = try Self.replacing(text)
    guard value.contains(where: { !$0.isWhitespace }) else { return }
    guard isInside else { throw Malformed(description: "text outside of elements: \(value)") }
    texts.append(value)
  }

  private func check(attributes: Substring) throws {
    var rest = attributes
    while rest.first == " " {
      guard let quote = rest.firstIndex(of: "\""), rest[..<quote].hasSuffix("="),
        let end = rest[rest.index(after: quote)...].firstIndex(of: "\"")
      else { throw Malformed(description: "attributes:\(attributes)") }
      _ = try Self.replacing(rest[rest.index(after: quote)..<end])
      rest = rest[rest.index(after: end)...]
    }
    guard rest.isEmpty || rest == "/" else {
      throw Malformed(description: "attributes:\(attributes)")
    }
  }

  private static let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#39": "'"]

  private static func replacing(_ text: Substring) throws -> String {
    var parts = text.split(separator: "&", omittingEmptySubsequences: false)
    var value = String(parts.removeFirst())
    for part in parts {
      guard let end = part.firstIndex(of: ";"), let character = entities[String(part[..<end])]
      else { throw Malformed(description: "a bare & before \(part.prefix(10))") }
      value += character + part[part.index(after: end)...]
    }
    return value
  }
}
