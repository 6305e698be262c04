internal import Catalogue
internal import Experiments

/// What `--dry-run` says of a plan.
enum PlanFacts {
  /// The memory in a format: a sentence for people, else bytes in all and by part.
  static func memory(
    _ plan: MemoryPlan, _ format: CommonOptions.Format
  ) -> [(String, JSONValue)] {
    guard format != .table else {
      return [
        ("memory", .string("about \(VisibleText.byteCount(plan.totalBytes)), \(plan.largestPart)"))
      ]
    }
    var facts: [(String, JSONValue)] = [("memory_bytes", .int(plan.totalBytes))]
    if format == .json {
      facts.append(("memory_parts", .object(plan.parts.map { ($0.name, .int($0.byteCount)) })))
    }
    return facts
  }

  /// The fits that are made beside those of the sweep, and what all take beside these alone.
  static func otherFits(
    _ fits: OtherFits, _ format: CommonOptions.Format
  ) -> [(String, JSONValue)] {
    guard !fits.all.isEmpty else { return [] }
    let work = NumberText.fixed(fits.workFactor, decimals: 1)
    switch format {
    case .table:
      let list = fits.all.map { "\(VisibleText.grouped($0.count)) \($0.purpose)" }
      return [
        ("other fits", .string(list.joined(separator: ", "))),
        ("work", .string("about \(work) times that of the sweep's own fits")),
      ]
    case .json:
      return [
        ("other_fits", .object(fits.all.map { ($0.key, .int($0.count)) })),
        ("work_factor", .number(fits.workFactor)),
      ]
    case .csv:
      return [
        ("other_fits", .int(fits.all.reduce(0) { $0 + $1.count })),
        ("work_factor", .number(fits.workFactor)),
      ]
    }
  }
}
