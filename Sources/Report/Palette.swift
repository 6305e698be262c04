/// The colors of figures, for light and dark surroundings.
///
/// Colors of clusters differ from each other by 17 or more in CIELAB for eyes without red, green or blue
/// receptors too (Machado et al., DOI 10.1109/TVCG.2009.113), and from the page by a contrast of 3 or more.
enum Palette {
  private static let light = ["#274584", "#e27217", "#3ea468", "#584d01", "#ae75fc", "#841f43"]
  private static let dark = ["#3d8bfd", "#ea5a33", "#62e6a0", "#e6dc4f", "#a07ec4", "#dd7f92"]

  /// The number of colors; clusters take turns.
  static let count = light.count

  /// Rules for the classes `page`, `ink`, `quiet`, `faint` and `c0`, `c1` and so on, below one of a figure.
  static func styles(of figure: String) -> String {
    func rules(
      _ page: String, _ ink: String, _ quiet: String, _ faint: String, _ colors: [String]
    ) -> [String] {
      [
        ".page{color:\(page)}", ".ink{color:\(ink)}", ".quiet{color:\(quiet)}",
        ".faint{color:\(faint)}",
      ] + colors.enumerated().map { ".c\($0){color:\($1)}" }
    }
    func block(_ rules: [String]) -> String {
      rules.map { ".\(figure) \($0)\n" }.joined()
    }
    return block(rules("#ffffff", "#1b1f24", "#59636e", "#e4e8ec", light))
      + "@media (prefers-color-scheme:dark){\n"
      + block(rules("#15181c", "#e6e9ed", "#a0aab4", "#2b3138", dark)) + "}\n"
  }
}
