internal import Glibc

/// How much tighter clusters are than those of reference rows without any structure.
///
/// Gap(k) is the mean of ln W over the reference sets minus ln W of the rows, W the sum of squared
/// distances to the centers; s(k) is the standard deviation over the B sets times √(1 + 1/B).
///
/// Use to ask whether there are clusters at all: nothing else here can answer 1. Do not use for
/// thousands of rows and many k without need: it fits every k B times more.
///
/// Tibshirani, Walther and Hastie 2001, doi:10.1111/1467-9868.00293.
public struct GapStatistic: Sendable, Equatable {
  /// Gap(k); higher is better.
  public let value: Double

  /// s(k), the standard error with that of the simulation.
  public let standardError: Double

  /// Compares a sum of squares with those of the reference sets; nil where one of them has no logarithm.
  ///
  /// - Complexity: O(references).
  public init?(within: Double, references: [Double]) {
    guard within > 0, !references.isEmpty, references.allSatisfy({ $0 > 0 }) else { return nil }
    let logarithms = references.map { log($0) }
    let count = Double(references.count)
    let mean = logarithms.reduce(0, +) / count
    let variance = logarithms.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    value = mean - log(within)
    standardError = (variance * (1 + 1 / count)).squareRoot()
  }

  /// The one-standard-error rule: the first k whose gap is not less than that of the next k minus its
  /// standard error; nil when the gap grows to the end.
  ///
  /// - Parameter curve: the gaps of ascending k; those that are undefined are passed over.
  /// - Complexity: O(k).
  public static func firstSufficient(_ curve: [GapStatistic?]) -> Int? {
    let known = curve.indices.filter { curve[$0] != nil }
    for (place, next) in zip(known, known.dropFirst()) {
      guard let gap = curve[place], let other = curve[next] else { continue }
      if gap.value >= other.value - other.standardError { return place }
    }
    return nil
  }
}
