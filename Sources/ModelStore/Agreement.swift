internal import Clustering
internal import Experiments
internal import Matrices
internal import TextFeatures

/// Whether the parts of a model or run fit together; asked before writing and after reading.
enum Agreement {
  /// What does not fit, as a sentence, or nil.
  ///
  /// - Complexity: O(k·d + n + nnz).
  static func firstFault(in model: FittedModel) -> String? {
    let rowCount = model.assignment.labels.count
    let clusterCount = model.assignment.clusterCount
    let columnCount = model.centroids.columnCount
    if clusterCount < 1 || model.centroids.rowCount != clusterCount {
      return "there are \(model.centroids.rowCount) centroids for \(clusterCount) clusters"
    }
    if model.features.columnCount != columnCount {
      return "the centroids have \(columnCount) columns, the features "
        + "\(model.features.columnCount)"
    }
    if let position = model.centroids.firstNonFinite() {
      return "cluster \(position.row) has non-finite values (column \(position.column))"
    }
    if let position = model.features.firstNonFinite() {
      return "row \(position.row) of the features has non-finite values (column \(position.column))"
    }
    let counts = [
      ("features", model.features.rowCount), ("row numbers", model.rowNumbers.count),
      ("row identifiers", model.rowIdentifiers.count),
      ("titles", model.titles.isEmpty ? rowCount : model.titles.count),
      ("silhouettes", model.silhouettes.isEmpty ? rowCount : model.silhouettes.count),
      ("rows of term features", model.termFeatures?.rowCount ?? rowCount),
    ]
    for (name, count) in counts where count != rowCount {
      return "there are \(rowCount) labels and \(count) \(name)"
    }
    return firstRowNumberFault(in: model.rowNumbers) ?? firstVocabularyFault(in: model)
  }

  private static func firstRowNumberFault(in numbers: [Int]) -> String? {
    if let first = numbers.first, first < 1 { return "the first row has the number \(first)" }
    guard let index = numbers.indices.dropFirst().first(where: { numbers[$0 - 1] >= numbers[$0] })
    else { return nil }
    return "the row numbers do not ascend at row \(index)"
  }

  private static func firstVocabularyFault(in model: FittedModel) -> String? {
    guard let featureModel = model.featureModel else {
      return model.termFeatures == nil ? nil : "there are term features without a vocabulary"
    }
    let terms = featureModel.terms
    if featureModel.latentBasis == nil, model.centroids.columnCount != terms.count {
      return "the centroids have \(model.centroids.columnCount) columns, the vocabulary "
        + "\(terms.count) terms"
    }
    if let basis = featureModel.latentBasis, model.centroids.columnCount != basis.columnCount {
      return "the centroids have \(model.centroids.columnCount) columns, the latent basis "
        + "\(basis.columnCount)"
    }
    if let matrix = model.termFeatures, matrix.columnCount != terms.count {
      return "the term features have \(matrix.columnCount) columns, the vocabulary "
        + "\(terms.count) terms"
    }
    if let position = featureModel.latentBasis?.firstNonFinite() {
      return "the latent basis has non-finite values (term \(position.row))"
    }
    if let position = model.termFeatures?.firstNonFinite() {
      return "row \(position.row) of the term features has non-finite values"
    }
    if let term = featureModel.inverseDocumentFrequencies.firstIndex(where: { !$0.isFinite }) {
      return "term \(term) has a weight that is not finite"
    }
    if let value = featureModel.singularValues.firstIndex(where: { !$0.isFinite }) {
      return "singular value \(value) is not finite"
    }
    for index in terms.indices.dropFirst() {
      // Strings order by Unicode's canonical form; the columns order by bytes.
      guard terms[index - 1].utf8.lexicographicallyPrecedes(terms[index].utf8) else {
        return "the vocabulary does not ascend at term \(index)"
      }
    }
    return nil
  }
}
