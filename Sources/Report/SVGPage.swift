/// The frame that all figures share: size, words for those who hear it, colors for light and dark.
struct SVGPage {
  /// The class and the beginning of the identifiers, such as `map`.
  let figure: String

  /// Its name and what it shows, not yet escaped.
  let title: String
  let description: String

  /// The size in CSS pixels.
  var width = 960
  let height: Int

  /// Rules of this figure alone, each with its line feed, without the figure's class.
  var styles: [String] = []

  /// The file around what is drawn.
  func bytes(drawing: String) -> [UInt8] {
    let own = styles.map { ".\(figure) \($0)\n" }.joined()
    let text = """
      <svg xmlns="http://www.w3.org/2000/svg" class="\(figure)" role="img" \
      aria-labelledby="\(figure)-title \(figure)-description" \
      viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)">
      <title id="\(figure)-title">\(SVGText.escaping(title))</title>
      <desc id="\(figure)-description">\(SVGText.escaping(description))</desc>
      <style>
      .\(figure) text{fill:currentColor;font:12px system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,\
      sans-serif}
      .\(figure) .heading{font-size:17px;font-weight:600}
      .\(figure) .number{text-anchor:end;font-variant-numeric:tabular-nums}
      .\(figure) .strong{font-weight:600}
      .\(figure) .middle{text-anchor:middle}
      .\(figure) path{stroke:currentColor;stroke-width:1.6;fill:none;stroke-linejoin:round;\
      stroke-linecap:round}
      .\(figure) .hair{stroke-width:1}
      .\(figure) .dashes{stroke-width:1.2;stroke-dasharray:4 4}
      .\(figure) .full{fill:currentColor;stroke:none}
      \(own)\(Palette.styles(of: figure))</style>
      <rect class="page full" width="\(width)" height="\(height)"/>
      \(drawing)</svg>

      """
    return Array(text.utf8)
  }

  /// A line or an area.
  static func path(_ classes: String, _ steps: String) -> String {
    "<path class=\"\(classes)\" d=\"\(steps)\"/>\n"
  }

  /// Two coordinates.
  static func pair(_ x: Double, _ y: Double) -> String {
    "\(SVGText.number(x)) \(SVGText.number(y))"
  }

  /// A text at a place; `content` is escaped already.
  static func words(_ classes: String, _ x: Double, _ y: Double, _ content: String) -> String {
    let places = "x=\"\(SVGText.number(x))\" y=\"\(SVGText.number(y))\""
    return "<text class=\"\(classes)\" \(places)>\(content)</text>\n"
  }

  /// A dot with a rim; `classes` color both.
  static func circle(_ classes: String, _ x: Double, _ y: Double, radius: Double) -> String {
    let places = "cx=\"\(SVGText.number(x))\" cy=\"\(SVGText.number(y))\""
    return "<circle class=\"\(classes)\" \(places) r=\"\(SVGText.number(radius))\"/>\n"
  }
}
