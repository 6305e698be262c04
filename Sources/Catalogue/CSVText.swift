/// Text for CSV files after RFC 4180, with LF line ends.
public enum CSVText {
  /// A cell as written in a file: in quotes when it holds the delimiter, a quote, CR or LF.
  ///
  /// - Complexity: O(length).
  public static func field(_ text: String, delimiter: Character = ",") -> String {
    let separator = delimiter.asciiValue ?? 0x2C
    guard
      text.utf8.contains(where: {
        $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D
      })
    else { return text }
    var quoted = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" { quoted += "\"" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "\""
  }

  /// A row as written in a file, with its line end; a lone empty cell is written as `""`.
  ///
  /// - Complexity: O(total length).
  public static func row(_ fields: [String], delimiter: Character = ",") -> String {
    // A blank line would be read as no row at all.
    if fields == [""] { return "\"\"\n" }
    return fields.map { field($0, delimiter: delimiter) }.joined(separator: String(delimiter))
      + "\n"
  }
}
