/// CSV that a spreadsheet takes for data alone.
///
/// A spreadsheet runs a field that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula,
/// quoted or not (CWE-1236). An apostrophe before it makes it text. Numbers may begin with a sign and stay
/// what they are. A text that has such an apostrophe already gets one more, so that each text has a form of its
/// own and `unprotected` gives it back.
public enum SpreadsheetText {
  /// The bytes before UTF-8 text without which spreadsheets take it for another encoding.
  public static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// The number of fields of a CSV file that a spreadsheet would run.
  ///
  /// - Complexity: O(length).
  public static func formulaCount(in csv: [UInt8]) -> Int {
    var count = 0
    forEachField(in: csv) { field in
      if isFormula(csv[field]) { count += 1 }
    }
    return count
  }

  /// A CSV file with an apostrophe before each field that a spreadsheet would run, after a byte order mark.
  ///
  /// A field that is apostrophes and then the start of a formula gets one more.
  ///
  /// - Complexity: O(length).
  public static func safe(_ csv: [UInt8]) -> [UInt8] {
    var result = byteOrderMark
    result.reserveCapacity(csv.count + 64)
    var done = csv.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    forEachField(in: csv) { field in
      guard isFormula(csv[field]) || isProtected(csv[field]) else { return }
      result += csv[done..<field.lowerBound]
      result.append(0x27)
      done = field.lowerBound
    }
    return result + csv[done...]
  }

  /// A field of `safe` CSV as it was before.
  public static func unprotected(_ field: String) -> String {
    guard isProtected(field.utf8) else { return field }
    return String(decoding: field.utf8.dropFirst(), as: UTF8.self)
  }

  private static func isFormula(_ field: ArraySlice<UInt8>) -> Bool {
    guard let first = field.first else { return false }
    return isLead(first) && !isNumber(field)
  }

  /// Whether apostrophes come before what begins a formula.
  private static func isProtected(_ field: some Collection<UInt8>) -> Bool {
    guard field.first == 0x27, let next = field.first(where: { $0 != 0x27 }) else { return false }
    return isLead(next)
  }

  /// Calls `body` with the bytes of each field, without the quotes around it.
  private static func forEachField(in csv: [UInt8], _ body: (Range<Int>) -> Void) {
    var position = csv.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    while position < csv.count {
      let isQuoted = csv[position] == 0x22
      let start = isQuoted ? position + 1 : position
      var end = start
      if isQuoted {
        while end < csv.count {
          if csv[end] == 0x22 {
            guard end + 1 < csv.count, csv[end + 1] == 0x22 else { break }
            end += 1
          }
          end += 1
        }
      } else {
        while end < csv.count, csv[end] != 0x2C, csv[end] != 0x0A { end += 1 }
      }
      body(start..<end)
      position = end
      // On to the field after the next separator.
      while position < csv.count, csv[position] != 0x2C, csv[position] != 0x0A { position += 1 }
      position += 1
    }
  }

  private static func isLead(_ byte: UInt8) -> Bool {
    // Equals, plus, minus, at, tab, carriage return.
    [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains(byte)
  }

  /// Whether bytes are a decimal number such as `-0.25` or `+1e-7`.
  private static func isNumber(_ bytes: ArraySlice<UInt8>) -> Bool {
    var rest = bytes
    func takeDigits() -> Bool {
      let count = rest.prefix { 0x30...0x39 ~= $0 }.count
      rest = rest.dropFirst(count)
      return count > 0
    }
    if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
    let hasWhole = takeDigits()
    var hasFraction = false
    if rest.first == 0x2E {
      rest = rest.dropFirst()
      hasFraction = takeDigits()
    }
    guard hasWhole || hasFraction else { return false }
    if let mark = rest.first, mark == 0x65 || mark == 0x45 {
      rest = rest.dropFirst()
      if let sign = rest.first, sign == 0x2B || sign == 0x2D { rest = rest.dropFirst() }
      guard takeDigits() else { return false }
    }
    return rest.isEmpty
  }
}
