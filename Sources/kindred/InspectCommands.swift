internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Matrices
internal import ModelStore

/// `kindred check`: only read an input, and say what a run would make of it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Read an input and say what a run would make of it.",
    discussion: """
      Examples:
        kindred check films.csv
        kindred check films.csv --text description --require date_added,rating
        kindred check X.npz --format json
      """)

  @Argument(help: "A catalogue or a matrix.", completion: .input)
  var input: String

  @OptionGroup(title: "Input") var source: InputOptions
  @OptionGroup(title: "Features") var features: FeatureOptions
  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    var configuration = try features.configuration(reading: source)
    // What is told is of the words.
    configuration.choosesLatentDimensions = false
    let progress = common.progress("check")
    defer { progress.finish() }
    var seconds = progress.stopwatch
    let pool = try resources.pool()
    let file = try seconds.measure(.read) { try resources.read(input) }
    try source.check(for: file)
    try features.check(for: file)
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    let facts: [(String, JSONValue)] = [
      ("input", .string(prepared.name)),
      ("format", .string(file.format == .matrixMarket ? "mtx" : file.format.rawValue)),
      ("compressed", .bool(file.wasCompressed)), ("sha256", .string(prepared.sha256)),
      ("rows", .int(prepared.features.rowCount)),
      ("columns", .int(prepared.features.columnCount)),
      ("nonzeros", .int(prepared.nonzeroCount)),
      ("rows_dropped", .int(prepared.droppedRowCount)),
      ("rows_without_words", .int(prepared.rowsWithoutWords.count)),
      ("distinct_rows", .int(prepared.distinctRowCount(upTo: .max))),
      ("text_columns", .array(prepared.textColumns.map(JSONValue.string))),
    ]
    Facts.print(facts, format: format)
    for note in prepared.notes { common.note("note: \(note)") }
    common.detail(file)
    common.detail(seconds)
    common.note("nothing wrong with \(prepared.name)")
  }
}

/// `kindred columns`: the columns of a catalogue.
struct ColumnsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "columns",
    abstract: "List the columns of a catalogue.",
    discussion: """
      Examples:
        kindred columns films.csv
        kindred columns films.csv.gz --format csv
      """)

  @Argument(help: "A catalogue.", completion: .input)
  var input: String

  @OptionGroup(title: "Resources") var resources: ResourceOptions
  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let format = try common.chosenFormat()
    let file = try resources.read(input)
    guard !file.holdsMatrix else {
      throw InputError(
        kind: .usage, code: "columns.matrix", file: file.name,
        message: "is a matrix; its columns have no names", hint: "kindred check tells its shape")
    }
    common.detail(file)
    let table = try CatalogueTable(reading: file)
    let textColumns = Set(table.guessedTextColumns())
    let rows: [(number: Int, name: String, filled: Int, role: String, example: String)] =
      table.columnNames.enumerated().map { column, name in
        let filled = (0..<table.rowCount).filter { !table.isBlank(row: $0, column: column) }
        let role =
          textColumns.contains(column)
          ? "text"
          : column == table.guessedTitleColumn()
            ? "title" : column == table.guessedIDColumn() ? "id" : ""
        let example = filled.first.map { table.cell(row: $0, column: column) } ?? ""
        return (column + 1, name, filled.count, role, example)
      }
    switch format {
    case .table:
      var text = TextTable(
        ["number", "name", "filled", "guess", "example"], cutting: ["name", "example"],
        dropping: ["example", "filled", "guess"])
      for row in rows {
        text.add([
          String(row.number), VisibleText.escaping(row.name),
          "\(row.filled)/\(table.rowCount)", row.role,
          VisibleText.escaping(String(row.example.prefix(40))),
        ])
      }
      Terminal.output(text.styled(width: Terminal.outputWidth))
    case .csv:
      Terminal.output(
        "number,name,filled,guess\n"
          + rows.map { "\($0.number),\(CSVText.field($0.name)),\($0.filled),\($0.role)\n" }
          .joined())
    case .json:
      let columns = rows.map { row in
        JSONValue.object([
          ("number", .int(row.number)), ("name", .string(row.name)),
          ("filled", .int(row.filled)), ("guess", row.role.isEmpty ? .null : .string(row.role)),
        ])
      }
      Terminal.output(
        JSONValue.object([("rows", .int(table.rowCount)), ("columns", .array(columns))]))
    }
  }
}

