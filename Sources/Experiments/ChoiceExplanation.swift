internal import Catalogue
internal import ClusterScores

/// Why a k was chosen or was not, in plain sentences with numbers.
///
/// All of it comes from what `sweep.json` holds, so a finished run is explained without fitting again.
public struct ChoiceExplanation: Sendable, Equatable {
  /// A list of sentences for each algorithm that was tried at this k.
  public let paragraphs: [[String]]

  /// Explains a k; nil when it was not tried.
  ///
  /// - Complexity: O(runs²) at worst.
  public init?(of k: Int, in record: SweepRecord) {
    let runs = record.runs.filter { $0.k == k }
    guard !runs.isEmpty else { return nil }
    paragraphs = runs.map { RunStanding(run: $0, record: record).sentences }
  }

  /// The sentences, one a line, with an empty line between algorithms.
  public var text: String {
    paragraphs.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }
}

/// How one run stands among all runs of a sweep.
private struct RunStanding {
  let run: SweepRecord.Run
  let record: SweepRecord

  var sentences: [String] {
    [
      verdict, silhouette, knee, stability, gap, votes, sizes, truth, test, cost,
    ].compactMap { $0 }
  }

  private var isChosen: Bool { record.best.k == run.k && record.best.algorithm == run.algorithm }

  private var hasSeveralAlgorithms: Bool {
    record.runs.contains { $0.algorithm != run.algorithm }
  }

  private var best: SweepRecord.Run? {
    record.runs.first { $0.k == record.best.k && $0.algorithm == record.best.algorithm }
  }

  private func name(k: Int, algorithm: String) -> String {
    hasSeveralAlgorithms ? "k = \(k) (\(algorithm))" : "k = \(k)"
  }

  private func name(_ run: SweepRecord.Run) -> String {
    name(k: run.k, algorithm: run.algorithm)
  }

  private var verdict: String {
    isChosen
      ? "\(name(run)) was chosen: \(record.best.reason)."
      : "\(name(run)) was not chosen: \(name(k: record.best.k, algorithm: record.best.algorithm))"
        + " was, for this: \(record.best.reason)."
  }

  /// The rank of a score among all runs, and the best run by it.
  private func ranking(
    _ score: (SweepRecord.Run) -> Double?
  ) -> (value: Double, rank: Int, count: Int, best: SweepRecord.Run, bestValue: Double)? {
    guard let value = score(run) else { return nil }
    var others: [(run: SweepRecord.Run, value: Double)] = []
    for other in record.runs {
      if let value = score(other) { others.append((other, value)) }
    }
    var top = others[0]
    for other in others.dropFirst()
    where other.value > top.value || (other.value == top.value && other.run.k < top.run.k) {
      top = other
    }
    return (value, 1 + others.count { $0.value > value }, others.count, top.run, top.value)
  }

  /// A score, its rank, and how far it is below the greatest.
  private func sentence(
    _ subject: String, decimals: Int, _ score: (SweepRecord.Run) -> Double?
  ) -> String? {
    guard let ranking = ranking(score), ranking.count > 1 else { return nil }
    let value = NumberText.fixed(ranking.value, decimals: decimals)
    guard ranking.rank > 1 else {
      return "\(subject), \(value), is the greatest of \(ranking.count)."
    }
    let distance = NumberText.fixed(ranking.bestValue - ranking.value, decimals: decimals)
    return "\(subject), \(value), is the \(Self.ordinal(ranking.rank)) of \(ranking.count),"
      + " \(distance) below the greatest, at \(name(ranking.best))."
  }

  private var silhouette: String? {
    run.silhouette == nil
      ? "It has no silhouette." : sentence("Its silhouette", decimals: 4) { $0.silhouette }
  }

  private var stability: String? {
    sentence("Its stability (mean ARI of fits)", decimals: 3) { $0.stability }
  }

