public import Catalogue
public import Matrices
public import TextFeatures

/// An input that is ready to be clustered: its features, and what is known of each row.
public struct PreparedInput: Sendable {
  /// The base name of the input.
  public let name: String
  /// The SHA-256 of the input's bytes.
  public let sha256: String
  /// The rows in the space that is clustered, `n×d`.
  public let features: FeatureMatrix
  /// What turned texts into features; nil when the input was a matrix.
  public let featureModel: TextFeatureModel?
  /// The TF-IDF rows behind latent features; nil otherwise.
  public let termFeatures: CSRMatrix?
  /// The number of each kept row in the input, counted from 1, n of them.
  public let rowNumbers: [Int]
  /// The identifier of each row: the identifier column's cell, or the row's number; n of them.
  public let identifiers: [String]
  /// The title of each row, n of them; empty when there is no title column.
  public let titles: [String]
  /// The names of the text columns that were joined.
  public let textColumns: [String]
  /// What the rows have in columns beside texts, titles and identifiers, where that can tell clusters apart.
  public let profileColumns: [ProfileColumn]
  /// The rows whose features are all zero.
  public let rowsWithoutWords: [Int]
  /// The number of rows that were dropped because a required column was blank.
  public let droppedRowCount: Int
  /// Things that a user should know, one sentence each.
  public let notes: [String]
  /// The known classes of the rows, when a column of them was named.
  public let truth: TrueClasses?
  /// The basis that took the rows of a matrix to latent features, `d×r`; nil without it, and for texts.
  public let matrixBasis: DenseMatrix?
  /// One sentence on LSA where there are fewer latent dimensions than usual; to be told with results, so
  /// that a complaint comes without it.
  public let latentNote: String?

