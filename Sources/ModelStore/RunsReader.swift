internal import Clustering
internal import Experiments
internal import Matrices

/// Takes single runs out of an HDF5 file, checking each part before it is used.
struct RunsReader: ~Copyable {
  /// More centroid elements than any machine of ours holds (16 GiB).
  private static let elementLimit = 1 << 32

  private let file: HDF5Reader

  /// Opens a file that `HDF5Structure.check` has passed, and checks that it holds runs.
  init(_ stored: StoredFile) throws(StoreError) {
    let file = try HDF5Reader(stored)
    try file.checkFormat(version: RunsFile.formatVersion)
    self.file = file
  }

  /// The runs in the file, ascending by algorithm and number of clusters.
  func names() throws(StoreError) -> [RunName] {
    var names: [RunName] = []
    for text in try file.rootNames() {
      guard let text, let name = RunName(text: text) else {
        throw .malformed(
          "disagreement", file.stored, "'\(text ?? "?")' is not the name of a run")
      }
      names.append(name)
    }
    let claimed = try file.number("run_count", Int.self)
    guard claimed == names.count else {
      throw .malformed(
        "disagreement", file.stored,
        "attribute 'run_count' says \(claimed), the file has \(names.count) runs")
    }
    return names.sorted(by: RunName.precedes)
  }

  /// Reads one of the runs and checks that its parts agree.
  func run(_ name: RunName) throws(StoreError) -> RunRecord {
    let group = name.text
    let algorithm = try file.text("algorithm", on: group)
    let clusterCount = try file.number("cluster_count", Int.self, on: group)
    guard RunName(algorithm: algorithm, clusterCount: clusterCount) == name else {
      throw .malformed(
        "disagreement", file.stored,
        "'\(group)' says that it is \(algorithm) with \(clusterCount) clusters")
    }
    let silhouettes = "\(group)/silhouettes"
    let run = RunRecord(
      algorithm: algorithm, centroids: try centroids(of: name),
      assignment: try file.assignment("\(group)/labels", clusterCount: clusterCount),
      inertia: try file.number("inertia", Double.self, on: group),
      iterationCount: try file.number("iterations", Int.self, on: group),
      didConverge: try file.number("converged", Int.self, on: group) != 0,
      silhouettes: file.hasObject(silhouettes) ? try file.vector(silhouettes, Double.self) : [],
      scores: try file.scores("\(group)/scores"))
    let fault = Agreement.firstFault(
      in: run, rowCount: try file.number("row_count", Int.self), columnCount: try columnCount())
    if let fault { throw .malformed("disagreement", file.stored, "\(group): \(fault)") }
    return run
  }

  private func columnCount() throws(StoreError) -> Int {
    try file.number("column_count", Int.self)
  }

  private func centroids(of name: RunName) throws(StoreError) -> DenseMatrix {
    let part = "\(name.text)/centroids"
    switch try file.featureMatrix(part) {
    case .dense(let matrix): return matrix
    case .sparse(let matrix):
      // A few bytes of a file may claim a matrix that no memory holds.
      let (count, overflow) = matrix.rowCount.multipliedReportingOverflow(by: matrix.columnCount)
      guard matrix.rowCount == name.clusterCount, matrix.columnCount == (try columnCount()),
        !overflow, count <= Self.elementLimit
      else {
        throw .malformed(
          "disagreement", file.stored,
          "'\(part)' is \(matrix.rowCount)×\(matrix.columnCount), which does not fit the run")
      }
      return matrix.dense()
    }
  }
}
