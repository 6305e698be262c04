internal import ArgumentParser
internal import FoundationEssentials

/// The options of each command, taken from the parser's own description of them.
enum KnownOptions {
  private struct Dump: Decodable { let command: Command }
  private struct Command: Decodable {
    let commandName: String
    let subcommands: [Command]?
    let arguments: [Argument]?
    let defaultSubcommand: String?
  }
  private struct Argument: Decodable { let names: [Name]? }
  private struct Name: Decodable {
    let kind: String
    let name: String
  }

  /// The long options of a command such as `["tree", "cut"]`, with their hyphens; those of the root for a
  /// command that is not there.
  static func names(of path: [String]) -> [String] {
    let text = Kindred._dumpHelp()
    guard let dump = try? JSONDecoder().decode(Dump.self, from: Data(text.utf8)) else { return [] }
    var command = dump.command
    for word in path {
      guard let next = command.subcommands?.first(where: { $0.commandName == word }) else { break }
      command = next
    }
    if let name = command.defaultSubcommand,
      let next = command.subcommands?.first(where: { $0.commandName == name })
    {
      command = next
    }
    let names = (command.arguments ?? []).flatMap { $0.names ?? [] }
      .filter { $0.kind == "long" }.map { "--\($0.name)" }
    return names + ["--help", "--version"].filter { !names.contains($0) }
  }
}
