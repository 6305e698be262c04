internal import Clustering
internal import Experiments
internal import FoundationEssentials
internal import Matrices
internal import TextFeatures

/// Takes one model out of an HDF5 file, checking each part before it is used.
struct ModelReader: ~Copyable {
  private let file: HDF5Reader

  /// Opens a file that `HDF5Structure.check` has passed, and checks that it is a model.
  init(_ stored: StoredFile) throws(StoreError) {
    let file = try HDF5Reader(stored)
    try file.checkFormat(version: ModelFile.formatVersion)
    self.file = file
  }

  /// Reads every part and checks that they agree.
  func model() throws(StoreError) -> FittedModel {
    let centroids = try file.denseMatrix("centroids")
    let assignment = try file.assignment(
      "labels", clusterCount: try file.number("cluster_count", Int.self))
    let model = FittedModel(
      algorithm: try file.textPart("algorithm"), centroids: centroids, assignment: assignment,
      inertia: try file.number("inertia", Double.self),
      iterationCount: try file.number("iterations", Int.self),
      didConverge: try file.number("converged", Int.self) != 0,
      featureModel: file.hasObject("vocabulary") ? try featureModel() : nil,
      features: try file.featureMatrix("features"),
      termFeatures: file.hasObject("term_features") ? try file.sparseMatrix("term_features") : nil,
      rowNumbers: try file.vector("row_numbers", Int.self),
      rowIdentifiers: try file.texts("row_ids"),
      titles: file.hasObject("titles") ? try file.texts("titles") : [],
      scores: try file.scores("scores"),
      silhouettes: file.hasObject("silhouettes") ? try file.vector("silhouettes", Double.self) : [],
      provenance: FittedModel.Provenance(
        inputName: try file.textPart("input_name"), inputSHA256: try file.textPart("input_sha256"),
        options: try file.textPart("options"), programVersion: try file.textPart("program_version"),
        textColumns: try decode([String].self, "text_columns")))
    try checkCounts(of: model)
    return model
  }

  private func checkCounts(of model: FittedModel) throws(StoreError) {
    if let disagreement = Agreement.firstFault(in: model) {
      throw .malformed("disagreement", file.stored, disagreement)
    }
    let counts = [
      ("row_count", model.features.rowCount), ("column_count", model.features.columnCount),
    ]
    for (name, count) in counts {
      let claimed = try file.number(name, Int.self)
      guard claimed == count else {
        throw .malformed(
          "disagreement", file.stored,
          "attribute '\(name)' says \(claimed), the features say \(count)")
      }
    }
    guard model.iterationCount >= 0 else {
      throw .malformed(
        "disagreement", file.stored, "the fit took \(model.iterationCount) iterations")
    }
  }

  private func featureModel() throws(StoreError) -> TextFeatureModel {
    let options = try decode(TextFeatureOptions.self, "feature_options")
    guard options.shortestNGram >= 1, options.shortestNGram <= options.longestNGram else {
      throw .malformed(
        "options", file.stored, "feature_options: the n-gram bounds are not in order")
    }
    let terms = try file.texts("vocabulary")
    let displayTerms = try file.texts("display_terms")
    let weights = try file.vector("idf", Double.self)
    guard displayTerms.count == terms.count, weights.count == terms.count else {
      throw .malformed(
        "disagreement", file.stored,
        "the vocabulary has \(terms.count) terms, display_terms \(displayTerms.count) and idf "
          + "\(weights.count)")
    }
    guard file.hasObject("lsa") else {
      return TextFeatureModel(
        options: options, terms: terms, displayTerms: displayTerms,
        inverseDocumentFrequencies: weights, latentBasis: nil, singularValues: [])
    }
    let basis = try file.denseMatrix("lsa/basis")
    let singularValues = try file.vector("lsa/singular_values", Double.self)
    guard basis.rowCount == terms.count, basis.columnCount == singularValues.count else {
      throw .malformed(
        "disagreement", file.stored,
        "lsa/basis is \(basis.rowCount)×\(basis.columnCount) for \(terms.count) terms and "
          + "\(singularValues.count) singular values")
    }
    return TextFeatureModel(
      options: options, terms: terms, displayTerms: displayTerms,
      inverseDocumentFrequencies: weights, latentBasis: basis, singularValues: singularValues)
  }

  private func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws(StoreError)
    -> Value
  {
    let json = try file.textPart(name)
    do {
      return try JSONDecoder().decode(type, from: Data(json.utf8))
    } catch {
      throw .malformed(
        "options", file.stored, "'\(name)' is not the JSON that models hold: \(error)")
    }
  }
}
