internal import CKernels

/// By how much each sparse row's center leads over all others at least, kept up to date by what moves.
///
/// When few rows change their label, the sums of few terms change, and only the rows that have these terms
/// are charged for it, posting by posting. What a center's new size does to a score is in proportion to the
/// score, of which each row has bounds. An iteration then costs what changed and a few steps a row instead
/// of a pass over all stored values, which is what `TermDrift` takes. One thread at a time charges rows, so
/// this serves fits that have a thread to themselves.
final class RowLeads: @unchecked Sendable {
  /// What a row's bounds begin with, and what it is charged with, n each.
  private let leads: Buffer<Double>
  private let own: Buffer<Double>
  private let rivals: Buffer<Double>
  let charges: Buffer<Double>
  private let isUnsettled: Buffer<UInt8>
  /// What the last move did to the centers; nil when nothing has moved since the rows were looked at.
  private var changes: Changes?
  /// What any score may have changed by besides.
  private var loss = 0.0
  /// The labels that the leads belong to; nil when they say nothing.
  private var standings: Standings?

  /// What a move did to the scores of all rows, apart from the terms whose sums changed.
  ///
  /// Center by center, k each: a score s that is not negative gained at most rate·s + constant, or lost as much.
  struct Changes {
    let gainRates: Buffer<Double>
    let gains: Buffer<Double>
    let lossRates: Buffer<Double>
    let losses: Buffer<Double>

    init(clusterCount: Int) {
      gainRates = Buffer(count: clusterCount, repeating: 0)
      gains = Buffer(count: clusterCount, repeating: 0)
      lossRates = Buffer(count: clusterCount, repeating: 0)
      losses = Buffer(count: clusterCount, repeating: 0)
    }

    /// Takes in that a center's sums have another multiplier, grown by a share of itself.
    ///
    /// Its bias, which was `bias`, rose by `biasChange`. Products with rows are at most `product`;
    /// `eitherSign`: and at least its opposite instead of zero.
    func set(
      _ cluster: Int, growth: Double, bias: Double, biasChange: Double, product: Double,
      eitherSign: Bool
    ) {
      let opposite = eitherSign ? growth.magnitude * product : 0
      // A product is the score less the bias.
      if growth > 0 {
        gainRates[cluster] = loose(growth)
        gains[cluster] = loose(biasChange) + loose(-growth * bias)
        losses[cluster] = loose(opposite) + loose(-biasChange)
      } else {
        gains[cluster] = loose(opposite) + loose(biasChange)
        lossRates[cluster] = loose(-growth)
        losses[cluster] = loose(growth * bias) + loose(-biasChange)
      }
    }

    /// A number raised by more than sums and products of doubles can lose.
    private func loose(_ value: Double) -> Double { value + value.magnitude * 1e-9 }
  }

  init(rowCount: Int) {
    leads = Buffer(unwritten: rowCount)
    own = Buffer(unwritten: rowCount)
    rivals = Buffer(unwritten: rowCount)
    charges = Buffer(unwritten: rowCount)
    isUnsettled = Buffer(unwritten: rowCount)
  }

  /// Whether so few labels change that leads outlast the moves.
  var isUseful = false {
    didSet { if !isUseful { forget() } }
  }

  /// True while leads are known.
  var isHeld: Bool { standings != nil }

  /// Forgets everything: centers were put elsewhere.
  func forget() { standings = nil }

  /// True when the leads belong to these standings; otherwise they begin anew, with every row still to be
  /// compared.
  func resume(_ standings: Standings) -> Bool {
    if self.standings === standings { return true }
    self.standings = standings
    charges.elements.update(repeating: 0)
    changes = nil
    loss = 0
    return false
  }

  /// Begins a row's bounds anew; `error`: what its scores may be off by.
  func set(_ row: Int, best: Float, second: Float, error: Float) {
    leads.base[row] = Double(best) - Double(second) - 2 * Double(error)
    own.base[row] = Double(best) + Double(error)
    rivals.base[row] = Double(second) + Double(error)
  }

  /// Begins the bounds of listed rows anew and lists those among them whose best two scores may be tied
  /// when they are off by `error`; returns how many.
  func begin(
    _ rows: UnsafePointer<Int32>, count: Int, in standings: Standings, error: Float,
    near: UnsafeMutablePointer<Int32>
  ) -> Int {
    var kernelLeads = kindred_leads(
      lead: leads.base, own: own.base, rival: rivals.base, charge: charges.base, loss_rate: nil,
      loss: nil, gain_rate: nil, gain: nil, rise_rate: 0, rise: 0, slack: 0, center_count: 0)
    return Int(
      kindred_begin_leads(
        &kernelLeads, rows, Int64(count), standings.best.base, standings.second.base, error, near))
  }

  /// Sees to it that a row is looked at the next time.
  func unsettle(_ row: Int) {
    leads.base[row] = -.infinity
    own.base[row] = 0
    rivals.base[row] = 0
  }

  /// Takes in what a move did; the rows have been charged already.
  func move(_ changes: Changes) {
    guard isHeld else { return }
    guard self.changes == nil else { return forget() }
    self.changes = changes
  }

  /// Takes in that any score may have changed by as much as `loss`.
  func loosen(by loss: Double) { self.loss += 2 * loss }

  /// Takes what moved off the leads of some rows, before `list` is asked.
  func takeCharges(of rows: Range<Int>, slack: Double, level: InstructionSet, clusterCount: Int) {
    guard let standings else { preconditionFailure("no leads are held") }
    let changes = changes ?? Changes(clusterCount: clusterCount)
    var kernelLeads = kindred_leads(
      lead: leads.base, own: own.base, rival: rivals.base, charge: charges.base,
      loss_rate: changes.lossRates.base, loss: changes.losses.base,
      gain_rate: changes.gainRates.base, gain: changes.gains.base,
      rise_rate: changes.gainRates.elements.max() ?? 0,
      rise: (changes.gains.elements.max() ?? 0) + loss, slack: slack,
      center_count: Int64(clusterCount))
    kindred_take_charges(
      level.rawValue, &kernelLeads, Int64(rows.lowerBound), Int64(rows.upperBound),
      standings.labels.base, isUnsettled.base)
  }

  /// Those of the listed rows whose lead may be gone; returns how many.
  func list(
    unsettledOf rows: UnsafePointer<Int32>, count: Int, into unsettled: Buffer<Int32>
  ) -> Int {
    var kept = 0
    for place in 0..<count {
      unsettled.base[kept] = rows[place]
      kept += Int(isUnsettled.base[Int(rows[place])])
    }
    return kept
  }

  /// All rows have been looked at since the last move.
  func settle() {
    changes = nil
    loss = 0
  }
}
