/// The colors of figures, for light and dark surroundings.
///
/// Colors of clusters differ from each other by 17 or more in CIELAB for eyes without red, green or blue
/// receptors too (Machado et al., DOI 10.1109/TVCG.2009.113), and from the page by a contrast of 3 or more.
enum Palette {
  private static let light = ["#274584", "#e27217", "#3ea468", "#584d01", "#ae75fc", "#841f43"]
  private static let dark = ["#3d8bfd", "#ea5a33", "#62e6a0", "#e6dc4f", "#a07ec4", "#dd7f92"]

  private static let lightSurface = ["#ffffff", "#1b1f24", "#59636e", "#e4e8ec"]
  private static let darkSurface = ["#15181c", "#e6e9ed", "#a0aab4", "#2b3138"]

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

  /// The same colors as variables of a page, which follows the system's scheme unless its root has one.
  static var variables: String {
    func rules(_ surface: [String], _ colors: [String]) -> String {
      let names = ["page", "ink", "quiet", "faint"] + colors.indices.map { "c\($0)" }
      return zip(names, surface + colors).map { "--\($0): \($1);" }.joined(separator: " ")
    }
    let (day, night) = (rules(lightSurface, light), rules(darkSurface, dark))
    return ":root { color-scheme: light; \(day) }\n"
      + ":root[data-scheme=dark] { color-scheme: dark; \(night) }\n"
      + "@media screen and (prefers-color-scheme: dark) {\n"
      + "  :root:not([data-scheme]) { color-scheme: dark; \(night) }\n}\n"
      + "@media print { :root:root { color-scheme: light; \(day) } }\n"
  }
}
