internal import ArgumentParser
internal import Experiments

/// `--png`: figures of the run folder as PNG too.
struct PictureOption: ParsableArguments {
  @Flag(help: "Also write every figure as PNG, by rsvg-convert.")
  var png = false

  /// What draws the pictures, looked for before any work; nil when none were asked for.
  ///
  /// - Throws: `Complaint` when there is no folder for them, or no program.
  func converter(out: String?) throws -> PictureConverter? {
    guard png else { return nil }
    guard out != nil else {
      throw Complaint(
        code: "usage.png", exitCode: 64,
        message: "--png draws into the run folder, and there is none",
        hint: "give --out DIR")
    }
    return try PictureConverter()
  }
}
