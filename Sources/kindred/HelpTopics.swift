internal import ArgumentParser
internal import Catalogue

/// Help that is not a command's own.
enum HelpTopics {
  /// What `kindred` alone says.
  static let short = """
    Kindred groups the texts of a catalogue and finds relatives of a favorite.

      kindred films.csv                          guess all, fill films-clusters/
      kindred sweep films.csv --k 2...30 --out run/films
      kindred recommend run/films "The Long Night"
      kindred columns films.csv                  what is in the file

      kindred --help                             all commands
      kindred COMMAND --help                     examples and options of one
      kindred --help exit-codes                  what the exit codes mean
    """

  /// The exit codes, for `--help exit-codes`.
  static let exitCodes = """
    Exit codes:
       0  done
       1  an honest no: title not found, bench slower than its baseline
      64  wrong options
      65  malformed input
      66  input missing or empty
      70  a fault of kindred: please report it
      71  over a resource limit, said before the work starts
      73  cannot create the output, or it exists and --force is not given
      74  reading or writing failed, such as on a full disk
      75  another run holds the folder
      77  permission refused
      78  wrong configuration file
     130  interrupted (SIGINT); finished fits are kept
     141  nobody reads the output any more (SIGPIPE)
     143  terminated (SIGTERM); finished fits are kept

    With --format json a complaint is one object, the last line of standard error:
      {"error": {"code": ..., "exit": ..., "message": ..., "hint": ...}}
    """

  private static let topics = ["exit-codes": exitCodes]

  /// The topic that a command line asks for, such as `--help exit-codes` or `help exit-codes`.
  ///
  /// - Throws: `Complaint` for help on what there is not.
  static func asked(_ arguments: [String], commands: [String]) throws -> String? {
    guard arguments.count == 2, let first = arguments.first,
      ["help", "--help", "-h"].contains(first)
    else { return nil }
    let name = arguments[1]
    if let topic = topics[name] { return topic }
    guard !commands.contains(name), !name.hasPrefix("-") else { return nil }
    throw Complaint(
      code: "usage.help", exitCode: 64,
      message: "no command or topic '\(name)'"
        + suggestion(for: name, among: commands + topics.keys.sorted()),
      hint: "kindred --help lists the commands; kindred --help exit-codes the exit codes")
  }

  /// `; did you mean 'X'?`, where something is near.
  static func suggestion(for name: String, among names: [String]) -> String {
    nearestNames(to: name, in: names, limit: 1).first.map { "; did you mean '\($0)'?" } ?? ""
  }
}
