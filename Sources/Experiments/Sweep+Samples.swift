internal import ClusterScores
internal import Clustering
package import Matrices

extension Sweep {
  /// The pairs of samples.
  static let samplePairCount = 10

  /// The share of the rows in a sample.
  static let sampleShare = 0.8

  /// How stable each run's k is: the mean agreement (ARI) of fits of two random samples on the rows that are
  /// in both, over 10 pairs of samples of 80 % of the rows each.
  ///
  /// Ben-Hur, Elisseeff and Guyon, "A stability based method for discovering structure in clustered data",
  /// 2002, doi:10.1142/9789812799623_0002, with the adjusted Rand index for its similarity. Each fit has
  /// the run's own options and a seed of its own. Nil where a sample has fewer rows than clusters.
  func sampleAgreements(
    of runs: [ScoredRun], points: FeatureMatrix, progress: (@Sendable (Progress) -> Void)?
  ) throws(ClusteringError) -> [Double?] {
    var sums = [Double?](repeating: 0, count: runs.count)
    for pair in 0..<Self.samplePairCount {
      var samples: [(rows: [Int], models: [KMeansModel?])] = []
      for side in 0..<2 {
        let number = 2 * pair + side
        var generator = CounterGenerator(
          seed: configuration.seed, run: UInt64(number), purpose: Purpose.samples)
        let rows = RandomRows.draw(
          max(1, Int(Self.sampleShare * Double(points.rowCount))), of: points.rowCount,
          using: &generator)
        let models = try refit(
          runs, to: points.selecting(rows: rows), seed: generator.next(),
          purpose: "sample \(number + 1) of \(2 * Self.samplePairCount)", progress: progress)
        samples.append((rows, models))
      }
      let common = RandomRows.common(samples[0].rows, samples[1].rows)
      for index in runs.indices {
        guard let first = samples[0].models[index], let second = samples[1].models[index],
          let sum = sums[index]
        else {
          sums[index] = nil
          continue
        }
        sums[index] =
          sum
          + first.assignment.selecting(common.map(\.first))
          .adjustedRandIndex(comparedTo: second.assignment.selecting(common.map(\.second)))
      }
    }
    return sums.map { $0.map { $0 / Double(Self.samplePairCount) } }
  }

  /// The gap statistic of each run against reference sets of the same columns in random order.
  func gaps(
    of runs: [ScoredRun], points: FeatureMatrix, referenceCount: Int,
    progress: (@Sendable (Progress) -> Void)?
  ) throws(ClusteringError) -> [GapStatistic?] {
    var references = [[Double]](repeating: [], count: runs.count)
    for number in 0..<referenceCount {
      let rows = ReferenceRows.permutingColumns(
        of: points, seed: configuration.seed, number: number)
      let models = try refit(
        runs, to: rows, seed: configuration.seed,
        purpose: "reference \(number + 1) of \(referenceCount)", progress: progress)
      for index in runs.indices {
        if let model = models[index] { references[index].append(model.inertia) }
      }
    }
    return runs.indices.map { index in
      GapStatistic(within: runs[index].model.inertia, references: references[index])
    }
  }
}

extension Assignment {
  /// The labels of some rows.
  fileprivate func selecting(_ rows: [Int]) -> Assignment {
    Assignment(trusted: rows.map { labels[$0] }, clusterCount: clusterCount)
  }
}

/// Rows drawn at random.
package enum RandomRows {
  /// Some of n rows, each set of that many as likely as any other, ascending.
  ///
  /// - Complexity: O(n).
  package static func draw(
    _ count: Int, of rowCount: Int, using generator: inout CounterGenerator
  ) -> [Int] {
    precondition((0...rowCount).contains(count), "there are not so many rows")
    var rows = Array(0..<rowCount)
    for place in 0..<count {
      rows.swapAt(place, place + generator.nextIndex(below: rowCount - place))
    }
    return rows[..<count].sorted()
  }

  /// The places of the rows that are in both of two ascending lists.
  package static func common(_ first: [Int], _ second: [Int]) -> [(first: Int, second: Int)] {
    var pairs: [(first: Int, second: Int)] = []
    var other = 0
    for (place, row) in first.enumerated() {
      while other < second.count, second[other] < row { other += 1 }
      if other < second.count, second[other] == row { pairs.append((place, other)) }
    }
    return pairs
  }
}
