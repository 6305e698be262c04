internal import CKernels

/// How far moving centers have drifted on each term, and what that leaves of each sparse row's lead.
///
/// A row's label can change only through the terms that the row has. Summing the greatest rise and fall of
/// each of its terms bounds what any other center can have gained on its own, which on text settles most
/// rows from the third iteration on. The triangle inequality of Hamerly, DOI
/// 10.1137/1.9781611972801.12, charges a row with the whole drift of a center and settles nearly none
/// there: all distances are about √2, and centers drift by far more than distances differ.
final class TermDrift: @unchecked Sendable {
  /// Beyond this the bounds would cost more memory than they save time: 256 MiB.
  private static let greatestRowCount = 1 << 22

  private let rowCount: Int
  private let columnCount: Int
  private var tables: Tables?
  private let biasRise = Buffer<Float>(count: 16, repeating: 0)
  private var biasTotals = [Double](repeating: 0, count: 16)
  private var greatestBiasTotal = 0.0
  private var greatestBiasRise: Float = 0
  /// The labels that the bounds belong to; nil when they say nothing.
  private var standings: Standings?
  /// True until a center has moved since the bounds began.
  private(set) var isFresh = true

  /// What the kernels read and write; made when bounds are first wanted.
  private struct Tables {
    /// `d×16`.
    let rise: Buffer<Float>
    /// d.
    let span: Buffer<Float>
    /// `n×16`.
    let others: Buffer<Float>
    /// n.
    let lead: Buffer<Float>
  }

  init?(rowCount: Int, columnCount: Int) {
    guard rowCount <= Self.greatestRowCount else { return nil }
    self.rowCount = rowCount
    self.columnCount = columnCount
  }

  /// Whether few enough labels change for bounds to save more than they cost.
  var isUseful = false {
    didSet { if !isUseful { forget() } }
  }

  /// True when the bounds belong to these standings; otherwise they begin anew, to belong to them.
  func resume(_ standings: Standings, pool: WorkerPool) -> Bool {
    if self.standings === standings { return true }
    guard isUseful else { return false }
    self.standings = standings
    let tables =
      tables
      ?? Tables(
        rise: Buffer(unwritten: columnCount * 16), span: Buffer(unwritten: columnCount),
        others: Buffer(unwritten: rowCount * 16), lead: Buffer(unwritten: rowCount))
    self.tables = tables
    let size = 1_024
    pool.forEach((0..<columnCount).pieceCount(size: size)) { chunk in
      let terms = (0..<self.columnCount).piece(chunk, size: size)
      (tables.span.base + terms.lowerBound).update(repeating: 0, count: terms.count)
      (tables.rise.base + 16 * terms.lowerBound).update(repeating: 0, count: 16 * terms.count)
    }
    biasRise.elements.update(repeating: 0)
    for group in 0..<16 { biasTotals[group] = 0 }
    greatestBiasTotal = 0
    greatestBiasRise = 0
    isFresh = true
    return false
  }

  /// Forgets everything: centers were put elsewhere.
  func forget() { standings = nil }

  /// Takes in that any score may have changed by as much as `loss`.
  func loosen(by loss: Double) {
    // One score may have risen and the other fallen.
    move(biasesBy: [Double](repeating: 2 * loss, count: 16))
  }

  /// Takes in how much each center's −‖c‖²/2 rose or fell; the terms' tables were written before.
  func move(biasesBy changes: [Double]) {
    guard standings != nil else { return }
    isFresh = false
    var greatest = [Double](repeating: 0, count: 16)
    for (cluster, change) in changes.enumerated() {
      greatest[cluster % 16] = max(greatest[cluster % 16], change)
    }
    for group in 0..<16 {
      biasTotals[group] += greatest[group]
      biasRise[group] = Float(biasTotals[group]).nextUp
    }
    greatestBiasTotal += greatest.max() ?? 0
    greatestBiasRise = Float(greatestBiasTotal).nextUp.nextUp
  }

  /// Where an assignment writes the scores of the other centers; nil when no bounds are kept.
  var scores: UnsafeMutablePointer<Float>? { standings == nil ? nil : tables?.others.base }

  /// What moved on each term, d; nil when no bounds are kept.
  var span: UnsafePointer<Float>? {
    standings == nil ? nil : tables.map { UnsafePointer($0.span.base) }
  }

  /// The tables that a move adds to; nil when no bounds are kept.
  var moveTables: (rise: UnsafeMutablePointer<Float>, span: UnsafeMutablePointer<Float>)? {
    guard standings != nil, let tables else { return nil }
    return (tables.rise.base, tables.span.base)
  }

  /// Sees to it that a row is looked at the next time.
  func unsettle(_ row: Int) {
    guard let tables else { return }
    tables.lead.base[row] = -.infinity
    for group in 0..<16 { tables.others.base[row * 16 + group] = .infinity }
  }

  /// The bounds as the kernels take them; nil when none are kept.
  func kernelDrift(squaredNorms: Buffer<Double>, centerNorm: Float) -> kindred_drift? {
    guard standings != nil, let tables else { return nil }
    return kindred_drift(
      rise: tables.rise.base, span: tables.span.base, others: tables.others.base,
      lead: tables.lead.base, bias_rise: biasRise.base, greatest_bias_rise: greatestBiasRise,
      center_norm: centerNorm, squared_norms: squaredNorms.base)
  }
}
