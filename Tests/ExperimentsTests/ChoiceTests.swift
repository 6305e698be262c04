import ClusterScores
import Clustering
import Experiments
import Matrices
import TestSupport
import Testing

/// What speaks for a k, how it is chosen, and what is said of it.
@Suite struct ChoiceTests {
  /// Three clouds of ten points each, on a line.
  private static let clouds: FeatureMatrix = {
    var generator = CounterGenerator(seed: 3)
    let elements = (0..<30).flatMap { row in
      [Float(row / 10) * 10 + Float(generator.nextUnit()), Float(generator.nextUnit())]
    }
    return .dense(DenseMatrix(rowCount: 30, columnCount: 2, elements: elements))
  }()

  /// Rows without structure, as short texts have them: the silhouette rises with k, and not evenly.
  private static let texts = FeatureMatrix.sparse(
    RandomPoints.text(seed: 11, rowCount: 300, columnCount: 900, isOdd: false))

  private func run(
    _ configuration: RunConfiguration, on points: FeatureMatrix = clouds, threads: Int = 2,
    heldOut: FeatureMatrix? = nil, truth: TrueClasses? = nil
  ) throws -> SweepResult {
    var seconds = PhaseSeconds()
    return try Sweep(
      configuration: configuration, truth: truth, pool: WorkerPool(threadCount: threads)
    ).run(
      points, heldOut: heldOut, distinctRowCount: points.rowCount, seconds: &seconds)
  }

  private func configuration(_ counts: ClosedRange<Int>) -> RunConfiguration {
    var configuration = RunConfiguration()
    configuration.clusterCounts = Array(counts)
    configuration.restartCount = 4
    return configuration
  }

