/// What the rows of a cluster have in one column beside the texts, and what all rows have.
public struct ClusterProfile: Sendable, Equatable {
  /// A value, the share of the cluster's rows that have it, and the share of all rows, in 0...1.
  public struct Value: Sendable, Equatable {
    /// The value as the catalogue writes it.
    public let name: String
    /// Its share of the cluster's rows whose cell is not blank.
    public let share: Double
    /// Its share of all rows whose cell is not blank.
    public let overallShare: Double

    /// Puts a value together.
    public init(name: String, share: Double, overallShare: Double) {
      self.name = name
      self.share = share
      self.overallShare = overallShare
    }
  }

  /// What a column tells.
  public enum Content: Sendable, Equatable {
    /// The most common values, by descending share.
    case values([Value])
    /// The lower quartile, the median and the upper quartile of the cluster's rows and of all.
    case quartiles([Double], overall: [Double])
  }

  /// The column's name.
  public let column: String
  /// What it tells.
  public let content: Content

  /// Puts a profile together.
  public init(column: String, content: Content) {
    self.column = column
    self.content = content
  }

  /// Describes a cluster's rows in each column where any of them has something.
  ///
  /// - Complexity: O(n) a column for all rows, O(rows log rows) for a cluster.
  static func profiles(
    of rows: [Int], overall: [ClusterProfile.Overall], valueLimit: Int
  ) -> [ClusterProfile] {
    overall.compactMap { $0.profile(of: rows, valueLimit: valueLimit) }
  }

  /// A column and what all rows have in it.
  struct Overall {
    private let column: ProfileColumn
    private let counts: [Int]
    private let filledCount: Int
    private let quartiles: [Double]

    init(_ column: ProfileColumn) {
      self.column = column
      switch column.content {
      case .numbers(let numbers):
        (counts, filledCount) = ([], numbers.count { !$0.isNaN })
        quartiles = ClusterProfile.quartiles(numbers.filter { !$0.isNaN })
      case .values(let names, let offsets, let codes):
        var counts = [Int](repeating: 0, count: names.count)
        for code in codes { counts[Int(code)] += 1 }
        self.counts = counts
        filledCount = zip(offsets, offsets.dropFirst()).count { $0 < $1 }
        quartiles = []
      }
    }

    func profile(of rows: [Int], valueLimit: Int) -> ClusterProfile? {
      switch column.content {
      case .numbers(let numbers):
        let own = ClusterProfile.quartiles(rows.map { numbers[$0] }.filter { !$0.isNaN })
        guard !own.isEmpty else { return nil }
        return ClusterProfile(
          column: column.name, content: .quartiles(own, overall: quartiles))
      case .values(let names, let offsets, let codes):
        var own = [Int](repeating: 0, count: names.count)
        var filled = 0
        for row in rows {
          if offsets[row] < offsets[row + 1] { filled += 1 }
          for place in offsets[row]..<offsets[row + 1] { own[Int(codes[place])] += 1 }
        }
        guard filled > 0 else { return nil }
        let common = own.indices.filter { own[$0] > 0 }.sorted {
          own[$0] != own[$1] ? own[$0] > own[$1] : $0 < $1
        }
        return ClusterProfile(
          column: column.name,
          content: .values(
            common.prefix(valueLimit).map { code in
              Value(
                name: names[code], share: Double(own[code]) / Double(filled),
                overallShare: Double(counts[code]) / Double(filledCount))
            }))
      }
    }
  }

  /// The quartiles of numbers, each a number that is there; none of none.
  private static func quartiles(_ numbers: [Double]) -> [Double] {
    guard !numbers.isEmpty else { return [] }
    let ordered = numbers.sorted()
    return [0.25, 0.5, 0.75].map { share in
      ordered[Int((Double(ordered.count - 1) * share).rounded(.toNearestOrEven))]
    }
  }
}
