internal import Clustering
internal import Experiments
internal import FoundationEssentials
internal import Matrices
internal import TextFeatures

/// Lays one model out in an HDF5 file.
struct ModelWriter: ~Copyable {
  private let model: FittedModel
  private let file: HDF5Writer

  /// Starts an empty file for a model.
  init(_ model: FittedModel, to stored: StoredFile) throws(StoreError) {
    self.model = model
    // Memory grows in steps of this, so a guess that is too high takes what no file needs.
    let byteCount =
      1 << 20 + 4 * model.centroids.elements.count
      + (model.features.isSparse ? 8 : 4) * model.features.storedCount
      + 8 * (model.termFeatures?.storedCount ?? 0) + 64 * model.rowIdentifiers.count
      + 4 * (model.featureModel?.latentBasis?.elements.count ?? 0)
    file = try HDF5Writer(stored, expectedByteCount: byteCount)
  }

  /// Adds every part in a fixed order and saves the file.
  func write() throws(StoreError) {
    try addAttributes()
    try file.add(
      model.centroids.elements, "centroids",
      shape: [model.centroids.rowCount, model.centroids.columnCount])
    try file.add(model.assignment.labels, "labels", shape: [model.assignment.labels.count])
    if let featureModel = model.featureModel { try add(featureModel) }
    try file.add(model.rowNumbers, "row_numbers", shape: [model.rowNumbers.count])
    try file.add(model.rowIdentifiers, "row_ids")
    if !model.titles.isEmpty { try file.add(model.titles, "titles") }
    try file.add(model.features, "features")
    if let matrix = model.termFeatures { try file.add(matrix, "term_features") }
    try file.add(model.scores, "scores")
    if !model.silhouettes.isEmpty {
      try file.add(model.silhouettes, "silhouettes", shape: [model.silhouettes.count])
    }
    try file.save()
  }

  private func addAttributes() throws(StoreError) {
    let provenance = model.provenance
    try file.addFormat(version: ModelFile.formatVersion, program: provenance.programVersion)
    try file.add(text: provenance.options, "options")
    try file.add(text: provenance.inputName, "input_name")
    try file.add(text: provenance.inputSHA256, "input_sha256")
    try file.add(text: try json(provenance.textColumns), "text_columns")
    try file.add(text: model.algorithm, "algorithm")
    try file.addAttribute(model.assignment.clusterCount, "cluster_count")
    try file.addAttribute(model.features.rowCount, "row_count")
    try file.addAttribute(model.features.columnCount, "column_count")
    try file.addAttribute(model.inertia, "inertia")
    try file.addAttribute(model.iterationCount, "iterations")
    try file.addAttribute(model.didConverge ? 1 : 0, "converged")
  }

  private func add(_ featureModel: TextFeatureModel) throws(StoreError) {
    try file.add(text: try json(featureModel.options), "feature_options")
    try file.add(featureModel.terms, "vocabulary")
    try file.add(featureModel.displayTerms, "display_terms")
    try file.add(
      featureModel.inverseDocumentFrequencies, "idf", shape: [featureModel.terms.count])
    guard let basis = featureModel.latentBasis else { return }
    try file.addGroup("lsa")
    try file.add(basis.elements, "lsa/basis", shape: [basis.rowCount, basis.columnCount])
    try file.add(
      featureModel.singularValues, "lsa/singular_values", shape: [basis.columnCount])
  }

  private func json(_ value: some Encodable) throws(StoreError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self)
    } catch {
      throw StoreError(
        .writeFailed, "write", file.stored, "the options cannot be written as JSON: \(error)",
        hint: "give finite numbers for the document frequencies")
    }
  }
}
