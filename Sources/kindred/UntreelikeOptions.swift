internal import ArgumentParser
internal import Catalogue
internal import Experiments

/// Options of a sweep that one tree has no use for: they are refused by name with what to do instead.
struct UntreelikeOptions: ParsableArguments {
  @Option(help: .hidden) var stability: String?
  @Option(help: .hidden) var gap: String?
  @Option(help: .hidden) var holdout: String?
  @Option(help: .hidden) var test: String?
  @Option(help: .hidden) var select: String?
  @Option(help: .hidden) var explain: String?

  /// Refuses them, on the command line and, where they ask for work, in a replayed run.json.
  func check(_ configuration: RunConfiguration) throws {
    let linkage = configuration.algorithms[0].rawValue
    let given: [(name: String, isGiven: Bool, what: String)] = [
      (
        "--stability", stability != nil || configuration.stability != nil,
        "one tree is not compared with others"
      ),
      ("--gap", gap != nil || configuration.gapReferenceCount != nil, "one cut has no gap"),
      (
        "--holdout", holdout != nil || configuration.heldOutShare != nil,
        "a tree is made of all rows"
      ),
      ("--test", test != nil, "a tree scores no unseen rows"),
      ("--select", select != nil, "a tree is cut where --cut or --height says"),
      ("--explain", explain != nil, "a tree chooses no k"),
    ]
    guard let first = given.first(where: \.isGiven) else { return }
    let option = first.name == "--explain" || first.name == "--select" ? "" : " with \(first.name)"
    throw Complaint(
      code: "usage.tree", exitCode: 64, message: "\(first.name): \(first.what)",
      hint:
        "kindred sweep --algorithm \(linkage) --k 2...30\(option) does this for the cuts of a tree"
    )
  }
}