/// `kindred info`: the program and the machine.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show the version, the BLAS core and the instruction set.",
    discussion: """
      Examples:
        kindred info
        kindred info --format json
      """)

  /// What `--version` prints.
  static var versionLine: String {
    let features = parts.map { "\($0.name) \($0.version)" }
    return
      "kindred \(Program.version) (\(features.joined(separator: ", ")), \(InstructionSet.best.name))"
  }

  /// The libraries that this build stands on, with their versions.
  private static var parts: [(name: String, version: String)] {
    let blas = BLAS.buildDescription.split(separator: " ")
    return [
      ("OpenBLAS", blas.first { $0.first?.isNumber == true }.map(String.init) ?? "?"),
      ("HDF5", ModelFile.libraryVersion), ("zlib", LibraryVersions.zlib),
    ]
  }

  @OptionGroup(title: "Common") var common: CommonOptions

  mutating func run() throws {
    let failure = BLAS.knownAnswerFailure()
    Facts.print(
      [
        ("version", .string(Program.version)), ("blas_core", .string(BLAS.coreName)),
        ("blas", .string(BLAS.buildDescription)),
        ("blas_check", .string(failure ?? "known answers agree")),
        ("isa", .string(InstructionSet.best.name)),
        (
          "libraries",
          .array(Self.parts.map { .string("\($0.name) \($0.version)") })
        ),
        ("cores", .int(WorkerPool.activeCoreCount)),
      ], format: try common.chosenFormat())
    if let failure {
      throw Complaint(
        code: "blas.wrong", exitCode: 70, message: failure,
        hint: "set OPENBLAS_CORETYPE to another core, such as Haswell, and run again")
    }
  }
}

/// Facts by name, as a table, an object or CSV.
enum Facts {
  static func print(_ facts: [(String, JSONValue)], format: CommonOptions.Format) {
    switch format {
    case .json: Terminal.output(JSONValue.object(facts))
    case .csv:
      Terminal.output(
        "name,value\n"
          + facts.flatMap { name, value in lines(name, value) }
          .map { "\($0.0),\(CSVText.field($0.1))\n" }.joined())
    case .table:
      let width = (facts.map(\.0.count).max() ?? 0) + 2
      Terminal.output(table(facts.map { ($0.0, plain($0.1)) }, width: width))
    }
  }

  /// One line a fact; on a terminal long values go on below themselves.
  static func table(_ facts: [(String, String)], width: Int) -> StyledText {
    var text = StyledText()
    for (name, value) in facts {
      text.add(name + String(repeating: " ", count: width - name.count))
      let columns = Terminal.outputWidth.map { max(20, $0 - width) } ?? .max
      let lines = DisplayWidth.wrapping(VisibleText.escaping(value), to: columns)
      text.add(lines.joined(separator: "\n" + String(repeating: " ", count: width)) + "\n")
    }
    return text
  }

  /// One fact of CSV, or one a member; an undefined number is an empty field.
  private static func lines(_ name: String, _ value: JSONValue) -> [(String, String)] {
    switch value {
    case .object(let members): members.flatMap { lines("\(name).\($0.0)", $0.1) }
    case .null: [(name, "")]
    case .array(let values): [(name, values.map(plain).joined(separator: ", "))]
    default: [(name, plain(value))]
    }
  }

  /// A value for people; the numbers of an object, which are seconds, to the millisecond and without
  /// phases that there were not.
  static func plain(_ value: JSONValue) -> String {
    switch value {
    case .string(let text): text
    case .int(let number): String(number)
    case .bool(let truth): truth ? "yes" : "no"
    case .null: "-"
    case .array(let values):
      values.isEmpty ? "-" : values.map(plain).joined(separator: ", ")
    case .object(let members):
      members.filter { $0.1 != .number(0) }.map { name, value in
        if case .number(let number) = value {
          return "\(name) \(NumberText.fixed(number, decimals: 3))"
        }
        return "\(name) \(plain(value))"
      }.joined(separator: ", ")
    case .number: value.text
    }
  }
}