  /// Reads an input and computes its features.
  ///
  /// - Parameters:
  ///   - file: a catalogue or a matrix.
  ///   - configuration: columns, features and the seed.
  ///   - model: a fitted feature model to use instead of fitting one, for unseen rows.
  ///   - basis: the latent basis of the training matrix to use instead of fitting one, for unseen rows.
  ///   - pool: the threads; the result does not depend on their number.
  ///   - seconds: the times of the phases, which are added to.
  /// - Throws: `InputError` for input that cannot be read or used; `FeatureError` for options that the
  ///   texts cannot satisfy.
  public static func load(
    _ file: InputFile, configuration: RunConfiguration, model: TextFeatureModel? = nil,
    basis: DenseMatrix? = nil, pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws -> PreparedInput {
    if file.holdsMatrix {
      let matrix = try seconds.measure(.read) { try MatrixFile.read(file) }
      return try PreparedInput(
        file: file, matrix: matrix,
        latentDimensionCount: configuration.features.latentDimensionCount,
        seed: configuration.features.seed, basis: basis, pool: pool, seconds: &seconds)
    }
    let rows = try seconds.measure(.read) {
      try CatalogueRows(file, configuration: configuration, profilePool: model == nil ? pool : nil)
    }
    return try PreparedInput(
      file: file, rows: rows, configuration: configuration, model: model, pool: pool,
      seconds: &seconds)
  }

  /// Takes a matrix, projecting it when latent dimensions are asked for.
  private init(
    file: InputFile, matrix: FeatureMatrix, latentDimensionCount: Int?, seed: UInt64,
    basis: DenseMatrix?, pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws {
    name = file.name
    sha256 = file.sha256
    try Self.check(matrix, of: file)
    if let rank = latentDimensionCount {
      if let basis, basis.rowCount != matrix.columnCount {
        throw InputError(
          kind: .malformed, code: "test.columns", file: file.name,
          message: "\(matrix.columnCount) columns, the input has \(basis.rowCount)",
          hint: "give --test a matrix made with the same features")
      }
      let fitted = try seconds.measure(.features) {
        try basis ?? Self.latentBasis(of: matrix, rank: rank, seed: seed, pool: pool)
      }
      features = .dense(
        seconds.measure(.features) {
          TruncatedSVD.project(matrix, onto: fitted, unitRows: true, pool: pool)
        })
      matrixBasis = fitted
    } else {
      features = matrix
      matrixBasis = nil
    }
    featureModel = nil
    termFeatures = nil
    rowNumbers = Array(1...matrix.rowCount)
    identifiers = rowNumbers.map(String.init)
    titles = []
    textColumns = []
    profileColumns = []
    rowsWithoutWords = Self.zeroRows(matrix)
    droppedRowCount = 0
    notes = Self.notes(zeroRows: rowsWithoutWords.count, dropped: 0, word: "non-zero element")
    truth = nil
    latentNote = nil
  }

  /// Refuses a matrix without elements.
  static func check(_ matrix: FeatureMatrix, of file: InputFile) throws(InputError) {
    guard matrix.rowCount > 0, matrix.columnCount > 0 else {
      throw InputError(
        kind: .malformed, code: "matrix.no-elements", file: file.name,
        message: "a matrix of \(matrix.rowCount) rows and \(matrix.columnCount) columns",
        hint: "give a matrix with at least one row and one column")
    }
    // Readers refuse values that are not finite; sums of repeated entries may still overflow.
    if case .sparse(let rows) = matrix, let place = rows.values.firstIndex(where: { !$0.isFinite })
    {
      let row = (rows.rowOffsets.firstIndex { $0 > place } ?? 1) - 1
      throw InputError(
        kind: .malformed, code: "matrix.not-finite", file: file.name,
        message: "row \(row), column \(rows.columnIndices[place]) (counted from 0): the sum of its"
          + " entries is beyond single precision",
        hint: "divide all values by a constant")
    }
  }

  /// Takes the chosen rows of a catalogue and computes their features.
  init(
    file: InputFile, rows: CatalogueRows, configuration: RunConfiguration,
    model: TextFeatureModel?, pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws {
    name = file.name
    sha256 = file.sha256
    rowNumbers = rows.rowNumbers
    identifiers = rows.identifiers
    titles = rows.titles
    textColumns = rows.textColumns
    profileColumns = rows.profileColumns
    droppedRowCount = rows.droppedRowCount
    truth = rows.truth
    matrixBasis = nil
    if let model {
      let terms = try seconds.measure(.features) {
        try model.termMatrix(for: rows.texts, pool: pool)
      }
      if model.latentBasis != nil {
        features = .dense(seconds.measure(.features) { model.latent(terms, pool: pool) })
        termFeatures = terms
      } else {
        features = .sparse(terms)
        termFeatures = nil
      }
      featureModel = model
      rowsWithoutWords = Self.zeroRows(.sparse(terms))
    } else {
      let fitted = try seconds.measure(.features) {
        do throws(FeatureError) {
          return try TextFeatureModel.fit(
            rows.texts, options: configuration.features,
            latentLimit: configuration.choosesLatentDimensions ? RunConfiguration.latentLimit : nil,
            pool: pool)
        } catch {
          throw Self.complaint(error, file: file, rows: rows)
        }
      }
      features = fitted.matrix
      termFeatures = fitted.latent == nil ? nil : fitted.termMatrix
      featureModel = fitted.model
      rowsWithoutWords = fitted.rowsWithoutWords
    }
    notes =
      rows.notes
      + Self.notes(
        zeroRows: rowsWithoutWords.count, dropped: rows.droppedRowCount, word: "known word")
    latentNote =
      model == nil && configuration.choosesLatentDimensions
      ? featureModel.flatMap { Self.latentNote($0, rowCount: rows.texts.count) } : nil
  }

  /// What a user should know when there are fewer latent dimensions than usual.
  private static func latentNote(_ model: TextFeatureModel, rowCount: Int) -> String? {
    let count = model.latentBasis?.columnCount ?? 0
    guard count < RunConfiguration.latentLimit else { return nil }
    let terms = model.terms.count
    let reason =
      "\(Self.rows(rowCount)) and \(terms == 1 ? "1 term" : "\(terms) terms") allow no more"
    return count == 0
      ? "no LSA: \(reason)"
      : "LSA of \(count == 1 ? "1 dimension" : "\(count) dimensions"): \(reason)"
  }

  /// The basis of a latent space of some dimensions of a matrix's rows.
  static func latentBasis(
    of matrix: FeatureMatrix, rank: Int, seed: UInt64, pool: WorkerPool
  ) throws -> DenseMatrix {
    do throws(TruncatedSVD.ComponentLimitError) {
      return try TruncatedSVD.fit(
        matrix, componentCount: rank, seed: seed, pool: pool
      ).basis
    } catch {
      throw FeatureError.tooManyLatentDimensions(requested: error.requested, limit: error.limit)
    }
  }

  /// What a user should know of rows that are empty or gone.
  static func notes(zeroRows: Int, dropped: Int, word: String) -> [String] {
    var notes: [String] = []
    if dropped > 0 {
      notes.append("\(Self.rows(dropped)) dropped: a required column is blank")
    }
    if zeroRows > 0 {
      notes.append("\(Self.rows(zeroRows)) without any \(word): kept as zeros")
    }
    return notes
  }

  private static func rows(_ count: Int) -> String {
    count == 1 ? "1 row" : "\(VisibleText.grouped(count)) rows"
  }

  /// The number of elements that are not zero.
  ///
  /// - Complexity: O(n·d) for dense rows, else O(1).
  public var nonzeroCount: Int {
    switch features {
    case .sparse(let matrix): matrix.storedCount
    case .dense(let matrix):
      (0..<matrix.rowCount).reduce(0) { $0 + matrix.row($1).count { $0 != 0 } }
    }
  }

  /// A complaint about texts, with the columns that were read and the option that would help.
  private static func complaint(
    _ error: FeatureError, file: InputFile, rows: CatalogueRows
  ) -> any Error {
    let columns = rows.textColumns.map { "'\($0)'" }.joined(separator: ", ")
    switch error {
    case .noText:
      return InputError(
        kind: .malformed, code: "text.all-empty", file: file.name,
        message: "no row has any text in column \(columns)",
        hint: "choose another column with --text; 'kindred columns' lists them")
    case .noWordsLeft(let largest):
      return InputError(
        kind: .malformed, code: "text.no-words", file: file.name,
        message: largest == 0
          ? "no words left in column \(columns): every token is a stop word or a single character"
          : "no words left in column \(columns) after --min-df and --max-df;"
            + " the largest document frequency is \(largest)",
        hint: largest == 0
          ? "try --stop-words none, or another column with --text"
          : "give --min-df \(largest) or less, and a larger --max-df")
    default:
      return error
    }
  }

  /// The rows without any stored element that is not zero.
  static func zeroRows(_ matrix: FeatureMatrix) -> [Int] {
    switch matrix {
    case .dense(let dense):
      (0..<dense.rowCount).filter { row in dense.row(row).allSatisfy { $0 == 0 } }
    case .sparse(let sparse):
      (0..<sparse.rowCount).filter { sparse.entries(ofRow: $0).isEmpty }
    }
  }

  /// Whether the input holds at least so many different rows; stops counting there.
  ///
  /// - Returns: the number of different rows, or `limit` when there are at least that many.
  public func distinctRowCount(upTo limit: Int) -> Int {
    var seen: [UInt64: [Int]] = [:]
    var count = 0
    for row in 0..<features.rowCount {
      let key = features.fingerprint(ofRow: row)
      let equals = seen[key, default: []]
      if equals.contains(where: { features.rowsAreEqual($0, row) }) { continue }
      seen[key] = equals + [row]
      count += 1
      if count >= limit { return limit }
    }
    return count
  }
}

extension FeatureMatrix {
  /// A number that equal rows share.
  fileprivate func fingerprint(ofRow row: Int) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ word: UInt32) { hash = (hash ^ UInt64(word)) &* 0x100_0000_01B3 }
    switch self {
    case .dense(let matrix):
      for value in matrix.row(row) { mix(value == 0 ? 0 : value.bitPattern) }
    case .sparse(let matrix):
      for entry in matrix.entries(ofRow: row) {
        mix(UInt32(bitPattern: matrix.columnIndices[entry]))
        mix(matrix.values[entry].bitPattern)
      }
    }
    return hash
  }

  /// Whether two rows hold the same numbers.
  fileprivate func rowsAreEqual(_ left: Int, _ right: Int) -> Bool {
    switch self {
    case .dense(let matrix):
      return matrix.row(left).elementsEqual(matrix.row(right))
    case .sparse(let matrix):
      let (a, b) = (matrix.entries(ofRow: left), matrix.entries(ofRow: right))
      return matrix.columnIndices[a] == matrix.columnIndices[b]
        && matrix.values[a] == matrix.values[b]
    }
  }
}
