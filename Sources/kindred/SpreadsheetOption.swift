internal import ArgumentParser
internal import Catalogue
internal import Experiments

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

  /// The files of a run, their CSV made safe if that was asked for; a warning if not and there is need.
  static func prepare(
    _ files: [RunFolder.File], _ configuration: RunConfiguration, _ manners: MannersOptions
  ) -> [RunFolder.File] {
    var count = 0
    var names: [String] = []
    let prepared = files.map { file -> RunFolder.File in
      guard file.name.hasSuffix(".csv"), let bytes = file.bytes else { return file }
      if configuration.isSpreadsheetSafe {
        return RunFolder.File(
          file.name, SpreadsheetText.safe(bytes), isReproducible: file.isReproducible)
      }
      let found = SpreadsheetText.formulaCount(in: bytes)
      count += found
      if found > 0 { names.append(file.name) }
      return file
    }
    warn(count, in: names, manners)
    return prepared
  }

  private static func warn(_ count: Int, in names: [String], _ manners: MannersOptions) {
    guard count > 0 else { return }
    manners.note(
      "warning: a spreadsheet would run \(count == 1 ? "1 field" : "\(count) fields") of"
        + " \(names.joined(separator: ", ")) as formulas; --excel-safe makes them text")
  }
}