  @Test func aPeakOfTheSilhouetteDecides() throws {
    let result = try run(configuration(2...8))
    #expect(result.best.clusterCount == 3)
    #expect(result.choice.reason.hasPrefix("greatest mean silhouette"))
    #expect(result.choice.votes.map(\.criterion) == [.silhouette, .knee])
    #expect(result.choice.marks(1) == "*sk")
    #expect(result.choice.marks(0).isEmpty)
    #expect(
      result.choice.legend == "* chosen; votes: s silhouette, k knee")
  }

  @Test func theKneeDecidesWhereTheSilhouetteHasNoPeak() throws {
    var ordinary = configuration(2...20)
    ordinary.seed = 1
    let result = try run(ordinary, on: Self.texts)
    let silhouette = try #require(result.choice.votes.first { $0.criterion == .silhouette })
    let knee = try #require(result.choice.votes.first { $0.criterion == .knee })
    #expect(knee.index != silhouette.index)
    #expect(result.choice.index == knee.index)
    #expect(result.choice.reason.contains("the silhouette has no peak"))
    var greatest = ordinary
    greatest.selection = .silhouette
    #expect(try run(greatest, on: Self.texts).choice.index == silhouette.index)
  }

  @Test func aPeakIsAFifthOfTheRangeAboveTheEnd() {
    #expect(ClusterChoice.hasPeak([0.1, 0.5, 0.3]))
    #expect(ClusterChoice.hasPeak([0.5, 0.3]))
    #expect(ClusterChoice.hasPeak([0, 1, 0.75]))
    #expect(!ClusterChoice.hasPeak([0, 1, 0.85]))
    #expect(!ClusterChoice.hasPeak([0.1, 0.3, 0.5]))
    #expect(!ClusterChoice.hasPeak([0.2, 0.2, 0.2]))
    #expect(!ClusterChoice.hasPeak([]))
    // The notebook's silhouettes: noise on a rise.
    #expect(!ClusterChoice.hasPeak([0.0014, 0.0034, 0.0050, 0.0064, 0.0070, 0.0075, 0.0074]))
  }

  @Test(arguments: [Selection.automatic, .silhouette, .knee])
  func fewKAreChosenFrom(selection: Selection) throws {
    for counts in [1...1, 1...2, 2...3] {
      var configuration = configuration(counts)
      configuration.selection = selection
      let result = try run(configuration)
      #expect(result.choice.votes.isEmpty == (counts.count == 1))
      #expect(counts.contains(result.best.clusterCount))
    }
  }

  @Test func samplesOfTheRowsAgreeOnClouds() throws {
    var configuration = configuration(2...6)
    configuration.stability = .samples
    configuration.algorithms = [.kmeans, .ward]
    let result = try run(configuration)
    for run in result.runs {
      let stability = try #require(run.stability)
      #expect(run.clusterCount == 3 ? stability == 1 : stability < 1)
    }
    let vote = try #require(result.choice.votes.first { $0.criterion == .stability })
    #expect(result.runs[vote.index].clusterCount == 3)
    let expected = SweepTables.json(result, seed: 0)
    for threads in [1, 5] {
      #expect(SweepTables.json(try run(configuration, threads: threads), seed: 0) == expected)
    }
  }

  @Test func everySampleIsAsLikelyAsAnyOther() {
    var counts: [[Int]: Int] = [:]
    for run in 0..<2_000 {
      var generator = CounterGenerator(seed: 8, run: UInt64(run))
      counts[RandomRows.draw(2, of: 5, using: &generator), default: 0] += 1
    }
    // Ten pairs of five rows, 200 times each if evenly.
    #expect(counts.count == 10)
    #expect(counts.keys.allSatisfy { $0[0] < $0[1] })
    #expect(counts.values.allSatisfy { (140...260).contains($0) })
    let pairs = RandomRows.common([1, 3, 4, 9], [0, 3, 9, 12])
    #expect(pairs.map(\.first) == [1, 3] && pairs.map(\.second) == [1, 2])
  }

  @Test func moreClustersThanASampleHasRowsHaveNoStability() throws {
    var configuration = configuration(24...25)
    configuration.stability = .samples
    let result = try run(configuration)
    #expect(result.runs.map { $0.stability == nil } == [false, true])
  }

  @Test func theGapFindsCloudsAndTheirAbsence() throws {
    // Clouds that no single column tells apart from a grid of them.
    var generator = CounterGenerator(seed: 5)
    let diagonal = FeatureMatrix.dense(
      DenseMatrix(
        rowCount: 60, columnCount: 3,
        elements: (0..<180).map { Float($0 / 60) * 10 + Float(generator.nextUnit()) }))
    var configuration = configuration(1...6)
    configuration.gapReferenceCount = 10
    let result = try run(configuration, on: diagonal)
    let vote = try #require(result.choice.votes.first { $0.criterion == .gap })
    #expect(result.runs[vote.index].clusterCount == 3)
    // One cluster has the same scatter in any order of the columns.
    let gap = try #require(result.runs[0].gap)
    #expect(abs(gap.value) < 1e-6 && gap.standardError < 1e-6)
    // A reference set's columns are already in an order of their own.
    let none = ReferenceRows.permutingColumns(of: diagonal, seed: 77, number: 0)
    let nothing = try run(configuration, on: none)
    let first = try #require(nothing.choice.votes.first { $0.criterion == .gap })
    #expect(nothing.runs[first.index].clusterCount == 1)
  }

  @Test func heldOutRowsAreLabeledTheSameByASecondFit() throws {
    var configuration = configuration(3...3)
    configuration.heldOutShare = 0.5
    let result = try run(configuration, heldOut: Self.clouds)
    #expect(result.best.heldOut?.stability == 1)
    configuration.algorithms = [.ward]
    let tree = try run(configuration, heldOut: Self.clouds)
    #expect(tree.best.heldOut?.stability == nil)
    configuration.heldOutShare = nil
    #expect(try run(configuration, heldOut: Self.clouds).best.heldOut?.stability == nil)
  }

  @Test func classesAreTheFirstValueOfACell() {
    let classes = TrueClasses(
      column: "genre", cells: ["Dramas, Comedies", " Comedies", "", "  ", ", Dramas", "Dramas"])
    #expect(classes.names == ["Comedies", "Dramas"])
    #expect(classes.labels == [1, 0, -1, -1, 1, 1])
    #expect(classes.unlabeledRowCount == 2)
    #expect(classes.selecting(rows: [5, 2]).labels == [1, -1])
    let clusters = Assignment(trusted: [0, 1, 1, 0, 0, 1], clusterCount: 2)
    #expect(classes.csv(clusters) == "class,0,1\nComedies,0,1\nDramas,2,1\n")
    #expect(classes.scores(clusters).rowCount == 4)
    let numbers = TrueClasses(file: "y.npy", labels: [9, -3, 9, 4])
    #expect(numbers.names == ["4", "9"] && numbers.labels == [1, -1, 1, 0])
  }

  @Test func cloudsAreTheirOwnClasses() throws {
    let truth = TrueClasses(
      column: "cloud", cells: (0..<30).map { $0 == 7 ? "" : "cloud \($0 / 10)" })
    let result = try run(configuration(2...5), truth: truth)
    #expect(result.best.truth?.values == [1, 1, 1, 1, 1])
    #expect(result.best.truth?.rowCount == 29)
    #expect(result.runs[0].truth?.completeness == 1)
    #expect(try #require(result.runs[0].truth?.purity) < 1)
  }

  @Test func everyKIsExplained() throws {
    var configuration = configuration(2...6)
    configuration.algorithms = [.kmeans, .ward]
    configuration.stability = .samples
    let result = try run(configuration)
    let record = try #require(SweepRecord(result, seed: 0))
    for k in 2...6 {
      let explanation = try #require(ChoiceExplanation(of: k, in: record))
      #expect(explanation.paragraphs.count == 2)
      let isChosen = k == result.best.clusterCount
      #expect(explanation.text.contains("k = \(k) (kmeans) was \(isChosen ? "" : "not ")chosen: "))
      #expect(explanation.text.contains("k = \(k) (ward) was not chosen: "))
      #expect(explanation.text.contains(" of 10"))
    }
    #expect(ChoiceExplanation(of: 7, in: record) == nil)
    let two = try #require(ChoiceExplanation(of: 2, in: record)).paragraphs[0]
    let (first, best) = (result.runs[0], result.best)
    let loss = try #require(best.silhouette.mean) - (try #require(first.silhouette.mean))
    #expect(two.last?.contains("\(NumberText.fixed(loss, decimals: 4)) less silhouette") == true)
    #expect(two.last?.hasSuffix("1 fewer clusters to read.") == true)
  }

  @Test func optionsOfTheChoiceSurviveJSON() throws {
    var configuration = RunConfiguration()
    #expect(configuration.selection == .automatic)
    #expect(RunConfiguration.notebook.selection == .silhouette)
    configuration.stability = .samples
    configuration.truthColumn = "listed_in"
    configuration.truthSHA256 = "00ff"
    configuration.heldOutShare = 0.2
    configuration.gapReferenceCount = 10
    let read = try RunConfiguration(json: Array(configuration.json.text.utf8), name: "run.json")
    #expect(read == configuration)
  }
}