  private var knee: String? {
    let curve = record.runs.filter { $0.algorithm == run.algorithm }
    guard
      let knee = InertiaKnee(
        clusterCounts: curve.map(\.k), inertias: curve.map(\.inertia)),
      let place = curve.firstIndex(where: { $0.k == run.k })
    else { return nil }
    let inertia = "Its inertia, \(NumberText.fixed(run.inertia, decimals: 2)), lies"
    let depth = NumberText.fixed(abs(knee.depths[place]), decimals: 3)
    let side = knee.depths[place] < 0 ? "above" : "below"
    let position = "\(depth) \(side) the line from k = \(curve[0].k) to \(curve[curve.count - 1].k)"
    if place == knee.index { return "\(inertia) \(position): the knee is here." }
    let greatest = NumberText.fixed(knee.depths[knee.index], decimals: 3)
    return
      "\(inertia) \(position); the knee, at k = \(curve[knee.index].k), lies \(greatest) below."
  }

  private var gap: String? {
    guard let gap = run.gap else { return nil }
    let value = NumberText.fixed(gap.value, decimals: 4)
    let error = NumberText.fixed(gap.standardError, decimals: 4)
    return "Its gap over rows without structure is \(value), with a standard error of \(error)."
  }

  private var votes: String? {
    guard !record.votes.isEmpty else { return nil }
    let own = Criterion.allCases.map(\.rawValue).filter { name in
      record.votes[name].map { $0.k == run.k && $0.algorithm == run.algorithm } ?? false
    }
    guard !own.isEmpty else { return "No criterion speaks for it." }
    let list = own.joined(separator: " and ")
    return "\(own.count == 1 ? "One criterion speaks" : "\(own.count) criteria speak")"
      + " for it: \(list)."
  }

  private var sizes: String {
    let sizes = run.sizes
    let range =
      sizes.min == sizes.max
      ? "\(VisibleText.grouped(sizes.min)) rows each"
      : "\(VisibleText.grouped(sizes.min)) to \(VisibleText.grouped(sizes.max)) rows,"
        + " median \(NumberText.shortest(sizes.median))"
    let singletons =
      switch sizes.singletons {
      case 0: "none of them is a single row"
      case 1: "one of them is a single row"
      default: "\(VisibleText.grouped(sizes.singletons)) of them are single rows"
      }
    return "Its clusters have \(range); \(singletons)."
  }

  private var truth: String? {
    sentence("Its agreement with the known classes (ARI)", decimals: 4) { $0.truth?.ari }
  }

  private var test: String? {
    sentence("The silhouette of its unseen rows", decimals: 4) { $0.test?.silhouette }
  }

  /// What it would cost to take this run instead of the chosen one.
  private var cost: String? {
    guard !isChosen, let best else { return nil }
    var parts: [String] = []
    if let own = run.silhouette, let other = best.silhouette {
      parts.append(
        Self.change(own - other, of: "silhouette", NumberText.fixed(abs(own - other), decimals: 4)))
    }
    if best.inertia > 0 {
      let share = (run.inertia - best.inertia) / best.inertia * 100
      parts.append(
        Self.change(share, of: "inertia", "\(NumberText.fixed(abs(share), decimals: 1)) %"))
    }
    if let own = run.stability, let other = best.stability {
      parts.append(
        Self.change(own - other, of: "stability", NumberText.fixed(abs(own - other), decimals: 3)))
    }
    let difference = run.k - best.k
    if difference != 0 {
      parts.append("\(abs(difference)) \(difference > 0 ? "more" : "fewer") clusters to read")
    }
    guard !parts.isEmpty else { return nil }
    return "To take it instead of \(name(best)) means: \(parts.joined(separator: ", "))."
  }

  private static func change(_ change: Double, of name: String, _ amount: String) -> String {
    change == 0 ? "the same \(name)" : "\(amount) \(change > 0 ? "more" : "less") \(name)"
  }

  private static func ordinal(_ number: Int) -> String {
    let ending =
      (11...13).contains(number % 100)
      ? "th" : [1: "st", 2: "nd", 3: "rd"][number % 10] ?? "th"
    return "\(number)\(ending)"
  }
}
