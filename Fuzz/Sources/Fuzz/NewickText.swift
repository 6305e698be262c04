/// Names and lengths of a tree in Newick's format, read strictly.
struct NewickText {
  /// The names of the leaves in their order.
  private(set) var names: [String] = []

  /// The lengths of the branches in their order.
  private(set) var lengths: [Double] = []

  init(_ bytes: [UInt8]) {
    var place = 0
    var depth = 0
    while place < bytes.count {
      switch bytes[place] {
      case UInt8(ascii: "("): depth += 1
      case UInt8(ascii: ")"):
        depth -= 1
        law(depth >= 0, "a parenthesis too many")
      case UInt8(ascii: ","): law(depth > 0, "a comma outside")
      case UInt8(ascii: ";"): law(depth == 0 && place == bytes.count - 1, "an end too early")
      case UInt8(ascii: "'"):
        var name: [UInt8] = []
        place += 1
        while true {
          law(place + 1 < bytes.count, "a name without an end")
          if bytes[place] == UInt8(ascii: "'") {
            guard bytes[place + 1] == UInt8(ascii: "'") else { break }
            place += 1
          }
          name.append(bytes[place])
          place += 1
        }
        names.append(String(decoding: name, as: UTF8.self))
      case UInt8(ascii: ":"):
        let digits = bytes[(place + 1)...].prefix { "-.0123456789".utf8.contains($0) }
        guard let length = Double(String(decoding: digits, as: UTF8.self)) else {
          fatalError("no length behind a colon")
        }
        lengths.append(length)
        place += digits.count
      default: fatalError("a byte that is no part of a tree")
      }
      place += 1
    }
    law(bytes.last == UInt8(ascii: ";"), "a tree without an end")
  }
}
