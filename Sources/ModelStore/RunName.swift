internal import Clustering
internal import Experiments

/// What tells the runs of a sweep apart, and the name of a run's group in the file.
struct RunName: Sendable, Hashable {
  /// The algorithm's name, such as `kmeans`.
  let algorithm: String

  /// The number of clusters (k).
  let clusterCount: Int

  /// Puts a name together.
  init(algorithm: String, clusterCount: Int) {
    self.algorithm = algorithm
    self.clusterCount = clusterCount
  }

  /// The name of a run.
  init(_ run: RunRecord) {
    self.init(algorithm: run.algorithm, clusterCount: run.assignment.clusterCount)
  }

  /// The name that a group has, or nil when no run has such a name.
  init?(text: String) {
    guard let dash = text.lastIndex(of: "-"), text[dash...].dropFirst().first == "k",
      let clusterCount = Int(text[dash...].dropFirst(2))
    else { return nil }
    self.init(algorithm: String(text[..<dash]), clusterCount: clusterCount)
    guard isSound, self.text == text else { return nil }
  }

  /// The group's name, such as `kmeans-k0011`, so that names ascend as k does.
  var text: String {
    let digits = String(clusterCount)
    return "\(algorithm)-k\(String(repeating: "0", count: max(0, 4 - digits.utf8.count)))\(digits)"
  }

  /// True when the name stands for one group and no path: letters, digits, `-`, `_`, k from 1.
  var isSound: Bool {
    clusterCount >= 1 && (1...64).contains(algorithm.utf8.count)
      && algorithm.unicodeScalars.allSatisfy {
        $0.isASCII
          && ($0.properties.isAlphabetic || $0.properties.numericType != nil
            || $0 == "-" || $0 == "_")
      }
  }

  /// Ascending by algorithm, then by k.
  static func precedes(_ first: RunName, _ second: RunName) -> Bool {
    first.algorithm == second.algorithm
      ? first.clusterCount < second.clusterCount
      : first.algorithm.utf8.lexicographicallyPrecedes(second.algorithm.utf8)
  }
}
