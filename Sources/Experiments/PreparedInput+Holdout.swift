public import Catalogue
public import Matrices
internal import TextFeatures

extension PreparedInput {
  /// Reads an input and holds random rows out: features are made of the rest alone, and the rows that are
  /// held out are brought into them as unseen rows are.
  ///
  /// - Parameters:
  ///   - file: a catalogue or a matrix.
  ///   - share: of the rows, above 0 and below 1; at least one row is held out, and at least one kept.
  ///   - configuration: columns, features and the seed.
  ///   - pool: the threads; the result does not depend on their number.
  ///   - seconds: the times of the phases, which are added to.
  /// - Returns: both parts, and the places of the kept rows among all that the input would have given.
  /// - Throws: as `load`; `InputError` for an input of one row.
  public static func load(
    _ file: InputFile, holdingOut share: Double, configuration: RunConfiguration,
    pool: WorkerPool, seconds: inout PhaseSeconds
  ) throws -> (training: PreparedInput, heldOut: PreparedInput, kept: [Int]) {
    if file.holdsMatrix {
      let matrix = try seconds.measure(.read) { try MatrixFile.read(file) }
      try check(matrix, of: file)
      let split = try RowSplit(
        matrix.rowCount, share: share, seed: configuration.seed, file: file.name)
      let parts = try seconds.measure(.features) {
        try splitting(matrix, split, file: file, configuration: configuration, pool: pool)
      }
      return (parts.training, parts.heldOut, split.kept)
    }
    let rows = try seconds.measure(.read) {
      try CatalogueRows(file, configuration: configuration, profilePool: pool)
    }
    let split = try RowSplit(
      rows.rowNumbers.count, share: share, seed: configuration.seed, file: file.name)
    let training = try PreparedInput(
      file: file, rows: rows.selecting(split.kept, notes: rows.notes),
      configuration: configuration, model: nil,
      pool: pool, seconds: &seconds)
    let heldOut = try PreparedInput(
      file: file, rows: rows.selecting(split.heldOut, notes: []), configuration: configuration,
      model: training.featureModel, pool: pool, seconds: &seconds)
    return (training, heldOut, split.kept)
  }

  /// The two parts of a matrix, in the latent space of the kept rows when there is one.
  private static func splitting(
    _ matrix: FeatureMatrix, _ split: RowSplit, file: InputFile, configuration: RunConfiguration,
    pool: WorkerPool
  ) throws -> (training: PreparedInput, heldOut: PreparedInput) {
    let (kept, other) = (matrix.selecting(rows: split.kept), matrix.selecting(rows: split.heldOut))
    guard let rank = configuration.features.latentDimensionCount else {
      return (
        PreparedInput(file: file, rows: split.kept, matrix: kept, features: kept),
        PreparedInput(file: file, rows: split.heldOut, matrix: other, features: other)
      )
    }
    let basis = try latentBasis(
      of: kept, rank: rank, seed: configuration.features.seed, pool: pool)
    let parts = [(split.kept, kept), (split.heldOut, other)].map { rows, part in
      PreparedInput(
        file: file, rows: rows, matrix: part,
        features: .dense(TruncatedSVD.project(part, onto: basis, unitRows: true, pool: pool)),
        basis: basis)
    }
    return (parts[0], parts[1])
  }

  /// Takes some rows of a matrix.
  private init(
    file: InputFile, rows: [Int], matrix: FeatureMatrix, features: FeatureMatrix,
    basis: DenseMatrix? = nil
  ) {
    name = file.name
    sha256 = file.sha256
    self.features = features
    featureModel = nil
    termFeatures = nil
    rowNumbers = rows.map { $0 + 1 }
    identifiers = rowNumbers.map(String.init)
    titles = []
    textColumns = []
    profileColumns = []
    rowsWithoutWords = Self.zeroRows(matrix)
    droppedRowCount = 0
    notes = Self.notes(
      zeroRows: rowsWithoutWords.count, dropped: 0, word: "non-zero element")
    latentNote = nil
    truth = nil
    matrixBasis = basis
  }
}

/// Which rows are held out of the fits.
struct RowSplit {
  /// The rows that are fitted, ascending.
  let kept: [Int]
  /// The rows that are held out, ascending.
  let heldOut: [Int]

  /// What the random numbers are for.
  private static let purpose: UInt64 = 0x484f_4c44

  /// Draws the rows to hold out.
  ///
  /// - Throws: `InputError` for fewer than two rows.
  init(_ rowCount: Int, share: Double, seed: UInt64, file: String) throws(InputError) {
    precondition(share > 0 && share < 1, "a part of the rows lies between 0 and 1")
    guard rowCount > 1 else {
      throw InputError(
        kind: .malformed, code: "holdout.rows", file: file,
        message: "\(rowCount) row cannot be split", hint: "leave --holdout out")
    }
    let count = min(max(1, Int((share * Double(rowCount)).rounded())), rowCount - 1)
    var generator = CounterGenerator(seed: seed, purpose: Self.purpose)
    heldOut = RandomRows.draw(count, of: rowCount, using: &generator)
    var isHeldOut = [Bool](repeating: false, count: rowCount)
    for row in heldOut { isHeldOut[row] = true }
    kept = (0..<rowCount).filter { !isHeldOut[$0] }
  }
}

extension CatalogueRows {
  /// Some of the rows, with notes of their own.
  func selecting(_ rows: [Int], notes: [String]) -> CatalogueRows {
    CatalogueRows(
      texts: PackedStrings(rows.map { texts[$0] }), rowNumbers: rows.map { rowNumbers[$0] },
      identifiers: rows.map { identifiers[$0] },
      titles: titles.isEmpty ? [] : rows.map { titles[$0] }, textColumns: textColumns,
      droppedRowCount: droppedRowCount, notes: notes,
      profileColumns: profileColumns.map { $0.selecting(rows: rows) },
      truth: truth?.selecting(rows: rows))
  }

  private init(
    texts: PackedStrings, rowNumbers: [Int], identifiers: [String], titles: [String],
    textColumns: [String], droppedRowCount: Int, notes: [String], profileColumns: [ProfileColumn],
    truth: TrueClasses?
  ) {
    self.texts = texts
    self.rowNumbers = rowNumbers
    self.identifiers = identifiers
    self.titles = titles
    self.textColumns = textColumns
    self.droppedRowCount = droppedRowCount
    self.notes = notes
    self.profileColumns = profileColumns
    self.truth = truth
  }
}
