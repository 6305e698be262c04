internal import Matrices

/// `run.json`: enough to run the same again.
public enum RunDescription {
  /// The text of the file.
  public static func json(
    command: String, input: PreparedInput, configuration: RunConfiguration,
    heldOut: PreparedInput? = nil
  ) -> String {
    var text = "{\n"
    text += "  \"program\": \"kindred\",\n"
    text += "  \"version\": \"\(Program.version)\",\n"
    text += "  \"format_version\": 1,\n"
    text += "  \"command\": \"\(command)\",\n"
    text += "  \"input\": \(describe(input)),\n"
    if let heldOut {
      let key = configuration.heldOutShare == nil ? "test" : "held_out"
      text += "  \"\(key)\": \(describe(heldOut)),\n"
    }
    text += "  \"instruction_set\": \"\(InstructionSet.best.name)\",\n"
    text += "  \"blas_core\": \(JSONValue.string(BLAS.coreName).text),\n"
    text += "  \"options\": \(configuration.json.text)\n"
    return text + "}\n"
  }

  private static func describe(_ input: PreparedInput) -> String {
    JSONValue.object([
      ("name", .string(input.name)), ("sha256", .string(input.sha256)),
      ("rows", .int(input.features.rowCount)), ("columns", .int(input.features.columnCount)),
      ("nonzeros", .int(input.nonzeroCount)),
      ("rows_dropped", .int(input.droppedRowCount)),
      ("rows_without_words", .int(input.rowsWithoutWords.count)),
      ("text_columns", .array(input.textColumns.map(JSONValue.string))),
    ]).text
  }
}
