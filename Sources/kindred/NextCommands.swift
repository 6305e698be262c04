internal import Catalogue
internal import Experiments

/// What may be done with a finished run, as commands that work when they are copied.
struct NextCommands {
  let folder: String
  let prepared: PreparedInput
  let result: SweepResult

  /// Says them, unless nobody wants to hear.
  func tell(_ common: CommonOptions) {
    guard !common.quiet else { return }
    let place = Self.quoted(folder)
    var commands: [String] = []
    if let title = Self.title(among: prepared.titles) {
      commands.append("kindred recommend \(place) \"\(title)\"")
    }
    if result.runs.count > 1 {
      let best = result.best.clusterCount
      // What another criterion would choose is worth a look.
      let voted = result.choice.votes.map { result.runs[$0.index] }
      let other =
        voted.first { $0.clusterCount != best } ?? result.runs.last { $0.clusterCount != best }
        ?? result.best
      let name =
        other.algorithm == result.best.algorithm ? "" : " --algorithm \(other.algorithm.rawValue)"
      commands.append(
        "kindred export \(place) --k \(other.clusterCount)\(name) --out labels\(other.clusterCount).csv"
      )
    }
    if prepared.featureModel != nil {
      commands.append("kindred predict \(place) new.csv --out new-labels.csv")
    }
    if Files.exists("\(folder)/report.html") { commands.append("xdg-open \(place)/report.html") }
    guard !commands.isEmpty else { return }
    common.suggest("next:")
    for command in commands { common.suggest("  \(command)") }
  }

  /// The first title that can stand in a shell's double quotes as it is and names one row; one of several
  /// words if there is one.
  static func title(among titles: [String]) -> String? {
    var counts: [String: Int] = [:]
    for title in titles { counts[title.lowercased(), default: 0] += 1 }
    let plain = titles.lazy.filter { isPlain($0) && counts[$0.lowercased()] == 1 }
    let words = plain.filter { $0.contains(" ") && $0.allSatisfy { $0.isLetter || $0 == " " } }
    // One that any keyboard can type, if there is one.
    return words.first { $0.utf8.allSatisfy { $0 < 0x80 } } ?? words.first ?? plain.first
  }

  private static func isPlain(_ title: String) -> Bool {
    title.first?.isLetter == true && title.last != " " && title.count <= 40
      && title.allSatisfy { $0.isLetter || $0.isNumber || " -',.:&".contains($0) }
  }

  /// A path as a shell takes it.
  private static func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      byte >= 0x80 || Character(Unicode.Scalar(byte)).isLetter
        || Character(Unicode.Scalar(byte)).isNumber || "/._-+,@%".utf8.contains(byte)
    }
    return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
  }
}
