internal import Clustering

/// What an interrupted run left.
struct FoundUnits {
  /// The fits by name; of each algorithm and k the best in full.
  private(set) var fits: [FitUnit.Name: FitUnit] = [:]
  private(set) var trees: [TreeUnit] = []
  /// The best restarts, without their models.
  private(set) var best: [FitUnit.Plan: FitUnit] = [:]
  /// Sentences about files that were set aside.
  private(set) var warnings: [String] = []

  init() {}

  /// Reads every file of units; those that cannot be used are set aside.
  init(in folder: UnitFolder, file: UnitFile, keepsLabels: Bool) throws(OutputError) {
    for name in folder.parts() {
      do throws(UnitFault) {
        for unit in try file.units(try folder.read(name)) {
          switch unit {
          case .fit(let fit): add(fit, keepsLabels: keepsLabels)
          case .tree(let tree): trees.append(tree)
          }
        }
      } catch {
        let aside = try folder.setAside(name)
        warnings.append(
          "\(UnitFolder.name)/\(name) \(error.reason); set aside as \(aside), its fits are made again"
        )
      }
    }
    // A loser whose winner is lost cannot stand for its plan; it is made again with the winner.
    let whole = best
    fits = fits.filter { name, fit in
      guard let winner = whole[name.plan] else { return false }
      return !fit.beats(winner)
    }
  }

  private mutating func add(_ fit: FitUnit, keepsLabels: Bool) {
    fits[fit.name] = fit
    guard fit.model != nil else { return }
    guard let winner = best[fit.name.plan] else {
      best[fit.name.plan] = fit.beaten(keepingLabels: false)
      return
    }
    if fit.beats(winner) {
      best[fit.name.plan] = fit.beaten(keepingLabels: false)
      fits[winner.name] = fits[winner.name]?.beaten(keepingLabels: keepsLabels)
    } else if fit.name != winner.name {
      fits[fit.name] = fit.beaten(keepingLabels: keepsLabels)
    }
  }
}
