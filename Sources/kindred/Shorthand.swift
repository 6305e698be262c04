internal import ArgumentParser

/// `kindred films.csv` is a sweep with everything guessed.
enum Shorthand {
  /// The names of all commands.
  static let commands = Kindred.configuration.subcommands.map { $0._commandName } + ["help"]

  /// The full command line for a lone file, and a complaint about a command that is not there.
  static func expand(_ given: [String]) throws -> [String] {
    let arguments = joiningNegativeNumbers(given)
    guard let first = arguments.first, !first.hasPrefix("-") || first == "-" else {
      return arguments
    }
    if ["tree --help", "tree -h", "help tree"].contains(arguments.joined(separator: " ")) {
      // Its options are those of growing one.
      return ["help", "tree", "grow"]
    }
    if first == "tree" { try checkTree(arguments) }
    if commands.contains(first) { return arguments }
    if Files.exists(first) || first.contains(".") || first.contains("/") {
      let hasOutput = arguments.contains { $0 == "--out" || $0.hasPrefix("--out=") }
      let folder = Files.stem(first) + "-clusters"
      return ["sweep"] + arguments + (hasOutput ? [] : ["--out", folder])
    }
    throw Complaint(
      code: "usage.command", exitCode: 64,
      message: "no such command or file '\(first)'"
        + HelpTopics.suggestion(for: first, among: commands),
      hint: "kindred --help lists the commands")
  }

  /// Complains about `tree ct FOLDER`, which would be taken for the tree of a file called ct.
  private static func checkTree(_ arguments: [String]) throws {
    let words = arguments.dropFirst().prefix { !$0.hasPrefix("-") }
    guard words.count > 1, let word = words.first, !["grow", "cut"].contains(word),
      !Files.exists(word)
    else { return }
    throw Complaint(
      code: "usage.command", exitCode: 64,
      message: "tree has no command '\(word)'"
        + HelpTopics.suggestion(for: word, among: ["grow", "cut"]),
      hint: "kindred tree INPUT builds a tree, kindred tree cut FOLDER cuts one")
  }

  /// Makes `--seed -1` one argument, so that the option's own complaint names the value.
  private static func joiningNegativeNumbers(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      if let last = joined.last, last.hasPrefix("--"), last.count > 2, !last.contains("="),
        argument.hasPrefix("-"), argument.dropFirst().first?.isNumber == true
      {
        joined[joined.count - 1] = "\(last)=\(argument)"
      } else {
        joined.append(argument)
      }
    }
    return joined
  }
}
