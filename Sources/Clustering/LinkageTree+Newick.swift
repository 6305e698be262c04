extension LinkageTree {
  /// The tree in Newick's format, without a line's end.
  ///
  /// Branches are as long as the parent's height less the own one, rows lying at 0; where heights fall, as
  /// they may with centroid and median linkage, lengths are negative. They are written so that reading them
  /// gives the very same number, and without exponents, which some readers refuse.
  ///
  /// - Parameter names: a name for each row, n of them, written in single quotes with quotes in it doubled
  ///   and control characters as spaces; nil for row numbers from 0.
  /// - Complexity: O(n) and the bytes of the names.
  public func newick(names: [String]? = nil) -> String {
    String(decoding: newickBytes(names: names), as: UTF8.self)
  }

  /// The same as bytes of UTF-8.
  ///
  /// - Complexity: O(n) and the bytes of the names.
  public func newickBytes(names: [String]? = nil) -> [UInt8] {
    precondition(names.map { $0.count == leafCount } ?? true, "each row needs a name")
    var text: [UInt8] = []
    enum Step {
      case cluster(Int, parent: Double?)
      case text(UInt8)
      case end(of: Int, parent: Double?)
    }
    var open = [Step.cluster(leafCount + merges.count - 1, parent: nil)]
    func appendLength(_ height: Double, _ parent: Double?) {
      guard let parent else { return }
      text.append(UInt8(ascii: ":"))
      text.append(contentsOf: Self.decimal(parent - height).utf8)
    }
    while let step = open.popLast() {
      switch step {
      case .text(let byte): text.append(byte)
      case .cluster(let cluster, let parent) where cluster < leafCount:
        if let names {
          text.append(contentsOf: Self.quoted(names[cluster]))
        } else {
          text.append(contentsOf: String(cluster).utf8)
        }
        appendLength(0, parent)
      case .cluster(let cluster, let parent):
        let merge = merges[cluster - leafCount]
        text.append(UInt8(ascii: "("))
        open.append(.end(of: cluster, parent: parent))
        open.append(.cluster(merge.right, parent: merge.height))
        open.append(.text(UInt8(ascii: ",")))
        open.append(.cluster(merge.left, parent: merge.height))
      case .end(let cluster, let parent):
        text.append(UInt8(ascii: ")"))
        appendLength(merges[cluster - leafCount].height, parent)
      }
    }
    text.append(UInt8(ascii: ";"))
    return text
  }

  private static func quoted(_ name: String) -> [UInt8] {
    let quote = UInt8(ascii: "'")
    var bytes = [quote]
    for byte in name.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte < 0x20 || byte == 0x7F ? UInt8(ascii: " ") : byte)
    }
    return bytes + [quote]
  }

  /// The shortest decimal digits that read back as the number, without an exponent.
  static func decimal(_ number: Double) -> String {
    precondition(number.isFinite, "a length must be finite")
    guard number != 0 else { return "0" }
    let text = abs(number).description
    if !text.utf8.contains(UInt8(ascii: "e")) {
      let end = text.utf8.count - (text.hasSuffix(".0") ? 2 : 0)
      let digits = String(decoding: text.utf8.prefix(end), as: UTF8.self)
      return number < 0 ? "-" + digits : digits
    }
    let parts = text.split(separator: "e")
    let pieces = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = pieces.count < 2 || pieces[1] == "0" ? "" : String(pieces[1])
    // The digits are those before the point and after it; the point stands behind `point` of them.
    let digits = String(pieces[0]) + fraction
    let point = pieces[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    let sign = number < 0 ? "-" : ""
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count {
      return sign + digits + String(repeating: "0", count: point - digits.count)
    }
    return sign + digits.prefix(point) + "." + digits.dropFirst(point)
  }
}
