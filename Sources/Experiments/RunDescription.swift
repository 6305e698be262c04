internal import Matrices

/// `run.json`: enough to run the same again.
public enum RunDescription {
  /// The text of the file.
  public static func json(
    command: String, input: PreparedInput, configuration: RunConfiguration,
    heldOut: PreparedInput? = nil
  ) -> String {
    let members = members(
      command: command, input: input, configuration: configuration, heldOut: heldOut)
    let lines = members.map { "  \(JSONValue.string($0.0).text): \($0.1.text)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  /// The members of the file's object.
  package static func members(
    command: String, input: PreparedInput, configuration: RunConfiguration,
    heldOut: PreparedInput?
  ) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("program", .string("kindred")), ("version", .string(Program.version)),
      ("format_version", .int(1)), ("command", .string(command)), ("input", describe(input)),
    ]
    if let heldOut {
      members.append((configuration.heldOutShare == nil ? "test" : "held_out", describe(heldOut)))
    }
    return members + [
      ("instruction_set", .string(InstructionSet.best.name)),
      ("blas_core", .string(BLAS.coreName)), ("options", configuration.json),
    ]
  }

  private static func describe(_ input: PreparedInput) -> JSONValue {
    JSONValue.object([
      ("name", .string(input.name)), ("sha256", .string(input.sha256)),
      ("rows", .int(input.features.rowCount)), ("columns", .int(input.features.columnCount)),
      ("nonzeros", .int(input.nonzeroCount)),
      ("rows_dropped", .int(input.droppedRowCount)),
      ("rows_without_words", .int(input.rowsWithoutWords.count)),
      ("text_columns", .array(input.textColumns.map(JSONValue.string))),
    ])
  }
}
