import Matrices
import Testing
import TextFeatures

@Suite struct LatentTests {
  private struct Decompositions: Decodable {
    struct Found: Decodable {
      let components: Int
      /// What scikit-learn's five power iterations explain.
      let variance: Double
      /// The most that any such number of components can hold, mean included.
      let best: Double
    }

    let texts: [Found]
  }

  @Test func explainsAsMuchAsScikitLearn() throws {
    let golden: Decompositions = try Golden.read("features_svd.json")
    let texts = try Golden.trainingDescriptions()
    for expected in golden.texts {
      var options = TextFeatureOptions()
      options.tokenRule = .sklearn
      options.latentDimensionCount = expected.components
      for seed in [0, 1, 2] as [UInt64] {
        options.seed = seed
        let fitted = try TextFeatureModel.fit(texts, options: options, pool: WorkerPool())
        #expect(fitted.explainedVariances.reduce(0, +) > expected.variance * (1 - 1e-4))
        let squares = fitted.model.singularValues.reduce(0) { $0 + $1 * $1 }
        #expect(squares / Double(texts.count) < expected.best * (1 + 1e-6))
        #expect(fitted.explainedVarianceRatios.reduce(0, +) < 1)
      }
    }
  }

  @Test func rowsHaveLengthOneOrNone() throws {
    var options = TextFeatureOptions()
    options.latentDimensionCount = 10
    let texts = try Golden.trainingDescriptions()
    let pool = WorkerPool()
    let model = try TextFeatureModel.fit(texts, options: options, pool: pool).model
    let rows = try model.features(
      for: PackedStrings([texts[0], "", "zzzz qqqq", texts[5]]), pool: pool)
    guard case .dense(let matrix) = rows else {
      Issue.record("latent rows are dense")
      return
    }
    let lengths = (0..<4).map { row in
      matrix.row(row).reduce(0.0) { $0 + Double($1) * Double($1) }
    }
    #expect(abs(lengths[0] - 1) < 1e-6 && abs(lengths[3] - 1) < 1e-6)
    #expect(lengths[1] == 0 && lengths[2] == 0)
  }

  @Test func aLimitGivesWhatThereIs() throws {
    let pool = WorkerPool()
    let texts = PackedStrings(["red green", "green blue", "blue white", "white red"])
    let fitted = try TextFeatureModel.fit(
      texts, options: TextFeatureOptions(), latentLimit: 100, pool: pool)
    #expect(fitted.latent?.columnCount == 3)
    #expect(fitted.model.options.latentDimensionCount == 3)
    let asked = try TextFeatureModel.fit(
      texts, options: fitted.model.options, latentLimit: 1, pool: pool)
    #expect(asked.model == fitted.model)
    let single = try TextFeatureModel.fit(
      PackedStrings(["red green"]), options: TextFeatureOptions(), latentLimit: 100, pool: pool)
    #expect(single.latent == nil)
    #expect(single.model.options.latentDimensionCount == nil)
  }
}
