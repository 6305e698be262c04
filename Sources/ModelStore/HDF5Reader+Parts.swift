internal import Clustering
internal import Experiments
internal import Matrices

/// The parts that models and runs have in common, each checked before it is used.
extension HDF5Reader {
  /// Refuses what is not a file of the kind asked for, and versions that this build cannot read.
  func checkFormat(version: Int) throws(StoreError) {
    guard hasAttribute("format"), try text("format") == stored.formatName else {
      throw .malformed(
        "foreign", stored,
        "HDF5, but not a Kindred \(stored.noun) (attribute format is not '\(stored.formatName)')",
        hint: "name the \(stored.usualName) of a run folder")
    }
    let found = try number("format_version", Int.self)
    guard found == version else {
      throw .malformed(
        "version", stored, "format \(found); this build reads \(version)",
        hint: found > version
          ? "use the program's newer version, or make the file again with this one" : nil)
    }
  }

  /// The cluster of each row.
  func assignment(_ name: String, clusterCount: Int) throws(StoreError) -> Assignment {
    let labels = try vector(name, Int32.self)
    do throws(ClusteringError) {
      return try Assignment(labels: labels, clusterCount: clusterCount)
    } catch {
      let row = labels.firstIndex { $0 < 0 || Int($0) >= clusterCount } ?? 0
      throw .malformed(
        "labels", stored, "row \(row) has the label \(labels[row]), outside 0..<\(clusterCount)")
    }
  }

  /// Scores by name; NaN stands for an undefined one.
  func scores(_ name: String) throws(StoreError) -> [FittedModel.Score] {
    let names = try texts("\(name)/names")
    let values = try vector("\(name)/values", Double.self)
    guard names.count == values.count else {
      throw .malformed(
        "disagreement", stored, "'\(name)' has \(names.count) names and \(values.count) values")
    }
    return zip(names, values).map {
      FittedModel.Score(name: $0, value: $1.isNaN ? nil : $1)
    }
  }

  /// A matrix of either kind; the names inside its group tell which.
  func featureMatrix(_ name: String) throws(StoreError) -> FeatureMatrix {
    hasObject("\(name)/dense")
      ? .dense(try denseMatrix("\(name)/dense")) : .sparse(try sparseMatrix(name))
  }

  /// A dataset of one dimension.
  func vector<Number: HDF5Number>(_ name: String, _ type: Number.Type) throws(StoreError)
    -> [Number]
  {
    try array(name, rank: 1, type).values
  }

  /// A dataset of two dimensions.
  func denseMatrix(_ name: String) throws(StoreError) -> DenseMatrix {
    let (values, shape) = try array(name, rank: 2, Float.self)
    return DenseMatrix(rowCount: shape[0], columnCount: shape[1], elements: values)
  }

  /// A matrix in compressed rows, its three arrays checked against each other.
  func sparseMatrix(_ name: String) throws(StoreError) -> CSRMatrix {
    guard hasObject(name) else {
      throw .malformed("missing-part", stored, "'\(name)' is missing")
    }
    let shape: [Int] = try numbers("shape", on: name, count: 2)
    let values = try vector("\(name)/data", Float.self)
    let columns = try vector("\(name)/indices", Int32.self)
    let offsets = try vector("\(name)/indptr", Int.self)
    guard shape[0] >= 0, shape[0] < Int.max, shape[1] >= 0, shape[1] <= Int(Int32.max),
      offsets.count == shape[0] + 1
    else {
      throw .malformed(
        "disagreement", stored,
        "'\(name)' is \(shape[0])×\(shape[1]) and has \(offsets.count) row offsets")
    }
    guard columns.count == values.count, offsets[0] == 0, offsets.last == values.count else {
      throw .malformed(
        "disagreement", stored,
        "'\(name)' has \(values.count) values, \(columns.count) columns, and offsets from "
          + "\(offsets[0]) to \(offsets[offsets.count - 1])")
    }
    if let row = CSRMatrix.firstInvalidRow(offsets, columns, columnCount: shape[1]) {
      throw .malformed(
        "disagreement", stored, "row \(row) of '\(name)' has columns out of order or out of range")
    }
    return CSRMatrix(
      rowCount: shape[0], columnCount: shape[1], rowOffsets: offsets, columnIndices: columns,
      values: values)
  }

  /// A text: an attribute, or a dataset of its bytes where an attribute could not hold it.
  func textPart(_ name: String) throws(StoreError) -> String {
    if !hasAttribute(name), hasObject(name) {
      guard let text = String(validating: try vector(name, UInt8.self), as: UTF8.self) else {
        throw .malformed("text", stored, "'\(name)' is not valid UTF-8")
      }
      return text
    }
    return try text(name)
  }

  /// A list of texts.
  func texts(_ name: String) throws(StoreError) -> [String] {
    let bytes = try vector("\(name)/bytes", UInt8.self)
    let offsets = try vector("\(name)/offsets", Int.self)
    guard offsets.first == 0, offsets.last == bytes.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
    else {
      throw .malformed("disagreement", stored, "the offsets of '\(name)' do not span its bytes")
    }
    var texts: [String] = []
    texts.reserveCapacity(offsets.count - 1)
    for (start, end) in zip(offsets, offsets.dropFirst()) {
      guard let text = String(validating: bytes[start..<end], as: UTF8.self) else {
        throw .malformed("text", stored, "element \(texts.count) of '\(name)' is not valid UTF-8")
      }
      texts.append(text)
    }
    return texts
  }
}
