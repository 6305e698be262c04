/// A place in a text file, worked out from a byte offset only when there is something to complain of.
package struct SourcePosition {
  /// The line, counted from 1.
  package let line: Int

  /// The column in Unicode scalars, counted from 1.
  package let column: Int

  /// The line around the column, escaped and cut.
  package let excerpt: String

  /// The number of columns in `excerpt` before the place.
  package let caret: Int

  private static let columnsBefore = 48
  private static let columnsAfter = 32

  /// Finds a byte's line and column; the text begins at `start`, after a byte order mark.
  ///
  /// A line ends at LF, CR LF, or a CR alone.
  ///
  /// - Complexity: O(`offset`).
  package init(of offset: Int, in bytes: [UInt8], from start: Int = 0) {
    let offset = min(max(offset, start), bytes.count)
    var line = 1
    var lineStart = start
    var index = start
    while index < offset {
      let byte = bytes[index]
      index += 1
      if byte == 0x0A || (byte == 0x0D && !(index < bytes.count && bytes[index] == 0x0A)) {
        line += 1
        lineStart = index
      }
    }
    var column = 1
    for byte in bytes[lineStart..<offset] where byte & 0xC0 != 0x80 { column += 1 }
    // A place inside a scalar belongs to the scalar's column; a stray byte has its own.
    if offset > lineStart, offset < bytes.count, bytes[offset] & 0xC0 == 0x80,
      bytes[offset - 1] & 0x80 != 0, column > 1
    {
      column -= 1
    }
    self.line = line
    self.column = column
    (excerpt, caret) = Self.excerpt(of: bytes, lineStart: lineStart, offset: offset)
  }

  private static func excerpt(of bytes: [UInt8], lineStart: Int, offset: Int) -> (String, Int) {
    // Four bytes a scalar at most, so this window always holds enough columns.
    var from = max(lineStart, offset - 4 * columnsBefore)
    while from > lineStart, bytes[from] & 0xC0 == 0x80 { from -= 1 }
    var end = offset
    while end < bytes.count, end < offset + 4 * columnsAfter, bytes[end] != 0x0A, bytes[end] != 0x0D
    { end += 1 }
    var pieces: [(text: String, width: Int)] = []
    var position = from
    var piecesBefore = 0
    while position < end {
      let (piece, length) = self.piece(of: bytes, at: position, end: end)
      if position < offset, position + length <= offset { piecesBefore += 1 }
      pieces.append(piece)
      position += length
    }
    var first = piecesBefore
    var width = 0
    while first > 0, width + pieces[first - 1].width <= columnsBefore {
      first -= 1
      width += pieces[first].width
    }
    var shown = first > 0 || from > lineStart ? "…" : ""
    let caret = width + shown.unicodeScalars.count
    for piece in pieces[first..<piecesBefore] { shown += piece.text }
    var after = 0
    for piece in pieces[piecesBefore...] {
      guard after + piece.width <= columnsAfter else {
        shown += "…"
        break
      }
      shown += piece.text
      after += piece.width
    }
    return (shown, caret)
  }

  /// The scalar at a position as it is shown, or one byte of what is not UTF-8.
  private static func piece(
    of bytes: [UInt8], at position: Int, end: Int
  ) -> (piece: (text: String, width: Int), length: Int) {
    let lead = bytes[position]
    let length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
    if position + length <= end,
      let text = String(validating: bytes[position..<position + length], as: UTF8.self),
      let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1
    {
      var shown = ""
      let width = VisibleText.append(scalar, to: &shown)
      return ((shown, width), length)
    }
    return ((VisibleText.hexadecimal(lead), 4), 1)
  }
}
