package import Catalogue
internal import Clustering
package import Matrices
internal import TextFeatures

/// An input in every form that a stage of `Bench` starts from.
package struct BenchInput {
  let file: InputFile
  let configuration: RunConfiguration
  let texts: PackedStrings?
  /// The rows that are clustered.
  package let points: FeatureMatrix
  /// The rows before they are reduced to latent dimensions.
  let terms: FeatureMatrix
  /// The number of elements that are not zero.
  package let nonzeroCount: Int
  /// The number of clusters.
  package let clusterCount: Int
  /// The latent dimensions of the LSA stage; nil where there cannot be any.
  package let latentCount: Int?
  /// Things that a user should know, one sentence each.
  package let notes: [String]

  /// The file's name.
  package var name: String { file.name }
  /// The number of rows.
  package var rowCount: Int { points.rowCount }

  /// The latent dimensions that the LSA stage takes without being told.
  package static let defaultLatentCount = 100
  /// The clusters without being told.
  package static let defaultClusterCount = 45

  /// Reads an input once.
  ///
  /// - Parameter clusterCount: nil for 45, or the number of rows when there are fewer.
  /// - Throws: `InputError`, `FeatureError`, or `ClusteringError.tooFewRows`.
  package init(
    _ file: InputFile, configuration: RunConfiguration, clusterCount: Int?, pool: WorkerPool
  ) throws {
    self.file = file
    self.configuration = configuration
    var seconds = PhaseSeconds()
    let prepared = try PreparedInput.load(
      file, configuration: configuration, pool: pool, seconds: &seconds)
    points = prepared.features
    notes = prepared.notes
    nonzeroCount = prepared.nonzeroCount
    texts =
      file.holdsMatrix ? nil : try CatalogueRows(file, configuration: configuration).texts
    terms =
      if let terms = prepared.termFeatures {
        .sparse(terms)
      } else if file.holdsMatrix, configuration.features.latentDimensionCount != nil {
        try MatrixFile.read(file)
      } else {
        prepared.features
      }
    let latentLimit = min(terms.rowCount, terms.columnCount) - 1
    latentCount =
      configuration.features.latentDimensionCount
      ?? (latentLimit >= 1 ? min(Self.defaultLatentCount, latentLimit) : nil)
    self.clusterCount = clusterCount ?? min(Self.defaultClusterCount, prepared.features.rowCount)
    try configuration.kMeans(.kmeans, clusterCount: self.clusterCount)
      .validate(rowCount: prepared.features.rowCount)
  }

  /// The stages that this input has.
  package var stages: [BenchStage] {
    BenchStage.allCases.filter { stage in
      switch stage {
      case .features: texts != nil
      case .lsa: latentCount != nil
      default: true
      }
    }
  }

  /// The memory that measuring stages needs.
  package func memoryPlan(for stages: [BenchStage], threadCount: Int) -> MemoryPlan {
    var configuration = configuration
    configuration.clusterCounts = [clusterCount]
    configuration.algorithms = [.kmeans]
    let plan = MemoryPlan(
      features: points, heldOut: nil, configuration: configuration, threadCount: threadCount)
    guard stages.contains(where: { $0.limit == .copy }) else { return plan }
    return plan.adding("measuring the speed of a copy", bytes: CopyProbe.memoryByteCount)
  }

  /// A catalogue of invented words: Zipf's law over 20,000 words, fifty topics.
  package static func generatedCatalogue(rowCount: Int) throws(InputError) -> InputFile {
    var generator = CounterGenerator(seed: 1, purpose: 99)
    let wordCount = 20_000
    var cumulative: [Double] = []
    var total = 0.0
    for rank in 0..<wordCount {
      total += 1 / (Double(rank) + 2.7)
      cumulative.append(total)
    }
    func rank() -> Int {
      let goal = generator.nextUnit() * total
      var (low, high) = (0, wordCount - 1)
      while low < high {
        let middle = (low + high) / 2
        if cumulative[middle] < goal { low = middle + 1 } else { high = middle }
      }
      return low
    }
    var text = "id,description\n"
    for row in 0..<rowCount {
      let topic = generator.nextIndex(below: 50)
      text += "r\(row),"
      for _ in 0..<(8 + generator.nextIndex(below: 20)) {
        // Half of a text's words come from its topic's own order of the vocabulary.
        let word = generator.nextUnit() < 0.5 ? rank() : (rank() * 7_919 + topic * 397) % wordCount
        text += " w\(word)"
      }
      text += "\n"
    }
    return try InputFile(name: "generated.csv", storedBytes: Array(text.utf8))
  }
}

extension FeatureMatrix {
  /// The bytes that the elements and their places take.
  var byteCount: Int {
    switch self {
    case .dense(let matrix): matrix.elements.count * MemoryLayout<Float>.stride
    case .sparse(let matrix):
      matrix.storedCount * (MemoryLayout<Float>.stride + MemoryLayout<Int32>.stride)
        + matrix.rowOffsets.count * MemoryLayout<Int>.stride
    }
  }
}
