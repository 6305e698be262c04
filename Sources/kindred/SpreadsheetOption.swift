internal import ArgumentParser
internal import Catalogue
internal import Experiments
internal import Synchronization

/// `--excel-safe`: CSV in which a spreadsheet runs nothing.
struct SpreadsheetOption: ParsableArguments {
  @Flag(help: "CSV in which a spreadsheet runs no title as a formula.")
  var excelSafe = false

  func apply(to configuration: inout RunConfiguration) {
    if excelSafe { configuration.isSpreadsheetSafe = true }
  }

  /// One CSV output, made safe if that was asked for; a warning if not and there is need.
  func prepare(_ csv: String, named name: String, _ manners: MannersOptions) -> [UInt8] {
    let bytes = Array(csv.utf8)
    if excelSafe { return SpreadsheetText.safe(bytes) }
    Self.warn(SpreadsheetText.formulaCount(in: bytes), in: [name], manners)
    return bytes
  }

  /// What a spreadsheet would run in the files of a run, counted while these are made.
  final class FormulaCounts: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    fileprivate func add(_ count: Int, in name: String) {
      counts.withLock { $0[name] = count }
    }

    /// Warns if there is need.
    func warn(_ manners: MannersOptions) {
      let found = counts.withLock { $0 }.filter { $0.value > 0 }.sorted { $0.key < $1.key }
      SpreadsheetOption.warn(found.reduce(0) { $0 + $1.value }, in: found.map(\.key), manners)
    }
  }

  /// The files of a run, their CSV made safe if that was asked for, else looked at for `counts`.
  static func prepare(
    _ files: [RunFolder.File], _ configuration: RunConfiguration, counts: FormulaCounts
  ) -> [RunFolder.File] {
    let isSafe = configuration.isSpreadsheetSafe
    return files.map { file -> RunFolder.File in
      guard file.name.hasSuffix(".csv"), let make = file.bytes else { return file }
      let looked = { @Sendable () -> [UInt8] in
        let bytes = make()
        if isSafe { return SpreadsheetText.safe(bytes) }
        counts.add(SpreadsheetText.formulaCount(in: bytes), in: file.name)
        return bytes
      }
      return RunFolder.File(file.name, looked(), isReproducible: file.isReproducible)
    }
  }

  private static func warn(_ count: Int, in names: [String], _ manners: MannersOptions) {
    guard count > 0 else { return }
    manners.note(
      "warning: a spreadsheet would run \(count == 1 ? "1 field" : "\(count) fields") of"
        + " \(names.joined(separator: ", ")) as formulas; --excel-safe makes them text")
  }
}
